//! Tokens, which show their secret only when asked to.

use appmint_core::{Permissions, Secret};
use pyo3::{exceptions::PyTypeError, prelude::*, types::PyString};

use crate::{convert::wrong, json, time::Time};

/// A token: a snapshot of a secret, what it may do, and until when.
///
/// It shows its secret to reveal() and authorization() only.
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq, Eq)]
pub(crate) struct Token(pub(crate) appmint_core::Token);

#[pymethods]
impl Token {
    /// What it stands for: "jwt", "app", "installation" or "user".
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind().name()
    }

    /// The secret itself.
    fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// The value for an Authorization header.
    fn authorization_header<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, self.0.authorization_header().reveal())
    }

    /// When it stops working, in UTC; None if the platform did not say.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.0.expires_at().map(Time)
    }

    /// What it may do: permission names to levels.
    #[getter]
    fn permissions(&self) -> Permissions {
        self.0.permissions().clone()
    }

    /// Which repositories it reaches: "all" or "selected".
    #[getter]
    fn repository_selection(&self) -> Option<&str> {
        self.0.repository_selection()
    }

    /// Names of the repositories it was narrowed to; empty when it was not.
    #[getter]
    fn repositories(&self) -> &[String] {
        self.0.repositories()
    }

    /// OAuth scopes granted; empty where the platform names none.
    #[getter]
    fn scopes(&self) -> &[String] {
        self.0.scopes()
    }

    /// The account whose token it is, where the platform was asked (check_token, reset_token,
    /// scope_token) and said so.
    #[getter]
    fn account(&self) -> Option<&str> {
        self.0.account()
    }

    /// A JWT's payload; None for other tokens.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.claims().map(|claims| json::value(py, &claims)).transpose()
    }

    /// The refresh token itself; None if there is none.
    fn reveal_refresh_token(&self) -> Option<&str> {
        self.0.refresh_token().map(Secret::reveal)
    }

    /// When the refresh token stops working, in UTC.
    #[getter]
    fn refresh_token_expires_at(&self) -> Option<Time> {
        self.0.refresh_token_expires_at().map(Time)
    }

    fn __repr__(&self) -> String {
        let until = self.0.expires_at().map_or_else(String::new, |time| format!(" until {time}"));
        format!("<appmint.Token {} [redacted]{until}>", self.kind())
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("Token"))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

/// A `Token` itself.
pub(crate) fn read(name: &str, value: &Bound<'_, PyAny>) -> PyResult<appmint_core::Token> {
    let token = value.cast::<Token>().map_err(|_| wrong(name, "a Token", value))?;
    Ok(token.get().0.clone())
}

/// Pickles lie about in files and queues, where nobody expects a secret.
pub(crate) fn unpicklable(class: &str) -> PyErr {
    PyTypeError::new_err(format!("cannot pickle '{class}' object: it holds a secret"))
}
