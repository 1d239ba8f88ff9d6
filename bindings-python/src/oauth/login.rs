//! Logins of users: in a browser on this machine, or on another device.

use appmint_core::LoginRequest;
use pyo3::{PyTraverseError, PyVisit, prelude::*};

use crate::{
    arguments::{self, Optional, duration, optional, text, texts},
    callback::Callbacks,
    errors::unpicklable,
    time::Time,
    tokens::token::Token,
    wait::{compute, wait},
};

/// A login that waits for a browser to come back.
///
/// `with` cancels it at its end, whatever that is.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Login {
    pub(crate) core: appmint_core::Login,
    pub(crate) callbacks: Py<Callbacks>,
}

#[pymethods]
impl Login {
    /// Where the person is to go.
    #[getter]
    fn url(&self) -> &str {
        self.core.url()
    }

    /// Where the browser comes back to.
    #[getter]
    fn redirect_uri(&self) -> &str {
        self.core.redirect_uri()
    }

    /// Opens the person's browser there; an UnsupportedError where there is none.
    fn open_browser(&self, py: Python<'_>) -> PyResult<()> {
        compute(py, || self.core.open_browser())
    }

    /// The person's token, once the browser has come back; the listener then closes.
    ///
    /// The timeout (a timedelta or seconds) is five minutes if it is not given. Requests of
    /// strangers are turned away and waited past; a DeniedError when the person said no.
    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Optional<'_, '_>) -> PyResult<Token> {
        let timeout = optional("timeout", timeout, duration)?;
        wait(py, || self.core.wait(timeout)).map(Token)
    }

    /// Ends the waiting with a CancelledError, and closes the listener.
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

/// A login that waits for a person to type a code at another place.
///
/// `with` cancels it at its end, whatever that is.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct DeviceLogin {
    pub(crate) core: appmint_core::DeviceLogin,
    pub(crate) callbacks: Py<Callbacks>,
}

#[pymethods]
impl DeviceLogin {
    /// What the person types.
    #[getter]
    fn user_code(&self) -> &str {
        self.core.user_code()
    }

    /// Where the person types it.
    #[getter]
    fn verification_uri(&self) -> &str {
        self.core.verification_uri()
    }

    /// The same with the code in it, for a link or a QR code; None where the platform has it not.
    #[getter]
    fn verification_uri_complete(&self) -> Option<&str> {
        self.core.verification_uri_complete()
    }

    /// When the code stops working, in UTC.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.core.expires_at().map(Time)
    }

    /// Asks once whether the person is done; a PendingError with the time to wait when not.
    ///
    /// Asked too early it answers that without asking the platform.
    fn poll(&self, py: Python<'_>) -> PyResult<Token> {
        wait(py, || self.core.poll()).map(Token)
    }

    /// Asks in the platform's pace until the person is done, says no, or the code expires.
    fn wait(&self, py: Python<'_>) -> PyResult<Token> {
        wait(py, || self.core.wait()).map(Token)
    }

    /// Ends the waiting with a CancelledError. The code itself goes on working until it expires.
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
    })
}
