//! Makes an app: the builder that Rust programs use, and the parts put together.

use std::{fmt, sync::Arc, time::Duration};

use zeroize::Zeroizing;

use super::{App, Settings, Shared};
use crate::{
    auth::Signer,
    cache::TokenCache,
    client::{ClientConfig, PlatformClient},
    clock::Clock,
    error::{Error, Result},
    event::{Event, EventSink, Listener},
    http::{Transport, clock_offset::PlatformClock},
    logins::Authorizations,
    platform::{Platform, descriptor::Base},
    secret::Secret,
    sessions::{Sessions, Timing},
    sources::{Lookups, Sources, StoredTokens, TokenFetcher},
    store::{Sealer, Store, TokenStore},
    tasks::{Pool, Task},
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

    /// The app of these settings. No network I/O.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the setting that is wrong;
    /// [`Key`](crate::ErrorKind::Key) says what the private key is instead.
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

    /// Reads what was not given from environment variables when the app is built: each is named as its
    /// setting, in capitals, after this prefix; of long or secret values also `…_FILE`, the path of a file.
    /// Durations have a unit (`30s`), switches are `true` or `false`, an empty variable counts as not set, and
    /// a proxy `none` is no proxy. Default none: the environment is not read.
    pub fn environment(mut self, prefix: impl Into<String>) -> Self {
        self.0.environment = Some(prefix.into());
        self
    }

    /// The platform's host, where the platform can be at several: `git.corp.example`.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.0.host = Some(host.into());
        self
    }

    /// The base URL of the API; default the platform's own. The web pages follow it where the platform's
    /// hosts say how; else `build` asks for [`web_url`](Self::web_url).
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.0.api_url = Some(url.into());
        self
    }

    /// The base URL of the web pages and of OAuth; default the platform's own. The API follows it as the
    /// web pages follow the API.
    pub fn web_url(mut self, url: impl Into<String>) -> Self {
        self.0.web_url = Some(url.into());
        self
    }

    /// The app's id, as the platform's settings page shows it.
    pub fn app_id(mut self, id: impl Into<String>) -> Self {
        self.0.app_id = Some(id.into());
        self
    }

    /// The OAuth client id.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.0.client_id = Some(id.into());
        self
    }

    /// The OAuth client secret.
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.0.client_secret = Some(secret.into());
        self
    }

    /// The app's RSA key, in any form that [`PrivateKey::parse`](crate::auth::PrivateKey::parse) reads.
    pub fn private_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.0.private_key = Some(Zeroizing::new(key.into()));
        self
    }

    /// A second key during a rotation, which is used from the moment when the platform does not know
    /// the first.
    pub fn fallback_private_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.0.fallback_private_key = Some(Zeroizing::new(key.into()));
        self
    }

    /// The passphrase of an encrypted PKCS#8 key. What its file may demand is bounded, as
    /// [`PrivateKey::parse`](crate::auth::PrivateKey::parse) says.
    pub fn private_key_passphrase(mut self, passphrase: impl Into<Secret>) -> Self {
        self.0.private_key_passphrase = Some(passphrase.into());
        self
    }

    /// The platform's name for the key, where it names keys: the `kid` of every JWT.
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        self.0.key_id = Some(id.into());
        self
    }

    /// The platform's name for the second key.
    pub fn fallback_key_id(mut self, id: impl Into<String>) -> Self {
        self.0.fallback_key_id = Some(id.into());
        self
    }

    /// Signs instead of a private key: a KMS, an HSM or a callback.
    pub fn signer(mut self, signer: Arc<dyn Signer>) -> Self {
        self.0.signer = Some(signer);
        self
    }

    /// The distance of a JWT's `iat` into the past; default the platform's, mostly 60 s.
    pub fn jwt_back_date(mut self, distance: Duration) -> Self {
        self.0.jwt_back_date = Some(distance);
        self
    }

    /// The distance of a JWT's `exp` into the future; default the platform's, mostly 540 s.
    pub fn jwt_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.jwt_lifetime = Some(lifetime);
        self
    }

    /// The time for a whole call, with its retries; default 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout = Some(timeout);
        self
    }

    /// The time to connect; default 10 s, and never more than three quarters of `timeout`.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.0.connect_timeout = Some(timeout);
        self
    }

    /// A proxy's URL (http, https, socks5 or socks5h), empty for no proxy; default the environment's:
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, except for the hosts in `NO_PROXY`. This machine is always
    /// reached without one.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.0.proxy = Some(url.into());
        self
    }

    /// Root certificates to trust beside the system's: PEM, or the DER of one. A server's own certificate
    /// may be its root. The variables `SSL_CERT_FILE` and `SSL_CERT_DIR` name others in the place of the
    /// system's.
    pub fn root_certificates(mut self, certificates: impl Into<Vec<u8>>) -> Self {
        self.0.root_certificates = Some(certificates.into());
        self
    }

    /// The certificate that is shown to a server that wants one (mTLS), with those between it and its
    /// root: PEM, or the DER of one. Needs [`client_key`](Self::client_key).
    pub fn client_certificate(mut self, certificates: impl Into<Vec<u8>>) -> Self {
        self.0.client_certificate = Some(certificates.into());
        self
    }

    /// The private key of the client certificate: RSA or ECDSA, in PEM or DER, not encrypted.
    pub fn client_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.0.client_key = Some(Zeroizing::new(key.into()));
        self
    }

    /// Text put before appmint's own `User-Agent`.
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.0.user_agent = Some(text.into());
        self
    }

    /// Allows plain http to hosts other than this machine; default no.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.0.allow_plain_http = allow;
        self
    }

    /// Refuses to connect to addresses that are not public: this machine, private networks, link-local and
    /// reserved ones; default no. No proxy is used then, and none may be given.
    pub fn refuse_private_addresses(mut self, refuse: bool) -> Self {
        self.0.refuse_private_addresses = refuse;
        self
    }

    /// The largest body of an API reply, in bytes; default 32 MiB.
    pub fn max_response_body(mut self, bytes: usize) -> Self {
        self.0.max_response_body = Some(bytes);
        self
    }

    /// Further attempts after a failure that passes, or a rate limit; default 2; with 0 every request
    /// is sent once, except after a refused signature.
    pub fn retries(mut self, count: u32) -> Self {
        self.0.retries = Some(count);
        self
    }

    /// The wait before the first further attempt, doubled for each further one; default 250 ms.
    pub fn retry_wait(mut self, wait: Duration) -> Self {
        self.0.retry_wait = Some(wait);
        self
    }

    /// Sends requests instead of the built-in HTTP client.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.0.transport = Some(transport);
        self
    }

    /// The store that keeps tokens between processes, by URL: `memory:`, `sqlite:FILE`, `redis://…` or
    /// `rediss://…`; default none.
    pub fn store(mut self, url: impl Into<Secret>) -> Self {
        self.0.store = Some(url.into());
        self
    }

    /// A store of the program's own.
    pub fn own_store(mut self, store: Arc<dyn Store>) -> Self {
        self.0.own_store = Some(store);
        self
    }

    /// The key that seals the store's records: 32 bytes in hexadecimal or base64.
    pub fn store_key(mut self, key: impl Into<Secret>) -> Self {
        self.0.store_key = Some(key.into());
        self
    }

    /// A second key during a rotation, which still opens the records that it has sealed.
    pub fn previous_store_key(mut self, key: impl Into<Secret>) -> Self {
        self.0.previous_store_key = Some(key.into());
        self
    }

    /// Lets the store hold tokens unencrypted; default no.
    pub fn store_unencrypted(mut self, unencrypted: bool) -> Self {
        self.0.store_unencrypted = unencrypted;
        self
    }

    /// The number of tokens in memory above which unused ones are removed; default one million.
    pub fn capacity(mut self, tokens: usize) -> Self {
        self.0.capacity = Some(tokens);
        self
    }

    /// Receives each event, on the thread where it happens: be quick.
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.0.on_event = Some(Arc::new(listener));
        self
    }

    /// The clock; default the machine's.
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

