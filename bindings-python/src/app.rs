//! The app: its identity, its calls to the API, its counters and its end. Each other room adds its
//! own methods.

pub(crate) mod call;
pub(crate) mod quota;
pub(crate) mod response;
pub(crate) mod stats;

use appmint_core::Task;
use pyo3::{
    PyTraverseError, PyVisit,
    prelude::*,
    types::{PyDict, PyType},
};

use crate::{
    app::{quota::Quota, response::Response, stats::Stats},
    arguments::{Argument, Optional, optional},
    callback::Callbacks,
    coroutine::Coroutine,
    errors::unpicklable,
    time::Offset,
    tokens::token::{self, Token},
    twins::{nothing, twins},
    wait::compute,
};

/// An app that authenticates on a platform.
///
/// One app is enough for a program: it holds the connections and the tokens, and any thread may use
/// it. Making one needs no network I/O. Each operation names the credential that it lacks.
///
/// A duration is a timedelta or a number of seconds. A key and certificates are text, bytes, or the
/// Path of a file to read. Secrets are shown in no repr, error or log.
///
/// A method that uses the network blocks its own thread, for the app's timeout at most. Its
/// coroutine, such as request_async for request, is for asyncio and trio: it is sent when it is
/// awaited, and cancelling it stops the waiting only. Besides the errors that it documents a method
/// raises TransportError, TimeoutError, RateLimitedError, ServerError and ProtocolError, and
/// UnauthorizedError, ForbiddenError or RejectedError if the platform refuses the call. An
/// operation or argument that the platform does not offer raises UnsupportedError, without network
/// I/O.
///
/// Args:
///     platform (str): The name of a built-in platform, see appmint.platforms(). Required unless
///         platform_descriptor is given.
///     environment (str): The prefix of environment variables, such as "APPMINT_". Each setting
///         that is not given is read from the variable of its name in capitals (APPMINT_APP_ID); a
///         long or secret one also from the file that a variable ending in _FILE names
///         (APPMINT_PRIVATE_KEY_FILE). Durations have a unit (30s), switches are true or false, an
///         empty variable counts as not set, and a proxy `none` is no proxy. Default: the
///         environment is not read.
///     platform_descriptor (str | Mapping): A descriptor of another platform, as JSON text or as
///         the mapping that it stands for, instead of platform.
///     host (str): The host of a platform that runs on several, such as "git.corp.example".
///         Default: the platform's own; some platforms require one.
///     api_url (str): The base URL of the API. Default: the platform's own. The web pages follow it
///         where the platform's hosts say how; else the error asks for web_url.
///     web_url (str): The base URL of the pages on which users authorize the app, and of OAuth.
///         Default: the platform's own. The API follows it as the web pages follow the API.
///     app_id (int | str): The app's id, as the platform's settings page shows it.
///     client_id (int | str): The OAuth client id.
///     client_secret (str): The OAuth client secret.
///     private_key (str | bytes | PathLike): The app's RSA key, in PEM, in DER, or in any form in
///         which keys are pasted. A str is the key itself, never the path of a file.
///     fallback_private_key (str | bytes | PathLike): A second key, for the time of a key rotation.
///         It is used once the platform does not know the first.
///     private_key_passphrase (str): The passphrase of an encrypted PKCS#8 key. Its file may demand
///         2 000 000 rounds of PBKDF2, or 128 MiB for scrypt, at most. That takes seconds, in which
///         other threads run: asyncio.to_thread(App, …) keeps an event loop free.
///     key_id (str): The platform's name of the key of private_key or signer, for platforms that
///         name keys. It is the kid of the JWTs that the app signs.
///     fallback_key_id (str): The platform's name of fallback_private_key.
///     signer (Callable[[bytes], bytes]): Signs instead of a private key: takes the message and
///         returns its RS256 signature. Called on worker threads, several at a time. An async
///         function runs there, on an event loop of its own.
///     jwt_back_date (timedelta | float): How far a JWT's iat lies in the past. Default: the
///         platform's, 60 s on those that are built in.
///     jwt_lifetime (timedelta | float): How far a JWT's exp lies in the future. Default: the
///         platform's, 540 s on those that are built in, which allow 600 s at most.
///     timeout (timedelta | float): The timeout of a whole call with its retries; more than 0.
///         Default: 30 s.
///     connect_timeout (timedelta | float): The timeout of connecting, which is lowered to three
///         quarters of timeout if it is longer. Default: 10 s.
///     proxy (str): The URL of a proxy, such as "http://user:password@host:port" or
///         "socks5h://host:port"; "" for no proxy. Default: the proxy that HTTPS_PROXY, HTTP_PROXY
///         or ALL_PROXY names, except for the hosts in NO_PROXY. This machine is always reached
///         without one.
///     root_certificates (str | bytes | PathLike): Root certificates that are trusted besides the
///         system's and those of the file or folder in REQUESTS_CA_BUNDLE: PEM, or the DER of one.
///         A server's own certificate may be its root.
///     client_certificate (str | bytes | PathLike): The certificate that is shown to a server that
///         wants one (mTLS), with those between it and its root: PEM, or the DER of one. Needs
///         client_key.
///     client_key (str | bytes | PathLike): The private key of that certificate: RSA or ECDSA, in
///         PEM or DER, not encrypted.
///     user_agent (str): Text that precedes appmint's own User-Agent header.
///     allow_plain_http (bool): Whether to send requests without TLS to hosts other than this
///         machine, where anybody on the network can read them. Default: False.
///     refuse_private_addresses (bool): Whether to refuse connections to addresses that are not
///         public: this machine, private networks, link-local and reserved addresses. No proxy is
///         used then, and none may be given. Default: False.
///     max_response_body (int): The largest accepted body of an API response, in bytes. Default:
///         32 MiB.
///     retries (int): How many times a request is sent again after a temporary failure or a rate
///         limit. 0 sends every request once. Default: 2.
///     retry_wait (timedelta | float): The wait before the first retry, which doubles with each
///         further one. Default: 0.25 s.
///     transport (httpx.Client | requests.Session | Callable): Sends requests instead of the
///         built-in HTTP client: the client itself, or a callable that takes an
///         appmint.TransportRequest. Called on worker threads, several at a time. Proxies and
///         certificates are then those of the client. Default: the built-in HTTP client.
///     store (str | PathLike | Store): Where tokens live between processes: "sqlite:FILE" or the
///         Path of that file, "redis://…", "rediss://…" (TLS), "memory:" (which ends with the app),
///         or an object with the methods of appmint.Store. A Redis URL may have ?prefix= for the
///         names of its keys (default "appmint:") and ?wait_replicas=N for writes that count only
///         once N replicas have them (default 0). Default: no store.
///     store_key (str | bytes): The key that seals stored tokens and authorizations: 32 bytes, or
///         their text in hexadecimal or base64. `openssl rand -hex 32` makes one.
///     previous_store_key (str | bytes): A second key, for the time of a key rotation. It opens
///         values that it sealed.
///     store_unencrypted (bool): Whether the store holds tokens without a key, for everybody who
///         can read it. A store that other processes can read needs this or store_key. Default:
///         False.
///     capacity (int): How many tokens are held in memory; at least 1. Beyond it, tokens are
///         dropped that no source refers to. Default: 1,000,000.
///     on_event (Callable[[Event], object]): Called with each event, on the thread on which it
///         happens, which waits for it. Events are also logged to the logger "appmint".
///     clock (ManualClock): A clock that shows a fixed time, for tests. Default: the system's
///         clock.
///
/// Raises:
///     InvalidArgumentError: A setting is missing, malformed, or contradicts another.
///     UnsupportedError: The platform does not offer a setting.
///     PrivateKeyError: A private key cannot be used; the reason says why.
///     OSError: A file cannot be read, such as FileNotFoundError.
///     TypeError: An argument has another type.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct App {
    pub(crate) core: appmint_core::App,
    pub(crate) callbacks: Py<Callbacks>,
}

