use std::{collections::BTreeMap, sync::Arc};

use appmint_core::{
    AppTokenRequest, Call, Installation, Listener, Lookup, Response, Result, Scope, Secret,
    Timestamp,
};
use napi::{
    Env,
    bindgen_prelude::{BufferSlice, ToNapiValue, Uint8Array},
    sys,
};
use napi_derive::napi;

use crate::{
    clock::{ManualClock, millis},
    event::{EventRecord, StatsRecord},
    landing::Landings,
    listing::Listing,
    outcome::{Outcome, outcome},
    settings::Settings,
    signer::Signer,
    source::TokenSource,
    store::Store,
    token::Token,
    webhook::WebhookEvent,
};

/// A program's app on a platform.
#[napi]
pub struct App(pub(crate) appmint_core::App);

/// The app that the settings describe.
#[napi(catch_unwind)]
pub fn create_app(
    settings: Settings,
    clock: Option<&ManualClock>,
    signer: Option<&Signer>,
    store: Option<&Store>,
    events: Option<&Landings>,
) -> Outcome<App> {
    let settings = appmint_core::Settings {
        clock: clock.map(ManualClock::shared),
        signer: signer.map(Signer::shared),
        own_store: store.map(Store::shared),
        on_event: events.map(listener),
        ..settings.into()
    };
    outcome(settings.app().map(App))
}

fn listener(events: &Landings) -> Listener {
    let bring = events.bringing(EventRecord::of);
    Arc::new(move |event| bring(event.clone()))
}

#[napi]
impl App {
    /// The public key's fingerprint.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.0.fingerprint()
    }

    /// The platform's name.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn platform_name(&self) -> &str {
        self.0.platform().name()
    }

    /// How far the platform's clock is ahead, in milliseconds.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn clock_offset(&self) -> i64 {
        self.0.clock_offset_ms()
    }

    /// The app's JWT.
    #[napi(catch_unwind)]
    pub fn jwt(&self, landings: &Landings, id: u32) -> Option<Outcome<Token>> {
        landings.await_landing(id, self.0.jwt(), Token)
    }

    /// The installations of the app.
    #[napi(catch_unwind)]
    pub fn installations(&self) -> Outcome<Listing> {
        outcome(self.0.installations().map(Listing::from))
    }

    /// The installation that is looked up by the one thing given.
    #[napi(catch_unwind)]
    pub fn find_installation(
        &self,
        landings: &Landings,
        id: u32,
        lookup: Vec<(String, String)>,
    ) -> Option<Outcome<InstallationRecord>> {
        match only(&lookup) {
            Ok(lookup) => {
                let flight = self.0.find_installation(lookup);
                landings.await_landing(id, flight, InstallationRecord::of)
            }
            Err(error) => Some(outcome(Err(error))),
        }
    }

    /// A source of tokens for the installation that is looked up by the one thing given, or for a
    /// part of it.
    #[napi(catch_unwind)]
    pub fn installation(
        &self,
        lookup: Vec<(String, String)>,
        narrowing: Narrowing,
    ) -> Outcome<TokenSource> {
        let source = only(&lookup)
            .and_then(|lookup| self.0.installation_on(lookup, narrowing.into()))
            .map(TokenSource);
        outcome(source)
    }

    /// How often things happened.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn stats(&self) -> StatsRecord {
        StatsRecord::of(self.0.stats())
    }

    /// Forgets the tokens that a webhook is about; how many.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn apply_webhook(&self, webhook: &WebhookEvent) -> u32 {
        u32::try_from(self.0.apply_webhook(&webhook.0)).unwrap_or(u32::MAX)
    }

    /// Ends the app's threads and forgets its tokens.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.0.close();
    }

    /// A source of the app's own tokens.
    #[napi(catch_unwind)]
    pub fn app_tokens(&self, wanted: AppTokenOptions) -> Outcome<TokenSource> {
        outcome(self.0.app_tokens(wanted.into()).map(TokenSource))
    }

    /// A webhook whose signature proved right.
    #[napi(catch_unwind)]
    pub fn verify_webhook(
        &self,
        headers: Vec<(String, String)>,
        body: &[u8],
        secrets: Vec<String>,
    ) -> Outcome<WebhookEvent> {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let secrets: Vec<_> = secrets.into_iter().map(Secret::new).collect();
        outcome(self.0.verify_webhook(&headers, body, &secrets).map(WebhookEvent))
    }

    /// An API call as the app, or with the call's own token.
    #[napi(catch_unwind)]
    pub fn request(
        &self,
        landings: &Landings,
        id: u32,
        call: CallRecord,
    ) -> Option<Outcome<ResponseRecord>> {
        landings.await_landing(id, self.0.request(call.into()), ResponseRecord::of)
    }
}

