//! The app: its identity, its calls to the API, its counters and its end. Each other room adds its
//! own methods.

pub(crate) mod call;
pub(crate) mod response;
pub(crate) mod stats;

use pyo3::{PyTraverseError, PyVisit, prelude::*};

use crate::{
    app::{response::Response, stats::Stats},
    arguments::{Argument, Optional, optional},
    callback::Callbacks,
    errors::unpicklable,
    time::Offset,
    tokens::token::{self, Token},
    wait::{compute, wait},
};

#[doc = include_str!("app.txt")]
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct App {
    pub(crate) core: appmint_core::App,
    pub(crate) callbacks: Py<Callbacks>,
}

#[pymethods]
impl App {
    #[getter]
    fn platform_name(&self) -> &str {
        self.core.platform().name()
    }

    fn jwt(&self, py: Python<'_>) -> PyResult<Token> {
        wait(py, || self.core.jwt()).map(Token)
    }

    #[getter]
    fn fingerprint(&self) -> Option<String> {
        self.core.fingerprint()
    }

    #[getter]
    fn clock_offset(&self) -> Offset {
        Offset(self.core.clock_offset_ms())
    }

    #[pyo3(signature = (
        method, path, headers=None, json=None, body=None, token=None, *, timeout=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn request(
        &self,
        method: Argument<'_, '_>,
        path: Argument<'_, '_>,
        headers: Optional<'_, '_>,
        json: Optional<'_, '_>,
        body: Optional<'_, '_>,
        token: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Response> {
        let mut call = call::call(method, path, headers, json, body, timeout)?;
        if let Some(secret) = optional("token", token, token::secret)? {
            call = call.token(secret);
        }
        wait(method.py(), || self.core.request(call)).map(Response)
    }

    fn stats(&self) -> Stats {
        Stats(self.core.stats())
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        compute(py, || {
            self.core.close();
            Ok(())
        })
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: Optional<'_, '_>,
        _error: Optional<'_, '_>,
        _traceback: Optional<'_, '_>,
    ) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        format!("<appmint.App on {}>", self.core.platform().name())
    }

    fn __reduce_ex__(&self, _protocol: Argument<'_, '_>) -> PyResult<()> {
        Err(unpicklable("App"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callbacks)
    }
}
