//! A Python callable that signs.

use std::{fmt, sync::Arc};

use appmint_core::{Error, ErrorKind, Result, Signer};
use pyo3::{prelude::*, types::PyBytes};

use crate::convert;

/// The signer that an app is to ask.
pub(crate) fn signer(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Arc<dyn Signer>> {
    Ok(Arc::new(Callback(convert::callable(name, value)?)))
}

/// Signs by calling Python, on one of the core's worker threads.
struct Callback(Py<PyAny>);

impl Callback {
    fn call(&self, py: Python<'_>, message: &[u8]) -> Result<Vec<u8>> {
        let signature = self
            .0
            .bind(py)
            .call1((PyBytes::new(py, message),))
            .map_err(|exception| raised(py, exception))?;
        convert::bytes(&signature)
            .map_err(|exception| raised(py, exception))?
            .ok_or_else(|| failed(format!("the signer returned {}, not bytes", class(&signature))))
    }
}

impl Signer for Callback {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        Python::try_attach(|py| self.call(py, message))
            .unwrap_or_else(|| Err(failed("the signer was not called: the interpreter ends")))
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}

/// What the callable raised. It shows its class only: nobody knows what its text holds.
pub(crate) struct Raised {
    exception: PyErr,
    class: String,
}

impl Raised {
    pub(crate) fn exception(&self, py: Python<'_>) -> PyErr {
        self.exception.clone_ref(py)
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.class)
    }
}

impl fmt::Debug for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.class)
    }
}

impl std::error::Error for Raised {}

fn raised(py: Python<'_>, exception: PyErr) -> Error {
    let class = class(exception.value(py));
    failed(format!("the signer raised {class}")).caused_by(Raised { exception, class })
}

fn failed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Callback, message)
}

fn class(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "something".to_owned(), |name| name.to_string())
}
