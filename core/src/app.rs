//! A program's app on a platform: the one place where grants, platform and transport meet.
//!
//! Every call that goes out is a [`Flight`]; inside it, the few lines are always the same:
//! `grant.request(platform)` → `send` → `grant.token(platform, …)`.

mod client;
mod conversation;
mod identity;
mod logins;
mod obtaining;
mod operations;
mod sessions;
mod tokens;

use std::{
    fmt, mem,
    sync::{Arc, Mutex, atomic::AtomicUsize},
    time::Duration,
};

use arc_swap::ArcSwapOption;

pub use self::client::AppTokenRequest;
use self::{identity::jwt_descriptor, logins::Finished};
use crate::{
    call::Call,
    cell::{Directory, Mintings, Subject},
    config::Config,
    error::{Error, Result},
    event::{Stats, Teller},
    flight::{Deadline, Flight, Step, Workers, lock},
    http::Response,
    installation::Installation,
    listing::Listing,
    lookup::Lookup,
    offset::Offsets,
    platform::{Platform, Route, descriptor::Base},
    process::{Owned, PerProcess},
    retry::RetryPolicy,
    scope::Scope,
    secret::Secret,
    source::TokenSource,
    store::{Sealer, Vault},
    time::Timestamp,
    token::{Details, Token},
    transport::{CONNECT_TIMEOUT, HttpTransport, Transport},
    webhook::WebhookEvent,
};

/// An app on a platform. Cheap to clone and usable from any thread; clones share their
/// connections, their JWT and their tokens.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    config: Config,
    transport: Arc<dyn Transport>,
    workers: Workers,
    /// Which of the signers is in use.
    signer: AtomicUsize,
    jwt: ArcSwapOption<Token>,
    /// Those of the last token, to be shared with the next.
    details: ArcSwapOption<Details>,
    offsets: Offsets,
    directory: PerProcess<Mutex<Directory>>,
    mintings: PerProcess<Mutex<Mintings>>,
    teller: Teller,
    vault: Option<Vault>,
    sealer: Arc<Sealer>,
    /// Authorizations that were finished, by their states.
    finished: PerProcess<Mutex<Finished>>,
}

impl App {
    /// An app with this configuration, which is checked here; nothing goes out.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the setting that is wrong.
    pub fn new(mut config: Config) -> Result<Self> {
        check(&config)?;
        // What is not connected by the deadline was not sent, and can say so.
        let patience = config.network.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        config.network.connect_timeout = Some(patience.min(config.timeout.mul_f64(0.75)));
        let transport = match &config.transport {
            Some(transport) => Arc::clone(transport),
            None => Arc::new(HttpTransport::new(&config.network)?),
        };
        let offsets = Offsets::new(config.platform.endpoint(Base::Api, "/", &[]).ok().as_ref());
        let teller = Teller::new(config.on_event.clone());
        let sealer = Arc::new(Sealer::new(mem::take(&mut config.store_keys)));
        let vault = vault(&config, &sealer)?;
        Ok(Self(Arc::new(Shared {
            config,
            teller,
            vault,
            sealer,
            finished: PerProcess::default(),
            transport,
            workers: Workers::new(),
            signer: AtomicUsize::new(0),
            jwt: ArcSwapOption::empty(),
            details: ArcSwapOption::empty(),
            offsets,
            directory: PerProcess::default(),
            mintings: PerProcess::default(),
        })))
    }