/// The parts of an app, read from settings.
pub(super) struct Parts {
    pub(super) config: ClientConfig,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) store: Option<Arc<dyn Store>>,
    pub(super) sealer: Arc<Sealer>,
    pub(super) store_unencrypted: bool,
    pub(super) timeout: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) capacity: usize,
    pub(super) listener: Option<Listener>,
    pub(super) on_token_change: Option<Arc<dyn Fn() + Send + Sync>>,
    pub(super) clock: Arc<dyn Clock>,
    /// Nothing of the program's is called while a call is made.
    pub(super) may_run_on_caller: bool,
}

impl App {
    /// Puts the parts together.
    pub(super) fn assemble(parts: Parts) -> Result<Self> {
        let store = token_store(&parts)?.map(Arc::new);
        let api = parts.config.platform.endpoint(Base::Api, "/", &[]).ok();
        let clock = Arc::new(PlatformClock::new(parts.clock, api.as_ref()));
        let events = Arc::new(EventSink::new(parts.listener));
        // Not the transport itself: a thread that ends later would keep its connections, with what was sent.
        let transport = Arc::downgrade(&parts.transport);
        let pool = Pool::new(parts.timeout)
            .may_run_on_caller(parts.may_run_on_caller)
            .at_thread_end(move || {
                if let Some(transport) = transport.upgrade() {
                    transport.shrink();
                }
            });
        let client = Arc::new(PlatformClient::new(
            parts.config,
            parts.transport,
            Arc::clone(&clock),
            Arc::clone(&events),
        ));
        let sessions = Arc::new(Sessions::new(
            Arc::clone(&client),
            store.clone(),
            Arc::clone(&events),
            pool.clone(),
            Timing::new(parts.timeout, parts.connect_timeout),
        )?);
        let stored = store.as_deref().cloned().map(|store| Arc::new(StoredTokens::new(store)));
        let fetcher = TokenFetcher {
            client: Arc::clone(&client),
            store: stored.clone(),
            sessions: Arc::clone(&sessions),
            events: Arc::clone(&events),
            on_change: parts.on_token_change,
        };
        let cache = TokenCache::new(Box::new(fetcher), clock, pool.clone(), parts.capacity);
        let sources = Arc::new(Sources {
            client: Arc::clone(&client),
            cache: Arc::new(cache),
            pool: pool.clone(),
            events: Arc::clone(&events),
            lookups: Lookups::new(parts.capacity),
            stored,
        });
        let authorizations =
            Arc::new(Authorizations::new(Arc::clone(&client), store, parts.sealer));
        Ok(Self(Arc::new(Shared { client, sources, sessions, authorizations, pool, events })))
    }
}

/// The store of tokens, if there is a store.
fn token_store(parts: &Parts) -> Result<Option<TokenStore>> {
    let Some(store) = parts.store.clone() else { return Ok(None) };
    let sealer = &parts.sealer;
    if sealer.is_sealing() == parts.store_unencrypted && store.is_shared() {
        return Err(Error::invalid("a store needs either a store_key or store_unencrypted")
            .advise(
                "Give store_key, or set store_unencrypted if nobody else can read the store.",
            ));
    }
    let config = &parts.config;
    let api = config.platform.endpoint(Base::Api, "/", &[])?;
    let app = config.app_id.as_ref().or(config.client_id.as_ref());
    // Two authorization servers may stand before one API: a token of one is not a token of the other.
    let server = config.platform.oauth().ok().map(|oauth| (&oauth.token.path, &oauth.issuer));
    let owner = serde_json::json!([config.platform.name(), api.as_str(), app, server]).to_string();
    Ok(Some(TokenStore::new(store, Arc::clone(sealer), owner, Arc::clone(&parts.clock))))
}
