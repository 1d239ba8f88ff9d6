//! Responses of a platform's API.

use std::sync::Arc;

use pyo3::{exceptions::PyValueError, prelude::*, types::PyBytes};

use crate::{
    errors::{not_json, unpicklable},
    imports::JOINED_HEADERS,
    json,
};

/// A response of the platform's API, of any status.
#[pyclass(frozen, module = "appmint")]
pub(crate) struct Response(pub(crate) Arc<appmint_core::Response>);

#[pymethods]
impl Response {
    /// The HTTP status.
    #[getter]
    fn status(&self) -> u16 {
        self.0.status
    }

    /// The headers: names in lower case, which are found in any case.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        JOINED_HEADERS.get(py)?.call1((self.0.headers.clone(),))
    }

    /// The whole body.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.body)
    }

    /// The body as text. Bytes that are not UTF-8 are replaced.
    #[getter]
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.body).into_owned()
    }

    /// Parses the body as JSON.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        // Python's own error would hold the body.
        json::load(self.body(py).as_any()).map_err(|error| {
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
