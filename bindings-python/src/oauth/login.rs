//! Logins of users: in a browser on this machine, or on another device.

use appmint_core::logins::LoginRequest;
use pyo3::{PyTraverseError, PyVisit, prelude::*};

use crate::{
    arguments::{self, Optional, duration, optional, text, texts},
    callback::Callbacks,
    errors::unpicklable,
    time::Time,
    tokens::token::Token,
    twins::twins,
    wait::compute,
};

/// A login of a user in a browser on this machine, which waits for the browser to return.
///
/// with cancels it at its end.
///
/// See https://www.rfc-editor.org/rfc/rfc8252#section-7.3
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Login {
    pub(crate) core: appmint_core::logins::Login,
    pub(crate) callbacks: Py<Callbacks>,
}

#[pymethods]
impl Login {
    /// The URL to send the user's browser to.
    #[getter]
    fn url(&self) -> &str {
        self.core.url()
    }

    /// The URL on this machine to which the browser returns.
    #[getter]
    fn redirect_uri(&self) -> &str {
        self.core.redirect_uri()
    }

    /// Opens the URL in the user's browser.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc8252#section-4.1
    ///
    /// Raises:
    ///     UnsupportedError: There is no browser; show the URL instead.
    fn open_browser(&self, py: Python<'_>) -> PyResult<()> {
        compute(py, || self.core.open_browser())
    }

    /// Ends a wait with an error of kind CancelledError, and closes the listener.
    fn cancel(&self) {
        self.core.cancel();
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __exit__(
        &self,
        _kind: Optional<'_, '_>,
        _error: Optional<'_, '_>,
        _traceback: Optional<'_, '_>,
    ) {
        self.core.cancel();
    }

    fn __repr__(&self) -> String {
        format!("<appmint.Login back to {}>", self.core.redirect_uri())
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("Login"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callbacks)
    }
}

twins! { impl Login {
    /// Waits until the browser returns, and exchanges its code for a token.
    ///
    /// The listener then closes; a login can be waited for once. Requests that do not belong
    /// to this login are refused, and the wait goes on. The browser is answered from the
    /// start of the login on, whether anybody waits or not. Each request for the token gets
    /// the app's timeout, or what is left of this one.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc8252#section-7.3
    ///
    /// Args:
    ///     timeout: How long to wait for the user, as a timedelta or in seconds. Default:
    ///         300 s.
    ///
    /// Returns:
    ///     A token of kind "user".
    ///
    /// Raises:
    ///     DeniedError: The user declined (reason "access_denied").
    ///     TimeoutError: The browser did not return in time.
    ///     CancelledError: The login was cancelled.
    ///     InvalidArgumentError: This login was waited for before, or begun by another
    ///         process.
    ///     Error: As App.exchange_code does.
    (timeout=None)
    fn wait / wait_async(this, py, timeout: Optional<'_, '_>) -> Token {
        let (core, timeout) = (this.core.clone(), optional("timeout", timeout, duration)?);
        (move || core.wait(timeout), Token)
    }
}}

/// A login of a user on another device, on which they type a code.
///
/// with cancels it at its end.
///
/// See https://www.rfc-editor.org/rfc/rfc8628
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct DeviceLogin {
    pub(crate) core: appmint_core::logins::DeviceLogin,
    pub(crate) callbacks: Py<Callbacks>,
}

#[pymethods]
impl DeviceLogin {
    /// The code that the user types.
    #[getter]
    fn user_code(&self) -> &str {
        self.core.user_code()
    }

    /// The URL of the page on which the user types the code.
    #[getter]
    fn verification_uri(&self) -> &str {
        self.core.verification_uri()
    }

    /// The same URL with the code, for a link or a QR code.
    ///
    /// None if the platform has none.
    #[getter]
    fn verification_uri_complete(&self) -> Option<&str> {
        self.core.verification_uri_complete()
    }

    /// When the code expires, in UTC.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.core.expires_at().map(Time)
    }

    /// Ends a wait with an error of kind CancelledError. The code itself works until it
    /// expires.
    fn cancel(&self) {
        self.core.cancel();
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __exit__(
        &self,
        _kind: Optional<'_, '_>,
        _error: Optional<'_, '_>,
        _traceback: Optional<'_, '_>,
    ) {
        self.core.cancel();
    }

    fn __repr__(&self) -> String {
        format!("<appmint.DeviceLogin at {}>", self.core.verification_uri())
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("DeviceLogin"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callbacks)
    }
}

twins! { impl DeviceLogin {
    /// Asks the platform once whether the user is done.
    ///
    /// No network I/O before the platform's interval has passed.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc8628#section-3.4
    ///
    /// Returns:
    ///     A token of kind "user".
    ///
    /// Raises:
    ///     PendingError: The user is not done; the error says when to poll again (reason
    ///         "authorization_pending" or "slow_down").
    ///     DeniedError: The user declined (reason "access_denied").
    ///     ReauthorizeError: The code expired (reason "expired_device_code").
    ///     CancelledError: The login was cancelled.
    ///     Error: As every call over the network does, see App.
    ()
    fn poll / poll_async(this, py) -> Token {
        let core = this.core.clone();
        (move || core.poll(), Token)
    }

    /// Polls at the platform's interval until the user is done or declines, or the code
    /// expires.
    ///
    /// Each request gets the app's timeout. Between the requests no thread of the library
    /// waits.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc8628#section-3.5
    ///
    /// Returns:
    ///     A token of kind "user".
    ///
    /// Raises:
    ///     DeniedError: The user declined (reason "access_denied").
    ///     ReauthorizeError: The code expired (reason "expired_device_code").
    ///     CancelledError: The login was cancelled.
    ///     Error: As every call over the network does, see App.
    ()
    fn wait / wait_async(this, py) -> Token {
        let core = this.core.clone();
        (move || core.wait(), Token)
    }
}}

/// The arguments of a login on this machine.
pub(crate) fn request(
    scopes: Optional<'_, '_>,
    login_hint: Optional<'_, '_>,
    ports: Optional<'_, '_>,
    path: Optional<'_, '_>,
) -> PyResult<LoginRequest> {
    Ok(LoginRequest {
        scopes: optional("scopes", scopes, texts)?.unwrap_or_default(),
        login_hint: optional("login_hint", login_hint, text)?,
        ports: optional("ports", ports, arguments::ports)?.unwrap_or_default(),
        path: optional("path", path, text)?,
        ..LoginRequest::default()
    })
}
