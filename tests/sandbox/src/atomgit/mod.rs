//! AtomGit as documented in 2023: platform apps with `ats_` and `atu_` tokens.
//!
//! Sources: [app](https://docs.atomgit.com/en/app/demo),
//! [OAuth](https://docs.atomgit.com/en/openAPI/api_versioned/get-o-auth-atu-token),
//! [API in general](https://docs.atomgit.com/en/openAPI/api_versioned/atomgit-openapi).
//! Where they say nothing (error bodies, the lifetime of an `ats_` token, a status), the sandbox answers as GitHub does,
//! because AtomGit's API resembles GitHub's; README.md lists these assumptions.

mod app;
mod authorize;
mod deviations;
mod oauth;
mod resources;
mod seed;
mod tokens;

use std::collections::HashMap;

use hyper::StatusCode;
use serde_json::Value;

use crate::http::{Refusal, Reply, Request};
use crate::jwt;
use crate::keys::PublicKey;
use crate::limits::Limits;
use crate::platform::{Change, Context, Platform, Registration};
use crate::redirects::Redirects;

use authorize::Authorizations;
use deviations::Deviations;
use oauth::Sessions;
use seed::Installation;
use tokens::{Holder, Tokens};

/// The state of the platform.
pub(crate) struct AtomGit {
    /// The public keys of every app, by app id.
    keys: HashMap<String, Vec<PublicKey>>,
    installations: Vec<Installation>,
    redirects: Redirects,
    tokens: Tokens,
    authorizations: Authorizations,
    sessions: Sessions,
    limits: Limits,
    deviations: Deviations,
}

impl AtomGit {
    /// The platform with the app, the installations and the user of its documentation.
    pub(crate) fn as_documented() -> Self {
        Self {
            keys: HashMap::from([(seed::APP_ID.to_owned(), Vec::new())]),
            installations: seed::installations(),
            redirects: Redirects::default(),
            tokens: Tokens::default(),
            authorizations: Authorizations::default(),
            sessions: Sessions::default(),
            limits: Limits::default(),
            deviations: Deviations::default(),
        }
    }

    fn route(&mut self, request: &Request, context: &Context) -> Result<Reply, Refusal> {
        match operation(request) {
            LIST_INSTALLATIONS => self.list_installations(request, context),
            MINT => self.mint(request, context),
            LIST_ORG_REPOS => self.list_org_repos(request, context),
            USER_INFO => self.user_info(request, context),
            LIST_USER_REPOS => self.list_user_repos(request, context),
            EXCHANGE_CODE | REFRESH => self.access_token(request, context),
            _ => Err(not_found()),
        }
    }

    /// Answers a request to the API, which has rate limits and versions; the pages have neither.
    fn api(&mut self, request: &Request, context: &Context) -> Reply {
        let principal = self.principal(request, context);
        let limit =
            if principal == ANONYMOUS { ANONYMOUS_LIMIT } else { self.deviations.rate_limit };
        let allowance = self.limits.count(&principal, context.now_ms, limit);
        let refused = self.deviations.enforce_rate_limit && allowance.is_exceeded();
        let answer = if refused { Err(rate_limited(&principal)) } else { Ok(()) };
        let answer = answer
            .and_then(|()| check_version(request))
            .and_then(|()| self.route(request, context));
        allowance.stamp(answer.unwrap_or_else(Reply::from))
    }

    /// The app that signed the assertion of this request.
    fn app_of(&self, request: &Request, context: &Context) -> Result<String, Refusal> {
        let assertion = request.bearer().ok_or_else(|| unauthorized("Requires authentication"))?;
        let keys_of = |app: &str| self.keys.get(app).map(Vec::as_slice);
        jwt::verify(assertion, context.now_ms, &JWT, keys_of)
            .map_err(|it| unauthorized(it.message()))
    }

    /// The holder of this request's token.
    fn holder_of(&self, request: &Request, context: &Context) -> Result<Holder, Refusal> {
        let token = request.bearer().ok_or_else(|| unauthorized("Requires authentication"))?;
        self.tokens.holder(token, context.now_ms).ok_or_else(|| unauthorized("Bad credentials"))
    }

    /// The principal whose rate limit this request counts against.
    fn principal(&self, request: &Request, context: &Context) -> String {
        match request.bearer() {
            None => ANONYMOUS.to_owned(),
            Some(token) => match self.tokens.holder(token, context.now_ms) {
                Some(Holder::Installation(id)) => format!("installation {id}"),
                Some(Holder::User) => format!("user {}", seed::USER_LOGIN),
                None => self
                    .app_of(request, context)
                    .map_or(ANONYMOUS.to_owned(), |app| format!("app {app}")),
            },
        }
    }
}

impl Platform for AtomGit {
    fn registration(&self) -> Registration {
        Registration {
            platform: "atomgit",
            app_id: seed::APP_ID.to_owned(),
            app_slug: seed::APP_SLUG.to_owned(),
            client_id: seed::CLIENT_ID.to_owned(),
            client_secret: seed::CLIENT_SECRET.to_owned(),
            redirect_uri: self.redirects.first().to_owned(),
            installations: self.installations.iter().map(|it| it.id.to_string()).collect(),
        }
    }

