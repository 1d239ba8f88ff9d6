//! GitHub as documented: apps, installations, `ghs_` tokens and `ghu_` tokens, in the cloud or as an enterprise
//! server (GHES).
//!
//! Sources: [REST API for apps](https://docs.github.com/rest/apps), [OAuth for
//! apps](https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app), and replies that
//! were recorded in public bug reports and test fixtures. Where none of them says anything, the sandbox chooses; README.md lists
//! the choices.
//!
//! `routes` says which function answers which request. Those of the API fail with a [`Refusal`]; the pages and the OAuth
//! exchanges never do, because GitHub reports their failures as pages or with status 200.

mod accounts;
mod app;
mod applications;
mod apps;
mod auth;
mod authorize;
mod deliveries;
mod deviations;
mod device;
mod encoding;
mod hooks;
mod installations;
mod lookups;
mod manifests;
mod mint;
mod narrowing;
mod oauth;
mod paging;
mod permissions;
mod refusals;
mod repositories;
mod resources;
mod routes;
mod seed;
mod sessions;
mod tokens;
mod user;

use serde_json::Value;

use crate::forms::PendingForms;
use crate::http::{Refusal, Reply, Request};
use crate::keys::PublicKey;
use crate::limits::Limits;
use crate::platform::{Change, Context, Platform, PlatformName, Registration};

use apps::Apps;
use auth::Principal;
use authorize::{AuthorizationRequest, Codes};
use deviations::Deviations;
use device::Devices;
use installations::Installation;
use manifests::{Manifest, Manifests};
use repositories::Repository;
use routes::{Base, Found};
use sessions::Sessions;
use tokens::Tokens;

/// The product: the cloud or the enterprise server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edition {
    /// github.com, whose API has another host than its pages.
    Cloud,
    /// GitHub Enterprise Server, whose API is under `/api/v3` of its only host.
    Server,
}

/// The state of the platform.
pub(crate) struct GitHub {
    edition: Edition,
    apps: Apps,
    installations: Vec<Installation>,
    repositories: Vec<Repository>,
    tokens: Tokens,
    forms: PendingForms<PendingForm>,
    codes: Codes,
    sessions: Sessions,
    devices: Devices,
    manifests: Manifests,
    limits: Limits,
    deviations: Deviations,
}

/// A form that waits for the decision of the person.
enum PendingForm {
    /// Consent for an app.
    Consent(AuthorizationRequest),
    /// The user code of a device.
    Device,
    /// Creation of an app.
    Creation(Manifest),
}

/// A request with its context and the parameters of its route.
struct Call<'a> {
    request: &'a Request,
    context: &'a Context,
    /// The path parameters.
    parts: Vec<&'a str>,
    /// The base URL of the API, as the client addressed it.
    api: String,
}

impl Call<'_> {
    fn part(&self, at: usize) -> &str {
        self.parts.get(at).copied().unwrap_or_default()
    }

    fn now_ms(&self) -> i64 {
        self.context.now_ms
    }

    /// The base URL of the pages, as the client addressed it.
    fn web(&self) -> &str {
        &self.context.origin
    }
}

impl GitHub {
    /// The platform with the app of its documentation and an installation of every kind.
    pub(crate) fn as_documented(edition: Edition) -> Self {
        Self {
            edition,
            apps: Apps::of(seed::app()),
            installations: seed::installations(edition),
            repositories: seed::repositories(),
            tokens: Tokens::default(),
            forms: PendingForms::default(),
            codes: Codes::default(),
            sessions: Sessions::default(),
            devices: Devices::default(),
            manifests: Manifests::default(),
            limits: Limits::default(),
            deviations: Deviations::default(),
        }
    }

