//! The app itself. Its other methods are in the files of their rooms.

pub(crate) mod quota;
pub(crate) mod request;

use napi::bindgen_prelude::{ClassInstance, Uint8Array};
use napi_derive::napi;

use self::{
    quota::QuotaRecord,
    request::{RequestRecord, ResponseRecord},
};
use crate::{
    changes::Changes,
    completions::Completions,
    errors::{Outcome, outcome},
    events::{clock::ManualClock, listener},
    installations::listing::Listing,
    settings::{Settings, signer::Signer, transport::Transport},
    stores::Store,
    tokens::token::Token,
};

/// A program's app on a platform.
#[napi]
pub struct App(pub(crate) appmint_core::App);

/// Objects of JavaScript's that the app calls, or that it is counted with.
#[napi(object, object_to_js = false)]
pub struct Callbacks<'env> {
    pub changes: ClassInstance<'env, Changes>,
    pub clock: Option<ClassInstance<'env, ManualClock>>,
    pub signer: Option<ClassInstance<'env, Signer>>,
    pub store: Option<ClassInstance<'env, Store>>,
    pub transport: Option<ClassInstance<'env, Transport>>,
    pub events: Option<ClassInstance<'env, Completions>>,
}

/// The app with these settings.
#[napi(catch_unwind)]
pub fn create_app(settings: Settings, callbacks: Callbacks<'_>) -> Outcome<App> {
    outcome(complete_settings(settings, &callbacks).build().map(App))
}

/// The app with these settings, made while the event loop goes on.
#[napi(catch_unwind)]
pub fn start_app(
    completions: &Completions,
    id: u32,
    settings: Settings,
    callbacks: Callbacks<'_>,
) -> Option<Outcome<App>> {
    completions.complete(id, complete_settings(settings, &callbacks).build_task(), App)
}

fn complete_settings(
    settings: Settings,
    callbacks: &Callbacks<'_>,
) -> appmint_core::binding::Settings {
    appmint_core::binding::Settings {
        clock: callbacks.clock.as_ref().map(|it| it.shared()),
        signer: callbacks.signer.as_ref().map(|it| it.shared()),
        own_store: callbacks.store.as_ref().map(|it| it.shared()),
        transport: callbacks.transport.as_ref().map(|it| it.shared()),
        on_event: callbacks.events.as_ref().map(|it| listener(it)),
        on_token_change: Some(callbacks.changes.counter()),
        ..settings.into()
    }
}

#[napi]
impl App {
    /// The platform's name, such as "github".
    #[napi(catch_unwind)]
    #[must_use]
    pub fn platform_name(&self) -> &str {
        self.0.platform().name()
    }

    /// Signs the app's JWT. The same one is returned until 60 s before it expires.
    #[napi(catch_unwind)]
    pub fn jwt(&self, completions: &Completions, id: u32) -> Option<Outcome<Token>> {
        completions.complete(id, self.0.jwt(), Token)
    }

    /// The SHA-256 fingerprint of the public key, as the platform's settings page shows it. With
    /// two keys it is that of the one in use.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.0.fingerprint()
    }

    /// How far the platform's clock is ahead.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn clock_offset_ms(&self) -> i64 {
        self.0.clock_offset_ms()
    }

    /// Calls the platform's API as the app, or with a token.
    #[napi(catch_unwind)]
    pub fn request(
        &self,
        completions: &Completions,
        id: u32,
        request: RequestRecord,
    ) -> Option<Outcome<ResponseRecord>> {
        completions.complete(id, self.0.request(request.into()), ResponseRecord::from)
    }

    /// Lists the items of any endpoint of the API, as the app, or with a token.
    #[napi(catch_unwind)]
    pub fn paginate(&self, request: RequestRecord, items: Option<String>) -> Outcome<Listing> {
        outcome(self.0.paginate(request.into(), items.as_deref()).map(Listing::from))
    }

    /// Returns the quota of the requests that the app makes with its JWT or tokens of its own.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn quota(&self) -> Option<QuotaRecord> {
        self.0.quota().map(QuotaRecord::from)
    }

    /// Returns the counters of the app since it was made. No network I/O.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn stats(&self) -> StatsRecord {
        self.0.stats().into()
    }

    /// Ends the app's threads and connections, and forgets its tokens, whatever sources of it
    /// exist.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.0.close();
    }
}

/// The body of a response as text, by its `Content-Type`.
#[napi(catch_unwind)]
#[must_use]
pub fn response_text(content_type: Option<String>, body: Uint8Array) -> String {
    let headers =
        content_type.into_iter().map(|value| ("content-type".to_owned(), value)).collect();
    appmint_core::Response { status: 200, headers, body: body.to_vec() }.text().into_owned()
}

/// Counts since the app was made.
#[napi(object, object_from_js = false)]
pub struct StatsRecord {
    pub minted: i64,
    pub renewed: i64,
    pub failed: i64,
    pub served_stale: i64,
    pub retried: i64,
    pub joined: i64,
    pub refused: i64,
    pub from_store: i64,
    pub store_failed: i64,
    pub sources: i64,
}

impl From<appmint_core::Stats> for StatsRecord {
    fn from(stats: appmint_core::Stats) -> Self {
        Self {
            minted: count(stats.minted),
            renewed: count(stats.renewed),
            failed: count(stats.failed),
            served_stale: count(stats.served_stale),
            retried: count(stats.retried),
            joined: count(stats.joined),
            refused: count(stats.refused),
            from_store: count(stats.from_store),
            store_failed: count(stats.store_failed),
            sources: count(stats.sources),
        }
    }
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
