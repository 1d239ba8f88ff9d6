//! The sandbox as a Rust object: a builder starts it, dropping it stops it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;

use crate::browser::{Button, enter_code, press, submit_manifest};
use crate::certificates::Identity;
use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::keys::{PublicKey, generate_private_key};
use crate::ledger::Ledger;
use crate::platform::{Change, Platform, PlatformName, Registration};
use crate::server;
use crate::service::Service;

/// A platform that runs on this machine. Dropping it stops the server and closes its port.
pub struct Sandbox {
    service: Arc<Service>,
    address: SocketAddr,
    private_key: Option<String>,
    ca_pem: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts AtomGit with its documented sample app and a new key for it, on a free port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// A builder for another platform, address, key or clock.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Presses "Authorize" on the page at `authorize_url` and returns the URL that a browser would be redirected to.
    ///
    /// # Errors
    ///
    /// The page shows an error instead of a form, such as an unknown client or a redirect URI that is not registered.
    pub fn press(&self, authorize_url: &str) -> Result<String, String> {
        press(&self.service, authorize_url, Button::Authorize)
    }

    /// Presses "Cancel" on the page at `authorize_url` and returns the URL that a browser would be redirected to.
    ///
    /// # Errors
    ///
    /// As [`press`](Self::press).
    pub fn deny(&self, authorize_url: &str) -> Result<String, String> {
        press(&self.service, authorize_url, Button::Deny)
    }

    /// Enters a device's user code on the device page and presses "Authorize". Returns the URL of the page that follows.
    ///
    /// # Errors
    ///
    /// No device waits with this code, or the platform has no device flow.
    pub fn approve_device(&self, user_code: &str) -> Result<String, String> {
        enter_code(&self.service, user_code, Button::Authorize)
    }

    /// Enters a device's user code on the device page and presses "Cancel". Returns the URL of the page that follows.
    ///
    /// # Errors
    ///
    /// As [`approve_device`](Self::approve_device).
    pub fn deny_device(&self, user_code: &str) -> Result<String, String> {
        enter_code(&self.service, user_code, Button::Deny)
    }

    /// Posts an app manifest, presses the button that creates the app and returns the URL that a browser would be redirected to.
    ///
    /// # Errors
    ///
    /// The page refuses the manifest, or the platform has no manifests.
    pub fn create_app(&self, manifest: &Value, state: Option<&str>) -> Result<String, String> {
        submit_manifest(&self.service, manifest, state, Button::Authorize)
    }

    /// Adds a fault to the queue.
    ///
    /// # Errors
    ///
    /// The platform has no such operation, or the fault has an invalid status, header or size.
    pub fn fault(&self, fault: Fault) -> Result<(), String> {
        self.service.faults.queue(fault)
    }

    /// Sets the deviations that the JSON object names and keeps the others, as `POST /_sandbox/quirks` does.
    ///
    /// # Errors
    ///
    /// The platform has no such deviation, or does not allow this value.
    pub fn quirks(&self, change: &Value) -> Result<(), String> {
        self.service.platform().change_deviations(change)
    }

    /// Suspends, unsuspends or deletes an installation. False if there is none with this id.
    pub fn change_installation(&self, id: &str, change: Change) -> bool {
        self.service.platform().change_installation(id, change)
    }

    /// Registers one more key for an app. An app that does not exist is created, without installations.
    ///
    /// # Errors
    ///
    /// The PEM holds no RSA key of at least 2048 bits, public or private, or the platform allows no app with this id.
    pub fn register_key(&self, app_id: &str, pem: &str) -> Result<(), String> {
        let key = PublicKey::from_pem(pem).map_err(|error| error.to_string())?;
        self.service.platform().add_key(app_id, key)
    }

    /// Generates a key pair, registers the public key for an app and returns the private key as PEM.
    ///
    /// # Panics
    ///
    /// The platform allows no app with this id.
    pub fn new_key(&self, app_id: &str) -> String {
        let private = generate_private_key();
        self.register_key(app_id, &private).expect("an app that can exist takes a generated key");
        private
    }

    /// Removes all keys of an app. False if there is no such app.
    pub fn drop_keys(&self, app_id: &str) -> bool {
        self.service.platform().drop_keys(app_id)
    }

    /// Invalidates every token issued so far, except refresh tokens.
    pub fn forget_tokens(&self) {
        self.service.platform().forget_tokens();
    }

    /// The base URL of the sandbox, without a trailing slash. See also `api_url` and `web_url`.
    pub fn url(&self) -> &str {
        &self.service.url
    }

    /// The base URL of the platform's API, without a trailing slash: `url`, except for `github-enterprise` and `acme`.
    pub fn api_url(&self) -> String {
        format!("{}{}", self.service.url, self.service.platform().api_path())
    }

    /// The base URL of the platform's pages, without a trailing slash: `url`, except for `acme`.
    pub fn web_url(&self) -> String {
        format!("{}{}", self.service.url, self.service.platform().web_path())
    }

    /// The base URL of the control endpoints, without a trailing slash.
    pub fn admin_url(&self) -> String {
        format!("{}/_sandbox", self.service.url)
    }

    /// The address on which the sandbox listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The ids and secrets with which a program acts as the sample app.
    pub fn registration(&self) -> Registration {
        self.service.platform().registration()
    }

    /// The sample app's private key as PKCS#8 PEM; `None` if the builder was given a key.
    pub fn private_key_pem(&self) -> Option<&str> {
        self.private_key.as_deref()
    }

    /// The CA certificate to trust, as PEM; `None` without HTTPS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The record of all requests so far.
    pub fn ledger(&self) -> Ledger {
        self.service.ledger.clone()
    }

    /// The sandbox's clock.
    pub fn clock(&self) -> Clock {
        self.service.clock.clone()
    }

    /// The queue of faults.
    pub fn faults(&self) -> Faults {
        self.service.faults.clone()
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

/// Options of a sandbox before it starts.
pub struct Builder {
    platform: PlatformName,
    listen: SocketAddr,
    allow_remote: bool,
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
            allow_remote: false,
            https: false,
            key_pem: None,
            redirect_uris: Vec::new(),
            clock: Clock::running(),
        }
    }
}

impl Builder {
    /// The platform to simulate. Default: AtomGit.
    pub fn platform(mut self, name: PlatformName) -> Self {
        self.platform = name;
        self
    }

    /// The address to listen on. Default: a free port of 127.0.0.1.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Allows other machines to reach the sandbox, whose secrets are public. Default: an address that is not loopback is refused.
    pub fn allow_remote(mut self) -> Self {
        self.allow_remote = true;
        self
    }

    /// Serves HTTPS with a certificate of a CA of its own. Default: plain HTTP.
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

    /// The clock. Default: the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Starts the server, which runs until the sandbox is dropped.
    ///
    /// # Errors
    ///
    /// The address cannot be bound or is not loopback, or the key is invalid.
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
        let service = Arc::new(Service::new(url(address, self.https), self.clock, platform));
        let (stop, stopped) = oneshot::channel();
        let serving = server::accept(listener, tls, Arc::clone(&service));
        let thread = thread::Builder::new()
            .name("appmint-sandbox".to_owned())
            .spawn(move || run(&runtime, serving, stopped))?;
        let (stop, thread) = (Some(stop), Some(thread));
        Ok(Sandbox { service, address, private_key, ca_pem, stop, thread })
    }

    fn check_address(&self) -> io::Result<()> {
        let allowed = self.allow_remote || self.listen.ip().is_loopback();
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

/// The URL of a listening address. An unspecified address listens on loopback, too, so the URL names that.
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
