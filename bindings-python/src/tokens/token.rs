//! A token, which shows its secret only to the methods that say so.

use appmint_core::{Permissions, Secret};
use pyo3::{prelude::*, types::PyString};

use crate::{
    arguments::{self, wrong_type},
    errors::{invalid_argument, unpicklable},
    json,
    time::Time,
};

/// A token: a secret, its permissions, and its expiry. It never changes.
///
/// Its secrets are shown by reveal, reveal_refresh_token and authorization_header only.
///
/// See https://www.rfc-editor.org/rfc/rfc6749#section-1.4
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq, Eq)]
pub(crate) struct Token(pub(crate) appmint_core::Token);

#[pymethods]
impl Token {
    /// Its holder: the app ("jwt": a JWT that it signed; "app": a token that the platform
    /// issued to it), an "installation", or a "user".
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind().name()
    }

    /// Returns the secret itself.
    ///
    /// Returns:
    ///     The token's text.
    fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Returns the value of an Authorization header. It is secret.
    ///
    /// Returns:
    ///     The header's value.
    fn authorization_header<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, self.0.authorization_header().reveal())
    }

    /// When the token expires, in UTC.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.0.expires_at().map(Time)
    }

    /// Its permissions, by name with their level.
    #[getter]
    fn permissions(&self) -> Permissions {
        self.0.permissions().clone()
    }

    /// The repositories that it can access: "all" or "selected".
    #[getter]
    fn repository_selection(&self) -> Option<&str> {
        self.0.repository_selection()
    }

    /// The names of the repositories that it was narrowed to; empty if it was not.
    #[getter]
    fn repositories(&self) -> &[String] {
        self.0.repositories()
    }

    /// The OAuth scopes that it was granted; empty if the platform reports none.
    #[getter]
    fn scopes(&self) -> &[String] {
        self.0.scopes()
    }

    /// The login of the user's account, of a token that App.check_token, App.reset_token or
    /// App.scope_token returned.
    ///
    /// None if it is another token, or the platform did not report it.
    #[getter]
    fn account(&self) -> Option<&str> {
        self.0.account()
    }

    /// The id of the user's account: of a token of a session that was started with it, or of
    /// one that App.check_token and its kin returned.
    ///
    /// None if it is another token, or the platform did not report it.
    #[getter]
    fn account_id(&self) -> Option<&str> {
        self.0.account_id()
    }

    /// The payload of a JWT, which holds no secret.
    ///
    /// None if it is another token.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.claims().map(|claims| json::value(py, &claims)).transpose()
    }

    /// Returns the refresh token itself.
    ///
    /// None if none came with the token.
    ///
    /// Returns:
    ///     The refresh token's text.
    fn reveal_refresh_token(&self) -> Option<&str> {
        self.0.refresh_token().map(Secret::reveal)
    }

    /// When the refresh token expires, in UTC.
    ///
    /// None if there is none, or its end is not known.
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
