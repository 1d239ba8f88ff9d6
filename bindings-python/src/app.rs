//! The app: its identity, its calls to the API, its counters and its end. Each other room adds its
//! own methods.

pub(crate) mod call;
pub(crate) mod quota;
pub(crate) mod recipe;
pub(crate) mod response;
pub(crate) mod stats;

use appmint_core::Task;
use pyo3::{
    PyTraverseError, PyVisit,
    prelude::*,
    types::{PyDict, PyType},
};

use crate::{
    app::{quota::Quota, recipe::Recipe, response::Response, stats::Stats},
    arguments::{Argument, Optional, optional, text},
    callback::Callbacks,
    coroutine::Coroutine,
    installations::listing::Listing,
    time::Offset,
    tokens::token::{self, Token},
    twins::{nothing, twins},
    wait::{self, compute},
};

/// An app that authenticates on a platform.
///
/// One app is enough for a program: it holds the connections and the tokens. Making one
/// needs no network I/O. Each operation names the credential that it lacks.
///
/// Any thread may use it, and several at once.
///
/// A duration is a timedelta or a number of seconds. A key and certificates are text,
/// bytes, or the Path of a file to read. Secrets are shown in no repr, error or log.
///
/// A method that uses the network blocks its own thread, for the app's timeout at most.
/// Its coroutine, such as request_async for request, is for asyncio and trio: it is sent
/// when it is awaited, and cancelling it stops the waiting only.
///
/// Besides the errors that it documents, every call over the network raises
/// TransportError, TimeoutError, RateLimitedError, ServerError and ProtocolError;
/// UnauthorizedError, ForbiddenError or RejectedError if the platform refuses it;
/// InvalidArgumentError if the app lacks a credential for it (reason
/// "missing_credential") or is closed; and UnsupportedError, without network I/O, if the
/// platform does not offer it.
///
/// It can be pickled, for another process, which makes an app of its own, if no secret
/// and no object was given to it: its secrets come from the environment, or from files
/// that are named by a Path.
///
/// See
/// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
///
/// Args:
///     platform (str): The name of a built-in platform, such as "github": see
///         appmint.platforms. Required unless platform_descriptor is given. Default:
///         none.
///     environment (str): The prefix of environment variables, such as "APPMINT_", from
///         which each setting that is not given is read. Each is read from the variable
///         of its name in capitals (APPMINT_APP_ID); a long or secret one also from the
///         file that a variable ending in _FILE names (APPMINT_PRIVATE_KEY_FILE), up to
///         16 MiB. Durations have a unit (30s), switches are true or false, an empty
///         variable counts as not set, and a proxy "none" is no proxy. Default: the
///         environment is not read.
///     platform_descriptor (str | Mapping): A descriptor of another platform as JSON
///         text, instead of platform. A mapping stands for the same object. Default:
///         none.
///     host (str): The host of a platform that can be at several, such as
///         "git.corp.example". Default: the platform's own; some platforms require one.
///     api_url (str): The base URL of the API. The web pages follow it where the
///         platform's hosts say how; else the error asks for web_url. Default: the
///         platform's own.
///     web_url (str): The base URL of the pages on which users authorize the app, and of
///         OAuth. The API follows it as the web pages follow the API. Default: the
///         platform's own.
///     app_id (int | str): The app's id, as the platform's settings page shows it. JWTs
///         need it. Default: none.
///     client_id (int | str): The OAuth client id. Users' tokens need it. Default: none.
///     client_secret (str): The OAuth client secret. Default: none.
///     private_key (str | bytes | PathLike): The app's RSA key: PEM (PKCS#1, PKCS#8,
///         encrypted PKCS#8), DER, or any form in which keys are pasted. A str is the key
///         itself, never the path of a file. Default: none.
///     fallback_private_key (str | bytes | PathLike): A second key during a key rotation,
///         in any form that the first may have. It is used from the moment when the
///         platform does not know the first. Default: none.
///     private_key_passphrase (str): The passphrase of an encrypted PKCS#8 key. A key
///         whose file demands more than 2 000 000 rounds of PBKDF2, or more than 128 MiB
///         for scrypt, is refused; reading one within that may take seconds. Other
///         threads run meanwhile: asyncio.to_thread(App, …) keeps an event loop free.
///         Default: none.
///     key_id (str): The platform's name of the key, for platforms that name keys: the
///         kid of the JWTs that the app signs. Default: none.
///     fallback_key_id (str): The platform's name of fallback_private_key. Default: none.
///     signer (Callable[[bytes], bytes]): Signs instead of a private key, such as a KMS
///         or an HSM: takes the message and returns its RS256 signature. If it fails, the
///         call fails with CallbackError. It is called on worker threads, several at a
///         time, and may block. An async function runs there, on an event loop of its
///         own. Default: none.
///     jwt_back_date (timedelta | float): How far a JWT's iat lies in the past. Default:
///         the platform's, 60 s on those that are built in.
///     jwt_lifetime (timedelta | float): How far a JWT's exp lies in the future. Default:
///         the platform's, 540 s on those that are built in, which allow 600 s at most.
///     timeout (timedelta | float): The time for a whole call with its retries; more than
///         0. Default: 30 s.
///     connect_timeout (timedelta | float): The time to connect, which is lowered to
///         three quarters of timeout if it is longer. Default: 10 s.
///     proxy (str): The URL of a proxy, such as "http://user:password@host:port" or
///         "socks5h://host:port"; an empty text for no proxy. Its scheme is http, https,
///         socks5 or socks5h. This machine is always reached without a proxy. Default:
///         the one that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names, except for the hosts
///         in NO_PROXY.
///     root_certificates (str | bytes | PathLike): Root certificates that are trusted
///         besides the system's: PEM, or the DER of one. A server's own certificate may
///         be its root. A store in Redis over TLS trusts them, too. The environment
///         variables SSL_CERT_FILE and SSL_CERT_DIR name others in the place of the
///         system's. Those of the file or folder in REQUESTS_CA_BUNDLE are trusted, too.
///         Default: none.
///     client_certificate (str | bytes | PathLike): The certificate that is shown to a
///         server that wants one (mTLS), with those between it and its root: PEM, or the
///         DER of one. Needs client_key. A store in Redis over TLS that wants one gets
///         it, too. Default: none.
///     client_key (str | bytes | PathLike): The private key of client_certificate: RSA or
///         ECDSA, in PEM or DER, not encrypted. Default: none.
///     user_agent (str): Text that precedes appmint's own User-Agent header. Default:
///         none.
///     allow_plain_http (bool): Whether to send requests without TLS to hosts other than
///         this machine. Anybody on the way can then read and change what is sent, tokens
///         included. Default: False.
///     refuse_private_addresses (bool): Whether to refuse connections to addresses that
///         are not public: this machine, private networks, link-local and reserved
///         addresses. For a host that somebody else named. The address that is connected
///         to is checked, so no proxy is used, and none may be given. The call that would
///         connect fails with InvalidArgumentError ("private_address"). Default: False.
///     max_response_body (int): The largest accepted body of an API response, in bytes.
///         Default: 33 554 432 (32 MiB).
///     retries (int): How many times a request is sent again after a temporary failure or
///         a rate limit, if repeating it is safe. 0 sends every request once, except
///         after a refused signature. Default: 2.
///     retry_wait (timedelta | float): The wait before the first retry, which doubles
///         with each further one. Default: 0.25 s.
///     transport (httpx.Client | requests.Session | Callable): Sends all requests by the
///         program's own HTTP client instead of the built-in one. It takes the method,
///         the URL, the headers, the body, the time that is left, and whether the request
///         may be sent twice, and returns the status, the headers and the body, or says
///         how it failed: not sent, or perhaps sent. It must not send a request a second
///         time by itself that may be sent once only: a refresh token would be spent
///         twice. Proxies and certificates are those of the client, and the settings for
///         them are refused beside it. It is called on worker threads, several at a time.
///         It is the client itself, or a callable that takes an appmint.TransportRequest.
///         Default: the built-in HTTP client.
///     store (str | PathLike | Store): Where tokens live between processes:
///         "sqlite:FILE", "redis://…" or "rediss://…" (TLS); "memory:" keeps them in this
///         process. A Redis URL may have "?prefix=" for the names of its keys (default
///         "appmint:") and "?wait_replicas=N" for writes that count only once N replicas
///         have them (default 0). It may hold a password, and is treated as a secret. A
///         store that other processes can read needs store_key or store_unencrypted. If
///         the store fails, installation tokens are minted as without it, while the calls
///         of a session fail. The Path of an SQLite file, or an object with the methods
///         of appmint.Store, are taken, too. Default: none.
///     store_key (str | bytes): The key that seals stored tokens and authorizations: 32
///         bytes in hexadecimal or base64. "openssl rand -hex 32" makes one.
///         "keychain:NAME" takes the key of that name from the system's keychain: that of
///         macOS or Windows, where it is made if it is missing, or the kernel's keyring
///         on Linux, where somebody puts it. A key that has sealed records and was
///         deleted is not made anew. Whoever builds the app waits for the keychain, until
///         timeout at most, while a person may be asked to unlock it. The 32 bytes
///         themselves are taken, too. Default: none.
///     previous_store_key (str | bytes): The previous key during a rotation of store_key.
///         It opens what it has sealed, and seals nothing. "keychain:NAME" is one that
///         the keychain has already. Default: none.
///     store_unencrypted (bool): Whether the store holds tokens without encryption,
///         readable for everybody who can read the store. Default: False.
///     capacity (int): How many tokens are held in memory; at least 1. Beyond it, tokens
///         are dropped that no source refers to. Default: 1 000 000.
///     on_event (Callable[[Event], object]): Is called with each event, which never holds
///         a secret. It is called on the thread on which the event happens, which waits
///         for it, and on several at once: it must be quick, and must not wait for a
///         token. Events are also logged to the logger "appmint". Default: none.
///     clock (ManualClock): A clock that shows a fixed time, for tests. Default: the
///         system's clock.
///
/// Raises:
///     InvalidArgumentError: A setting is missing, malformed, or contradicts another; the
///         message names it.
///     UnsupportedError: The platform does not take a setting.
///     PrivateKeyError: A private key cannot be used; the reason says why (reason
///         "not_a_private_key", "damaged_key", "passphrase_needed", "wrong_passphrase" or
///         "unsuitable_key").
///     StoreError: The system's keychain gives no key for the store.
///     OSError: A file cannot be read, such as FileNotFoundError.
///     TypeError: An argument has another type.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct App {
    pub(crate) core: appmint_core::App,
    pub(crate) callbacks: Py<Callbacks>,
    pub(crate) recipe: Recipe,
}