fn only(given: &[(String, String)]) -> Result<Lookup> {
    Lookup::only(given.iter().map(|(name, value)| (name.as_str(), value.clone())))
}

/// An API call.
#[napi(object, object_to_js = false)]
pub struct CallRecord {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub json: Option<String>,
    pub body: Option<Uint8Array>,
    pub token: Option<String>,
    pub timeout: Option<f64>,
}

impl From<CallRecord> for Call {
    fn from(record: CallRecord) -> Self {
        let mut call = Self::new(record.method, record.path);
        for (name, value) in record.headers {
            call = call.header(name, value);
        }
        let call = record.json.into_iter().fold(call, Self::json_text);
        let call = record.body.into_iter().fold(call, |call, body| call.body(body.to_vec()));
        let call = record.token.into_iter().fold(call, Self::token);
        record.timeout.map(millis).into_iter().fold(call, Self::timeout)
    }
}

/// What a token is narrowed to.
#[napi(object, object_to_js = false)]
pub struct Narrowing {
    pub repositories: Option<Vec<String>>,
    pub repository_ids: Option<Vec<String>>,
    pub permissions: Option<Vec<(String, String)>>,
}

impl From<Narrowing> for Scope {
    fn from(narrowing: Narrowing) -> Self {
        let scope = narrowing.repositories.into_iter().fold(Self::all(), Self::repositories);
        let scope = narrowing.repository_ids.into_iter().fold(scope, Self::repository_ids);
        narrowing.permissions.into_iter().fold(scope, Self::permissions)
    }
}

/// What the app's own tokens are asked for with.
#[napi(object, object_to_js = false)]
pub struct AppTokenOptions {
    pub scopes: Option<Vec<String>>,
    pub subject: Option<String>,
}

impl From<AppTokenOptions> for AppTokenRequest {
    fn from(options: AppTokenOptions) -> Self {
        Self { scopes: options.scopes.unwrap_or_default(), subject: options.subject }
    }
}

/// An installation of the app.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct InstallationRecord {
    pub id: String,
    pub account: Option<String>,
    pub account_name: Option<String>,
    pub account_id: Option<String>,
    pub target_id: Option<String>,
    pub app_id: Option<String>,
    pub app_slug: Option<String>,
    pub repository_selection: Option<String>,
    pub permissions: BTreeMap<String, String>,
    pub events: Vec<String>,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
    pub suspended_at: Option<i64>,
    pub raw: String,
}

impl InstallationRecord {
    pub(crate) fn of(installation: Installation) -> Self {
        Self {
            id: installation.id,
            account: installation.account,
            account_name: installation.account_name,
            account_id: installation.account_id,
            target_id: installation.target_id,
            app_id: installation.app_id,
            app_slug: installation.app_slug,
            repository_selection: installation.repository_selection,
            permissions: installation.permissions,
            events: installation.events,
            created_at: installation.created_at.map(Timestamp::as_millis),
            updated_at: installation.updated_at.map(Timestamp::as_millis),
            suspended_at: installation.suspended_at.map(Timestamp::as_millis),
            raw: installation.raw.to_string(),
        }
    }
}

/// An answer, whatever its status.
#[napi(object, object_from_js = false)]
pub struct ResponseRecord {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

impl ResponseRecord {
    pub(crate) fn of(response: Arc<Response>) -> Self {
        Self { status: response.status, headers: response.headers.clone(), body: Body(response) }
    }
}

/// The body of an answer, which becomes a copy in a `Buffer`: not every host allows others.
pub struct Body(Arc<Response>);

impl ToNapiValue for Body {
    unsafe fn to_napi_value(env: sys::napi_env, body: Self) -> napi::Result<sys::napi_value> {
        let copy = BufferSlice::copy_from(&Env::from_raw(env), &body.0.body)?;
        // SAFETY: `env` is the live environment that this was called with.
        unsafe { BufferSlice::to_napi_value(env, copy) }
    }
}

pub(crate) fn revealed(secret: &Secret) -> String {
    secret.reveal().to_owned()
}
