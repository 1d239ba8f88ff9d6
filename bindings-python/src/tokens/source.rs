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
    interpreter,
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
/// A token comes from memory while it lives long enough. It is renewed in the background
/// before it expires, and minted once for all callers that wait. If minting fails for a
/// temporary reason, a token that is still valid is returned to its end. Sources of one
/// installation and scope share one token.
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
    /// None if these are the app's own tokens or a user's, or the installation was not looked
    /// up yet.
    #[getter]
    fn installation_id(&self) -> Option<String> {
        self.core.installation_id()
    }

    /// Returns a token that lives at least min_valid longer, from memory or newly minted.
    ///
    /// It is minted once for all callers that need one at the same time. Near its end a token
    /// is renewed in the background, and the caller goes on with the one in memory. If
    /// renewing fails for a reason that will pass, the token in memory is returned until it
    /// expires. A failure counts for every caller for one second, or for as long as a rate
    /// limit says, but at most for a minute.
    ///
    /// Where the platform documents how long its tokens live, a longer min_valid is refused.
    /// Elsewhere a new token that lives for less is returned, with an event served_stale, and
    /// serves for half of its life.
    ///
    /// Args:
    ///     min_valid: How much longer the token must live at least, as a timedelta or in
    ///         seconds. Default: 60 s, or half of a life of less than two minutes.
    ///     timeout: How long this caller waits, as a timedelta or in seconds. Minting goes on
    ///         for the other callers. Default: the app's timeout.
    ///
    /// Returns:
    ///     The token.
    ///
    /// Raises:
    ///     UnauthorizedError: The platform does not accept the app's credentials (reason
    ///         "app_key_mismatch" or "app_not_found").
    ///     ForbiddenError: The installation is suspended, or lacks what was asked for (reason
    ///         "suspended", "permission_not_granted" or "repository_not_accessible").
    ///     NotFoundError: The app is not installed there (reason "not_installed").
    ///     RejectedError: The platform refuses the repositories or permissions to narrow to.
    ///     ReauthorizeError: A session has ended; the user must authorize the app again
    ///         (reason "no_session", "invalid_refresh_token" or "rotation_interrupted").
    ///     StoreError: The store of a session failed; installation tokens are minted without
    ///         it.
    ///     PrivateKeyError: The signer's signature cannot be used.
    ///     CallbackError: The signer failed.
    ///     InvalidArgumentError: No token of the platform lives for min_valid.
    ///     Error: As every call over the network does, see App.
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
    ///
    /// See https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    ///
    /// Args:
    ///     min_valid: How much longer the token must live at least, as in token, as a
    ///         timedelta or in seconds. Default: 60 s, or half of a life of less than two
    ///         minutes.
    ///     timeout: How long this caller waits, as in token, as a timedelta or in seconds.
    ///         Default: the app's timeout.
    ///
    /// Returns:
    ///     The header's value.
    ///
    /// Raises:
    ///     Error: As token does.
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
    /// None if there is none, or the platform did not report it.
    #[getter]
    fn expires_at(&self) -> Option<Time> {
        self.core.expires_at().map(Time)
    }

    /// Returns the quota of the source's requests, as the platform told it in its last answer
    /// to one of them.
    ///
    /// It is that of the installation, whatever its tokens are narrowed to, of the app, or of
    /// the session's user. None if there was no such answer yet, or the platform does not
    /// tell it. No network I/O.
    ///
    /// See https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    ///
    /// Returns:
    ///     The quota.
    fn quota(&self) -> Option<Quota> {
        self.core.quota().map(Quota::from)
    }

    /// Forgets a token if it is still the one in memory: the answer to a 401 of a request
    /// that was made with it.
    ///
    /// However many callers got it, one new token is minted for all of them. Without a token,
    /// forgets whichever is in memory or being minted, so that the next call mints one; then
    /// each of many callers would forget what the others have just minted. A token that was
    /// already returned still works. No network I/O.
    ///
    /// Args:
    ///     token: The token that was refused, or its text. Nothing happens if it is another
    ///         one's. Default: whichever is in memory.
    #[pyo3(signature = (token=None))]
    fn invalidate(&self, token: Optional<'_, '_>) -> PyResult<()> {
        match optional("token", token, secret)? {
            Some(token) => self.core.invalidate_token(token),
            None => self.core.invalidate(),
        }
        Ok(())
    }

    /// Registers a callback for new tokens, until it is taken back or the app is closed.
    ///
    /// A source with a lookup calls back once the installation was found.
    ///
    /// The callback runs on the thread that fetched the token, for which other callers may be
    /// waiting: it must be quick, and must not wait for a token. No network I/O.
    ///
    /// The class of an exception that it raises is logged.
    ///
    /// Args:
    ///     callback: Takes the token before, which is missing for the first one, and the new
    ///         token.
    ///
    /// Returns:
    ///     The registration, which takes the callback back.
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
    /// Pages are requested as the items are asked for, none before.
    ///
    /// See https://docs.github.com/en/rest/apps/installations
    ///
    /// Returns:
    ///     The repositories.
    ///
    /// Raises:
    ///     UnsupportedError: The platform does not list them.
    fn repositories(&self, py: Python<'_>) -> PyResult<Listing> {
        wait::call(py, || self.core.repositories())
            .map(|listing| Listing::new(listing, self.callbacks.clone_ref(py)))
    }

    /// Lists the items of any endpoint of the API, with the source's token.
    ///
    /// The items are the list that the endpoint answers, or the only member of its answer
    /// that is a list, such as "repositories" beside a "total_count". Each one is a JSON
    /// value: the order of its members, and the digits of a number beyond 64 bits, are not
    /// kept.
    ///
    /// A next page is the one that the answer's Link header names, which must be on the same
    /// host and for the same credential, or as api.paging of the platform's descriptor says:
    /// by its number, until a page has no items or those of the page before, or by a cursor.
    /// As many items are asked for at once as the platform allows, unless the path's query
    /// has that parameter already. An item that moves to another page while the list is read
    /// may come twice, or not at all.
    ///
    /// Each page is asked for with the token that the source has by then, and one that is
    /// refused is replaced, as in request.
    ///
    /// A page that is refused is an error after the items of the pages before it. So is a
    /// link to another host, to which nothing is sent, and one to a page that was read
    /// already. Pages are requested as the items are asked for, none before.
    ///
    /// See
    /// https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api,
    /// https://www.rfc-editor.org/rfc/rfc8288#section-3
    ///
    /// Args:
    ///     path: A path of the API that begins with "/", with its query, or a URL on one of
    ///         the platform's own hosts.
    ///     headers: Further headers; Authorization is refused. Default: none.
    ///     items: The member of an answer that is the list, or a JSON pointer to it (RFC
    ///         6901), where an answer has several lists. Default: the only list in the
    ///         answer.
    ///     params: Parameters that are added to the query, as a mapping or as pairs. A
    ///         sequence is a parameter that comes several times. Default: none.
    ///     timeout: The time for the requests of one item, with their retries, as a timedelta
    ///         or in seconds. Default: the app's timeout.
    ///
    /// Returns:
    ///     The items, each the value that its JSON is.
    ///
    /// Raises:
    ///     InvalidArgumentError: The path or headers cannot be sent, or the name of the
    ///         member is empty.
    ///     InvalidArgumentError: The URL is on another host than the platform's (reason
    ///         "foreign_host").
    #[pyo3(signature = (path, headers=None, items=None, *, params=None, timeout=None))]
    fn paginate(
        &self,
        py: Python<'_>,
        path: Argument<'_, '_>,
        headers: Optional<'_, '_>,
        items: Optional<'_, '_>,
        params: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Listing> {
        let call = call::pages(path, headers, params, timeout)?;
        let items = optional("items", items, text)?;
        wait::call(py, || self.core.paginate(call, items.as_deref()))
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
    /// It succeeds if the token is already invalid. No network I/O without a valid token in
    /// memory. A token that is being minted is not revoked.
    ///
    /// See
    /// https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
    ///
    /// Raises:
    ///     UnsupportedError: The platform does not offer this, or these are a user's tokens
    ///         or others of the token endpoint: see App.delete_grant, App.delete_token,
    ///         App.revoke_token and App.end_session.
    ///     Error: As every call over the network does, see App.
    ()
    fn revoke / revoke_async(this, py) -> Nothing {
        let core = this.core.clone();
        (move || core.revoke(), nothing)
    }

    /// Calls the platform's API with the source's token.
    ///
    /// Every HTTP status is a response and no error. A token that the platform refuses before
    /// it expires is replaced once, and a new token is given a few seconds to become known. A
    /// path that the platform reserves for the app or the OAuth client is called with that
    /// credential.
    ///
    /// See
    /// https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
    ///
    /// Args:
    ///     method: The HTTP method, such as "GET".
    ///     path: A path of the API that begins with "/", with its query, or a URL on one of
    ///         the platform's own hosts.
    ///     headers: Further headers; Authorization is refused. Default: none.
    ///     json: A value that is sent as JSON, instead of body. Default: no body.
    ///     body: Bytes to send, instead of json; their type belongs into a Content-Type
    ///         header. Default: no body.
    ///     params: Parameters that are added to the query, as a mapping or as pairs. A
    ///         sequence is a parameter that comes several times. Default: none.
    ///     timeout: The time for the whole call with its retries, as a timedelta or in
    ///         seconds. Default: the app's timeout.
    ///
    /// Returns:
    ///     The response, with its status, headers and body.
    ///
    /// Raises:
    ///     InvalidArgumentError: The method, path, headers or body cannot be sent.
    ///     InvalidArgumentError: The URL is on another host than the platform's (reason
    ///         "foreign_host").
    ///     Error: As token does.
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
            if let Err(exception) = interpreter::call(callback, tokens, None) {
                log.callback_raised(callback.py(), "the callback of on_change", &exception, None);
            }
        });
    }
}
