//! The core's errors as exceptions. Their classes are written in Python: `appmint._errors`.

use std::error::Error as _;

use appmint_core::{Error, ErrorKind, Reason};
use pyo3::{exceptions::PyTypeError, prelude::*, types::PyDict};

use crate::{callback::Raised, imports::ERRORS_BY_KIND, time::Span};

/// The exception for an error of the core.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    try_exception(py, error).unwrap_or_else(|failure| failure)
}

/// An `InvalidArgumentError` for an argument that this binding refuses before it calls the core.
pub(crate) fn invalid_argument(py: Python<'_>, message: impl Into<String>) -> PyErr {
    exception(py, &Error::invalid(message))
}

/// A `ProtocolError` for text that should be JSON.
pub(crate) fn not_json(py: Python<'_>, message: &str) -> PyErr {
    exception(py, &Error::new(ErrorKind::Protocol, message).because(Reason::NotJson))
}

/// A `TypeError` for an attempt to pickle an object that holds a secret: pickles are kept in files
/// and queues, where nobody expects one.
pub(crate) fn unpicklable(class: &str) -> PyErr {
    PyTypeError::new_err(format!("cannot pickle '{class}' object: it holds a secret"))
}

fn try_exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let class = ERRORS_BY_KIND.get(py)?.get_item(error.kind().name())?;
    let details = PyDict::new(py);
    details.set_item("reason", error.reason().map(Reason::name))?;
    details.set_item("hint", error.hint())?;
    details.set_item("status", error.status())?;
    details.set_item("platform_code", error.platform_code())?;
    details.set_item("request_id", error.request_id())?;
    details.set_item("sso_url", error.sso_url())?;
    details.set_item("missing_permissions", error.missing_permissions())?;
    details.set_item("retry_after", error.retry_after().map(Span))?;
    details.set_item("is_retryable", error.is_retryable())?;
    let exception = PyErr::from_value(class.call((error.message(),), Some(&details))?);
    if let Some(raised) = error.source().and_then(|source| source.downcast_ref::<Raised>()) {
        exception.set_cause(py, Some(raised.exception(py)));
    }
    Ok(exception)
}
