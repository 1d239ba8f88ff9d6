//! A token, which shows its secret only to the methods that say so.

use appmint_core::{Permissions, Secret};
use pyo3::{prelude::*, types::PyString};

use crate::{
    arguments::{self, wrong_type},
    errors::{invalid_argument, unpicklable},
    json,
    time::Time,
};

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

/// An argument that must be a `Token`.
pub(crate) fn token(name: &str, value: &Bound<'_, PyAny>) -> PyResult<appmint_core::Token> {
    let token = value.cast::<Token>().map_err(|_| wrong_type(name, "a Token", value))?;
    Ok(token.get().0.clone())
}

/// The secret of a token: a `Token`, or a `str`.
pub(crate) fn secret(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Secret> {
    match value.cast::<Token>() {
        Ok(token) => Ok(token.get().0.reveal().into()),
        Err(_) if value.is_instance_of::<PyString>() => arguments::secret(name, value),
        Err(_) => Err(wrong_type(name, "a str or a Token", value)),
    }
}

/// Several of them.
pub(crate) fn secrets(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<Secret>> {
    arguments::items(name, "str or Token", value, secret)
}

/// A refresh token: the one in a `Token`, or a `str`.
pub(crate) fn refresh_secret(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Secret> {
    let Ok(token) = value.cast::<Token>() else {
        let is_text = value.is_instance_of::<PyString>();
        let expected = "a str, or a Token with a refresh token";
        return if is_text {
            arguments::secret(name, value)
        } else {
            Err(wrong_type(name, expected, value))
        };
    };
    let refresh_token = token.get().0.refresh_token().cloned();
    refresh_token.ok_or_else(|| {
        let message = format!("{name} must be a Token with a refresh token: this one has none");
        invalid_argument(value.py(), message)
    })
}
