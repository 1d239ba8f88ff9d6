//! Errors of Redis, without its text: Redis may repeat in it the values that it was sent.

use std::{error::Error as StdError, fmt, io, sync::Arc};

use redis::ErrorKind as Kind;
use rustls::AlertDescription;

use super::failed;
use crate::error::Error;

/// The error of a connection that was not made, or on which Redis let nobody in.
pub(super) fn unreachable(error: &redis::RedisError) -> Error {
    if let Some(cause) = tls_cause(error) {
        return tls_failure(cause, error);
    }
    let hint = advice(error).unwrap_or(match error.kind() {
        Kind::Io if error.is_connection_dropped() && !error.is_connection_refusal() => HUNG_UP,
        _ => "Check the store's URL, and that Redis is running there: with TLS if the URL begins with rediss://.",
    });
    failed("the store could not be reached", redacted(error)).advise(hint)
}

fn tls_failure(cause: &rustls::Error, error: &redis::RedisError) -> Error {
    let hint = match cause {
        rustls::Error::InvalidCertificate(_) => {
            "The certificate of that Redis is not trusted: give its authority as root_certificates, and the host that it is for."
        }
        rustls::Error::AlertReceived(alert) if wants_a_certificate(*alert) => {
            "That Redis wants the certificate of a client that it knows: give client_certificate and client_key, or say `tls-auth-clients no` there."
        }
        rustls::Error::InvalidMessage(_) => {
            "That port does not speak TLS: write redis:// instead of rediss://."
        }
        _ => "Check the TLS settings of that Redis.",
    };
    let message = format!("TLS with the store failed: {cause}");
    failed(&message, redacted(error)).advise(hint)
}

/// Whether a server ends a handshake with this alert if it gets no certificate, or one that it does not know.
fn wants_a_certificate(alert: AlertDescription) -> bool {
    use AlertDescription as A;
    matches!(
        alert,
        A::CertificateRequired
            | A::HandshakeFailure
            | A::BadCertificate
            | A::UnsupportedCertificate
            | A::CertificateRevoked
            | A::CertificateExpired
            | A::CertificateUnknown
            | A::UnknownCA
            | A::AccessDenied
            | A::DecryptError
    )
}

/// The hint for an error, by the code that Redis gives it.
pub(super) fn advice(error: &redis::RedisError) -> Option<&'static str> {
    if error.kind() == Kind::AuthenticationFailed {
        return Some(NOT_LET_IN);
    }
    match error.code()? {
        "MOVED" | "ASK" | "CROSSSLOT" | "CLUSTERDOWN" | "TRYAGAIN" => Some(
            "This is a node of a Redis Cluster, which is not supported: give the URL of one Redis.",
        ),
        "READONLY" => Some("This Redis is a replica: give the URL of its master."),
        "NOAUTH" | "WRONGPASS" | "NOPERM" => Some(NOT_LET_IN),
        "ERR" if error.detail().is_some_and(|text| text.contains("unknown command")) => Some(
            "This may be a Redis Sentinel, which is not supported: give the URL of the master.",
        ),
        "OOM" => Some("This Redis has no memory left."),
        _ => None,
    }
}

/// The error of rustls in an error of the connection, which both wrap.
fn tls_cause(error: &redis::RedisError) -> Option<&rustls::Error> {
    type Shared = Arc<dyn StdError + Send + Sync>;
    let io: &io::Error = error.source()?.downcast_ref::<Shared>()?.downcast_ref()?;
    io.get_ref()?.downcast_ref()
}

/// A Redis error without its text, which may repeat values that were sent.
#[derive(Debug)]
pub(super) struct Redacted(Kind, Option<String>);

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.1 {
            Some(code) => write!(f, "Redis: {:?} ({code})", self.0),
            None => write!(f, "Redis: {:?}", self.0),
        }
    }
}

impl StdError for Redacted {}

pub(super) fn redacted(error: &redis::RedisError) -> Redacted {
    Redacted(error.kind(), error.code().map(str::to_owned))
}

const NOT_LET_IN: &str = "Redis refuses the user, the password or a command: check the store's URL, and the user's rights.";
const HUNG_UP: &str =
    "That port hung up at once. If Redis speaks TLS there, write rediss:// instead of redis://.";

#[cfg(test)]
mod tests {
    use redis::make_extension_error;

    use super::*;

    fn hint(code: &str, detail: Option<&str>) -> Option<&'static str> {
        advice(&make_extension_error(code.to_owned(), detail.map(str::to_owned)))
    }

    #[test]
    fn each_refusal_that_has_a_cause_names_it() {
        for (code, detail, says) in [
            ("MOVED", Some("1 10.0.0.1:6379"), "a node of a Redis Cluster"),
            ("CLUSTERDOWN", None, "a node of a Redis Cluster"),
            ("READONLY", None, "a replica"),
            ("NOAUTH", None, "refuses the user, the password"),
            ("NOPERM", None, "refuses the user, the password"),
            ("ERR", Some("unknown command 'GET', with args"), "may be a Redis Sentinel"),
            ("OOM", None, "has no memory left"),
        ] {
            let hint = hint(code, detail).unwrap_or_default();
            assert!(hint.contains(says), "{code}: {hint}");
        }
        assert_eq!(hint("ERR", Some("syntax error")), None);
        assert_eq!(hint("LOADING", None), None);
    }
}
