//! Responses of a platform's API.

use std::{borrow::Cow, sync::Arc};

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyString},
};

use crate::{
    errors::{not_json, unpicklable},
    imports::JOINED_HEADERS,
    json,
    wait::call,
};

/// A response of the platform's API, of any status.
///
/// See https://www.rfc-editor.org/rfc/rfc9110#section-15
#[pyclass(frozen, module = "appmint")]
pub(crate) struct Response(pub(crate) Arc<appmint_core::Response>);

#[pymethods]
impl Response {
    /// The HTTP status.
    #[getter]
    fn status(&self) -> u16 {
        self.0.status
    }

    /// Whether the status is below 400.
    #[getter]
    fn ok(&self) -> bool {
        self.0.status < 400
    }

    /// Raises an error if the status is 400 or more.
    ///
    /// Raises:
    ///     UnauthorizedError: The status is 401.
    ///     ForbiddenError: The status is 403.
    ///     NotFoundError: The status is 404 or 410.
    ///     RateLimitedError: The status is 429.
    ///     ServerError: The status is 500 or more.
    ///     RejectedError: Another status from 400 on.
    fn raise_for_status(&self, py: Python<'_>) -> PyResult<()> {
        call(py, || self.0.error_for_status())
    }

    /// The headers, with names in lower case.
    ///
    /// A name is found in any case.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        JOINED_HEADERS.get(py)?.call1((self.0.headers.clone(),))
    }

    /// The whole body.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.body)
    }

    /// The body as text, in its charset and without a byte order mark.
    ///
    /// UTF-8, UTF-16 by its byte order mark or its declared charset, or ISO-8859-1 where that
    /// is declared. Bytes that are not valid are replaced by U+FFFD.
    #[getter]
    fn text(&self) -> Cow<'_, str> {
        self.0.text()
    }

    /// Parses the body as JSON.
    ///
    /// Returns:
    ///     The value.
    ///
    /// Raises:
    ///     ProtocolError: The body is not JSON (reason "not_json").
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        // Python's own error would hold the body.
        json::load(PyString::new(py, &self.text()).as_any()).map_err(|error| {
            let is_not_json = error.is_instance_of::<PyValueError>(py);
            if is_not_json { not_json(py, "the response's body is not JSON") } else { error }
        })
    }

    fn __repr__(&self) -> String {
        format!("<appmint.Response {} of {} bytes>", self.0.status, self.0.body.len())
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("Response"))
    }
}
