//! A source, which keeps one token valid.

use pyo3::{PyTraverseError, PyVisit, prelude::*, types::PyString};

use crate::{
    app::{call, response::Response},
    arguments::{Argument, Optional, callable, duration, optional},
    callback::{Callback, Callbacks},
    errors::unpicklable,
    events::log::Log,
    installations::listing::Listing,
    time::Time,
    tokens::token::Token,
    wait::{self, wait, wait_within},
};

/// Keeps one token of an installation, of the app itself or of a user valid: from memory while it
/// lives long enough, else newly minted, by one caller for all who ask meanwhile.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct TokenSource {
    core: appmint_core::TokenSource,
    callbacks: Py<Callbacks>,
}

impl TokenSource {
    pub(crate) fn new(core: appmint_core::TokenSource, callbacks: Py<Callbacks>) -> Self {
        Self { core, callbacks }
    }
}

#[pymethods]
impl TokenSource {
    /// The installation's id; None for the app's own tokens and a user's, and for what was not looked up yet.
    #[getter]
    fn installation_id(&self) -> Option<String> {
        self.core.installation_id()
    }

    /// A token that lives at least min_valid longer: a timedelta or seconds, default 60 s.
    ///
    /// It comes from memory, or is newly minted. After the timeout (default: the app's) this caller
    /// stops waiting, while minting goes on for the others.
    #[pyo3(signature = (min_valid=None, *, timeout=None))]
    fn token(
        &self,
        py: Python<'_>,
        min_valid: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Token> {
        let min_valid = optional("min_valid", min_valid, duration)?;
        let timeout = optional("timeout", timeout, duration)?;
        wait_within(py, timeout, || self.core.token(min_valid)).map(Token)
    }

    /// The value for an Authorization header, with such a token.
    #[pyo3(signature = (min_valid=None, *, timeout=None))]
    fn authorization_header<'py>(
        &self,
        py: Python<'py>,
        min_valid: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Bound<'py, PyString>> {
        let min_valid = optional("min_valid", min_valid, duration)?;
        let timeout = optional("timeout", timeout, duration)?;
        let value = wait_within(py, timeout, || self.core.authorization_header(min_valid))?;
        Ok(PyString::new(py, value.reveal()))
    }

    /// When the token in memory stops working, in UTC; None without one, or if the platform did not
    /// say.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.core.expires_at().map(Time)
    }

    /// Forgets the token: the next call mints. A token already handed out still works.
    fn invalidate(&self) {
        self.core.invalidate();
    }

    /// Calls back with the Token before (None for the first) and the new Token, in this order, on
    /// the thread that fetched it: be quick. Ends with the app.
    ///
    /// What is looked up is told of once it has been found. What the callback raises is noted in
    /// the log by its class.
    fn on_change(&self, callback: Argument<'_, '_>) -> PyResult<()> {
        let py = callback.py();
        callable("callback", "the previous Token (or None) and the new Token", callback)?;
        let callback = Callbacks::add(self.callbacks.bind(py), callback)?;
        let observer = observer(callback, Log::new(py)?);
        wait::call(py, || {
            self.core.on_change(observer);
            Ok(())
        })
    }

    /// Forgets the token in memory and has the platform end it, wherever it was handed out.
    ///
    /// Nothing goes out without one that still works.
    fn revoke(&self, py: Python<'_>) -> PyResult<()> {
        wait(py, || self.core.revoke())
    }

    /// The repositories that the token reaches, fetched page by page as they are asked for.
    fn repositories(&self, py: Python<'_>) -> PyResult<Listing> {
        wait::call(py, || self.core.repositories())
            .map(|listing| Listing::new(listing, self.callbacks.clone_ref(py)))
    }

    /// An API call as the installation; any status is an answer. The timeout (default: the app's)
    /// is for the whole of it.
    #[pyo3(signature = (method, path, headers=None, json=None, body=None, *, timeout=None))]
    fn request(
        &self,
        method: Argument<'_, '_>,
        path: Argument<'_, '_>,
        headers: Optional<'_, '_>,
        json: Optional<'_, '_>,
        body: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Response> {
        let call = call::call(method, path, headers, json, body, timeout)?;
        wait(method.py(), || self.core.request(call)).map(Response)
    }

    fn __repr__(&self) -> String {
        match self.core.installation_id() {
            Some(id) => format!("<appmint.TokenSource for installation {id}>"),
            None => "<appmint.TokenSource>".to_owned(),
        }
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("TokenSource"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callbacks)
    }
}

fn observer(
    callback: Callback,
    log: Log,
) -> impl Fn(Option<&appmint_core::Token>, &appmint_core::Token) + Send + Sync {
    move |previous, token| {
        callback.attach(|callback| {
            let tokens = (previous.cloned().map(Token), Token(token.clone()));
            if let Err(exception) = callback.call1(tokens) {
                log.callback_raised(callback.py(), "the callback of on_change", &exception, None);
            }
        });
    }
}
