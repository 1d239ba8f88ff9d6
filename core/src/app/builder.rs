//! The builder of an app that Rust programs use.

use std::{fmt, sync::Arc, time::Duration};

use zeroize::Zeroizing;

use super::{App, Settings};
use crate::{
    auth::Signer, clock::Clock, error::Result, event::Event, http::Transport, platform::Platform,
    secret::Secret, store::Store, tasks::Task,
};

/// Makes an [`App`]. Only the platform is required for every app; each operation's error names the
/// setting that it lacks.
#[derive(Clone)]
#[must_use = "a builder makes an app when `build` is called"]
pub struct AppBuilder(Settings);

impl AppBuilder {
    pub(super) fn new(platform: impl Into<String>) -> Self {
        Self(Settings { platform: Some(platform.into()), ..Settings::default() })
    }

    /// An app on a platform that a JSON descriptor describes.
    pub fn from_descriptor(json: impl Into<String>) -> Self {
        Self(Settings { platform_descriptor: Some(json.into()), ..Settings::default() })
    }

    /// An app whose settings are in environment variables: `APPMINT_PLATFORM`, `APPMINT_APP_ID`,
    /// `APPMINT_PRIVATE_KEY_FILE` and so on. Settings that are given as well take precedence.
    pub fn from_environment() -> Self {
        Self(Settings::default()).environment("APPMINT_")
    }

    /// Makes an app of these settings, which are checked here. No network I/O.
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a setting is missing, malformed,
    ///   or contradicts another; the message names it.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not take a setting.
    /// - [`Key`](crate::ErrorKind::Key) (`not_a_private_key`, `damaged_key`, `passphrase_needed`,
    ///   `wrong_passphrase` or `unsuitable_key`) if a private key cannot be used; the reason says
    ///   why.
    /// - [`Store`](crate::ErrorKind::Store) if the system's keychain gives no key for the store.
    pub fn build(self) -> Result<App> {
        self.0.build()
    }

    /// The app of these settings, made while the caller goes on: an encrypted private key may take seconds.
    /// No network I/O.
    ///
    /// # Errors
    /// Those of [`build`](Self::build).
    pub fn build_task(self) -> Task<App> {
        self.0.build_task()
    }

    /// The platform of these settings, at the host or base URLs that they name. No network I/O.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the setting that is wrong.
    pub fn platform(&self) -> Result<Platform> {
        self.0.platform()
    }

    /// The prefix of environment variables, such as `APPMINT_`, from which each setting that is not
    /// given is read.
    ///
    /// Each is read from the variable of its name in capitals (APPMINT_APP_ID); a long or secret
    /// one also from the file that a variable ending in _FILE names (APPMINT_PRIVATE_KEY_FILE), up
    /// to 16 MiB. Durations have a unit (30s), switches are true or false, an empty variable counts
    /// as not set, and a proxy `none` is no proxy. Default: the environment is not read.
    pub fn environment(mut self, prefix: impl Into<String>) -> Self {
        self.0.environment = Some(prefix.into());
        self
    }