    /// The platform it is on.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.0.config.platform
    }

    /// The fingerprint of the key in use, as the settings page shows it; `None` without a key, or
    /// with a signer that does not know it.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.signer().ok()?.fingerprint()
    }

    /// How far the platform's clock is ahead of ours in milliseconds, as far as is known: learned
    /// from its `Date` header when it blames a JWT's times, or when a good answer is half a minute
    /// off or more; applied from then on.
    #[must_use]
    pub fn clock_offset_ms(&self) -> i64 {
        self.0.offsets.of_api()
    }

    /// The app's JWT, reused until 60 s before it expires.
    pub fn jwt(&self) -> Flight<Token> {
        match self.held_jwt() {
            Some(jwt) => Flight::landed(Ok(jwt)),
            None => self.fly(|app, _| app.fresh_jwt()),
        }
    }

    /// The installations of the app, fetched page by page as they are asked for.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a platform without installations.
    pub fn installations(&self) -> Result<Listing<Installation>> {
        Listing::new(self, None)
    }

    /// The installation on an account, or what else is looked up.
    pub fn find_installation(&self, lookup: impl Into<Lookup>) -> Flight<Installation> {
        let lookup = lookup.into();
        self.fly(move |app, deadline| app.as_app(|jwt| app.find(&lookup, jwt, deadline)))
    }

    /// A source of tokens for one installation; nothing goes out yet.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for an id that is not one.
    pub fn installation(&self, id: impl Into<String>) -> Result<TokenSource> {
        self.narrowed_installation(id, Scope::all())
    }

    /// A source of tokens for a part of what an installation was granted; nothing goes out yet.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a platform without narrowing, besides
    /// those of [`installation`](Self::installation).
    pub fn narrowed_installation(
        &self,
        id: impl Into<String>,
        scope: Scope,
    ) -> Result<TokenSource> {
        let id = id.into();
        self.signer()?;
        let rules = self.platform().installation_token()?;
        self.platform().endpoint(Base::Api, &rules.path, &[("installation_id", &id)])?;
        scope.body(self.platform())?;
        Ok(TokenSource::of(self, self.cell(Subject::Installation(id), scope)))
    }

    /// A source of tokens for the installation on an account, or what else is looked up: once, and
    /// again when the platform no longer knows what was found. Nothing goes out yet.
    ///
    /// # Errors
    /// Those of [`narrowed_installation`](Self::narrowed_installation).
    pub fn installation_on(&self, lookup: impl Into<Lookup>, scope: Scope) -> Result<TokenSource> {
        let lookup = match lookup.into() {
            Lookup::Id(id) => return self.narrowed_installation(id, scope),
            lookup => lookup,
        };
        self.signer()?;
        self.platform().installation_token()?;
        lookup.name()?;
        lookup.endpoints(self.platform())?;
        scope.body(self.platform())?;
        Ok(TokenSource::sought(self, self.sought(lookup, scope)))
    }

    /// A source of the app's own tokens, on a platform that has them beside the JWT; nothing goes
    /// out yet.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a platform without them, or where they
    /// cannot be asked for like this.
    pub fn app_tokens(&self, wanted: AppTokenRequest) -> Result<TokenSource> {
        self.signer()?;
        let subject = self.app_subject(wanted)?;
        Ok(TokenSource::of(self, self.cell(subject, Scope::all())))
    }

    /// How often things happened since the app was made.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let sources = lock(&self.directory()).cells.len();
        self.0.teller.stats(sources)
    }

    /// Ends the app's threads and connections, and forgets its tokens. Calls that are on their way come to their
    /// end; new ones are refused.
    pub fn close(&self) {
        self.0.workers.close();
        self.0.jwt.store(None);
        self.0.details.store(None);
        let cells: Vec<_> = lock(&self.directory()).cells.values().cloned().collect();
        for cell in cells {
            self.take(&cell);
            cell.clear();
        }
        self.0.transport.close();
    }

    /// A webhook, once its signature has proved right with any of the secrets: two, while one
    /// replaces the other. Nothing goes out.
    ///
    /// # Errors
    /// Those of [`WebhookEvent::verify`].
    pub fn verify_webhook(
        &self,
        headers: &[(&str, &str)],
        body: &[u8],
        secrets: &[Secret],
    ) -> Result<WebhookEvent> {
        WebhookEvent::verify(self.platform(), headers, body, secrets)
    }

    /// An API call as the app, or with the call's own token; any status is an answer.
    pub fn request(&self, call: Call) -> Flight<Arc<Response>> {
        self.fly_for(call.own_timeout(), move |app, deadline| match call.own_token() {
            Some(token) if token.is_empty() => Err(Error::invalid("the token is empty")),
            Some(token) => app.answer(&call, app.bearer(token.reveal()), deadline),
            None => app.answer_by_route(&call, deadline),
        })
    }

    /// The time by the platform's clock, as far as that is known.
    pub(crate) fn now(&self) -> Timestamp {
        self.local_now().shifted(self.clock_offset_ms())
    }

    fn local_now(&self) -> Timestamp {
        self.0.config.clock.now()
    }

    /// Whether a call's path wants the caller's own credential.
    pub(crate) fn wants_caller(&self, call: &Call) -> bool {
        // A path that leads nowhere is refused when the call is made.
        call.location(self.platform())
            .map_or(true, |url| self.platform().route(&url) == Route::Caller)
    }

    /// Does something with the app's JWT.
    pub(crate) fn fly_as_app<T: Clone + Send + 'static>(
        &self,
        ask: impl Fn(&Token, Deadline) -> Result<T> + Send + 'static,
    ) -> Flight<T> {
        self.fly(move |app, deadline| app.as_app(|jwt| ask(jwt, deadline)))
    }

    /// A flight that takes off when its token has come.
    pub(crate) fn launch_with<T: Clone + Send + 'static>(
        &self,
        token: Flight<Token>,
        timeout: Option<Duration>,
        work: impl FnMut(Token, Deadline) -> Step<Token, T> + Send + 'static,
    ) -> Flight<T> {
        self.0.workers.launch_with(token, self.deadline(timeout), work)
    }

    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.0.config.retry
    }

    fn fly<T: Clone + Send + 'static>(
        &self,
        work: impl FnOnce(&Self, Deadline) -> Result<T> + Send + 'static,
    ) -> Flight<T> {
        self.fly_for(None, work)
    }

    pub(crate) fn fly_for<T: Clone + Send + 'static>(
        &self,
        timeout: Option<Duration>,
        work: impl FnOnce(&Self, Deadline) -> Result<T> + Send + 'static,
    ) -> Flight<T> {
        let app = self.clone();
        self.0.workers.launch(self.deadline(timeout), move |deadline| work(&app, deadline))
    }

    /// Something that waits for a person: on a thread of its own, as any number may wait at once.
    pub(crate) fn fly_apart<T: Clone + Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(Deadline) -> Result<T> + Send + 'static,
    ) -> Flight<T> {
        self.0.workers.launch_apart(Deadline::after(patience), work)
    }

    fn deadline(&self, timeout: Option<Duration>) -> Deadline {
        Deadline::after(timeout.unwrap_or(self.0.config.timeout))
    }

    fn directory(&self) -> Arc<Owned<Mutex<Directory>>> {
        // Of a parent whose thread was changing it at the moment of the fork, nothing is taken over.
        let copied = |parents: &Mutex<Directory>| {
            parents.try_lock().map_or_else(|_| Mutex::default(), |it| Mutex::new(it.clone()))
        };
        self.0.directory.get(copied)
    }

    fn mintings(&self) -> Arc<Owned<Mutex<Mintings>>> {
        self.0.mintings.get_or_default()
    }

    /// The value of an `Authorization` header with a token in it.
    fn bearer(&self, token: &str) -> Secret {
        let scheme = &self.platform().descriptor().api.authorization_scheme;
        Secret::new(format!("{scheme} {token}"))
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("config", &self.0.config).finish_non_exhaustive()
    }
}

