//! A cache of tokens that does not know what its tokens are for: a key and a fetch function go in, a
//! token comes out.
//!
//! [`TokenCache::get`] answers from memory without a lock while the token lives long enough. Near
//! its end (a quarter of its lifetime, at most ten minutes) the first caller begins the renewal and
//! goes on with the current token, unless the renewal ends that one. Without a usable token the first caller begins a fetch, and
//! everybody else shares it ([`in_flight`]); whoever completes it fills the entry under the lock
//! under which the next caller looks, so that no token is fetched twice. A failure that passes
//! costs nobody a token that still works, and counts for everybody for a moment.

mod bounded;
mod entry;
mod in_flight;
mod min_valid;
mod observers;

use std::{hash::Hash, sync::Arc, time::Duration};

use self::in_flight::InFlightFetches;
pub use self::observers::Subscription;
pub(crate) use self::{
    bounded::{Bounded, Evictable},
    entry::{CachedToken, Entry},
    in_flight::{Current, InFlight},
    min_valid::MinValid,
    observers::{Observer, Observers},
};
use crate::{
    error::{Error, Result},
    http::clock_offset::PlatformClock,
    tasks::{
        Deadline, Owned, PerProcess, Pool, Task, lock,
        sync::{ArcSwapOption, Mutex},
    },
    time::ClockReading,
    token::{Details, Token},
};

/// Fetches the tokens that the cache does not have, and is notified of the cache's decisions.
pub(crate) trait Fetch<K>: Send + Sync {
    /// Fetches a token for an entry that lives at least `min_valid` longer; may block until the
    /// deadline.
    fn fetch(
        &self,
        entry: &Arc<Entry<K>>,
        purpose: Purpose,
        min_valid: MinValid,
        deadline: Deadline,
    ) -> Result<Token>;

    /// Whether a renewal ends the current token, so that nobody should go on with it meanwhile.
    fn renewal_ends_token(&self, key: &K) -> bool;

    /// A caller shares a fetch that is running.
    fn on_shared(&self) {}

    /// A token near its end was returned because no new one could be fetched.
    fn on_stale(&self, _key: &K, _error: &Error) {}

    /// A token in memory was replaced or forgotten.
    fn on_change(&self) {}

    /// Calls an observer, which belongs to the host program.
    fn notify(&self, observer: &Observer, before: Option<&Token>, token: &Token) {
        observer.call(before, token);
    }
}

/// The reason for a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Somebody waits for the token.
    Demand,
    /// The current token is near its end, and nobody waits.
    Renewal,
}

/// Tokens by key.
pub(crate) struct TokenCache<K> {
    fetch: Box<dyn Fetch<K>>,
    clock: Arc<PlatformClock>,
    pool: Pool,
    /// The number of entries above which unused ones are removed.
    capacity: usize,
    entries: PerProcess<Mutex<Entries<K>>>,
    in_flight: PerProcess<Mutex<InFlightFetches<K, Token>>>,
    /// The details of the last token, to be shared with the next if they are equal.
    last_details: ArcSwapOption<Details>,
}

type Entries<K> = Bounded<Arc<K>, Entry<K>>;

/// A token in memory that lives long enough for a caller.
pub(crate) struct Held {
    pub(crate) token: Token,
    /// The time for which the same caller would get it without any effect: until its renewal begins.
    pub(crate) until_renewal: Duration,
}

