//! A source, which keeps one token valid.

use appmint_core::Secret;
use pyo3::{IntoPyObjectExt, PyTraverseError, PyVisit, prelude::*, types::PyString};

use crate::{
    app::{App, call, quota::Quota, response::Response},
    arguments::{Argument, Optional, callable, duration, optional, text},
    callback::{Callback, Callbacks},
    coroutine::Coroutine,
    errors::unpicklable,
    events::log::Log,
    installations::listing::Listing,
    time::Time,
    tokens::{
        subscription::Subscription,
        token::{Token, secret},
    },
    twins::{Nothing, nothing, twins},
    wait::{self, wait_within},
};

/// Keeps one token valid: an installation's, the app's own, or a user's.
///
/// A token comes from memory while it lives long enough. It is renewed in the background before it
/// expires, and minted once for all callers that wait. If minting fails for a temporary reason, a
/// token that is still valid is returned to its end.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct TokenSource {
    core: appmint_core::TokenSource,
    app: appmint_core::App,
    callbacks: Py<Callbacks>,
}

impl TokenSource {
    pub(crate) fn new(py: Python<'_>, core: appmint_core::TokenSource, app: &App) -> Self {
        Self { core, app: app.core.clone(), callbacks: app.callbacks.clone_ref(py) }
    }
}

#[pymethods]
impl TokenSource {
    /// The installation's id.
    ///
    /// None for the app's own tokens and for a user's, and until the installation was looked up.
    #[getter]
    fn installation_id(&self) -> Option<String> {
        self.core.installation_id()
    }

    /// Returns a token, from memory or newly minted.
    #[pyo3(signature = (min_valid=None, *, timeout=None))]
    fn token(
        &self,
        py: Python<'_>,
        min_valid: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Token> {
        let min_valid = optional("min_valid", min_valid, duration)?;
        let timeout = optional("timeout", timeout, duration)?;
        wait_within(py, timeout, || self.core.token_valid_for(min_valid)).map(Token)
    }

    /// Returns the value of an Authorization header with such a token. It is secret.
    #[pyo3(signature = (min_valid=None, *, timeout=None))]
    fn authorization_header<'py>(
        &self,
        py: Python<'py>,
        min_valid: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Bound<'py, PyString>> {
        let min_valid = optional("min_valid", min_valid, duration)?;
        let timeout = optional("timeout", timeout, duration)?;
        let value =
            wait_within(py, timeout, || self.core.authorization_header_valid_for(min_valid))?;
        Ok(PyString::new(py, value.reveal()))
    }

    /// The coroutine of `token`: the same arguments, result and errors.
    ///
    /// A token from memory is there at once: no thread, no turn of the event loop.
    #[pyo3(signature = (min_valid=None, *, timeout=None))]
    fn token_async(
        &self,
        min_valid: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Coroutine> {
        let min_valid = optional("min_valid", min_valid, duration)?;
        let timeout = optional("timeout", timeout, duration)?;
        let core = self.core.clone();
        let start = move || core.token_valid_for(min_valid);
        let convert = |py: Python<'_>, token| Token(token).into_py_any(py);
        Ok(Coroutine::with("TokenSource.token_async", timeout, start, convert, drop))
    }

    /// The coroutine of `authorization_header`: the same arguments, result and errors.
    #[pyo3(signature = (min_valid=None, *, timeout=None))]
    fn authorization_header_async(
        &self,
        min_valid: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Coroutine> {
        let min_valid = optional("min_valid", min_valid, duration)?;
        let timeout = optional("timeout", timeout, duration)?;
        let core = self.core.clone();
        let start = move || core.authorization_header_valid_for(min_valid);
        let convert = |py: Python<'_>, value: Secret| value.reveal().into_py_any(py);
        let name = "TokenSource.authorization_header_async";
        Ok(Coroutine::with(name, timeout, start, convert, drop))
    }

    /// When the token in memory expires, in UTC.
    ///
    /// None if there is none, or if the platform did not report it.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.core.expires_at().map(Time)
    }

    /// Returns the quota of the installation, of the app, or of the session's user.
    ///
    /// As the platform told it in its last answer to a request of the source, whatever the tokens
    /// are narrowed to. No network I/O.
    fn quota(&self) -> Option<Quota> {
        self.core.quota().map(Quota::from)
    }

    /// Forgets a token if it is still the one in memory: the answer to a 401.
    ///
    /// However many callers got it, one new token is minted for all of them. Without a token,
    /// forgets whichever is in memory or being minted; then each of many callers would forget
    /// what the others have just minted. The token itself keeps working.
    #[pyo3(signature = (token=None))]
    fn invalidate(&self, token: Optional<'_, '_>) -> PyResult<()> {
        match optional("token", token, secret)? {
            Some(token) => self.core.invalidate_token(token),
            None => self.core.invalidate(),
        }
        Ok(())
    }

    /// Registers a callback for new tokens, until it is unsubscribed or the app is closed.
    ///
    /// It is called on the thread that minted the token, which waits for it. The class of an
    /// exception that it raises is logged.
    fn on_change(&self, callback: Argument<'_, '_>) -> PyResult<Subscription> {
        let py = callback.py();
        callable("callback", "the previous Token (or None) and the new Token", callback)?;
        let callback = Callbacks::add(self.callbacks.bind(py), callback)?;
        let observer = observer(callback.clone_ref(py), Log::new(py)?);
        let core = wait::call(py, || Ok(self.core.on_change(observer)))?;
        Ok(Subscription { core, callback })
    }

    /// Lists the repositories that the token can access.
    ///
    /// Pages are requested as the listing is iterated, none before.
    fn repositories(&self, py: Python<'_>) -> PyResult<Listing> {
        wait::call(py, || self.core.repositories())
            .map(|listing| Listing::new(listing, self.callbacks.clone_ref(py)))
    }

    /// The credential that a request to a URL needs: "source", "app" or "client". None for a URL that is
    /// not the platform's.
    fn _credential_for(&self, url: Argument<'_, '_>) -> PyResult<Option<&'static str>> {
        let url = text("url", url)?;
        Ok(self.core.locate(&url).ok().map(|(_, credential)| credential))
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

twins! { impl TokenSource {
    /// The JWT of the source's app.
    ()
    fn _jwt / _jwt_async(this, py) -> Token {
        let app = this.app.clone();
        (move || app.jwt(), Token)
    }

    /// Forgets the token in memory and ends it on the platform, for everybody who has it.
    ///
    /// No network I/O if there is no valid token in memory.
    ()
    fn revoke / revoke_async(this, py) -> Nothing {
        let core = this.core.clone();
        (move || core.revoke(), nothing)
    }

    /// Calls the platform's API with the source's token.
    ///
    /// A response of any status is returned, not raised. A token that the platform refuses before
    /// it expires is replaced once, and a new token is given a few seconds to become known.
    (method, path, headers=None, json=None, body=None, *, params=None, timeout=None)
    fn request / request_async(
        this,
        py,
        method: Argument<'_, '_>,
        path: Argument<'_, '_>,
        headers: Optional<'_, '_>,
        json: Optional<'_, '_>,
        body: Optional<'_, '_>,
        params: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> Response {
        let core = this.core.clone();
        let call = call::call(method, path, headers, json, body, params, timeout)?;
        (move || core.request(call), Response)
    }
}}

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
