//! The state of a token at its authorization server (RFC 7662).

use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{json, time::Time, values};

/// The state of a token at its authorization server.
///
/// Only active and raw are set for a token that is not active.
///
/// See https://www.rfc-editor.org/rfc/rfc7662#section-2.2
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Introspection(pub(crate) appmint_core::oauth::Introspection);

#[pymethods]
impl Introspection {
    /// Whether the token works now. If it does not, all other members but raw are empty.
    #[getter]
    fn active(&self) -> bool {
        self.0.active
    }

    /// The OAuth scopes that the token was granted: scope.
    #[getter]
    fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// The client that requested the token: client_id.
    #[getter]
    fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// The display name of the user who authorized it: username.
    #[getter]
    fn username(&self) -> Option<&str> {
        self.0.username.as_deref()
    }

    /// The subject of the token, usually the id of the user who authorized it: sub.
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// The token's type, such as "Bearer": token_type.
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

    /// When the token expires: exp, in UTC.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.0.expires_at.map(Time)
    }

    /// When the token was issued: iat, in UTC.
    #[getter]
    fn issued_at(&self) -> Option<Time> {
        self.0.issued_at.map(Time)
    }

    /// When the token begins to be valid: nbf, in UTC.
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
    ///
    /// Returns:
    ///     A new dict. Values are the attributes' own.
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
