//! A Python callable that signs.

use std::sync::Arc;

use appmint_core::{Result, Signer};
use pyo3::{prelude::*, types::PyBytes};

use crate::{
    callback::{Callback, Callbacks, ended, raised, returned},
    convert::{self, callable},
};

/// The signer that an app is to ask.
pub(crate) fn signer(
    name: &str,
    value: &Bound<'_, PyAny>,
    callbacks: &Bound<'_, Callbacks>,
) -> PyResult<Arc<dyn Signer>> {
    callable(name, "bytes in, signature out", value)?;
    Ok(Arc::new(PythonSigner(Callbacks::keep(callbacks, value)?)))
}

#[derive(Debug)]
struct PythonSigner(Callback);

impl Signer for PythonSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        self.0.enter(|signer| sign(signer, message)).unwrap_or_else(|| Err(ended(WHO)))
    }
}

fn sign(signer: &Bound<'_, PyAny>, message: &[u8]) -> Result<Vec<u8>> {
    let py = signer.py();
    let signature = signer
        .call1((PyBytes::new(py, message),))
        .map_err(|exception| raised(py, WHO, exception))?;
    convert::bytes(&signature)
        .map_err(|exception| raised(py, WHO, exception))?
        .ok_or_else(|| returned(WHO, &signature, "bytes"))
}

const WHO: &str = "the signer";
