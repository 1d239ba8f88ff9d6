//! Fetches a token that is not in memory: from the store, where another process may have put it, or
//! from the platform.

use std::{sync::Arc, time::Instant};

use super::{
    key::{Owner, TokenKey},
    stored::StoredTokens,
};
use crate::{
    cache::{CachedToken, Entry, Fetch, MinValid, Observer, Purpose},
    client::PlatformClient,
    error::{Error, ErrorKind, Result},
    event::{Event, EventKind, EventSink},
    http::{quota::QuotaOwner, retry::jittered},
    platform::Platform,
    sessions::{Accept, Sessions},
    store::{LEASE, Record, STORE_POLL_INTERVAL},
    tasks::{
        Deadline,
        sync::{self, thread},
    },
    token::Token,
};

/// Fetches tokens for the cache.
pub(crate) struct TokenFetcher {
    pub(crate) client: Arc<PlatformClient>,
    pub(crate) store: Option<Arc<StoredTokens>>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) events: Arc<EventSink>,
    /// Called after a token in memory was replaced or forgotten.
    pub(crate) on_change: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// The result of a look at the store.
enum Looked {
    Found(Token),
    Minted(Result<Token>),
    /// Another process holds the lock; its token will be in the store.
    LockedElsewhere,
}

impl Fetch<TokenKey> for TokenFetcher {
    fn fetch(
        &self,
        entry: &Arc<Entry<TokenKey>>,
        purpose: Purpose,
        min_valid: MinValid,
        deadline: Deadline,
    ) -> Result<Token> {
        let key = entry.key();
        let mint = || self.recorded(key, purpose, || self.mint(key, deadline));
        let fetched = match (&key.owner, &self.store) {
            (Owner::Session(_), _) => self.fetch_session(entry, purpose, min_valid, deadline),
            (_, Some(store)) => self.fetch_through(store, entry, min_valid, deadline, mint),
            (_, None) => mint(),
        };
        if let (Purpose::Demand, Ok(token)) = (purpose, &fetched) {
            self.report_short_life(key, token, min_valid);
        }
        fetched
    }

    fn renewal_ends_token(&self, key: &TokenKey) -> bool {
        matches!(key.owner, Owner::Session(_)) && refresh_ends_old_token(self.client.platform())
    }

    fn on_shared(&self) {
        self.events.count_shared();
    }

    fn on_stale(&self, key: &TokenKey, error: &Error) {
        let event = Event::new(EventKind::ServedStale);
        self.events.emit(&event.with_installation(key.installation_id()).with_error(Some(error)));
    }

    fn on_change(&self) {
        if let Some(on_change) = &self.on_change {
            on_change();
        }
    }

    fn notify(&self, observer: &Observer, before: Option<&Token>, token: &Token) {
        self.events.call(|| observer.call(before, token));
    }
}

impl TokenFetcher {
    /// The token of a user's session.
    fn fetch_session(
        &self,
        entry: &Arc<Entry<TokenKey>>,
        purpose: Purpose,
        min_valid: MinValid,
        deadline: Deadline,
    ) -> Result<Token> {
        let begun = sync::now();
        let usable = self.usable(entry, min_valid);
        let accept: Accept = Arc::new(move |record| usable.token_of(record));
        let fetched = self.sessions.store().and_then(|store| {
            self.sessions.token(&store.name(&entry.key().as_json()), accept, deadline)
        });
        if fetched.as_ref().is_ok_and(|fetched| fetched.is_new) || fetched.is_err() {
            self.record(entry.key(), purpose, begun, fetched.as_ref().err());
        }
        fetched.map(|fetched| fetched.token)
    }

    /// A token that the platform mints now.
    fn mint(&self, key: &TokenKey, deadline: Deadline) -> Result<Token> {
        match &key.owner {
            Owner::TokenEndpoint(request) => self.client.exchange_app_request(request, deadline),
            Owner::Installation(id) => self.client.mint_for_installation(id, &key.scope, deadline),
            // A session never gets here: `fetch` hands it to `sessions`.
            Owner::App | Owner::Session(_) => self.client.mint_for_app(deadline),
        }
    }

    /// A usable token from the store, else one that is minted under the store's lock, so that all
    /// processes that share the store mint once. Half of the time is for the store: a token can be minted
    /// without it.
    fn fetch_through(
        &self,
        store: &StoredTokens,
        entry: &Arc<Entry<TokenKey>>,
        min_valid: MinValid,
        deadline: Deadline,
        mint: impl Fn() -> Result<Token>,
    ) -> Result<Token> {
        if let Some(error) = store.outage() {
            self.report_store_failure(entry.key(), &error);
            return mint();
        }
        let time = StoreTime { until: Deadline::after(deadline.remaining() / 2), deadline };
        loop {
            let begun = sync::now();
            let without_store = match self.look(store, entry, min_valid, time, &mint) {
                Ok(Looked::Found(token)) => return Ok(token),
                Ok(Looked::Minted(minted)) => return minted,
                Ok(Looked::LockedElsewhere) if !time.until.remaining().is_zero() => None,
                Ok(Looked::LockedElsewhere) => Some(lock_not_free()),
                Err(error) => {
                    store.note_failure(begun, &error);
                    Some(error)
                }
            };
            if let Some(error) = without_store {
                self.report_store_failure(entry.key(), &error);
                return mint();
            }
            thread::sleep(jittered(STORE_POLL_INTERVAL).min(time.until.remaining()));
        }
    }

