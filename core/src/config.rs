//! What a program tells an app about itself: what the platform's settings page shows, and how to
//! reach the network.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    clock::{Clock, SystemClock},
    event::Listener,
    platform::Platform,
    retry::RetryPolicy,
    secret::Secret,
    signer::Signer,
    store::{Store, StoreKey},
    transport::{Network, Transport},
};

/// Everything an [`App`](crate::App) is made of. Only the platform is needed for all; each
/// operation says which credential it lacks.
#[derive(Clone)]
pub struct Config {
    /// Which platform.
    pub platform: Platform,
    /// The app's id.
    pub app_id: Option<String>,
    /// The OAuth client id.
    pub client_id: Option<String>,
    /// The OAuth client secret.
    pub client_secret: Option<Secret>,
    /// Who signs the app's JWT: a [`PrivateKey`](crate::PrivateKey), or something outside. With
    /// two, the second is turned to when the platform does not know the first's key.
    pub signers: Vec<Arc<dyn Signer>>,
    /// How far a JWT's `iat` lies back; default by platform, 60 s.
    pub jwt_back_date: Option<Duration>,
    /// How far a JWT's `exp` lies ahead; default by platform, 540 s.
    pub jwt_lifetime: Option<Duration>,
    /// For a whole call, with its retries; default 30 s.
    pub timeout: Duration,
    /// How often to try again; default twice.
    pub retry: RetryPolicy,
    /// The largest body of an API reply in bytes; default 32 MiB.
    pub max_response_body: usize,
    /// Also speaks plain http to hosts other than this machine, in view of the network; default
    /// no.
    pub allow_plain_http: bool,
    /// How to reach the network.
    pub network: Network,
    /// Sends the requests; default HTTP as `network` says.
    pub transport: Option<Arc<dyn Transport>>,
    /// Where tokens live between processes; default nowhere.
    pub store: Option<Arc<dyn Store>>,
    /// What seals the store: the first seals, all of them open.
    pub store_keys: Vec<Arc<StoreKey>>,
    /// Lets the store hold tokens as they are, for whoever reads it; default no.
    pub store_unencrypted: bool,
    /// How many tokens are held in memory; default a million. Beyond it, those go that no source
    /// refers to, the deadest first.
    pub capacity: usize,
    /// Is told what happens, on the thread that does it; default nobody.
    pub on_event: Option<Listener>,
    /// Tells the time; default the machine's clock.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// A configuration with all defaults.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        Self {
            platform,
            app_id: None,
            client_id: None,
            client_secret: None,
            signers: Vec::new(),
            jwt_back_date: None,
            jwt_lifetime: None,
            timeout: Duration::from_secs(30),
            retry: RetryPolicy::default(),
            max_response_body: 32 << 20,
            allow_plain_http: false,
            network: Network::default(),
            transport: None,
            store: None,
            store_keys: Vec::new(),
            store_unencrypted: false,
            capacity: 1_000_000,
            on_event: None,
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("platform", &self.platform)
            .field("app_id", &self.app_id)
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("signers", &self.signers)
            .finish_non_exhaustive()
    }
}