    fn operations(&self) -> &'static [&'static str] {
        OPERATIONS
    }

    fn operation(&self, request: &Request) -> &'static str {
        operation(request)
    }

    fn credential_kind(&self, credential: &str) -> &'static str {
        match credential {
            it if it.starts_with("ats_") => "ats",
            it if it.starts_with("atu_") => "atu",
            it if it.starts_with("refresh_") => "refresh",
            it if it.starts_with("ey") && it.matches('.').count() == 2 => "jwt",
            _ => "other",
        }
    }

    fn answer(&mut self, request: &Request, context: &Context) -> Reply {
        match operation(request) {
            AUTHORIZE_PAGE => self.authorize_page(request, context),
            AUTHORIZE_DECISION => self.authorize_decision(request, context),
            _ => self.api(request, context),
        }
    }

    fn person(&self) -> Option<String> {
        Some(seed::USER_LOGIN.to_owned())
    }

    fn add_key(&mut self, app_id: &str, key: PublicKey) -> Result<(), String> {
        self.keys.entry(app_id.to_owned()).or_default().push(key);
        Ok(())
    }

    fn drop_keys(&mut self, app_id: &str) -> bool {
        self.keys.get_mut(app_id).map(Vec::clear).is_some()
    }

    fn add_redirect_uri(&mut self, uri: &str) {
        self.redirects.add(uri);
    }

    fn change_installation(&mut self, id: &str, change: Change) -> bool {
        let Some(at) = self.installations.iter().position(|it| it.id.to_string() == id) else {
            return false;
        };
        match change {
            Change::Suspend => self.installations[at].suspended = true,
            Change::Unsuspend => self.installations[at].suspended = false,
            Change::Delete => self.tokens.forget_installation(self.installations.remove(at).id),
        }
        true
    }

    fn forget_tokens(&mut self) {
        self.tokens.forget_all();
    }

    fn deviations(&self) -> Value {
        crate::deviations::to_json(&self.deviations)
    }

    fn change_deviations(&mut self, change: &Value) -> Result<(), String> {
        self.deviations = self.deviations.changed(change)?;
        Ok(())
    }
}

fn operation(request: &Request) -> &'static str {
    match (request.method.as_str(), request.segments().as_slice()) {
        ("GET", ["app", "installations"]) => LIST_INSTALLATIONS,
        ("POST", ["app", "installations", _, "access_tokens"]) => MINT,
        ("GET", ["orgs", _, "repos"]) => LIST_ORG_REPOS,
        ("GET", ["user", "info"]) => USER_INFO,
        ("GET", ["user", "repos"]) => LIST_USER_REPOS,
        ("GET", ["login", "oauth", "authorize"]) => AUTHORIZE_PAGE,
        ("POST", ["login", "oauth", "authorize"]) => AUTHORIZE_DECISION,
        ("POST", ["login", "oauth", "access_token"]) => oauth::kind(request),
        _ => UNKNOWN,
    }
}

/// <https://docs.atomgit.com/en/openAPI/api_versioned/atomgit-openapi>: the header may be left out, and a version that
/// is not supported is a 400.
fn check_version(request: &Request) -> Result<(), Refusal> {
    let supported = request.headers.get("x-api-version").is_none_or(|it| it == "2023-02-21");
    let refusal = || Refusal::message(StatusCode::BAD_REQUEST, "Unsupported API version");
    supported.then_some(()).ok_or_else(refusal)
}

fn unauthorized(message: &str) -> Refusal {
    Refusal::message(StatusCode::UNAUTHORIZED, message)
}

fn not_found() -> Refusal {
    Refusal::message(StatusCode::NOT_FOUND, "Not Found")
}

fn rate_limited(principal: &str) -> Refusal {
    let message = format!("API rate limit exceeded for {principal}.");
    Refusal::message(StatusCode::FORBIDDEN, &message)
}

/// <https://docs.atomgit.com/en/app/demo>: the sample is issued 60 s in the past and expires in 600 s.
const JWT: jwt::Rules =
    jwt::Rules { max_lifetime_s: 660, issuer: jwt::Issuer::Text, claims: Vec::new() };
const ANONYMOUS: &str = "anonymous";
const ANONYMOUS_LIMIT: u64 = 600;

const LIST_INSTALLATIONS: &str = "list_installations";
const MINT: &str = "mint_installation_token";
const LIST_ORG_REPOS: &str = "list_org_repos";
const USER_INFO: &str = "user_info";
const LIST_USER_REPOS: &str = "list_user_repos";
const AUTHORIZE_PAGE: &str = "authorize_page";
const AUTHORIZE_DECISION: &str = "authorize_decision";
const EXCHANGE_CODE: &str = "exchange_code";
const REFRESH: &str = "refresh_user_token";
const UNKNOWN: &str = "unknown";

const OPERATIONS: &[&str] = &[
    LIST_INSTALLATIONS,
    MINT,
    LIST_ORG_REPOS,
    USER_INFO,
    LIST_USER_REPOS,
    AUTHORIZE_PAGE,
    AUTHORIZE_DECISION,
    EXCHANGE_CODE,
    REFRESH,
    UNKNOWN,
];