#[pymethods]
impl App {
    /// Makes an app of environment variables, such as APPMINT_PRIVATE_KEY_FILE.
    ///
    /// A setting that is given here takes precedence over its variable.
    ///
    /// Args:
    ///     prefix: What the names of the variables begin with.
    ///     **settings: Settings of App.
    ///
    /// Returns:
    ///     The app.
    ///
    /// Raises:
    ///     InvalidArgumentError: A variable is malformed, or a setting is missing.
    #[classmethod]
    #[pyo3(signature = (*, prefix="APPMINT_", **settings))]
    fn from_env<'py>(
        cls: &Bound<'py, PyType>,
        prefix: &str,
        settings: Option<Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let settings = settings.unwrap_or_else(|| PyDict::new(cls.py()));
        settings.set_item("environment", prefix)?;
        cls.call((), Some(&settings))
    }

    /// The platform's name, such as "github".
    #[getter]
    fn platform_name(&self) -> &str {
        self.core.platform().name()
    }

    /// The SHA-256 fingerprint of the public key, as the platform's settings page shows it.
    /// With two keys it is that of the one in use.
    ///
    /// None if the app has no private key, or a signer that does not know it.
    #[getter]
    fn fingerprint(&self) -> Option<String> {
        self.core.fingerprint()
    }

    /// How far the platform's clock is ahead of this machine's, as far as is known.
    ///
    /// It is 0 until a difference was found, and again once it has ended. JWTs are made by
    /// it; tokens live by this machine's own clocks. It is learned from the Date header: when
    /// the platform rejects a JWT because of its times, and when two answers in a row agree
    /// on a difference of half a minute or more, or on none.
    #[getter]
    fn clock_offset(&self) -> Offset {
        Offset(self.core.clock_offset_ms())
    }

    /// Returns the quota of the requests that the app makes with its JWT or tokens of its
    /// own.
    ///
    /// It is as the platform told it in its last answer to one of them. None if there was no
    /// such answer yet, or the platform does not tell it. No network I/O.
    ///
    /// See https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    ///
    /// Returns:
    ///     The quota.
    fn quota(&self) -> Option<Quota> {
        self.core.quota().map(Quota::from)
    }

    /// Lists the items of any endpoint of the API, as the app, or with a token.
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
    ///     headers: Further headers. Authorization is refused: give token. Default: none.
    ///     items: The member of an answer that is the list, or a JSON pointer to it (RFC
    ///         6901), where an answer has several lists. Default: the only list in the
    ///         answer.
    ///     token: The token to authenticate with, such as a user's. Default: the credential
    ///         that the platform wants for the path, such as the app's JWT.
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
    #[pyo3(signature = (path, headers=None, items=None, token=None, *, params=None, timeout=None))]
    #[expect(clippy::too_many_arguments, reason = "they are Python's keywords")]
    fn paginate(
        &self,
        py: Python<'_>,
        path: Argument<'_, '_>,
        headers: Optional<'_, '_>,
        items: Optional<'_, '_>,
        token: Optional<'_, '_>,
        params: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> PyResult<Listing> {
        let mut call = call::pages(path, headers, params, timeout)?;
        if let Some(secret) = optional("token", token, token::secret)? {
            call = call.token(secret);
        }
        let items = optional("items", items, text)?;
        wait::call(py, || self.core.paginate(call, items.as_deref()))
            .map(|listing| Listing::new(listing, self.callbacks.clone_ref(py)))
    }

    /// Returns the counters of the app since it was made. No network I/O.
    ///
    /// Returns:
    ///     A snapshot of the counters.
    fn stats(&self) -> Stats {
        Stats(self.core.stats())
    }

    /// Ends the app's threads and connections, and forgets its tokens, whatever sources of it
    /// exist.
    ///
    /// Calls in progress complete; new ones fail with InvalidArgumentError. Sessions' tokens
    /// that the store did not take yet are offered to it until the app's timeout has passed.
    /// A second call does nothing. No network I/O.
    ///
    /// with app: closes it, too.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        compute(py, || {
            self.core.close();
            Ok(())
        })
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: Optional<'_, '_>,
        _error: Optional<'_, '_>,
        _traceback: Optional<'_, '_>,
    ) -> PyResult<()> {
        self.close(py)
    }

    fn __aenter__(slf: Py<Self>) -> Coroutine {
        Coroutine::new("App.__aenter__", || Task::ready(Ok(())), move |()| slf)
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __aexit__(
        &self,
        _kind: Optional<'_, '_>,
        _error: Optional<'_, '_>,
        _traceback: Optional<'_, '_>,
    ) -> Coroutine {
        let core = self.core.clone();
        Coroutine::new("App.__aexit__", move || core.close_task(), nothing)
    }

    fn __repr__(&self) -> String {
        format!("<appmint.App on {}>", self.core.platform().name())
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyDict>,))> {
        let settings = self.recipe.settings(py)?;
        Ok((py.import("appmint._native")?.getattr("restored_app")?, (settings,)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: Argument<'_, '_>) -> Py<Self> {
        slf
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.recipe.traverse(&visit)?;
        visit.call(&self.callbacks)
    }
}

twins! { impl App {
    /// Signs the app's JWT. The same one is returned until 60 s before it expires.
    ///
    /// It is signed once for all callers that need one at the same time. No network I/O,
    /// unless the signer does some.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc7519,
    /// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
    ///
    /// Returns:
    ///     A token of kind "jwt", whose claims can be read.
    ///
    /// Raises:
    ///     InvalidArgumentError: The app has no private key, signer or id (reason
    ///         "missing_credential").
    ///     UnsupportedError: The platform has no JWTs of apps.
    ///     CallbackError: The signer failed.
    ///     PrivateKeyError: The signer's signature cannot be used.
    ///     Error: As every call over the network does, see App.
    ()
    fn jwt / jwt_async(this, py) -> Token {
        let core = this.core.clone();
        (move || core.jwt(), Token)
    }

    /// Calls the platform's API as the app, or with a token.
    ///
    /// Every HTTP status is a response and no error. A read is sent again after a lost
    /// connection, 502 to 504, and a rate limit; a write after a rate limit only. A path that
    /// the platform reserves for the OAuth client is called with its id and secret.
    ///
    /// See
    /// https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
    ///
    /// Args:
    ///     method: The HTTP method, such as "GET".
    ///     path: A path of the API that begins with "/", with its query, or a URL on one of
    ///         the platform's own hosts.
    ///     headers: Further headers. Authorization is refused: give token. Default: none.
    ///     json: A value that is sent as JSON, instead of body. Default: no body.
    ///     body: Bytes to send, instead of json; their type belongs into a Content-Type
    ///         header. Default: no body.
    ///     token: The token to authenticate with, such as a user's. Default: the credential
    ///         that the platform wants for the path, such as the app's JWT.
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
    ///     Error: As every call over the network does, see App.
    (method, path, headers=None, json=None, body=None, token=None, *, params=None, timeout=None)
    fn request / request_async(
        this,
        py,
        method: Argument<'_, '_>,
        path: Argument<'_, '_>,
        headers: Optional<'_, '_>,
        json: Optional<'_, '_>,
        body: Optional<'_, '_>,
        token: Optional<'_, '_>,
        params: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
    ) -> Response {
        let core = this.core.clone();
        let mut call = call::call(method, path, headers, json, body, params, timeout)?;
        if let Some(secret) = optional("token", token, token::secret)? {
            call = call.token(secret);
        }
        (move || core.request(call), Response)
    }
}}
