//! Redis over TLS: the system's roots, those that the app was given beside them, and the certificate that the app shows.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use redis::{Client, ClientTlsConfig, RedisResult, TlsCertificates};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use rustls_native_certs::load_native_certs;
use url::Url;

use super::{Certificates, has_tls};

/// A client with these certificates, which the crate wants as PEM.
pub(super) fn client(url: &Url, certificates: &Certificates) -> RedisResult<Client> {
    if !has_tls(url.as_str()) {
        return Client::open(url.as_str());
    }
    let client_tls = certificates.client.as_ref().map(|(chain, key)| ClientTlsConfig {
        client_cert: chain.iter().map(certificate_pem).collect::<String>().into_bytes(),
        client_key: key_pem(key).into_bytes(),
    });
    let root_cert = (!certificates.roots.is_empty()).then(|| roots_pem(&certificates.roots));
    Client::build_with_tls(url.as_str(), TlsCertificates { client_tls, root_cert })
}

/// The system's roots and others. The crate knows either the system's or others, so it gets all as others.
fn roots_pem(others: &[CertificateDer<'static>]) -> Vec<u8> {
    let system = load_native_certs().certs;
    let roots = system.iter().chain(others).filter(|root| is_root(root));
    roots.map(certificate_pem).collect::<String>().into_bytes()
}

/// One that cannot be read would be an error for all of them.
fn is_root(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

fn certificate_pem(certificate: &CertificateDer<'_>) -> String {
    pem("CERTIFICATE", certificate)
}

fn key_pem(key: &PrivateKeyDer<'_>) -> String {
    let label = match key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    pem(label, key.secret_der())
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}
