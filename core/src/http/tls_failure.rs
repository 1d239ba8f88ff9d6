//! The causes for which TLS fails, in words, and what to do about each.

use rustls::{
    AlertDescription, CertificateError, Error as TlsError, OtherError, pki_types::UnixTime,
};

use super::tls::SelfSigned;
use crate::{
    error::{Error, ErrorKind, Reason},
    time::Timestamp,
};

/// The error of a handshake with `peer` that failed for this cause.
pub(super) fn tls_failure(peer: &str, cause: &TlsError) -> Error {
    let (what, hint) = match cause {
        TlsError::InvalidCertificate(error) => of_certificate(error),
        TlsError::AlertReceived(alert) => of_alert(*alert),
        TlsError::PeerIncompatible(_) | TlsError::NoApplicationProtocol => of_protocol(),
        TlsError::InvalidMessage(_) => (
            "the answer is not TLS".to_owned(),
            "Check the port; a server that speaks plain http has a URL with http://.",
        ),
        _ => (
            "the server broke the protocol".to_owned(),
            "Check that the server, or a device between, speaks TLS 1.2 or 1.3.",
        ),
    };
    Error::new(ErrorKind::Transport, format!("TLS with {peer} failed: {what}"))
        .because(Reason::Tls)
        .advise(hint)
        .caused_by(cause.clone())
}

/// Whether an alert of the server ends the handshake, so that it has not read the request. In TLS 1.3 it
/// comes after the client took the handshake for complete.
pub(super) fn ends_handshake(cause: &TlsError) -> bool {
    use AlertDescription as A;
    let TlsError::AlertReceived(alert) = cause else { return false };
    matches!(
        alert,
        A::CertificateRequired
            | A::BadCertificate
            | A::UnsupportedCertificate
            | A::CertificateRevoked
            | A::CertificateExpired
            | A::CertificateUnknown
            | A::UnknownCA
            | A::AccessDenied
            | A::HandshakeFailure
            | A::DecryptError
            | A::ProtocolVersion
            | A::InsufficientSecurity
            | A::UnrecognisedName
    )
}

