//! The state of a token at its authorization server (RFC 7662).

use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{json, time::Time, values};

/// The state of a token at its authorization server (RFC 7662).
///
/// Only active and raw are set for a token that is not active.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Introspection(pub(crate) appmint_core::oauth::Introspection);

#[pymethods]
impl Introspection {
    /// Whether the token is valid now.
    #[getter]
    fn active(&self) -> bool {
        self.0.active
    }

    /// The token's OAuth scopes.
    #[getter]
    fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// The client that requested the token.
    #[getter]
    fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// The display name of the user who authorized it.
    #[getter]
    fn username(&self) -> Option<&str> {
        self.0.username.as_deref()
    }

    /// The id of the user who authorized it: sub.
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// The token's type, such as "Bearer".
    #[getter]
    fn token_type(&self) -> Option<&str> {
        self.0.token_type.as_deref()
    }

    /// The server that issued it: iss.
    #[getter]
    fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// The services that it is meant for: aud.
    #[getter]
    fn audience(&self) -> &[String] {
        &self.0.audience
    }

    /// When it expires, in UTC.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.0.expires_at.map(Time)
    }

    /// When it was issued, in UTC.
    #[getter]
    fn issued_at(&self) -> Option<Time> {
        self.0.issued_at.map(Time)
    }

    /// When it begins to be valid, in UTC.
    #[getter]
    fn not_before(&self) -> Option<Time> {
        self.0.not_before.map(Time)
    }

    /// The whole object as the server sent it.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::value(py, &self.0.raw)
    }

    /// Returns the attributes by name.
    fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        values::as_dict(slf.as_any())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        values::reduced(py, "Introspection", &self.0)
    }

    fn __repr__(&self) -> &str {
        if self.0.active {
            "<appmint.Introspection of an active token>"
        } else {
            "<appmint.Introspection of a token that is not active>"
        }
    }
}