    fn look(
        &self,
        stored: &StoredTokens,
        entry: &Arc<Entry<TokenKey>>,
        min_valid: MinValid,
        time: StoreTime,
        mint: &impl Fn() -> Result<Token>,
    ) -> Result<Looked> {
        let (name, store) = (stored.name(entry.key(), time.until)?, stored.until(time.until));
        let usable = self.usable(entry, min_valid);
        let usable = |record: Option<&Record>| usable.token_of(record?);
        if let Some(token) = usable(store.find_replaceable(&name)?.record.as_ref()) {
            return Ok(Looked::Found(token));
        }
        let Some(lock) = store.lock(&name, LEASE)? else {
            return Ok(Looked::LockedElsewhere);
        };
        let before = store.find_replaceable(&name)?;
        if let Some(token) = usable(before.record.as_ref()) {
            return Ok(Looked::Found(token));
        }
        let minted = mint();
        if let Ok(token) = &minted {
            let put = stored.until(time.deadline).put(&name, Record::of(token.clone()), &before);
            if let Err(error) = put {
                self.report_store_failure(entry.key(), &error);
            }
        }
        drop(lock);
        Ok(Looked::Minted(minted))
    }

    fn usable(&self, entry: &Arc<Entry<TokenKey>>, min_valid: MinValid) -> Usable {
        Usable {
            client: Arc::clone(&self.client),
            events: Arc::clone(&self.events),
            entry: Arc::clone(entry),
            min_valid,
        }
    }

    /// Mints, and emits the event of the result.
    fn recorded(
        &self,
        key: &TokenKey,
        purpose: Purpose,
        mint: impl FnOnce() -> Result<Token>,
    ) -> Result<Token> {
        let begun = sync::now();
        let minted = mint();
        self.record(key, purpose, begun, minted.as_ref().err());
        minted
    }

    fn record(&self, key: &TokenKey, purpose: Purpose, begun: Instant, error: Option<&Error>) {
        let kind = match (error, purpose) {
            (None, Purpose::Demand) => EventKind::Minted,
            (None, Purpose::Renewal) => EventKind::Renewed,
            (Some(_), _) => EventKind::MintFailed,
        };
        let is_minted = !matches!(key.owner, Owner::Session(_));
        let quota = is_minted.then(|| self.client.quota(&QuotaOwner::App)).flatten();
        let event = Event::new(kind).with_installation(key.installation_id()).with_quota(quota);
        self.events.emit(&event.with_duration(sync::now() - begun).with_error(error));
    }

    /// Tells that not even a new token has the life that a caller asked for.
    fn report_short_life(&self, key: &TokenKey, token: &Token, min_valid: MinValid) {
        let remaining_ms = token.remaining_ms(self.client.clock().reading());
        if let Some(wanted) = min_valid.missed_by(remaining_ms) {
            let wanted_s = wanted.as_secs();
            let message =
                format!("a new token lives for {} s, not for {wanted_s} s", remaining_ms / 1000);
            self.on_stale(key, &Error::new(ErrorKind::Unsupported, message));
        }
    }

    fn report_store_failure(&self, key: &TokenKey, error: &Error) {
        let event = Event::new(EventKind::StoreFailed).with_error(Some(error));
        self.events.emit(&event.with_installation(key.installation_id()));
    }
}

/// The time that the store has within a fetch.
#[derive(Clone, Copy)]
struct StoreTime {
    /// The rest is for minting.
    until: Deadline,
    deadline: Deadline,
}

fn lock_not_free() -> Error {
    let message = "the store's lock of the token was not free in half of the call's time";
    Error::new(ErrorKind::Store, message)
        .advise("Another process is minting slowly, or the store does not end the leases of locks.")
}

/// Decides whether a record's token is as good as a new one.
struct Usable {
    client: Arc<PlatformClient>,
    events: Arc<EventSink>,
    entry: Arc<Entry<TokenKey>>,
    min_valid: MinValid,
}

impl Usable {
    /// The token of a record, if it is as good as a new one.
    fn token_of(&self, record: &Record) -> Option<Token> {
        let token = &record.token;
        if !self.is_settled(record) || self.entry.was_invalidated(token) {
            return None;
        }
        // The token in memory was counted when it came, and the wall clock may have been set since.
        let in_memory = self.entry.cached();
        let in_memory = in_memory.as_ref().map(|cached| &cached.token);
        let token = in_memory.filter(|in_memory| *in_memory == token).unwrap_or(token);
        let now = self.client.clock().reading();
        let cached = CachedToken::new(token.clone(), now);
        if !cached.is_worth_taking(self.min_valid, now) {
            return None;
        }
        let event = Event::new(EventKind::TakenFromStore);
        self.events.emit(&event.with_installation(self.entry.key().installation_id()));
        Some(cached.token)
    }

    /// Whether no unfinished refresh can have ended this record's token.
    fn is_settled(&self, record: &Record) -> bool {
        let ends_old_token = || refresh_ends_old_token(self.client.platform());
        record.ended.is_none() && (record.intent.is_none() || !ends_old_token())
    }
}

fn refresh_ends_old_token(platform: &Platform) -> bool {
    platform.oauth().is_ok_and(|oauth| oauth.refresh.ends_old_token)
}