type Cause = (String, &'static str);

fn of_certificate(error: &CertificateError) -> Cause {
    use CertificateError as C;
    match error {
        C::ExpiredContext { not_after, time } => (
            format!(
                "the server's certificate expired on {}, and it is {}",
                date(*not_after),
                date(*time)
            ),
            EXPIRED,
        ),
        C::Expired => ("the server's certificate has expired".to_owned(), EXPIRED),
        C::NotValidYetContext { not_before, time } => (
            format!(
                "the server's certificate is valid from {}, and it is {}",
                date(*not_before),
                date(*time)
            ),
            NOT_YET,
        ),
        C::NotValidYet => ("the server's certificate is not valid yet".to_owned(), NOT_YET),
        C::NotValidForNameContext { presented, .. } => {
            (format!("the server's certificate is for {}", names(presented)), OTHER_HOST)
        }
        C::NotValidForName => {
            ("the server's certificate is for another host".to_owned(), OTHER_HOST)
        }
        C::UnknownIssuer => (
            "the server's certificate is signed by an authority that is not trusted here"
                .to_owned(),
            "If a company's own authority or a proxy that reads TLS signed it, give that authority's certificate as root_certificates.",
        ),
        C::Revoked => (
            "the server's certificate was revoked".to_owned(),
            "Ask the operator of the server for a new certificate.",
        ),
        C::BadSignature | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => (
            "a signature in the server's certificates cannot be verified".to_owned(),
            "A key is too short (RSA needs 2048 bits), or a certificate is damaged, or another one has the same name.",
        ),
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => wrong_purpose(),
        C::BadEncoding => ("the server's certificate is damaged".to_owned(), ASK),
        C::UnhandledCriticalExtension => (
            "the server's certificate has a critical extension that is not known here".to_owned(),
            ASK,
        ),
        C::Other(OtherError(error)) => of_other(&**error),
        _ if is_weak(error) => weak(),
        _ => ("the server's certificate is not accepted".to_owned(), ASK),
    }
}

#[expect(deprecated, reason = "rustls may still report it")]
fn is_weak(error: &CertificateError) -> bool {
    use CertificateError as C;
    matches!(
        error,
        C::UnsupportedSignatureAlgorithm | C::UnsupportedSignatureAlgorithmContext { .. }
    )
}

fn of_other(error: &(dyn std::error::Error + 'static)) -> Cause {
    use webpki::Error as E;
    if error.is::<SelfSigned>() {
        return (
            "the server's certificate is signed by itself".to_owned(),
            "If it is the right server, give this certificate as root_certificates.",
        );
    }
    match error.downcast_ref() {
        Some(E::CaUsedAsEndEntity) => (
            "the server shows the certificate of a certificate authority".to_owned(),
            "Give the server a certificate of its own, or this one as root_certificates.",
        ),
        Some(E::UnsupportedCertVersion) => (
            "the server's certificate has an old version of X.509".to_owned(),
            "Make a certificate of version 3, which names its hosts.",
        ),
        Some(E::InvalidCertValidity) => {
            ("the server's certificate ends before it begins".to_owned(), ASK)
        }
        Some(E::NameConstraintViolation) => {
            ("an authority of the server's certificate may not sign for this host".to_owned(), ASK)
        }
        Some(_) => ("the server's certificate is not accepted".to_owned(), ASK),
        None => (format!("the server's certificate is not accepted: {error}"), ASK),
    }
}

fn of_alert(alert: AlertDescription) -> Cause {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired => (
            "the server wants a certificate of the client".to_owned(),
            "Give client_certificate and client_key.",
        ),
        A::ProtocolVersion | A::InsufficientSecurity => of_protocol(),
        A::UnrecognisedName => {
            ("the server does not know this host's name".to_owned(), "Check the host.")
        }
        A::HandshakeFailure => (
            "the server and this client agree on no way to encrypt, or it wants a certificate of the client".to_owned(),
            "Let the server speak TLS 1.2 or 1.3 with a modern cipher, or give client_certificate and client_key.",
        ),
        A::BadCertificate | A::UnsupportedCertificate | A::CertificateRevoked | A::CertificateExpired
        | A::CertificateUnknown | A::UnknownCA | A::AccessDenied | A::DecryptError => (
            format!("the server refused the client's certificate ({})", words(alert)),
            "Check client_certificate and client_key, or give them if they are missing.",
        ),
        alert => (
            format!("the server ended the handshake ({})", words(alert)),
            "Look at the server's log of this handshake.",
        ),
    }
}

fn of_protocol() -> Cause {
    (
        "the server speaks no version of TLS that is still safe".to_owned(),
        "Let the server speak TLS 1.2 or 1.3.",
    )
}

fn wrong_purpose() -> Cause {
    (
        "the certificate is not one for a server".to_owned(),
        "Give the server a certificate whose extended key usage is serverAuth.",
    )
}

fn weak() -> Cause {
    (
        "the server's certificate is signed with an algorithm that is no longer safe".to_owned(),
        "Have the certificate made anew with SHA-256 and a key of RSA, ECDSA or Ed25519.",
    )
}

/// `UnknownCA` as `unknown ca`.
fn words(alert: AlertDescription) -> String {
    let mut words = String::new();
    let mut was_lower = false;
    for character in alert.as_str().unwrap_or("an alert of unknown meaning").chars() {
        if character.is_ascii_uppercase() && was_lower {
            words.push(' ');
        }
        was_lower = character.is_ascii_lowercase();
        words.push(character.to_ascii_lowercase());
    }
    words
}

fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "no host that it names".to_owned();
    }
    // webpki writes `DnsName("git.corp.example")`.
    let bare = |name: &String| {
        let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
        inner.unwrap_or(name).trim_matches('"').to_owned()
    };
    let mut shown: Vec<_> = presented.iter().take(MOST_NAMES).map(bare).collect();
    if presented.len() > MOST_NAMES {
        shown.push(format!("{} more", presented.len() - MOST_NAMES));
    }
    shown.join(", ")
}

fn date(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_secs(seconds).to_string()
}

const EXPIRED: &str =
    "Renew the server's certificate; if this machine's date is wrong, correct it.";
const NOT_YET: &str = "Correct this machine's date, or wait until then.";
const OTHER_HOST: &str = "Give the host under the name that its certificate has, or a certificate with this host's name to the server.";
const ASK: &str = "Ask the operator of the server to look at its certificate.";
const MOST_NAMES: usize = 5;
