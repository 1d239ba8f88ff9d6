//! A signer of the program's own: a JavaScript function.

use std::{fmt, sync::Arc};

use appmint_core::{ErrorKind, Result};
use napi::Env;
use napi_derive::napi;

use crate::{
    durations::from_millis,
    js_callbacks::{Argument, JsCallback, JsFunction},
};

/// A signer that JavaScript provides.
#[napi]
pub struct Signer(Arc<JsCallback>);

#[napi]
impl Signer {
    /// A signer that calls `function` with each message to sign, and waits for a signature for at
    /// most `timeout_ms`.
    ///
    /// # Errors
    /// If Node cannot make the queue.
    #[napi(catch_unwind, constructor)]
    pub fn new(env: Env, function: JsFunction<'_>, timeout_ms: f64) -> napi::Result<Self> {
        let timeout = from_millis(timeout_ms);
        Ok(Self(JsCallback::new(env, function, timeout, "the signer", ErrorKind::Timeout)?))
    }

    pub(crate) fn shared(&self) -> Arc<dyn appmint_core::auth::Signer> {
        Arc::new(JsSigner(Arc::clone(&self.0)))
    }
}

/// The core's side of a [`Signer`].
struct JsSigner(Arc<JsCallback>);

impl appmint_core::auth::Signer for JsSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let signature = self.0.call("sign", vec![Argument::Bytes(message.to_vec())])?;
        signature.ok_or_else(|| self.0.no_reply())
    }
}

impl fmt::Debug for JsSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(JavaScript)")
    }
}
