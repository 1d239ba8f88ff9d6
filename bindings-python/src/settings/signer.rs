//! A Python callable that signs.

use std::sync::Arc;

use appmint_core::{Result, auth::Signer};
use pyo3::{prelude::*, types::PyBytes};

use crate::{
    arguments::{bytes, callable},
    callback::{Callback, Callbacks, ended, raised, returned},
    interpreter,
};

/// The signer that an app calls instead of signing with a private key.
pub(crate) fn signer(
    name: &str,
    value: &Bound<'_, PyAny>,
    callbacks: &Bound<'_, Callbacks>,
) -> PyResult<Arc<dyn Signer>> {
    callable(name, "bytes and returns their signature as bytes", value)?;
    Ok(Arc::new(PythonSigner(Callbacks::add(callbacks, value)?)))
}

#[derive(Debug)]
struct PythonSigner(Callback);

impl Signer for PythonSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        self.0.attach(|signer| sign(signer, message)).unwrap_or_else(|| Err(ended(NAME)))
    }
}

fn sign(signer: &Bound<'_, PyAny>, message: &[u8]) -> Result<Vec<u8>> {
    let py = signer.py();
    let signature = interpreter::call(signer, (PyBytes::new(py, message),), None)
        .and_then(awaited)
        .map_err(|exception| raised(py, NAME, exception))?;
    bytes(&signature)
        .map_err(|exception| raised(py, NAME, exception))?
        .ok_or_else(|| returned(NAME, &signature, "bytes"))
}

/// The value that a callable returned, or that its coroutine returns: it runs on this thread, on an event loop of
/// its own.
fn awaited<'py>(value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if !value.hasattr("__await__")? {
        return Ok(value);
    }
    let run = value.py().import("appmint._waiting")?.getattr("run")?;
    interpreter::call(&run, (value,), None)
}

/// The signer in errors.
const NAME: &str = "the signer";
