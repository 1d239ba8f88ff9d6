//! A configuration as people write it: names, text and bytes, all still to be read.
//!
//! Every surface fills in one of these, so that what is read, and what is refused, is the same in
//! all languages. A Rust program may also make a [`Config`] of parsed parts.

use std::{fmt, sync::Arc, time::Duration};

use zeroize::Zeroizing;

use crate::{
    app::App,
    clock::Clock,
    config::Config,
    error::{Error, Reason, Result},
    event::Listener,
    key::PrivateKey,
    platform::Platform,
    secret::Secret,
    signer::{Named, Signer},
    store::{self, Store, StoreKey},
};

/// What a program says about its app, as text. `None` means the default.
#[derive(Clone, Default)]
pub struct Settings {
    /// The name of a built-in platform.
    pub platform: Option<String>,
    /// A platform's descriptor as JSON text, instead of a name.
    pub platform_descriptor: Option<String>,
    /// The host that the platform is at, where it can be at several: `git.corp.example`.
    pub host: Option<String>,
    /// The base of the API, instead of the platform's own.
    pub api_url: Option<String>,
    /// The base of the web pages, instead of the platform's own.
    pub web_url: Option<String>,
    /// The app's id.
    pub app_id: Option<String>,
    /// The OAuth client id.
    pub client_id: Option<String>,
    /// The OAuth client secret.
    pub client_secret: Option<Secret>,
    /// The app's RSA key in any form that [`PrivateKey::parse`] reads.
    pub private_key: Option<Zeroizing<Vec<u8>>>,
    /// A second key, for the time of a rotation: turned to when the platform does not know the
    /// first.
    pub fallback_private_key: Option<Zeroizing<Vec<u8>>>,
    /// The passphrase of an encrypted key.
    pub private_key_passphrase: Option<Secret>,
    /// What the platform calls the key, where it names keys: the `kid` of what the app signs.
    pub key_id: Option<String>,
    /// The same of the second key.
    pub fallback_key_id: Option<String>,
    /// Signs instead of a private key.
    pub signer: Option<Arc<dyn Signer>>,
    /// How far a JWT's `iat` lies back; default 60 s.
    pub jwt_back_date: Option<Duration>,
    /// How far a JWT's `exp` lies ahead; default 540 s.
    pub jwt_lifetime: Option<Duration>,
    /// For a whole call; default 30 s.
    pub timeout: Option<Duration>,
    /// To connect; default 10 s.
    pub connect_timeout: Option<Duration>,
    /// A proxy's URL instead of what the environment says; empty for none.
    pub proxy: Option<Secret>,
    /// PEM of certificates to trust beside the system's.
    pub root_certificates: Option<String>,
    /// Put before appmint's own `User-Agent`.
    pub user_agent: Option<String>,
    /// Also speaks plain http to other hosts than this machine; default no.
    pub allow_plain_http: bool,
    /// The largest body of an API reply in bytes; default 32 MiB.
    pub max_response_body: Option<usize>,
    /// Further attempts after a passing failure or a limit; default 2; 0 sends everything once.
    pub retries: Option<u32>,
    /// The wait before the first of them, doubled for each further one; default 250 ms.
    pub retry_wait: Option<Duration>,
    /// Where tokens live between processes: `sqlite:FILE`, `redis://…` or `rediss://…`; a secret,
    /// as there may be a password in it.
    pub store: Option<Secret>,
    /// A store of the program's own instead.
    pub own_store: Option<Arc<dyn Store>>,
    /// Seals the store: 32 bytes in hexadecimal or base64.
    pub store_key: Option<Secret>,
    /// A second key, for the time of a rotation: it opens what it has sealed.
    pub previous_store_key: Option<Secret>,
    /// Lets the store hold tokens as they are; default no.
    pub store_unencrypted: bool,
    /// How many tokens are held in memory; default a million.
    pub capacity: Option<usize>,
    /// Is told what happens, on the thread that does it; default nobody.
    pub on_event: Option<Listener>,
    /// Tells the time; default the machine's clock.
    pub clock: Option<Arc<dyn Clock>>,
}

