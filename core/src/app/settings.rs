//! The settings of an app as people write them: names, texts and bytes that are still to be read.
//!
//! [`AppBuilder`](super::AppBuilder) and every binding fill in one of these, so that settings are read
//! and refused alike in all languages.

use std::{fmt, sync::Arc, time::Duration};

use zeroize::Zeroizing;

use super::{App, assembling::Parts};
use crate::{
    auth::{Named, Outside, PrivateKey, Signer},
    client::{ClientConfig, jwt_descriptor},
    clock::{Clock, SystemClock},
    error::{Error, Reason, Result},
    event::Listener,
    http::{
        HttpTransport, Identity, Network, RetryPolicy, Transport, own_transport::OwnTransport,
        read_certificates, transport::CONNECT_TIMEOUT,
    },
    platform::Platform,
    secret::Secret,
    store::{self, KeyNote, Missing, Sealer, Store},
    tasks::{
        Task,
        threads::{on_own_stack, on_thread},
    },
};

/// The settings of an app. `None` means the default.
#[derive(Clone, Default)]
pub struct Settings {
    /// The prefix of environment variables, such as `APPMINT_`, from which each setting that is not
    /// given is read.
    pub environment: Option<String>,
    /// The name of a built-in platform, such as `github`: see
    /// [`Platform::names`](crate::platform::Platform::names).
    pub platform: Option<String>,
    /// A descriptor of another platform as JSON text, instead of `platform`. Default: none.
    pub platform_descriptor: Option<String>,
    /// The host of a platform that can be at several, such as `git.corp.example`. Default: the
    /// platform's own; some platforms require one.
    pub host: Option<String>,
    /// The base URL of the API.
    pub api_url: Option<String>,
    /// The base URL of the pages on which users authorize the app, and of OAuth.
    pub web_url: Option<String>,
    /// The app's id, as the platform's settings page shows it. JWTs need it. Default: none.
    pub app_id: Option<String>,
    /// The OAuth client id. Users' tokens need it. Default: none.
    pub client_id: Option<String>,
    /// The OAuth client secret. Default: none.
    pub client_secret: Option<Secret>,
    /// The app's RSA key: PEM (PKCS#1, PKCS#8, encrypted PKCS#8), DER, or any form in which keys
    /// are pasted.
    pub private_key: Option<Zeroizing<Vec<u8>>>,
    /// A second key during a key rotation, in any form that the first may have.
    pub fallback_private_key: Option<Zeroizing<Vec<u8>>>,
    /// The passphrase of an encrypted PKCS#8 key.
    pub private_key_passphrase: Option<Secret>,
    /// The platform's name of the key, for platforms that name keys: the kid of the JWTs that the
    /// app signs. Default: none.
    pub key_id: Option<String>,
    /// The platform's name of [`fallback_private_key`](crate::AppBuilder::fallback_private_key).
    /// Default: none.
    pub fallback_key_id: Option<String>,
    /// Signs instead of a private key, such as a KMS or an HSM: takes the message and returns its
    /// RS256 signature.
    pub signer: Option<Arc<dyn Signer>>,
    /// How far a JWT's iat lies in the past. Default: the platform's, 60 s on those that are built
    /// in.
    pub jwt_back_date: Option<Duration>,
    /// How far a JWT's exp lies in the future. Default: the platform's, 540 s on those that are
    /// built in, which allow 600 s at most.
    pub jwt_lifetime: Option<Duration>,
    /// The time for a whole call with its retries; more than 0. Default: 30 s.
    pub timeout: Option<Duration>,
    /// The time to connect, which is lowered to three quarters of
    /// [`timeout`](crate::AppBuilder::timeout) if it is longer. Default: 10 s.
    pub connect_timeout: Option<Duration>,
    /// The URL of a proxy, such as `http://user:password@host:port` or `socks5h://host:port`; an
    /// empty text for no proxy.
    pub proxy: Option<Secret>,
    /// Root certificates that are trusted besides the system's: PEM, or the DER of one.
    pub root_certificates: Option<Vec<u8>>,
    /// The environment variable that names a file of further root certificates, by the custom of the
    /// program's language.
    pub certificates_variable: Option<&'static str>,
    /// The certificate that is shown to a server that wants one (mTLS), with those between it and
    /// its root: PEM, or the DER of one.
    pub client_certificate: Option<Vec<u8>>,
    /// The private key of [`client_certificate`](crate::AppBuilder::client_certificate): RSA or
    /// ECDSA, in PEM or DER, not encrypted. Default: none.
    pub client_key: Option<Zeroizing<Vec<u8>>>,
    /// Text that precedes appmint's own User-Agent header. Default: none.
    pub user_agent: Option<String>,
    /// Whether to send requests without TLS to hosts other than this machine.
    pub allow_plain_http: bool,
    /// Whether to refuse connections to addresses that are not public: this machine, private
    /// networks, link-local and reserved addresses.
    pub refuse_private_addresses: bool,
    /// The largest accepted body of an API response, in bytes. Default: 33 554 432 (32 MiB).
    pub max_response_body: Option<usize>,
    /// How many times a request is sent again after a temporary failure or a rate limit, if
    /// repeating it is safe.
    pub retries: Option<u32>,
    /// The wait before the first retry, which doubles with each further one. Default: 0.25 s.
    pub retry_wait: Option<Duration>,
    /// Sends all requests by the program's own HTTP client instead of the built-in one.
    pub transport: Option<Arc<dyn Transport>>,
    /// Where tokens live between processes: `sqlite:FILE`, `redis://…` or `rediss://…` (TLS);
    /// `memory:` keeps them in this process.
    pub store: Option<Secret>,
    /// A store that the program implements, instead of one of the library's. Default: none.
    pub own_store: Option<Arc<dyn Store>>,
    /// The key that seals stored tokens and authorizations: 32 bytes in hexadecimal or base64.
    pub store_key: Option<Secret>,
    /// The previous key during a rotation of [`store_key`](crate::AppBuilder::store_key). It opens
    /// what it has sealed, and seals nothing.
    pub previous_store_key: Option<Secret>,
    /// Whether the store holds tokens without encryption, readable for everybody who can read the
    /// store. Default: false.
    pub store_unencrypted: bool,
    /// How many tokens are held in memory; at least 1. Beyond it, tokens are dropped that no source
    /// refers to. Default: 1 000 000.
    pub capacity: Option<usize>,
    /// Is called with each event, which never holds a secret.
    pub on_event: Option<Listener>,
    /// Called after a token in memory was replaced or forgotten, on any thread and perhaps under a lock: it must
    /// not call the app. For bindings that keep a source's token by themselves; default none.
    pub on_token_change: Option<Arc<dyn Fn() + Send + Sync>>,
    /// A clock that shows a fixed time, for tests. Default: the system's clock.
    pub clock: Option<Arc<dyn Clock>>,
}

