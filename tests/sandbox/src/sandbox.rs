//! The sandbox as an object: started with a builder, stopped by dropping it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;

use crate::certificates::Identity;
use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::house::House;
use crate::keys::{PublicKey, generate_private_key};
use crate::ledger::Ledger;
use crate::platform::{Change, Platform, PlatformName, Registration};
use crate::press::{Button, enter_code, offer_manifest, press};
use crate::server;

/// A running platform on this machine. Dropping it closes its port.
pub struct Sandbox {
    house: Arc<House>,
    address: SocketAddr,
    private_key: Option<String>,
    ca_pem: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// A sandbox of the documented AtomGit on a free loopback port, with a new key for its app.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// A sandbox that is arranged first.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Presses "Authorize" on the page at `authorize_url` and answers the URL a browser would be sent to.
    ///
    /// # Errors
    ///
    /// The page did not ask, for the reason it gives: an unknown client, a redirect URI that is not registered.
    pub fn press(&self, authorize_url: &str) -> Result<String, String> {
        press(&self.house, authorize_url, Button::Authorize)
    }

    /// Presses "Cancel" on the page at `authorize_url` and answers the URL a browser would be sent to.
    ///
    /// # Errors
    ///
    /// As [`press`](Self::press).
    pub fn deny(&self, authorize_url: &str) -> Result<String, String> {
        press(&self.house, authorize_url, Button::Deny)
    }

    /// Types a device's code into the page for it and presses "Authorize"; answers the URL of the page that follows.
    ///
    /// # Errors
    ///
    /// No device waits under this code, or the platform knows no devices.
    pub fn approve_device(&self, user_code: &str) -> Result<String, String> {
        enter_code(&self.house, user_code, Button::Authorize)
    }

    /// Types a device's code into the page for it and presses "Cancel"; answers the URL of the page that follows.
    ///
    /// # Errors
    ///
    /// As [`approve_device`](Self::approve_device).
    pub fn deny_device(&self, user_code: &str) -> Result<String, String> {
        enter_code(&self.house, user_code, Button::Deny)
    }

    /// Offers an app's manifest, presses the button that creates the app and answers the URL a browser would be sent to.
    ///
    /// # Errors
    ///
    /// The page refused the manifest, for the reason it gives, or the platform takes none.
    pub fn create_app(&self, manifest: &Value, state: Option<&str>) -> Result<String, String> {
        offer_manifest(&self.house, manifest, state, Button::Authorize)
    }

    /// Adds a fault to the queue.
    ///
    /// # Errors
    ///
    /// The platform has no such operation, or the fault itself cannot be sent.
    pub fn fault(&self, fault: Fault) -> Result<(), String> {
        self.house.faults.queue(fault)
    }

    /// Changes the platform's quirks that the JSON object names, as `POST /_sandbox/quirks` does.
    ///
    /// # Errors
    ///
    /// The platform has no such quirk, or not that value for it.
    pub fn quirks(&self, change: &Value) -> Result<(), String> {
        self.house.platform().change_quirks(change)
    }

    /// Suspends, unsuspends or deletes an installation; false when there is none with this id.
    pub fn change_installation(&self, id: &str, change: Change) -> bool {
        self.house.platform().change_installation(id, change)
    }

    /// Registers one more key for an app; an app that did not exist does from now on, without installations.
    ///
    /// # Errors
    ///
    /// The PEM holds no RSA key of at least 2048 bits (a private key is accepted for its public half), or the platform
    /// can have no app with this id.
    pub fn register_key(&self, app_id: &str, pem: &str) -> Result<(), String> {
        let key = PublicKey::from_pem(pem).map_err(|error| error.to_string())?;
        self.house.platform().add_key(app_id, key)
    }

    /// Makes a key pair, registers its public half for an app and answers the private one as PEM.
    ///
    /// # Panics
    ///
    /// The platform can have no app with this id.
    pub fn new_key(&self, app_id: &str) -> String {
        let private = generate_private_key();
        self.register_key(app_id, &private).expect("an app that can exist takes a generated key");
        private
    }

    /// Takes all keys of an app away; false when there is no such app.
    pub fn drop_keys(&self, app_id: &str) -> bool {
        self.house.platform().drop_keys(app_id)
    }

    /// Makes every token issued so far unknown. Refresh tokens stay.
    pub fn forget_tokens(&self) {
        self.house.platform().forget_tokens();
    }

    /// Where the platform is, without a slash at the end: its pages and its API, unless `web_url` and `api_url` say otherwise.
    pub fn url(&self) -> &str {
        &self.house.url
    }

    /// Where the platform's API is, without a slash at the end: `url`, except for `github-enterprise` and `acme`.
    pub fn api_url(&self) -> String {
        format!("{}{}", self.house.url, self.house.platform().api_path())
    }

