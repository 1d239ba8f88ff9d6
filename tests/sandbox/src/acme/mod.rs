//! Acme Forge, a fictional platform that differs from the real ones in every name and every value.
//!
//! People are *smiths*, organizations *guilds*, enterprises *cartels*, repositories *works*. An app is a *tool*, its OAuth
//! client its *shop*, its webhook its *bell*, whose deliveries are *rings*. An installation is a *seat*, which
//! is suspended by freezing it; an installation token is a *grant*, permissions are *powers*, a user token is a *slip* and a
//! manifest a *blueprint*. The API is below `/rpc`, the pages are below `/people`, except for the consent page.
//!
//! `routes` is the table of requests and the functions that answer them.

mod auth;
mod authorize;
mod bell;
mod blueprints;
mod codes;
mod deviations;
mod device;
mod mint;
mod narrowing;
mod oauth;
mod paging;
mod powers;
mod refusals;
mod rings;
mod routes;
mod seats;
mod seed;
mod sessions;
mod shelf;
mod slips;
mod tokens;
mod tools;
mod works;

use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::forms::PendingForms;
use crate::http::{Reply, Request};
use crate::keys::PublicKey;
use crate::limits::Limits;
use crate::platform::{Change, Context, Platform, PlatformName, Registration};

use authorize::AuthorizationRequest;
use blueprints::Blueprint;
use codes::Codes;
use deviations::Deviations;
use device::Devices;
use routes::{Base, Found};
use seats::Seat;
use shelf::Taking;
use tokens::Tokens;
use tools::Tools;
use works::Work;

/// The state of the platform.
pub(crate) struct Acme {
    tools: Tools,
    seats: Vec<Seat>,
    works: Vec<Work>,
    tokens: Tokens,
    forms: PendingForms<PendingForm>,
    authorization_codes: Codes<AuthorizationRequest>,
    blueprints: Codes<Blueprint>,
    devices: Devices,
    limits: Limits,
    deviations: Deviations,
}

/// A form that waits for the decision of the person.
enum PendingForm {
    /// Consent for a tool.
    Consent(AuthorizationRequest),
    /// The user code of a device.
    Device,
    /// Creation of a tool.
    Blueprint(Blueprint),
    /// Installation of a tool.
    Seat(Taking),
}

/// A request with its context and the parameters of its route.
struct Call<'a> {
    request: &'a Request,
    context: &'a Context,
    /// The path parameters.
    parts: Vec<&'a str>,
}

impl Call<'_> {
    fn part(&self, at: usize) -> &str {
        self.parts.get(at).copied().unwrap_or_default()
    }

    fn now_ms(&self) -> i64 {
        self.context.now_ms
    }
}

impl Acme {
    /// The platform with its sample data.
    pub(crate) fn as_imagined() -> Self {
        Self {
            tools: Tools::of(seed::tool()),
            seats: seed::seats(),
            works: seed::works(),
            tokens: Tokens::default(),
            forms: PendingForms::default(),
            authorization_codes: Codes::default(),
            blueprints: Codes::default(),
            devices: Devices::default(),
            limits: Limits::default(),
            deviations: Deviations::default(),
        }
    }

    /// Answers a request to the API, which has rate limits and required headers; the pages have neither.
    fn api(&mut self, found: &Found<'_>, call: &Call<'_>) -> Reply {
        let principal = self.principal(call);
        let allowance = self.limits.count(&principal, call.now_ms(), self.deviations.rate_limit);
        let answer = if self.deviations.enforce_rate_limit && allowance.is_exceeded() {
            refusals::slow_down().into()
        } else {
            refusals::check_headers(call.request)
                .map_or_else(Reply::from, |()| found.route.answer(self, call))
        };
        answer
            .with(CONTENT_TYPE, MEDIA_TYPE)
            .with_own("acme-left", &allowance.remaining().to_string())
            .with_own("acme-back-at", &allowance.reset_s().to_string())
    }
}

/// The reply to a successful request that returns nothing.
fn done(status: StatusCode) -> Reply {
    Reply::json(status, &json!({ "done": true }))
}

/// Whole seconds with `Z`.
fn rfc3339(ms: i64) -> String {
    let time = jiff::Timestamp::from_second(ms.div_euclid(1000)).unwrap_or(jiff::Timestamp::MAX);
    time.to_string()
}

impl Platform for Acme {
    fn registration(&self) -> Registration {
        let tool = self.tools.first();
        Registration {
            platform: PlatformName::Acme.as_str(),
            app_id: tool.id.clone(),
            app_slug: tool.slug.clone(),
            client_id: tool.client_id.clone(),
            client_secret: tool.client_secret.clone(),
            redirect_uri: tool.redirects.first().to_owned(),
            installations: self.seats.iter().map(|it| it.id.clone()).collect(),
        }
    }

    fn operations(&self) -> &'static [&'static str] {
        routes::operations()
    }

    fn operation(&self, request: &Request) -> &'static str {
        Found::of(request).operation(request)
    }

    fn credential_kind(&self, credential: &str) -> &'static str {
        auth::credential_kind(credential)
    }

    fn answer(&mut self, request: &Request, context: &Context) -> Reply {
        let found = Found::of(request);
        let call = Call { request, context, parts: found.parts.clone() };
        match found.base {
            Base::Api => self.api(&found, &call),
            Base::Web => found.route.answer(self, &call),
        }
    }

    fn person(&self) -> Option<String> {
        Some(seed::smith().handle)
    }

    fn request_id_header(&self) -> &'static str {
        "acme-trace"
    }

    fn api_path(&self) -> &'static str {
        "/rpc"
    }

    fn web_path(&self) -> &'static str {
        "/people"
    }

    fn manifest_path(&self) -> &'static str {
        "/people/blueprints/draw"
    }

    fn device_path(&self) -> &'static str {
        "/people/elsewhere"
    }

    fn add_key(&mut self, app_id: &str, key: PublicKey) -> Result<(), String> {
        self.tools.with_id(app_id).keys.push(key);
        Ok(())
    }

    fn drop_keys(&mut self, app_id: &str) -> bool {
        self.tools.by_id_mut(app_id).map(|tool| tool.keys.clear()).is_some()
    }

    fn add_redirect_uri(&mut self, uri: &str) {
        self.tools.first_mut().redirects.add(uri);
    }

    fn change_installation(&mut self, id: &str, change: Change) -> bool {
        let Some(seat) = self.seats.iter_mut().find(|it| it.id == id) else { return false };
        match change {
            Change::Suspend => seat.frozen_at = Some(seed::FROZEN_AT.to_owned()),
            Change::Unsuspend => seat.frozen_at = None,
            Change::Delete => self.leave(id),
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
            seed::pad(&mut self.seats, deviations.extra_installations);
        }
        self.deviations = deviations;
        Ok(())
    }
}

const MEDIA_TYPE: &str = "application/vnd.acme+json; charset=utf-8";
