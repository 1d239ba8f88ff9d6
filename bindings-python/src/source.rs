//! Sources of installation tokens.

use pyo3::prelude::*;

use crate::{
    call,
    convert::{given, span},
    response::Response,
    token::{Token, unpicklable},
    wait::land,
};

/// Keeps one token of an installation valid: from memory while it lives long enough, else newly
/// minted, by one caller for all who ask meanwhile.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct TokenSource(pub(crate) appmint_core::TokenSource);

#[pymethods]
impl TokenSource {
    /// The installation's id.
    #[getter]
    fn installation_id(&self) -> &str {
        self.0.installation_id()
    }

    /// A token that lives at least min_valid longer: a timedelta or seconds, default 60 s.
    ///
    /// It comes from memory, or is newly minted.
    #[pyo3(signature = (min_valid=None))]
    fn token(&self, py: Python<'_>, min_valid: Option<&Bound<'_, PyAny>>) -> PyResult<Token> {
        let min_valid = given("min_valid", min_valid, span)?;
        land(py, || self.0.token(min_valid)).map(Token)
    }

    /// Forgets the token: the next call mints. A token already handed out still works.
    fn invalidate(&self) {
        self.0.invalidate();
    }

    /// An API call as the installation; any status is an answer.
    #[pyo3(signature = (method, path, headers=None, json=None, body=None))]
    fn request(
        &self,
        method: &Bound<'_, PyAny>,
        path: &Bound<'_, PyAny>,
        headers: Option<&Bound<'_, PyAny>>,
        json: Option<&Bound<'_, PyAny>>,
        body: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Response> {
        let call = call::read(method, path, headers, json, body)?;
        land(method.py(), || self.0.request(call)).map(Response)
    }

    fn __repr__(&self) -> String {
        format!("<appmint.TokenSource for installation {}>", self.0.installation_id())
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("TokenSource"))
    }
}