    /// Where the platform's pages are, without a slash at the end: `url`, except for `acme`.
    pub fn web_url(&self) -> String {
        format!("{}{}", self.house.url, self.house.platform().web_path())
    }

    /// Where the control surface is, without a slash at the end.
    pub fn admin_url(&self) -> String {
        format!("{}/_sandbox", self.house.url)
    }

    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a developer needs to act as the sample app.
    pub fn registration(&self) -> Registration {
        self.house.platform().registration()
    }

    /// The sample app's private key as PKCS#8 PEM; none when a key was given to the builder.
    pub fn private_key_pem(&self) -> Option<&str> {
        self.private_key.as_deref()
    }

    /// The certificate of the authority to trust; none without HTTPS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// What was asked so far.
    pub fn ledger(&self) -> Ledger {
        self.house.ledger.clone()
    }

    /// The sandbox's time.
    pub fn clock(&self) -> Clock {
        self.house.clock.clone()
    }

    /// The queue of faults.
    pub fn faults(&self) -> Faults {
        self.house.faults.clone()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// How a sandbox is arranged before it starts.
pub struct Builder {
    platform: PlatformName,
    listen: SocketAddr,
    remote: bool,
    https: bool,
    key_pem: Option<String>,
    redirect_uris: Vec<String>,
    clock: Clock,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            platform: PlatformName::default(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            remote: false,
            https: false,
            key_pem: None,
            redirect_uris: Vec::new(),
            clock: Clock::running(),
        }
    }
}

impl Builder {
    /// The platform to be. Default: AtomGit.
    pub fn platform(mut self, name: PlatformName) -> Self {
        self.platform = name;
        self
    }

    /// Where to listen. Default: a free port of 127.0.0.1.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Allows other machines to reach the sandbox, whose secrets are public. Default: an address that is not loopback is refused.
    pub fn allow_remote(mut self) -> Self {
        self.remote = true;
        self
    }

    /// Speaks TLS, with a certificate of its own authority. Default: plain HTTP.
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// The sample app's key, public or private. Default: a new key pair.
    pub fn key_pem(mut self, pem: &str) -> Self {
        self.key_pem = Some(pem.to_owned());
        self
    }

    /// Registers one more redirect URI. Default: `http://127.0.0.1/callback` with any port, and `https://example.com/callback`.
    pub fn redirect_uri(mut self, uri: &str) -> Self {
        self.redirect_uris.push(uri.to_owned());
        self
    }

    /// The time. Default: the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Listens, and serves until the sandbox is dropped.
    ///
    /// # Errors
    ///
    /// The address cannot be listened at or is not loopback, or the key is not one.
    pub fn start(self) -> io::Result<Sandbox> {
        self.check_address()?;
        let mut platform = self.platform.as_documented();
        for uri in &self.redirect_uris {
            platform.add_redirect_uri(uri);
        }
        let private_key = self.key_pem.is_none().then(generate_private_key);
        let pem = self.key_pem.as_deref().or(private_key.as_deref()).unwrap_or_default();
        let key = PublicKey::from_pem(pem).map_err(|error| invalid(&error.to_string()))?;
        let app_id = platform.registration().app_id;
        platform.add_key(&app_id, key).map_err(|error| invalid(&error))?;
        self.serve(platform, private_key)
    }

    fn serve(
        self,
        platform: Box<dyn Platform>,
        private_key: Option<String>,
    ) -> io::Result<Sandbox> {
        let identity = self.https.then(Identity::for_loopback).transpose()?;
        let (tls, ca_pem) = identity.map(|it| (it.acceptor, it.ca_pem)).unzip();
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(self.listen))?;
        let address = listener.local_addr()?;
        let house = Arc::new(House::new(url(address, self.https), self.clock, platform));
        let (stop, stopped) = oneshot::channel();
        let serving = server::accept(listener, tls, Arc::clone(&house));
        let thread = thread::Builder::new()
            .name("appmint-sandbox".to_owned())
            .spawn(move || run(&runtime, serving, stopped))?;
        let (stop, thread) = (Some(stop), Some(thread));
        Ok(Sandbox { house, address, private_key, ca_pem, stop, thread })
    }

    fn check_address(&self) -> io::Result<()> {
        let allowed = self.remote || self.listen.ip().is_loopback();
        allowed.then_some(()).ok_or_else(|| {
            invalid(&format!("{} is not loopback, and nobody allowed that", self.listen))
        })
    }
}

fn run(runtime: &Runtime, serving: impl Future<Output = ()>, stopped: oneshot::Receiver<()>) {
    runtime.block_on(async {
        tokio::select! {
            () = serving => {}
            _ = stopped => {}
        }
    });
}

/// The address to name in a URL; of an unspecified one, loopback is the part that is always there.
fn url(address: SocketAddr, https: bool) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let scheme = if https { "https" } else { "http" };
    format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}
