//! What an authorization server knows about a token (RFC 7662).

use pyo3::prelude::*;

use crate::{json, time::Time};

/// What an authorization server knows of a token (RFC 7662).
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Introspection(pub(crate) appmint_core::Introspection);

#[pymethods]
impl Introspection {
    /// Whether the token works now; if not, nothing else is told.
    #[getter]
    fn active(&self) -> bool {
        self.0.active
    }

    /// The OAuth scopes that it was granted.
    #[getter]
    fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// The client that asked for it.
    #[getter]
    fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// Who authorized it, for people.
    #[getter]
    fn username(&self) -> Option<&str> {
        self.0.username.as_deref()
    }

    /// Who authorized it, for machines: sub.
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// How it is used, such as "Bearer".
    #[getter]
    fn token_type(&self) -> Option<&str> {
        self.0.token_type.as_deref()
    }

    /// Who issued it: iss.
    #[getter]
    fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// Whom it is meant for: aud.
    #[getter]
    fn audience(&self) -> &[String] {
        &self.0.audience
    }

    /// When it stops working, in UTC.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.0.expires_at.map(Time)
    }

    /// When it was issued, in UTC.
    #[getter]
    fn issued_at(&self) -> Option<Time> {
        self.0.issued_at.map(Time)
    }

    /// From when on it works, in UTC.
    #[getter]
    fn not_before(&self) -> Option<Time> {
        self.0.not_before.map(Time)
    }

    /// The whole object as the server sent it.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::value(py, &self.0.raw)
    }

    fn __repr__(&self) -> &str {
        if self.0.active {
            "<appmint.Introspection of an active token>"
        } else {
            "<appmint.Introspection of a token that is not active>"
        }
    }
}
