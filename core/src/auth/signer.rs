//! The signer of the app's JWT: a private key in memory, or something outside that keeps the key.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    error::{Error, ErrorKind, Result, resource_exhausted},
    pasted::pem,
    tasks::{ForeignCalls, Unanswered},
};

/// Makes RS256 signatures (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 §3.3).
///
/// [`PrivateKey`](super::PrivateKey) is one. A KMS, an HSM or a callback of the host program is
/// another: it may block, is called on a thread of appmint's, and is waited for for nine tenths of the app's
/// timeout.
pub trait Signer: Send + Sync + fmt::Debug {
    /// The signature over `message`: as many bytes as the key's modulus has.
    ///
    /// # Errors
    /// [`Callback`](crate::ErrorKind::Callback) or [`Key`](crate::ErrorKind::Key).
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>>;

    /// The public key's fingerprint, where it is known.
    fn fingerprint(&self) -> Option<String> {
        None
    }

    /// The platform's name for the key: the `kid` of every JWT that it signs (RFC 7515 §4.1.4).
    fn key_id(&self) -> Option<String> {
        None
    }

    /// Whether the key is kept outside, where a signature may be made in another way than RS256.
    #[doc(hidden)]
    fn is_outside(&self) -> bool {
        false
    }
}

/// A signer outside that is waited for only so long, and whose mistakes are named.
#[derive(Debug)]
pub(crate) struct Outside {
    signer: Arc<dyn Signer>,
    time: Duration,
    calls: ForeignCalls,
}

impl Outside {
    /// A little of the call's time is left for saying that it was the signer.
    pub(crate) fn new(signer: Arc<dyn Signer>, timeout: Duration) -> Self {
        Self { signer, time: timeout.mul_f64(0.9), calls: ForeignCalls::default() }
    }
}

impl Signer for Outside {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let (signer, message) = (Arc::clone(&self.signer), message.to_owned());
        let answer = self.calls.call("appmint-signer", self.time, move || signer.sign(&message));
        let signature = answer.unwrap_or_else(|unanswered| Err(error(unanswered)))?;
        refuse_text(&signature)?;
        Ok(signature)
    }

    fn fingerprint(&self) -> Option<String> {
        self.signer.fingerprint()
    }

    fn key_id(&self) -> Option<String> {
        self.signer.key_id()
    }

    fn is_outside(&self) -> bool {
        true
    }
}

fn error(unanswered: Unanswered) -> Error {
    match unanswered {
        Unanswered::NoThread(error) => {
            resource_exhausted("no thread could be started for the signer", &error).caused_by(error)
        }
        Unanswered::Late(time) => {
            let time_ms = time.as_millis();
            Error::new(
                ErrorKind::Callback,
                format!("the signer returned nothing within {time_ms} ms"),
            )
            .advise("Raise `timeout`, or look at the signer: it is called once for all who wait.")
        }
        Unanswered::Hangs(count) => {
            let message = format!("{count} earlier calls of the signer have not returned");
            Error::new(ErrorKind::Callback, message).advise("Let the signer end its own waiting.")
        }
        Unanswered::Panicked => Error::new(ErrorKind::Callback, "the signer panicked"),
    }
}

/// Command lines and the APIs of key services return a signature as text.
fn refuse_text(signature: &[u8]) -> Result<()> {
    let Ok(text) = std::str::from_utf8(signature) else { return Ok(()) };
    let text = text.trim();
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_base64 = || pem::decode(text).is_some_and(|bytes| bytes.len() >= SHORTEST_SIGNATURE);
    let form = match text.len() {
        len if is_hex && len >= 2 * SHORTEST_SIGNATURE => "hexadecimal",
        _ if is_base64() => "base64",
        _ => return Ok(()),
    };
    Err(Error::new(
        ErrorKind::Callback,
        format!("the signer returned {form} text, not a signature's bytes"),
    )
    .advise(format!("Decode the {form}, and return the bytes.")))
}

/// The length of a signature by a key of 2048 bits, in bytes.
const SHORTEST_SIGNATURE: usize = 256;

/// A signer whose key has a name.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) signer: Arc<dyn Signer>,
    pub(crate) key_id: String,
}

impl Signer for Named {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        self.signer.sign(message)
    }

    fn fingerprint(&self) -> Option<String> {
        self.signer.fingerprint()
    }

    fn key_id(&self) -> Option<String> {
        Some(self.key_id.clone())
    }

    fn is_outside(&self) -> bool {
        self.signer.is_outside()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Hsm;

    impl Signer for Hsm {
        fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
            Ok(message.to_owned())
        }

        fn fingerprint(&self) -> Option<String> {
            Some("SHA256:abc".to_owned())
        }

        fn key_id(&self) -> Option<String> {
            Some("its own".to_owned())
        }
    }

    #[test]
    fn what_a_signer_tells_of_its_key_is_passed_on() {
        let outside = Outside::new(Arc::new(Hsm), Duration::from_secs(20));
        assert_eq!(outside.fingerprint().as_deref(), Some("SHA256:abc"));
        assert_eq!(outside.key_id().as_deref(), Some("its own"));
        assert_eq!(outside.sign(b"message").unwrap(), b"message");
        assert!(outside.is_outside() && !Hsm.is_outside());

        let named = Named { signer: Arc::new(outside), key_id: "given".to_owned() };
        assert_eq!(named.fingerprint().as_deref(), Some("SHA256:abc"));
        assert_eq!(named.key_id().as_deref(), Some("given"));
        assert!(named.is_outside());
        let inside = Named { signer: Arc::new(Hsm), key_id: "given".to_owned() };
        assert!(!inside.is_outside());
    }
}