impl<K: Eq + Hash + Send + Sync + 'static> TokenCache<K> {
    pub(crate) fn new(
        fetch: Box<dyn Fetch<K>>,
        clock: Arc<PlatformClock>,
        pool: Pool,
        capacity: usize,
    ) -> Self {
        Self {
            fetch,
            clock,
            pool,
            capacity,
            entries: PerProcess::new(Mutex::new(Bounded::new(capacity))),
            in_flight: PerProcess::default(),
            last_details: ArcSwapOption::empty(),
        }
    }

    /// The entry of a key, which is made if there is none. Above the capacity unused ones are removed.
    pub(crate) fn entry(&self, key: K) -> Arc<Entry<K>> {
        let now = self.clock.reading();
        let entries = self.entries();
        let mut entries = lock(&entries);
        if let Some(entry) = entries.find(&key) {
            return Arc::clone(entry);
        }
        let key = Arc::new(key);
        let entry = Arc::new(Entry::new(Arc::clone(&key)));
        entries.insert(key, Arc::clone(&entry), now);
        entry
    }

    /// The entries whose keys fulfil a condition.
    pub(crate) fn entries_with(&self, is_wanted: impl Fn(&K) -> bool) -> Vec<Arc<Entry<K>>> {
        lock(&self.entries()).values().filter(|entry| is_wanted(entry.key())).cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        lock(&self.entries()).len()
    }

    /// A token that lives at least `min_valid` longer: from memory, or fetched.
    pub(crate) fn get(self: &Arc<Self>, entry: &Arc<Entry<K>>, min_valid: MinValid) -> Task<Token> {
        match self.cached(entry, min_valid) {
            Some(token) => Task::ready(Ok(token)),
            None => self.fetch_or_share(entry, min_valid),
        }
    }

    /// The token in memory, if it lives long enough. Near its end this begins the renewal.
    pub(crate) fn cached(
        self: &Arc<Self>,
        entry: &Arc<Entry<K>>,
        min_valid: MinValid,
    ) -> Option<Token> {
        let cached = entry.cached();
        let cached = cached.as_ref()?;
        let now = self.clock.coarse_reading();
        self.take(entry, cached, min_valid, now).then(|| cached.token.clone())
    }

    /// The same, with the time until the renewal begins.
    pub(crate) fn held(
        self: &Arc<Self>,
        entry: &Arc<Entry<K>>,
        min_valid: MinValid,
    ) -> Option<Held> {
        let cached = entry.cached();
        let cached = cached.as_ref()?;
        let now = self.clock.coarse_reading();
        self.take(entry, cached, min_valid, now).then(|| Held {
            token: cached.token.clone(),
            until_renewal: cached.until_renewal(min_valid, now),
        })
    }

    /// Whether a caller gets this token. Near its end this begins the renewal.
    fn take(
        self: &Arc<Self>,
        entry: &Arc<Entry<K>>,
        cached: &CachedToken,
        min_valid: MinValid,
        now: ClockReading,
    ) -> bool {
        if !self.is_enough(entry, cached, min_valid, now) {
            return false;
        }
        let (remaining, margin) = (cached.remaining_ms(now), cached.margin_ms(min_valid));
        if cached.begins_renewal(remaining, margin, now) {
            self.renew(entry, &cached.token, min_valid);
        }
        true
    }

    /// Whether a caller gets this token, near its end or not. Where a renewal ends it, another process
    /// may have renewed it as soon as its end is near.
    fn is_enough(
        &self,
        entry: &Entry<K>,
        cached: &CachedToken,
        min_valid: MinValid,
        now: ClockReading,
    ) -> bool {
        cached.remaining_ms(now) > cached.margin_ms(min_valid)
            && (!cached.is_near_end(min_valid, now) || !self.fetch.renewal_ends_token(entry.key()))
    }

    /// Puts a token in, in the place of any other and of one that is being fetched.
    pub(crate) fn put(&self, entry: &Arc<Entry<K>>, token: Token) {
        self.invalidate(entry);
        entry.put(CachedToken::new(token, self.clock.reading()));
        self.changed();
    }

    /// Forgets the token of an entry, and the one that is being fetched for it.
    pub(crate) fn invalidate(&self, entry: &Arc<Entry<K>>) -> Option<Token> {
        let in_flight = self.in_flight();
        let mut in_flight = lock(&in_flight);
        in_flight.forget(entry);
        let token = entry.invalidate();
        self.changed();
        token
    }

    /// Forgets the token with this secret; whether it was still the entry's. A fetch that runs goes on:
    /// it began after somebody else had the token forgotten, or brings the token's successor.
    pub(crate) fn invalidate_token(&self, entry: &Arc<Entry<K>>, secret: &str) -> bool {
        let in_flight = self.in_flight();
        let _guard = lock(&in_flight);
        let cached = entry.cached();
        let is_held = cached.as_ref().is_some_and(|cached| cached.token.reveal() == secret);
        if is_held {
            entry.invalidate();
            self.changed();
        }
        is_held
    }

    /// Notes that a token in memory was replaced or forgotten, after it was.
    pub(crate) fn changed(&self) {
        self.fetch.on_change();
    }

    /// Forgets an entry's token and everything about it.
    pub(crate) fn clear(&self, entry: &Arc<Entry<K>>) {
        self.invalidate(entry);
        entry.clear();
    }

    /// Forgets all tokens.
    pub(crate) fn clear_all(&self) {
        self.last_details.store(None);
        for entry in self.entries_with(|_| true) {
            self.clear(&entry);
        }
    }

    /// Shares the fetch in flight, returns the failure that still counts, or begins a fetch.
    fn fetch_or_share(self: &Arc<Self>, entry: &Arc<Entry<K>>, min_valid: MinValid) -> Task<Token> {
        let now = self.clock.reading();
        let in_flight = self.in_flight();
        let mut in_flight = lock(&in_flight);
        // A fetch that completed since the caller looked has filled the entry under this lock.
        if let Some(cached) = &*entry.cached()
            && self.is_enough(entry, cached, min_valid, now)
        {
            return Task::ready(Ok(cached.token.clone()));
        }
        match in_flight.current(entry, now) {
            Some(Current::Running(task)) => {
                self.fetch.on_shared();
                self.shared(task, entry, min_valid)
            }
            Some(Current::BackingOff(error)) => {
                drop(in_flight); // the host program, when it is notified, may ask for tokens
                Task::ready(self.serve_stale(entry, now, error))
            }
            None => self.begin(&mut in_flight, entry, Purpose::Demand, min_valid),
        }
    }

    /// A fetch that began for somebody else. If its token lives for less than this caller asks for, and
    /// another one may live longer, another one is fetched.
    fn shared(
        self: &Arc<Self>,
        task: Task<Token>,
        entry: &Arc<Entry<K>>,
        min_valid: MinValid,
    ) -> Task<Token> {
        if min_valid == MinValid::ForARequest {
            return task;
        }
        let (this, entry) = (Arc::clone(self), Arc::clone(entry));
        task.then(self.pool.deadline(None), move |fetched| match fetched {
            Ok(_) => this.get(&entry, min_valid),
            Err(error) => Task::ready(Err(error)),
        })
    }

    /// Begins the renewal of a token, unless another one came since the caller looked.
    fn renew(self: &Arc<Self>, entry: &Arc<Entry<K>>, token: &Token, min_valid: MinValid) {
        let now = self.clock.reading();
        let in_flight = self.in_flight();
        let mut in_flight = lock(&in_flight);
        if entry.holds(token) && in_flight.current(entry, now).is_none() {
            drop(self.begin(&mut in_flight, entry, Purpose::Renewal, min_valid));
        }
    }

    fn begin(
        self: &Arc<Self>,
        in_flight: &mut InFlightFetches<K, Token>,
        entry: &Arc<Entry<K>>,
        purpose: Purpose,
        min_valid: MinValid,
    ) -> Task<Token> {
        let number = in_flight.next_number();
        let (this, target) = (Arc::clone(self), Arc::clone(entry));
        let task = self.pool.spawn(move |deadline| {
            let fetched = this.fetch.fetch(&target, purpose, min_valid, deadline);
            this.finish(&target, number, purpose, fetched)
        });
        in_flight.begin(entry, number, task.clone(), self.clock.reading());
        task
    }

    /// Calls the observers of an entry, on a thread of the pool: a caller's may hold the program's locks.
    fn notify(self: &Arc<Self>, entry: &Arc<Entry<K>>, before: Option<Token>, token: &Token) {
        let observers = entry.observers.all();
        if observers.is_empty() {
            return;
        }
        let (this, token) = (Arc::clone(self), token.clone());
        self.pool.off_caller(move || {
            for observer in observers {
                this.fetch.notify(&observer, before.as_ref(), &token);
            }
        });
    }

    /// Puts a fetched token into its entry, unless the entry was invalidated since the fetch began;
    /// returns the result for everybody who waits.
    fn finish(
        self: &Arc<Self>,
        entry: &Arc<Entry<K>>,
        number: u64,
        purpose: Purpose,
        fetched: Result<Token>,
    ) -> Result<Token> {
        let now = self.clock.reading();
        let in_flight = self.in_flight();
        let mut in_flight = lock(&in_flight);
        if !in_flight.is_current(entry, number) {
            return fetched;
        }
        match fetched {
            Ok(token) => {
                let token = self.with_shared_details(&token);
                let before = entry.put(CachedToken::new(token.clone(), now));
                self.changed();
                in_flight.forget(entry);
                drop(in_flight);
                self.notify(entry, before, &token);
                Ok(token)
            }
            Err(error) => {
                in_flight.back_off(entry, &error, now);
                drop(in_flight);
                match live_instead(entry, now, &error) {
                    // Nobody waits for a renewal, so nobody got a token near its end.
                    Some(token) if purpose == Purpose::Renewal => Ok(token),
                    _ => self.serve_stale(entry, now, error),
                }
            }
        }
    }

    /// A token that still works instead of an error that passes.
    fn serve_stale(&self, entry: &Entry<K>, now: ClockReading, error: Error) -> Result<Token> {
        match live_instead(entry, now, &error) {
            Some(token) => {
                self.fetch.on_stale(entry.key(), &error);
                Ok(token)
            }
            None => Err(error),
        }
    }

    /// The token with the details of the last one, if they are equal: a million installations mostly
    /// have the same permissions.
    fn with_shared_details(&self, token: &Token) -> Token {
        if token.refresh_token().is_some() {
            return token.clone(); // its details hold a secret, which is never shared
        }
        let last = self.last_details.load();
        let shared = last.as_ref().map_or_else(|| token.clone(), |last| token.sharing(last));
        let is_new = last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, shared.details()));
        if is_new {
            self.last_details.store(Some(Arc::clone(shared.details())));
        }
        shared
    }

    fn entries(&self) -> Arc<Owned<Mutex<Entries<K>>>> {
        self.entries.get(|parent| Bounded::of_child(parent, self.capacity))
    }

    fn in_flight(&self) -> Arc<Owned<Mutex<InFlightFetches<K, Token>>>> {
        self.in_flight.get_or_default()
    }
}

fn live_instead<K>(entry: &Entry<K>, now: ClockReading, error: &Error) -> Option<Token> {
    entry.live(now).filter(|_| error.is_retryable() || error.is_on_the_way())
}

#[cfg(test)]
mod tests;
