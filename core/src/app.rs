//! A program's app on a platform: the one place where grants, platform and transport meet.
//!
//! Every call that goes out is a [`Flight`]; inside it, the few lines are always the same:
//! `grant.request(platform)` → `send` → `grant.token(platform, …)`.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::{
    call::Call,
    config::Config,
    error::{Error, Reason, Result},
    flight::{Deadline, Flight, Workers, lock},
    grant::{Client, Grant},
    http::{Request, Response},
    installation::{self, Installation},
    jwt::{Issuer, JwtRules},
    oauth::{self, Authorization, AuthorizationRequest},
    platform::{
        Platform,
        descriptor::{IssuerSource, IssuerType, Jwt, Operation},
    },
    refusal::Answered,
    secret::Secret,
    signer::Signer,
    source::{Cell, TokenSource},
    time::Timestamp,
    token::Token,
    transport::{HttpTransport, Transport},
};

/// An app on a platform. Cheap to clone and usable from any thread; clones share their
/// connections, their JWT and their tokens.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    config: Config,
    transport: Arc<dyn Transport>,
    workers: Workers,
    jwt: Mutex<Option<Token>>,
    cells: Mutex<HashMap<String, Arc<Cell>>>,
}

impl App {
    /// An app with this configuration, which is checked here; nothing goes out.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the setting that is wrong.
    pub fn new(config: Config) -> Result<Self> {
        check(&config)?;
        let transport = match &config.transport {
            Some(transport) => Arc::clone(transport),
            None => Arc::new(HttpTransport::new(&config.network)?),
        };
        let workers = Workers::new();
        let (jwt, cells) = (Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Shared { config, transport, workers, jwt, cells })))
    }

    /// The platform it is on.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.0.config.platform
    }

    /// The public key's fingerprint as the settings page shows it; `None` without a key, or with
    /// a signer that does not know it.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.0.config.signer.as_ref()?.fingerprint()
    }

    /// The app's JWT, reused until 60 s before it expires.
    pub fn jwt(&self) -> Flight<Token> {
        self.fly(|app, _| app.fresh_jwt())
    }

    /// Every installation of the app.
    pub fn installations(&self) -> Flight<Vec<Installation>> {
        self.fly(Self::list)
    }

    /// The installation on an account, named by its path, its organization's name or its id.
    pub fn find_installation(&self, account: impl Into<String>) -> Flight<Installation> {
        let account = account.into();
        self.fly(move |app, deadline| {
            if account.is_empty() {
                return Err(Error::invalid("the account is empty"));
            }
            installation::find(app.platform(), &app.list(deadline)?, &account)
        })
    }

    /// A source of tokens for one installation; nothing goes out yet.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for an id that is not one.
    pub fn installation(&self, id: impl Into<String>) -> Result<TokenSource> {
        let id = id.into();
        self.signer()?;
        let rules = self.platform().installation_token()?;
        let base = crate::platform::descriptor::Base::Api;
        self.platform().endpoint(base, &rules.path, &[("installation_id", &id)])?;
        let mut cells = lock(&self.0.cells);
        let cell = cells.entry(id.clone()).or_insert_with(|| Arc::new(Cell::new(id)));
        Ok(TokenSource::new(self.clone(), Arc::clone(cell)))
    }

    /// Where to send a user who is to authorize the app; nothing goes out.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for what the platform does not take.
    pub fn authorize(&self, request: &AuthorizationRequest) -> Result<Authorization> {
        let client_id = self.0.config.client_id.as_deref().ok_or_else(|| missing("client_id"))?;
        Authorization::new(self.platform(), client_id, request)
    }

    /// The code in the URL that the user came back with, once its state has proved equal.
    ///
    /// # Errors
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) for another state,
    /// [`Denied`](crate::ErrorKind::Denied) when the user said no.
    pub fn authorization_code(&self, callback: &str, state: &str) -> Result<Secret> {
        oauth::authorization_code(self.platform(), callback, state)
    }

    /// A user token for an authorization code. The code is sent once, whatever happens.
    pub fn exchange_code(
        &self,
        code: impl Into<Secret>,
        redirect_uri: Option<String>,
        code_verifier: Option<Secret>,
    ) -> Flight<Token> {
        let code = code.into();
        self.fly(move |app, deadline| {
            let client = app.client()?;
            let grant = Grant::AuthorizationCode { client, code, redirect_uri, code_verifier };
            app.redeem(&grant, deadline)
        })
    }

    /// A new user token for a refresh token, which is sent once, whatever happens.
    pub fn refresh(&self, refresh_token: impl Into<Secret>) -> Flight<Token> {
        let refresh_token = refresh_token.into();
        self.fly(move |app, deadline| {
            let grant = Grant::RefreshToken { client: app.client()?, refresh_token };
            app.redeem(&grant, deadline)
        })
    }

    /// An API call as the app, or with the call's own token; any status is an answer.
    pub fn request(&self, call: Call) -> Flight<Arc<Response>> {
        self.fly(move |app, deadline| {
            let scheme = &app.platform().descriptor().api.authorization_scheme;
            let authorization = match call.own_token() {
                Some(token) if token.is_empty() => {
                    return Err(Error::invalid("the token is empty"));
                }
                Some(token) => Secret::new(format!("{scheme} {}", token.reveal())),
                None => app.fresh_jwt()?.authorization(),
            };
            app.answer(&call, authorization, deadline)
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.config.clock.now()
    }

    /// Mints for a cell, which takes what comes.
    pub(crate) fn mint(&self, cell: Arc<Cell>, generation: u64) -> Flight<Token> {
        self.fly(move |app, deadline| {
            let minted = app.mint_now(cell.installation_id(), deadline);
            cell.fill(generation, &minted);
            minted
        })
    }

    /// An API call that takes off when its token has come.
    pub(crate) fn call_with(&self, token: Flight<Token>, call: Call) -> Flight<Arc<Response>> {
        let app = self.clone();
        let work = move |token: Token, deadline| app.answer(&call, token.authorization(), deadline);
        self.0.workers.launch_after(token, self.deadline(), work)
    }

    fn fly<T: Clone + Send + 'static>(
        &self,
        work: impl FnOnce(&Self, Deadline) -> Result<T> + Send + 'static,
    ) -> Flight<T> {
        let app = self.clone();
        self.0.workers.launch(self.deadline(), move |deadline| work(&app, deadline))
    }

    fn deadline(&self) -> Deadline {
        Deadline::after(self.0.config.timeout)
    }

    fn mint_now(&self, id: &str, deadline: Deadline) -> Result<Token> {
        let grant = Grant::Installation { id: id.to_owned(), jwt: self.fresh_jwt()? };
        self.redeem(&grant, deadline)
    }

    /// Puts a grant to the platform: the sentence that this library is about.
    fn redeem(&self, grant: &Grant, deadline: Deadline) -> Result<Token> {
        let request = grant.request(self.platform())?;
        let response = self.send(&request, deadline)?;
        grant.token(self.platform(), &request, &response, self.now())
    }

    fn list(&self, deadline: Deadline) -> Result<Vec<Installation>> {
        let request = installation::list_request(self.platform(), &self.fresh_jwt()?)?;
        let response = self.send(&request, deadline)?;
        installation::listed(&Answered {
            platform: self.platform(),
            operation: Operation::Installations,
            subject: "the list of installations",
            request: &request,
            response: &response,
            now: self.now(),
        })
    }

    fn answer(&self, call: &Call, auth: Secret, deadline: Deadline) -> Result<Arc<Response>> {
        let request = call.request(self.platform(), self.0.config.max_response_body)?;
        self.send(&request.authorized(auth), deadline).map(Arc::new)
    }

    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let Shared { config, transport, .. } = &*self.0;
        config.retry.send(&**transport, request, deadline, &*config.clock)
    }

    fn fresh_jwt(&self) -> Result<Token> {
        let signer = self.signer()?;
        let (rules, now) = (self.jwt_rules()?, self.now());
        let held = lock(&self.0.jwt).clone();
        if let Some(jwt) = held.filter(|jwt| rules.is_reusable(jwt, now)) {
            return Ok(jwt);
        }
        // Signed without the lock: an external signer may take its time.
        let jwt = rules.sign(&**signer, now)?;
        *lock(&self.0.jwt) = Some(jwt.clone());
        Ok(jwt)
    }

    fn jwt_rules(&self) -> Result<JwtRules> {
        let config = &self.0.config;
        let rules = jwt_descriptor(&config.platform)?;
        Ok(JwtRules {
            issuer: issuer(config, rules)?,
            back_date: config.jwt_back_date.unwrap_or(Duration::from_secs(rules.back_date_s)),
            lifetime: config.jwt_lifetime.unwrap_or(Duration::from_secs(rules.lifetime_s)),
            extra_claims: rules.extra_claims.clone(),
            authorization_scheme: config.platform.descriptor().api.authorization_scheme.clone(),
        })
    }

    fn signer(&self) -> Result<&Arc<dyn Signer>> {
        jwt_descriptor(self.platform())?;
        self.0.config.signer.as_ref().ok_or_else(|| missing("private_key"))
    }

    fn client(&self) -> Result<Client> {
        self.platform().oauth()?;
        let config = &self.0.config;
        let id = config.client_id.clone().ok_or_else(|| missing("client_id"))?;
        let secret = config.client_secret.clone().ok_or_else(|| missing("client_secret"))?;
        Ok(Client { id, secret })
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("config", &self.0.config).finish_non_exhaustive()
    }
}

fn check(config: &Config) -> Result<()> {
    if !config.allow_plain_http {
        config.platform.refuse_plain_http()?;
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

fn jwt_descriptor(platform: &Platform) -> Result<&Jwt> {
    platform.descriptor().jwt.as_ref().ok_or_else(|| platform.unsupported("app authentication"))
}

fn issuer(config: &Config, rules: &Jwt) -> Result<Issuer> {
    let (app, client) = (config.app_id.as_ref(), config.client_id.as_ref());
    let text = match rules.issuer {
        IssuerSource::AppId => app.ok_or_else(|| missing("app_id")),
        IssuerSource::ClientId => client.ok_or_else(|| missing("client_id")),
        IssuerSource::AppIdOrClientId => app.or(client).ok_or_else(|| missing("app_id")),
    }?;
    let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(match (rules.issuer_type, number) {
        (IssuerType::IntegerIfDigits, Some(number)) => Issuer::Integer(number),
        _ => Issuer::Text(text.clone()),
    })
}

fn missing(credential: &str) -> Error {
    Error::invalid(format!("this needs {credential}, which the app was not given"))
        .because(Reason::MissingCredential)
        .advise(format!("Give {credential} when you make the app."))
}