    /// The host of a platform that can be at several, such as `git.corp.example`. Default: the
    /// platform's own; some platforms require one.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.0.host = Some(host.into());
        self
    }

    /// The base URL of the API.
    ///
    /// The web pages follow it where the platform's hosts say how; else the error asks for
    /// [`web_url`](crate::AppBuilder::web_url). Default: the platform's own.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.0.api_url = Some(url.into());
        self
    }

    /// The base URL of the pages on which users authorize the app, and of OAuth.
    ///
    /// The API follows it as the web pages follow the API. Default: the platform's own.
    pub fn web_url(mut self, url: impl Into<String>) -> Self {
        self.0.web_url = Some(url.into());
        self
    }

    /// The app's id, as the platform's settings page shows it. JWTs need it. Default: none.
    pub fn app_id(mut self, id: impl Into<String>) -> Self {
        self.0.app_id = Some(id.into());
        self
    }

    /// The OAuth client id. Users' tokens need it. Default: none.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.0.client_id = Some(id.into());
        self
    }

    /// The OAuth client secret. Default: none.
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.0.client_secret = Some(secret.into());
        self
    }

    /// The app's RSA key: PEM (PKCS#1, PKCS#8, encrypted PKCS#8), DER, or any form in which keys
    /// are pasted.
    ///
    /// Read by [`PrivateKey::parse`](crate::auth::PrivateKey::parse). Default: none.
    pub fn private_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.0.private_key = Some(Zeroizing::new(key.into()));
        self
    }

    /// A second key during a key rotation, in any form that the first may have.
    ///
    /// It is used from the moment when the platform does not know the first. Default: none.
    pub fn fallback_private_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.0.fallback_private_key = Some(Zeroizing::new(key.into()));
        self
    }

    /// The passphrase of an encrypted PKCS#8 key.
    ///
    /// A key whose file demands more than 2 000 000 rounds of PBKDF2, or more than 128 MiB for
    /// scrypt, is refused; reading one within that may take seconds. Default: none.
    pub fn private_key_passphrase(mut self, passphrase: impl Into<Secret>) -> Self {
        self.0.private_key_passphrase = Some(passphrase.into());
        self
    }

    /// The platform's name of the key, for platforms that name keys: the kid of the JWTs that the
    /// app signs. Default: none.
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        self.0.key_id = Some(id.into());
        self
    }

    /// The platform's name of [`fallback_private_key`](crate::AppBuilder::fallback_private_key).
    /// Default: none.
    pub fn fallback_key_id(mut self, id: impl Into<String>) -> Self {
        self.0.fallback_key_id = Some(id.into());
        self
    }

    /// Signs instead of a private key, such as a KMS or an HSM: takes the message and returns its
    /// RS256 signature.
    ///
    /// If it fails, the call fails with [`Callback`](crate::ErrorKind::Callback).
    ///
    /// It is called on worker threads, several at a time, and may block. Default: none.
    pub fn signer(mut self, signer: Arc<dyn Signer>) -> Self {
        self.0.signer = Some(signer);
        self
    }

    /// How far a JWT's iat lies in the past. Default: the platform's, 60 s on those that are built
    /// in.
    pub fn jwt_back_date(mut self, distance: Duration) -> Self {
        self.0.jwt_back_date = Some(distance);
        self
    }

    /// How far a JWT's exp lies in the future. Default: the platform's, 540 s on those that are
    /// built in, which allow 600 s at most.
    pub fn jwt_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.jwt_lifetime = Some(lifetime);
        self
    }

    /// The time for a whole call with its retries; more than 0. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout = Some(timeout);
        self
    }

    /// The time to connect, which is lowered to three quarters of
    /// [`timeout`](crate::AppBuilder::timeout) if it is longer. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.0.connect_timeout = Some(timeout);
        self
    }

    /// The URL of a proxy, such as `http://user:password@host:port` or `socks5h://host:port`; an
    /// empty text for no proxy.
    ///
    /// Its scheme is http, https, socks5 or socks5h. This machine is always reached without a
    /// proxy. Default: the one that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names, except for the
    /// hosts in NO_PROXY.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.0.proxy = Some(url.into());
        self
    }

    /// Root certificates that are trusted besides the system's: PEM, or the DER of one.
    ///
    /// A server's own certificate may be its root. A store in Redis over TLS trusts them, too. The
    /// environment variables SSL_CERT_FILE and SSL_CERT_DIR name others in the place of the
    /// system's. Default: none.
    pub fn root_certificates(mut self, certificates: impl Into<Vec<u8>>) -> Self {
        self.0.root_certificates = Some(certificates.into());
        self
    }

    /// The certificate that is shown to a server that wants one (mTLS), with those between it and
    /// its root: PEM, or the DER of one.
    ///
    /// Needs [`client_key`](crate::AppBuilder::client_key). A store in Redis over TLS that wants
    /// one gets it, too. Default: none.
    pub fn client_certificate(mut self, certificates: impl Into<Vec<u8>>) -> Self {
        self.0.client_certificate = Some(certificates.into());
        self
    }

    /// The private key of [`client_certificate`](crate::AppBuilder::client_certificate): RSA or
    /// ECDSA, in PEM or DER, not encrypted. Default: none.
    pub fn client_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.0.client_key = Some(Zeroizing::new(key.into()));
        self
    }

    /// Text that precedes appmint's own User-Agent header. Default: none.
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.0.user_agent = Some(text.into());
        self
    }

    /// Whether to send requests without TLS to hosts other than this machine.
    ///
    /// Anybody on the way can then read and change what is sent, tokens included. Default: false.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.0.allow_plain_http = allow;
        self
    }

    /// Whether to refuse connections to addresses that are not public: this machine, private
    /// networks, link-local and reserved addresses.
    ///
    /// For a host that somebody else named. The address that is connected to is checked, so no
    /// proxy is used, and none may be given. The call that would connect fails with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`private_address`). Default: false.
    pub fn refuse_private_addresses(mut self, refuse: bool) -> Self {
        self.0.refuse_private_addresses = refuse;
        self
    }

    /// The largest accepted body of an API response, in bytes. Default: 33 554 432 (32 MiB).
    pub fn max_response_body(mut self, bytes: usize) -> Self {
        self.0.max_response_body = Some(bytes);
        self
    }

    /// How many times a request is sent again after a temporary failure or a rate limit, if
    /// repeating it is safe.
    ///
    /// 0 sends every request once, except after a refused signature. Default: 2.
    pub fn retries(mut self, count: u32) -> Self {
        self.0.retries = Some(count);
        self
    }

    /// The wait before the first retry, which doubles with each further one. Default: 0.25 s.
    pub fn retry_wait(mut self, wait: Duration) -> Self {
        self.0.retry_wait = Some(wait);
        self
    }

    /// Sends all requests by the program's own HTTP client instead of the built-in one.
    ///
    /// It takes the method, the URL, the headers, the body, the time that is left, and whether the
    /// request may be sent twice, and returns the status, the headers and the body, or says how it
    /// failed: not sent, or perhaps sent. It must not send a request a second time by itself that
    /// may be sent once only: a refresh token would be spent twice. Proxies and certificates are
    /// those of the client, and the settings for them are refused beside it.
    ///
    /// It is called on worker threads, several at a time. Default: the built-in HTTP client.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.0.transport = Some(transport);
        self
    }

    /// Where tokens live between processes: `sqlite:FILE`, `redis://…` or `rediss://…` (TLS);
    /// `memory:` keeps them in this process.
    ///
    /// A Redis URL may have `?prefix=` for the names of its keys (default `appmint:`) and
    /// `?wait_replicas=N` for writes that count only once N replicas have them (default 0). It may
    /// hold a password, and is treated as a secret. A store that other processes can read needs
    /// [`store_key`](crate::AppBuilder::store_key) or
    /// [`store_unencrypted`](crate::AppBuilder::store_unencrypted). If the store fails,
    /// installation tokens are minted as without it, while the calls of a session fail. Default:
    /// none.
    pub fn store(mut self, url: impl Into<Secret>) -> Self {
        self.0.store = Some(url.into());
        self
    }

    /// A store that the program implements, instead of one of the library's. Default: none.
    pub fn own_store(mut self, store: Arc<dyn Store>) -> Self {
        self.0.own_store = Some(store);
        self
    }

    /// The key that seals stored tokens and authorizations: 32 bytes in hexadecimal or base64.
    ///
    /// `openssl rand -hex 32` makes one.
    ///
    /// `keychain:NAME` takes the key of that name from the system's keychain: that of macOS or
    /// Windows, where it is made if it is missing, or the kernel's keyring on Linux, where somebody
    /// puts it. A key that has sealed records and was deleted is not made anew. Whoever builds the
    /// app waits for the keychain, until [`timeout`](crate::AppBuilder::timeout) at most, while a
    /// person may be asked to unlock it.
    ///
    /// With the Cargo feature `secret-service` the keychain of a Linux desktop is asked as well,
    /// and a missing key made there. Default: none.
    pub fn store_key(mut self, key: impl Into<Secret>) -> Self {
        self.0.store_key = Some(key.into());
        self
    }

    /// The previous key during a rotation of [`store_key`](crate::AppBuilder::store_key). It opens
    /// what it has sealed, and seals nothing.
    ///
    /// `keychain:NAME` is one that the keychain has already. Default: none.
    pub fn previous_store_key(mut self, key: impl Into<Secret>) -> Self {
        self.0.previous_store_key = Some(key.into());
        self
    }

    /// Whether the store holds tokens without encryption, readable for everybody who can read the
    /// store. Default: false.
    pub fn store_unencrypted(mut self, unencrypted: bool) -> Self {
        self.0.store_unencrypted = unencrypted;
        self
    }

    /// How many tokens are held in memory; at least 1. Beyond it, tokens are dropped that no source
    /// refers to. Default: 1 000 000.
    pub fn capacity(mut self, tokens: usize) -> Self {
        self.0.capacity = Some(tokens);
        self
    }

    /// Is called with each event, which never holds a secret.
    ///
    /// It is called on the thread on which the event happens, which waits for it, and on several at
    /// once: it must be quick, and must not wait for a token. Default: none.
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.0.on_event = Some(Arc::new(listener));
        self
    }

    /// A clock that shows a fixed time, for tests. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.0.clock = Some(Arc::new(clock));
        self
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0
    }
}

impl fmt::Debug for AppBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AppBuilder").field(&self.0).finish()
    }
}
