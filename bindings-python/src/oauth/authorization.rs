//! A URL to send a user to, and the secrets of that request.

use appmint_core::Secret;
use pyo3::prelude::*;

use crate::{arguments::wrong_type, errors::unpicklable};

/// A URL to send a user to, and the secrets to keep until the user returns.
///
/// It can be finished once, and within an hour by the wall clock, since it may be sealed
/// and opened by another process. A clock that is set ahead ends it sooner; one that is
/// set back prolongs it by as much. One that began more than five minutes in the future
/// is refused, so that a wrong date cannot prolong it for days.
///
/// See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
#[pyclass(frozen, module = "appmint")]
pub(crate) struct Authorization(pub(crate) appmint_core::oauth::Authorization);

#[pymethods]
impl Authorization {
    /// The URL to send the user's browser to.
    #[getter]
    fn url(&self) -> &str {
        self.0.url()
    }

    /// The state that the callback must have; keep it in the user's web session.
    #[getter]
    fn state(&self) -> &str {
        self.0.state()
    }

    /// The PKCE verifier for App.exchange_code, a secret.
    ///
    /// None if the platform does not use PKCE.
    #[getter]
    fn code_verifier(&self) -> Option<&str> {
        self.0.code_verifier().map(Secret::reveal)
    }

    /// The URL to which the user returns.
    ///
    /// None if none was given.
    #[getter]
    fn redirect_uri(&self) -> Option<&str> {
        self.0.redirect_uri()
    }

    fn __repr__(&self) -> String {
        format!("<appmint.Authorization at {}>", self.0.url())
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("Authorization"))
    }
}

/// An argument that must be an `Authorization`.
pub(crate) fn authorization(
    name: &str,
    value: &Bound<'_, PyAny>,
) -> PyResult<appmint_core::oauth::Authorization> {
    let authorization = value.cast::<Authorization>();
    let authorization = authorization.map_err(|_| wrong_type(name, "an Authorization", value))?;
    Ok(authorization.get().0.clone())
}