    fn call<'a>(&self, found: &Found<'a>, request: &'a Request, context: &'a Context) -> Call<'a> {
        let api = format!("{}{}", context.origin, self.api_path());
        Call { request, context, parts: found.parts.clone(), api }
    }

    /// Answers a request to the API, which has rate limits and versions; the pages have neither.
    fn api(&mut self, found: &Found<'_>, call: &Call<'_>) -> Reply {
        let principal = self.principal(call);
        let limit = self.limit_of(&principal);
        let allowance = self.limits.count(&principal.to_string(), call.now_ms(), limit);
        let exceeded = self.deviations.enforce_rate_limit && allowance.is_exceeded();
        let answer =
            if exceeded { self.rate_limited(&principal).into() } else { self.checked(found, call) };
        let answer = answer.with_own("x-github-media-type", "github.v3; format=json");
        // An enterprise server has no rate limits unless its owner turns them on.
        if self.edition == Edition::Server && !self.deviations.enforce_rate_limit {
            return answer;
        }
        allowance.stamp(answer).with_own("x-ratelimit-resource", "core")
    }

    fn checked(&mut self, found: &Found<'_>, call: &Call<'_>) -> Reply {
        if !refusals::has_user_agent(call.request) {
            return refusals::without_user_agent();
        }
        match self.check_version(call.request) {
            Ok(()) => found.route.answer(self, call),
            Err(refusal) => refusal.into(),
        }
    }

    fn limit_of(&self, principal: &Principal) -> u64 {
        if *principal == Principal::Anonymous {
            ANONYMOUS_LIMIT
        } else {
            self.deviations.rate_limit
        }
    }

    fn rate_limited(&self, principal: &Principal) -> Refusal {
        let message = format!("API rate limit exceeded for {principal}.");
        refusals::refusal(self.deviations.rate_limit_status(), &message)
    }

    fn remove_installation(&mut self, id: u64) {
        self.installations.retain(|it| it.id != id);
        self.tokens.forget_installation(id);
    }
}

impl Platform for GitHub {
    fn registration(&self) -> Registration {
        let app = self.apps.first();
        Registration {
            platform: match self.edition {
                Edition::Cloud => PlatformName::GitHub.as_str(),
                Edition::Server => PlatformName::GitHubEnterprise.as_str(),
            },
            app_id: app.id.to_string(),
            app_slug: app.slug.clone(),
            client_id: app.client_id.clone(),
            client_secret: app.client_secret.clone(),
            redirect_uri: app.redirects.first().to_owned(),
            installations: self.installations.iter().map(|it| it.id.to_string()).collect(),
        }
    }

    fn operations(&self) -> &'static [&'static str] {
        routes::operations()
    }

    fn operation(&self, request: &Request) -> &'static str {
        routes::find(self.edition, request).map_or(routes::UNKNOWN, |it| it.operation(request))
    }

    fn credential_kind(&self, credential: &str) -> &'static str {
        auth::credential_kind(credential)
    }

    fn answer(&mut self, request: &Request, context: &Context) -> Reply {
        let found = routes::find(self.edition, request).unwrap_or(Found::nothing());
        let call = self.call(&found, request, context);
        match found.base {
            Base::Api => self.api(&found, &call),
            Base::Web => found.route.answer(self, &call),
        }
    }

    fn person(&self) -> Option<String> {
        seed::user().login().map(str::to_owned)
    }

    fn request_id_header(&self) -> &'static str {
        "x-github-request-id"
    }

    fn api_path(&self) -> &'static str {
        match self.edition {
            Edition::Cloud => "",
            Edition::Server => "/api/v3",
        }
    }

    fn add_key(&mut self, app_id: &str, key: PublicKey) -> Result<(), String> {
        let id = app_id.parse().map_err(|_| format!("an app id is a number, not {app_id:?}"))?;
        self.apps.with_id(id).keys.push(key);
        Ok(())
    }

    fn drop_keys(&mut self, app_id: &str) -> bool {
        let app = self.apps.by_issuer_mut(app_id);
        app.map(|app| app.keys.clear()).is_some()
    }

    fn add_redirect_uri(&mut self, uri: &str) {
        self.apps.first_mut().redirects.add(uri);
    }

    fn change_installation(&mut self, id: &str, change: Change) -> bool {
        let Some(it) = self.installations.iter_mut().find(|it| it.id.to_string() == id) else {
            return false;
        };
        match change {
            Change::Suspend => it.suspended_at = Some(seed::SUSPENDED_AT.to_owned()),
            Change::Unsuspend => it.suspended_at = None,
            Change::Delete => {
                let id = it.id;
                self.remove_installation(id);
            }
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
            seed::pad(
                &mut self.installations,
                &mut self.repositories,
                deviations.extra_installations,
            );
        }
        self.deviations = deviations;
        Ok(())
    }
}

const ANONYMOUS_LIMIT: u64 = 60;
