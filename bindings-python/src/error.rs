//! The core's errors as exceptions. Their classes are Python's own, in `appmint._errors`.

use std::error::Error as _;

use appmint_core::{Error, ErrorKind, Reason};
use pyo3::{prelude::*, sync::PyOnceLock, types::PyDict};

use crate::{callback::Raised, time::Span};

/// The exception for an error.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).unwrap_or_else(|failure| failure)
}

/// The exception for an argument that the core never came to see.
pub(crate) fn invalid(py: Python<'_>, message: impl Into<String>) -> PyErr {
    raise(py, &Error::invalid(message))
}

/// The exception for text that should be JSON.
pub(crate) fn not_json(py: Python<'_>, message: &str) -> PyErr {
    raise(py, &Error::new(ErrorKind::Protocol, message).because(Reason::NotJson))
}

fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    static BY_KIND: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let class = BY_KIND.import(py, "appmint._errors", "BY_KIND")?.as_any();
    let class = class.get_item(error.kind().name())?;
    let details = PyDict::new(py);
    details.set_item("reason", error.reason().map(Reason::name))?;
    details.set_item("hint", error.hint())?;
    details.set_item("status", error.status())?;
    details.set_item("platform_code", error.platform_code())?;
    details.set_item("request_id", error.request_id())?;
    details.set_item("retry_after", error.retry_after().map(Span))?;
    details.set_item("is_retryable", error.is_retryable())?;
    let raised = PyErr::from_value(class.call((error.message(),), Some(&details))?);
    if let Some(cause) = error.source().and_then(|source| source.downcast_ref::<Raised>()) {
        raised.set_cause(py, Some(cause.exception(py)));
    }
    Ok(raised)
}