impl Settings {
    /// The app of these settings. No network I/O; a `store_key` in the keychain is waited for, for `timeout` at
    /// most, while a person may be asked to unlock it.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the setting that is wrong;
    /// [`Key`](crate::ErrorKind::Key) says what the private key is instead;
    /// [`Store`](crate::ErrorKind::Store) that the keychain has no key to give.
    pub fn build(self) -> Result<App> {
        on_own_stack(|| self.with_environment()?.cleaned()?.build_here())
    }

    /// The same, without waiting for it.
    pub fn build_task(self) -> Task<App> {
        on_thread("appmint-reading", move || self.with_environment()?.cleaned()?.build_here())
    }

    /// The platform of these settings.
    pub(super) fn platform(&self) -> Result<Platform> {
        self.clone().with_environment()?.cleaned()?.read_platform()
    }

    fn build_here(self) -> Result<App> {
        let platform = self.read_platform()?;
        platform.require_host()?;
        if !self.allow_plain_http {
            platform.refuse_plain_http()?;
        }
        let config = self.client_config(platform)?;
        check_jwt_times(&config)?;
        let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT);
        if timeout.is_zero() {
            return Err(Error::invalid("the timeout is zero"));
        }
        let capacity = self.capacity.unwrap_or(DEFAULT_CAPACITY);
        if capacity == 0 {
            return Err(Error::invalid("the capacity is zero"));
        }
        let (transport, store) = (self.transport(timeout)?, self.read_store()?);
        App::assemble(Parts {
            transport,
            sealer: self.sealer(store.as_ref(), timeout)?,
            store,
            store_unencrypted: self.store_unencrypted,
            listener: self.on_event.clone(),
            on_token_change: self.on_token_change.clone(),
            clock: self.clock.clone().unwrap_or_else(|| Arc::new(SystemClock)),
            config,
            timeout,
            connect_timeout: self.connect_timeout(timeout),
            capacity,
            may_run_on_caller: self.transport.is_none() && self.on_event.is_none(),
        })
    }

    fn client_config(&self, platform: Platform) -> Result<ClientConfig> {
        let retry = RetryPolicy::default();
        Ok(ClientConfig {
            platform,
            app_id: self.app_id.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            signers: self.read_signers()?,
            jwt_back_date: self.jwt_back_date,
            jwt_lifetime: self.jwt_lifetime,
            retry: RetryPolicy {
                retries: self.retries.unwrap_or(retry.retries),
                first_wait: self.retry_wait.unwrap_or(retry.first_wait),
            },
            max_response_body: self.max_response_body.unwrap_or(DEFAULT_MAX_RESPONSE_BODY),
        })
    }

    fn transport(&self, timeout: Duration) -> Result<Arc<dyn Transport>> {
        if let Some(transport) = &self.transport {
            if self.refuse_private_addresses {
                return Err(either("transport", "refuse_private_addresses"));
            }
            if self.proxy.as_ref().is_some_and(|proxy| !proxy.is_empty()) {
                return Err(either("transport", "proxy"));
            }
            let tls = [&self.root_certificates, &self.client_certificate];
            let has_tls = tls.iter().any(|setting| setting.is_some()) || self.client_key.is_some();
            if has_tls && !self.store.as_ref().is_some_and(|url| store::has_tls(url.reveal())) {
                return Err(either("transport", "certificates"));
            }
            let own = OwnTransport::new(Arc::clone(transport), self.user_agent.as_deref())?;
            return Ok(Arc::new(own));
        }
        Ok(Arc::new(HttpTransport::new(&Network {
            proxy: self.proxy.clone(),
            root_certificates: self.root_certificates.clone(),
            certificates_variable: self.certificates_variable,
            client_certificate: self.client_certificate.clone(),
            client_key: self.client_key.clone(),
            connect_timeout: Some(self.connect_timeout(timeout)),
            user_agent: self.user_agent.clone(),
            refuse_private_addresses: self.refuse_private_addresses,
        })?))
    }

    /// The connect timeout stays below the call's timeout, so that a failure to connect is reported as
    /// `unreachable`: it proves that nothing was sent.
    fn connect_timeout(&self, timeout: Duration) -> Duration {
        self.connect_timeout.unwrap_or(CONNECT_TIMEOUT).min(timeout.mul_f64(0.75))
    }

    fn sealer(&self, store: Option<&Arc<dyn Store>>, timeout: Duration) -> Result<Arc<Sealer>> {
        let has_sealed =
            |name: &str| store.map_or(Ok(false), |store| KeyNote::new(name).is_in(store));
        let read = |key: &Option<Secret>, missing| {
            let key = key.as_ref().map(|key| store::read_key(key, missing, timeout));
            key.transpose()
        };
        let first = read(&self.store_key, Missing::MadeUnless(&has_sealed))?;
        let previous = read(&self.previous_store_key, Missing::Refused)?;
        let sealer = Sealer::new(first.into_iter().chain(previous).map(Arc::new).collect());
        let name = self.store_key.as_ref().and_then(store::name_in_keychain);
        Ok(Arc::new(sealer.in_keychain(name)))
    }

    fn read_platform(&self) -> Result<Platform> {
        let mut platform = match (&self.platform, &self.platform_descriptor) {
            (Some(name), None) => Platform::named(name),
            (None, Some(json)) => Platform::from_json(json),
            (Some(_), Some(_)) => Err(either("platform", "platform_descriptor")),
            (None, None) => Err(Error::invalid("no platform was given")
                .because(Reason::UnknownPlatform)
                .advise(format!("The built-in platforms are {}.", Platform::names().join(", ")))),
        }?;
        if let Some(host) = &self.host {
            if self.allow_plain_http && !host.contains("://") {
                return Err(Error::invalid(
                    "allow_plain_http is set, and host does not say whether it is http or https",
                )
                .advise("Write the host as http://git.corp.example or https://git.corp.example."));
            }
            platform = platform.with_host(host)?;
        }
        let (api, web) = (self.api_url.as_deref(), self.web_url.as_deref());
        platform.with_bases(api, web, self.host.is_some())
    }

    /// The certificates that were given, for a store that is reached over TLS.
    fn store_certificates(&self) -> Result<store::Certificates> {
        let read = |bytes: &Vec<u8>| read_certificates("root_certificates", bytes);
        let identity =
            Identity::read(self.client_certificate.as_deref(), self.client_key.as_deref())?;
        Ok(store::Certificates {
            roots: self.root_certificates.as_ref().map_or(Ok(Vec::new()), read)?,
            client: identity.map(|identity| (identity.chain, identity.key)),
        })
    }

    fn read_store(&self) -> Result<Option<Arc<dyn Store>>> {
        match (&self.store, &self.own_store) {
            (Some(_), Some(_)) => Err(either("store", "own_store")),
            (Some(url), None) => store::named(url.reveal(), &self.store_certificates()?).map(Some),
            (None, own) => Ok(own.clone()),
        }
    }

    fn read_signers(&self) -> Result<Vec<Arc<dyn Signer>>> {
        if self.private_key.is_some() && self.signer.is_some() {
            return Err(either("private_key", "signer"));
        }
        let read = |key: &Zeroizing<Vec<u8>>| {
            let key = PrivateKey::parse(key, self.private_key_passphrase.as_ref())?;
            Ok::<Arc<dyn Signer>, Error>(Arc::new(key))
        };
        let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let outside = |signer| -> Arc<dyn Signer> { Arc::new(Outside::new(signer, timeout)) };
        let first = self.private_key.as_ref().map(read).transpose()?;
        let first = first.or_else(|| self.signer.clone().map(outside));
        let fallback = self.fallback_private_key.as_ref().map(read).transpose()?;
        let first = named("key_id", first, self.key_id.as_ref())?;
        let fallback = named("fallback_key_id", fallback, self.fallback_key_id.as_ref())?;
        Ok(first.into_iter().chain(fallback).collect())
    }
}

