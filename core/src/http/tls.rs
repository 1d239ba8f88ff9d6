//! TLS as this app trusts and is trusted: the system's roots, those that were given, and the
//! certificate that the app itself shows.

use std::{fmt, sync::Arc};
#[cfg(unix)]
use std::{fs::File, io};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, OtherError,
    SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, aws_lc_rs::default_provider},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use rustls_platform_verifier::Verifier;

use super::{certificates, transport::Network};
use crate::error::{Error, ErrorKind, Reason, Result};
#[cfg(unix)]
use crate::error::{is_exhausted, resource_exhausted};

/// The certificates of an app.
pub(super) struct Tls {
    roots: Vec<CertificateDer<'static>>,
    identity: Option<Identity>,
}

/// The certificate that the app shows to a server that wants one (RFC 8446 §4.4.2), with those between
/// it and its root, and its key.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Tls {
    pub(super) fn new(network: &Network) -> Result<Self> {
        certificates::check_variable("SSL_CERT_FILE")?;
        let read = |bytes: &Vec<u8>| certificates::read("root_certificates", bytes);
        let mut roots = network.root_certificates.as_ref().map_or(Ok(Vec::new()), read)?;
        if let Some(variable) = network.certificates_variable {
            roots.extend(certificates::of_variable(variable)?);
        }
        let (chain, key) = (&network.client_certificate, &network.client_key);
        Ok(Self { roots, identity: Identity::read(chain.as_deref(), key.as_deref())? })
    }

    /// The configuration of one HTTP client. It reads the system's roots anew.
    pub(super) fn config(&self) -> Result<ClientConfig> {
        check_descriptors()?;
        let provider = CryptoProvider::get_default().cloned();
        let provider = provider.unwrap_or_else(|| Arc::new(default_provider()));
        let roots = self.roots.iter().cloned();
        let system =
            Verifier::new_with_extra_roots(roots, Arc::clone(&provider)).map_err(no_roots)?;
        let verifier = Arc::new(Trusted { system: Arc::new(system), given: self.roots.clone() });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match &self.identity {
            None => config.with_no_client_auth(),
            Some(Identity { chain, key }) => config
                .with_client_auth_cert(chain.clone(), key.clone_key())
                .map_err(unusable_identity)?,
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    /// Finds out what is wrong with the certificates before the first request.
    pub(super) fn check(&self) -> Result<()> {
        if self.identity.is_some() { self.config().map(drop) } else { Ok(()) }
    }
}

impl Identity {
    /// The settings `client_certificate` and `client_key`: both, or none.
    pub(crate) fn read(chain: Option<&[u8]>, key: Option<&Vec<u8>>) -> Result<Option<Self>> {
        match (chain, key) {
            (None, None) => Ok(None),
            (Some(chain), Some(key)) => Ok(Some(Self {
                chain: certificates::read("client_certificate", chain)?,
                key: certificates::read_key("client_key", key)?,
            })),
            (Some(_), None) => {
                Err(Error::invalid("client_certificate was given without client_key"))
            }
            (None, Some(_)) => {
                Err(Error::invalid("client_key was given without client_certificate"))
            }
        }
    }
}

fn unusable_identity(error: TlsError) -> Error {
    let message = match error {
        TlsError::InconsistentKeys(_) => "client_key does not belong to client_certificate",
        _ => "client_key is not a key that TLS can use",
    };
    Error::invalid(message)
        .advise("The first certificate of client_certificate must be that of client_key.")
        .caused_by(error)
}

/// Refuses to read the system's roots when they cannot be opened: those that were missed would be missing for as long
/// as the client lives, and its servers untrusted.
#[cfg(unix)]
fn check_descriptors() -> Result<()> {
    let opened: io::Result<Vec<File>> = (0..DESCRIPTORS).map(|_| File::open("/")).collect();
    match opened {
        Err(error) if is_exhausted(&error) => {
            Err(resource_exhausted("the system's root certificates could not be read", &error))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn check_descriptors() -> Result<()> {
    Ok(())
}

fn no_roots(error: TlsError) -> Error {
    Error::new(ErrorKind::Transport, "this machine has no root certificates, so no server can be trusted")
        .because(Reason::Tls)
        .advise("Install the package ca-certificates, name a file in SSL_CERT_FILE, or give root_certificates.")
        .caused_by(error)
}

fn unusable(error: TlsError) -> Error {
    Error::new(ErrorKind::Transport, "TLS could not be set up")
        .because(Reason::Tls)
        .caused_by(error)
}

/// Trusts what the system trusts, what the given roots have signed, and a given certificate itself.
#[derive(Debug)]
struct Trusted {
    system: Arc<dyn ServerCertVerifier>,
    given: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Trusted {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, TlsError> {
        let verified = self.system.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            Err(error) if is_own_root(&error) && self.given.iter().any(|it| it == end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            Err(error) if is_untrusted(&error) && is_self_signed(end_entity) => {
                Err(CertificateError::Other(OtherError(Arc::new(SelfSigned))).into())
            }
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        self.system.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        self.system.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.system.supported_verify_schemes()
    }
}

/// The certificate is one of a certificate authority, as those are that `openssl req -x509` makes. webpki
/// looks at the dates before it says so.
fn is_own_root(error: &TlsError) -> bool {
    let TlsError::InvalidCertificate(CertificateError::Other(OtherError(error))) = error else {
        return false;
    };
    matches!(error.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// A root of the same name and another key is no issuer, either.
fn is_untrusted(error: &TlsError) -> bool {
    use CertificateError as C;
    let TlsError::InvalidCertificate(cause) = error else { return false };
    matches!(
        cause,
        C::UnknownIssuer
            | C::BadSignature
            | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
    ) || is_own_root(error)
}

fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    let parsed = webpki::EndEntityCert::try_from(certificate);
    parsed.is_ok_and(|certificate| certificate.issuer() == certificate.subject())
}

/// A server's certificate that nobody but itself vouches for.
#[derive(Debug)]
pub(super) struct SelfSigned;

impl fmt::Display for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate is signed by itself")
    }
}

impl std::error::Error for SelfSigned {}

/// A folder, a file in it, and some for the program's other threads.
#[cfg(unix)]
const DESCRIPTORS: usize = 4;