#[pymethods]
impl App {
    /// Makes an app of environment variables, such as APPMINT_PRIVATE_KEY_FILE.
    ///
    /// A setting that is given here takes precedence over its variable.
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

    /// The platform's name.
    #[getter]
    fn platform_name(&self) -> &str {
        self.core.platform().name()
    }

    /// The SHA-256 fingerprint of the public key, as the platform's settings page shows it.
    ///
    /// None without a private key. With two keys it is that of the one in use.
    #[getter]
    fn fingerprint(&self) -> Option<String> {
        self.core.fingerprint()
    }

    /// How far the platform's clock is ahead of this machine's, as far as is known.
    ///
    /// It is 0 until responses prove otherwise. JWTs are made by it; tokens live by this
    /// machine's own clocks.
    #[getter]
    fn clock_offset(&self) -> Offset {
        Offset(self.core.clock_offset_ms())
    }

    /// Returns the quota of the requests that the app makes with its JWT or tokens of its own.
    ///
    /// As the platform told it in its last answer to one of them. No network I/O.
    fn quota(&self) -> Option<Quota> {
        self.core.quota().map(Quota::from)
    }

    /// Returns the counters of the app since it was made. No network I/O.
    fn stats(&self) -> Stats {
        Stats(self.core.stats())
    }

    /// Ends the app's threads and connections, and forgets its tokens.
    ///
    /// Calls in progress complete; new ones raise an error. Sessions' tokens that the store did not
    /// take yet are offered to it until the app's timeout has passed. `with app:` closes it, too. A
    /// second call does nothing.
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

    fn __reduce_ex__(&self, _protocol: Argument<'_, '_>) -> PyResult<()> {
        Err(unpicklable("App"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callbacks)
    }
}

twins! { impl App {
    /// Signs the app's JWT. The same one is returned until 60 s before it expires.
    ()
    fn jwt / jwt_async(this, py) -> Token {
        let core = this.core.clone();
        (move || core.jwt(), Token)
    }

    /// Calls the platform's API as the app, or with a token.
    ///
    /// A response of any status is returned, not raised. A read is sent again after a lost
    /// connection, 502 to 504, and a rate limit; a write after a rate limit only.
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