impl Settings {
    /// The app that these settings describe; nothing goes out.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the setting that is wrong;
    /// [`Key`](crate::ErrorKind::Key) says what the private key is instead.
    pub fn app(self) -> Result<App> {
        let mut config = Config::new(self.read_platform()?);
        config.signers = self.read_signers()?;
        config.store = self.read_store()?;
        for key in self.store_key.iter().chain(&self.previous_store_key) {
            config.store_keys.push(Arc::new(StoreKey::parse(key)?));
        }
        config.store_unencrypted = self.store_unencrypted;
        // Ids are pasted, and often with white space around them.
        config.app_id = self.app_id.map(|id| id.trim().to_owned());
        config.client_id = self.client_id.map(|id| id.trim().to_owned());
        config.client_secret = self.client_secret;
        config.jwt_back_date = self.jwt_back_date;
        config.jwt_lifetime = self.jwt_lifetime;
        config.timeout = self.timeout.unwrap_or(config.timeout);
        config.max_response_body = self.max_response_body.unwrap_or(config.max_response_body);
        config.retry.retries = self.retries.unwrap_or(config.retry.retries);
        config.retry.first_wait = self.retry_wait.unwrap_or(config.retry.first_wait);
        config.allow_plain_http = self.allow_plain_http;
        config.network.connect_timeout = self.connect_timeout;
        config.network.proxy = self.proxy;
        config.network.root_certificates = self.root_certificates;
        config.network.user_agent = self.user_agent;
        config.capacity = self.capacity.unwrap_or(config.capacity);
        config.on_event = self.on_event;
        config.clock = self.clock.unwrap_or(config.clock);
        App::new(config)
    }

    fn read_platform(&self) -> Result<Platform> {
        let mut platform = match (&self.platform, &self.platform_descriptor) {
            (Some(name), None) => Platform::named(name),
            (None, Some(json)) => Platform::from_json(json),
            (Some(_), Some(_)) => Err(either("platform", "platform_descriptor")),
            (None, None) => Err(Error::invalid("no platform was given")
                .because(Reason::UnknownPlatform)
                .advise(format!("There is {}.", Platform::names().join(", ")))),
        }?;
        if let Some(host) = &self.host {
            platform = platform.with_host(host)?;
        }
        if let Some(url) = &self.api_url {
            platform = platform.with_api_url(url)?;
        }
        if let Some(url) = &self.web_url {
            platform = platform.with_web_url(url)?;
        }
        Ok(platform)
    }

    fn read_store(&self) -> Result<Option<Arc<dyn Store>>> {
        match (&self.store, &self.own_store) {
            (Some(_), Some(_)) => Err(either("store", "a store of your own")),
            (Some(url), None) => store::named(url.reveal()).map(Some),
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
        let first = self.private_key.as_ref().map(read).transpose()?.or(self.signer.clone());
        let other = self.fallback_private_key.as_ref().map(read).transpose()?;
        let first = named("key_id", first, self.key_id.as_ref())?;
        let other = named("fallback_key_id", other, self.fallback_key_id.as_ref())?;
        Ok(first.into_iter().chain(other).collect())
    }
}

/// A signer under the name that its key has on the platform.
fn named(
    setting: &str,
    signer: Option<Arc<dyn Signer>>,
    key_id: Option<&String>,
) -> Result<Option<Arc<dyn Signer>>> {
    match (signer, key_id.cloned()) {
        (signer, None) => Ok(signer),
        (Some(signer), Some(key_id)) => Ok(Some(Arc::new(Named { signer, key_id }))),
        (None, Some(_)) => Err(Error::invalid(format!("{setting} names a key that is not given"))),
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

fn either(one: &str, other: &str) -> Error {
    Error::invalid(format!("give {one} or {other}, not both"))
}
