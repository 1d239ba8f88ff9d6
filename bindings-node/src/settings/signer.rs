//! A JavaScript function that signs.

use std::{fmt, sync::Arc};

use appmint_core::{ErrorKind, Result};
use napi::Env;
use napi_derive::napi;

use crate::{
    clock::millis,
    desk::{Asked, Desk, Part},
};

/// A signer that JavaScript answers for.
#[napi]
pub struct Signer(Arc<Desk>);

#[napi]
impl Signer {
    /// Calls `ask` with each message to sign. A signature is waited for no longer than `patience`
    /// milliseconds.
    ///
    /// # Errors
    /// When Node makes no queue.
    #[napi(catch_unwind, constructor)]
    pub fn new(env: Env, ask: Asked<'_>, patience: f64) -> napi::Result<Self> {
        Ok(Self(Desk::open(env, ask, millis(patience), "the signer", ErrorKind::Timeout)?))
    }

    pub(crate) fn shared(&self) -> Arc<dyn appmint_core::Signer> {
        Arc::new(Asking(Arc::clone(&self.0)))
    }
}

/// The core's side of a [`Signer`].
struct Asking(Arc<Desk>);

impl appmint_core::Signer for Asking {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let signature = self.0.ask("sign", vec![Part::Bytes(message.to_vec())])?;
        signature.ok_or_else(|| self.0.unanswered())
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(JavaScript)")
    }
}