/// The store, and the keys to it, which the app needs nowhere else.
fn vault(config: &Config, sealer: &Arc<Sealer>) -> Result<Option<Vault>> {
    let Some(store) = config.store.clone() else { return Ok(None) };
    if sealer.is_sealing() == config.store_unencrypted && store.is_shared() {
        return Err(Error::invalid("a store needs either a key or to be left unencrypted")
            .advise("Give store_key, or set store_unencrypted if nobody else reads the store."));
    }
    let platform = &config.platform;
    let api = platform.endpoint(Base::Api, "/", &[])?;
    let app = config.app_id.as_ref().or(config.client_id.as_ref());
    // Two authorization servers may stand before one API: what one gave is not the other's.
    let server = platform.oauth().ok().map(|oauth| (&oauth.token.path, &oauth.issuer));
    let owner = serde_json::json!([platform.name(), api.as_str(), app, server]).to_string();
    Ok(Some(Vault::new(store, Arc::clone(sealer), owner)))
}

fn check(config: &Config) -> Result<()> {
    config.platform.require_host()?;
    if !config.allow_plain_http {
        config.platform.refuse_plain_http()?;
    }
    if config.capacity == 0 {
        return Err(Error::invalid("the capacity is zero"));
    }
    if config.timeout.is_zero() {
        return Err(Error::invalid("the timeout is zero"));
    }
    for (name, value) in [("app_id", &config.app_id), ("client_id", &config.client_id)] {
        if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
            return Err(Error::invalid(format!("{name} is empty")));
        }
    }
    check_jwt(config)
}

fn check_jwt(config: &Config) -> Result<()> {
    if config.jwt_lifetime.is_none() && config.jwt_back_date.is_none() {
        return Ok(());
    }
    let longest_s = jwt_descriptor(&config.platform)?.max_lifetime_s;
    let longest = Duration::from_secs(longest_s);
    if config.jwt_lifetime.is_some_and(|life| life.as_secs() == 0 || life > longest) {
        return Err(Error::invalid(format!("jwt_lifetime must lie between 1 and {longest_s} s")));
    }
    if config.jwt_back_date.is_some_and(|back| back > longest) {
        return Err(Error::invalid(format!("jwt_back_date must lie between 0 and {longest_s} s")));
    }
    Ok(())
}
