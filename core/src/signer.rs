//! Who signs the app's JWT: a private key in memory, or something outside that keeps the key.

use std::fmt;

use crate::error::Result;

/// Makes RS256 signatures (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 §3.3).
///
/// [`PrivateKey`](crate::PrivateKey) is one. A KMS, an HSM or a callback of the host program is
/// another: it may block, and is called on a worker thread.
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
}