/// A signer with the platform's name for its key.
fn named(
    setting: &str,
    signer: Option<Arc<dyn Signer>>,
    key_id: Option<&String>,
) -> Result<Option<Arc<dyn Signer>>> {
    match (signer, key_id.cloned()) {
        (signer, None) => Ok(signer),
        (Some(signer), Some(key_id)) => Ok(Some(Arc::new(Named { signer, key_id }))),
        (None, Some(_)) => {
            Err(Error::invalid(format!("{setting} names a key, and the key is missing")))
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("platform", &self.platform)
            .field("app_id", &self.app_id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

fn check_jwt_times(config: &ClientConfig) -> Result<()> {
    if config.jwt_lifetime.is_none() && config.jwt_back_date.is_none() {
        return Ok(());
    }
    let max_s = jwt_descriptor(&config.platform)?.max_lifetime_s;
    let max = Duration::from_secs(max_s);
    if config.jwt_lifetime.is_some_and(|lifetime| lifetime.as_secs() == 0 || lifetime > max) {
        return Err(Error::invalid(format!("jwt_lifetime must be between 1 and {max_s} s")));
    }
    if config.jwt_back_date.is_some_and(|back_date| back_date > max) {
        return Err(Error::invalid(format!("jwt_back_date must be between 0 and {max_s} s")));
    }
    Ok(())
}

fn either(one: &str, other: &str) -> Error {
    Error::invalid(format!("give {one} or {other}, not both"))
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_MAX_RESPONSE_BODY: usize = 32 << 20;
const DEFAULT_CAPACITY: usize = 1_000_000;
