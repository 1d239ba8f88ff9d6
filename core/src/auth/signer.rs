//! The signer of the app's JWT: a private key in memory, or something outside that keeps the key.

use std::{fmt, sync::Arc};

use crate::error::Result;

/// Makes RS256 signatures (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 §3.3).
///
/// [`PrivateKey`](super::PrivateKey) is one. A KMS, an HSM or a callback of the host program is
/// another: it may block, and is called on a thread of the pool.
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
}

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
}
