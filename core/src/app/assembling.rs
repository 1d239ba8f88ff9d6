//! The parts of an app, put together.

use std::{sync::Arc, time::Duration};

use super::{App, Shared};
use crate::{
    cache::TokenCache,
    client::{ClientConfig, PlatformClient},
    clock::Clock,
    error::{Error, Result},
    event::{EventSink, Listener},
    http::{Transport, clock_offset::PlatformClock},
    logins::Authorizations,
    platform::descriptor::Base,
    sessions::{Sessions, Timing},
    sources::{Lookups, Sources, StoredTokens, TokenFetcher},
    store::{Sealer, Store, TokenStore},
    tasks::Pool,
};

/// The parts of an app, read from settings.
pub(super) struct Parts {
    pub(super) config: ClientConfig,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) store: Option<Arc<dyn Store>>,
    pub(super) sealer: Arc<Sealer>,
    pub(super) store_unencrypted: bool,
    pub(super) timeout: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) capacity: usize,
    pub(super) listener: Option<Listener>,
    pub(super) on_token_change: Option<Arc<dyn Fn() + Send + Sync>>,
    pub(super) clock: Arc<dyn Clock>,
    /// Nothing of the program's is called while a call is made.
    pub(super) may_run_on_caller: bool,
}

impl App {
    /// Puts the parts together.
    pub(super) fn assemble(parts: Parts) -> Result<Self> {
        let store = token_store(&parts)?.map(Arc::new);
        let api = parts.config.platform.endpoint(Base::Api, "/", &[]).ok();
        let clock = Arc::new(PlatformClock::new(parts.clock, api.as_ref()));
        let events = Arc::new(EventSink::new(parts.listener));
        // Not the transport itself: a thread that ends later would keep its connections, with what was sent.
        let transport = Arc::downgrade(&parts.transport);
        let pool = Pool::new(parts.timeout)
            .may_run_on_caller(parts.may_run_on_caller)
            .at_thread_end(move || {
                if let Some(transport) = transport.upgrade() {
                    transport.shrink();
                }
            });
        let client = Arc::new(PlatformClient::new(
            parts.config,
            parts.transport,
            Arc::clone(&clock),
            Arc::clone(&events),
        ));
        let sessions = Arc::new(Sessions::new(
            Arc::clone(&client),
            store.clone(),
            Arc::clone(&events),
            pool.clone(),
            Timing::new(parts.timeout, parts.connect_timeout),
        )?);
        let stored = store.as_deref().cloned().map(|store| Arc::new(StoredTokens::new(store)));
        let fetcher = TokenFetcher {
            client: Arc::clone(&client),
            store: stored.clone(),
            sessions: Arc::clone(&sessions),
            events: Arc::clone(&events),
            on_change: parts.on_token_change,
        };
        let cache = TokenCache::new(Box::new(fetcher), clock, pool.clone(), parts.capacity);
        let sources = Arc::new(Sources {
            client: Arc::clone(&client),
            cache: Arc::new(cache),
            pool: pool.clone(),
            events: Arc::clone(&events),
            lookups: Lookups::new(parts.capacity),
            stored,
        });
        let authorizations =
            Arc::new(Authorizations::new(Arc::clone(&client), store, parts.sealer));
        Ok(Self(Arc::new(Shared { client, sources, sessions, authorizations, pool, events })))
    }
}

/// The store of tokens, if there is a store.
fn token_store(parts: &Parts) -> Result<Option<TokenStore>> {
    let Some(store) = parts.store.clone() else { return Ok(None) };
    let sealer = &parts.sealer;
    if sealer.is_sealing() == parts.store_unencrypted && store.is_shared() {
        return Err(Error::invalid("a store needs either a store_key or store_unencrypted")
            .advise(
                "Give store_key, or set store_unencrypted if nobody else can read the store.",
            ));
    }
    let config = &parts.config;
    let api = config.platform.endpoint(Base::Api, "/", &[])?;
    let app = config.app_id.as_ref().or(config.client_id.as_ref());
    // Two authorization servers may stand before one API: a token of one is not a token of the other.
    let server = config.platform.oauth().ok().map(|oauth| (&oauth.token.path, &oauth.issuer));
    let owner = serde_json::json!([config.platform.name(), api.as_str(), app, server]).to_string();
    Ok(Some(TokenStore::new(store, Arc::clone(sealer), owner, Arc::clone(&parts.clock))))
}
