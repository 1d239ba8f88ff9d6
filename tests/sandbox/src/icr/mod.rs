//! The International Carbon Registry as documented: platform apps with `crs_` tokens, and no OAuth.
//!
//! Sources: ICR's [apps and
//! integrations](https://documentation.carbonregistry.com/documentation/carbonregistry.com/apps-and-integrations) and the
//! vendor's [sample](https://github.com/Mojoflower-garden/best-marketplace). Errors are not documented; the sample reads
//! bodies as `NestJS` writes them: `statusCode`, `message` (a string or a list), `error`.

mod app;
mod deviations;
mod refusals;
mod resources;
mod seed;
mod tokens;

use std::collections::HashMap;

use serde_json::Value;

use crate::http::{Refusal, Reply, Request};
use crate::jwt;
use crate::keys::PublicKey;
use crate::platform::{Change, Context, Platform, PlatformName, Registration};

use deviations::Deviations;
use seed::Installation;
use tokens::Tokens;

/// The state of the platform.
pub(crate) struct Icr {
    /// The public keys of every app, by app id.
    keys: HashMap<String, Vec<PublicKey>>,
    installations: Vec<Installation>,
    tokens: Tokens,
    deviations: Deviations,
}

impl Icr {
    /// The platform with an app, two organizations and an installation on each.
    pub(crate) fn as_documented() -> Self {
        Self {
            keys: HashMap::from([(seed::APP_ID.to_owned(), Vec::new())]),
            installations: seed::installations(),
            tokens: Tokens::default(),
            deviations: Deviations::default(),
        }
    }

    fn route(&mut self, request: &Request, context: &Context) -> Result<Reply, Refusal> {
        match operation(request) {
            MINT_APP => self.mint_app_token(request, context),
            LIST_INSTALLATIONS => self.list_installations(request, context),
            GET_INSTALLATION => self.get_installation(request, context),
            MINT => self.mint(request, context),
            REVOKE => self.revoke(request, context),
            BY_ORGANIZATION => self.organization_installation(request, context),
            CREATE => self.create_organization(request, context),
            GET_ORGANIZATION => self.get_organization(request, context),
            LIST_PROJECTS => self.list_projects(request, context),
            _ => Err(refusals::no_route(request)),
        }
    }

    /// The app that signed the assertion of this request.
    fn app_of(&self, request: &Request, context: &Context) -> Result<String, Refusal> {
        let assertion = request.bearer().ok_or_else(refusals::unauthorized)?;
        let keys_of = |app: &str| self.keys.get(app).map(Vec::as_slice);
        let algorithm = self.deviations.alg_claim_required.then(|| ("alg", Value::from("RS256")));
        let rules = jwt::Rules {
            max_lifetime_s: 600,
            issuer: jwt::Issuer::Text,
            claims: algorithm.into_iter().collect(),
        };
        jwt::verify(assertion, context.now_ms, &rules, keys_of)
            .map_err(|_| refusals::unauthorized())
    }
}

impl Platform for Icr {
    fn registration(&self) -> Registration {
        Registration {
            platform: PlatformName::Icr.as_str(),
            app_id: seed::APP_ID.to_owned(),
            app_slug: seed::APP_NAME_ID.to_owned(),
            client_id: String::new(),
            client_secret: String::new(),
            redirect_uri: String::new(),
            installations: self.installations.iter().map(|it| it.id.clone()).collect(),
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
            it if it.starts_with("crs_") => "crs",
            it if it.starts_with("cru_") => "cru",
            it if it.starts_with("ey") && it.matches('.').count() == 2 => "jwt",
            _ => "other",
        }
    }

    fn answer(&mut self, request: &Request, context: &Context) -> Reply {
        let answer = self.route(request, context);
        let answer = answer.map_err(|refusal| refusals::with_deviations(refusal, &self.deviations));
        answer.unwrap_or_else(Reply::from)
    }

    fn add_key(&mut self, app_id: &str, key: PublicKey) -> Result<(), String> {
        self.keys.entry(app_id.to_owned()).or_default().push(key);
        Ok(())
    }

    fn drop_keys(&mut self, app_id: &str) -> bool {
        self.keys.get_mut(app_id).map(Vec::clear).is_some()
    }

    /// Does nothing: ICR has no OAuth.
    fn add_redirect_uri(&mut self, _: &str) {}

    fn change_installation(&mut self, id: &str, change: Change) -> bool {
        let Some(at) = self.installations.iter().position(|it| it.id == id) else {
            return false;
        };
        match change {
            Change::Suspend => self.installations[at].suspended = true,
            Change::Unsuspend => self.installations[at].suspended = false,
            Change::Delete => self.tokens.forget_installation(&self.installations.remove(at).id),
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
        let deviations = self.deviations.changed(change)?;
        if deviations.extra_installations != self.deviations.extra_installations {
            seed::pad(&mut self.installations, deviations.extra_installations);
        }
        self.deviations = deviations;
        Ok(())
    }
}

fn operation(request: &Request) -> &'static str {
    match (request.method.as_str(), request.segments().as_slice()) {
        ("POST", ["app", "accessTokens"]) => MINT_APP,
        ("GET", ["app", "installations"]) => LIST_INSTALLATIONS,
        ("DELETE", ["app", "installations", "token"]) => REVOKE,
        ("GET", ["app", "installations", _]) => GET_INSTALLATION,
        ("POST", ["app", "installations", _, "accessTokens"]) => MINT,
        ("GET", ["app", "organizations", _, "installation"]) => BY_ORGANIZATION,
        ("POST", ["app", "create", "user", "organization"]) => CREATE,
        ("GET", ["v0", "organizations", _]) => GET_ORGANIZATION,
        ("GET", ["v0", "organizations", _, "projects"]) => LIST_PROJECTS,
        _ => UNKNOWN,
    }
}

const MINT_APP: &str = "mint_app_token";
const LIST_INSTALLATIONS: &str = "list_installations";
const GET_INSTALLATION: &str = "get_installation";
const MINT: &str = "mint_installation_token";
const REVOKE: &str = "revoke_installation_token";
const BY_ORGANIZATION: &str = "get_org_installation";
const CREATE: &str = "create_organization";
const GET_ORGANIZATION: &str = "get_organization";
const LIST_PROJECTS: &str = "list_projects";
const UNKNOWN: &str = "unknown";

const OPERATIONS: &[&str] = &[
    MINT_APP,
    LIST_INSTALLATIONS,
    GET_INSTALLATION,
    MINT,
    REVOKE,
    BY_ORGANIZATION,
    CREATE,
    GET_ORGANIZATION,
    LIST_PROJECTS,
    UNKNOWN,
];
