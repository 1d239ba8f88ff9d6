//! Redis over TLS: the system's roots, and those that the app was given beside them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use redis::{Client, RedisResult, TlsCertificates};
use rustls::{RootCertStore, pki_types::CertificateDer};
use rustls_native_certs::load_native_certs;
use url::Url;

/// A client that trusts further roots. The crate knows either the system's or others, so it gets all as others.
pub(super) fn client(url: &Url, roots: &[CertificateDer<'static>]) -> RedisResult<Client> {
    if roots.is_empty() || !matches!(url.scheme(), "rediss" | "valkeys") {
        return Client::open(url.as_str());
    }
    let system = load_native_certs().certs;
    let pem: String = system.iter().chain(roots).filter(|root| is_root(root)).map(pem).collect();
    let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.into_bytes()) };
    Client::build_with_tls(url.as_str(), certificates)
}

/// One that cannot be read would be an error for all of them.
fn is_root(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(certificate)
    )
}
