//! Where the token of one key lives: looked at without a lock, filled by flights.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use serde::Serialize;

use crate::{
    app::AppTokenRequest, error::Error, flight::Flight, lookup::Lookup, scope::Scope, token::Token,
};

/// What a token is for. Two sources are one when these are equal, member by member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) subject: Subject,
    pub(crate) scope: Scope,
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Subject {
    App,
    /// The app itself, with what it says in its assertion.
    Assertion(Box<AppTokenRequest>),
    /// An installation, by its id.
    Installation(String),
    /// A user, by the name that the program gave the session.
    Session(String),
}

impl Key {
    pub(crate) fn installation_id(&self) -> Option<&str> {
        match &self.subject {
            Subject::Installation(id) => Some(id),
            Subject::App | Subject::Assertion(_) | Subject::Session(_) => None,
        }
    }
}

/// A moment by both clocks, in milliseconds: the platform's time of day, and the time that is never
/// set back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) wall: i64,
    pub(crate) monotonic: i64,
}

/// Where the token of one key lives.
pub(crate) struct Cell {
    key: Arc<Key>,
    held: ArcSwapOption<Held>,
    /// The last token that was forgotten on purpose: a store may still have it.
    forgotten: ArcSwapOption<Token>,
    /// A token that the store did not take yet.
    unsaved: ArcSwapOption<Unsaved>,
    observers: ArcSwapOption<Vec<Observer>>,
}

/// A token whose predecessor is spent, and which the store must still take.
pub(crate) struct Unsaved {
    pub(crate) token: Token,
    pub(crate) intent: String,
}

/// Who is told of each new token, and of the one that it takes the place of.
pub(crate) type Observer = Arc<dyn Fn(Option<&Token>, &Token) + Send + Sync>;

/// A token and how long it is good for.
pub(crate) struct Held {
    pub(crate) token: Token,
    expires: Option<Moment>,
    life_ms: i64,
    /// By the monotonic clock: no renewal is begun before.
    next_renewal: AtomicI64,
}

impl Cell {
    pub(crate) fn new(key: Arc<Key>) -> Self {
        let (held, forgotten, unsaved, observers) = Default::default();
        Self { key, held, forgotten, unsaved, observers }
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    pub(crate) fn held(&self) -> arc_swap::Guard<Option<Arc<Held>>> {
        self.held.load()
    }

    /// The token, if it is good for so long.
    pub(crate) fn live(&self, now: Moment) -> Option<Token> {
        let held = self.held.load_full()?;
        (held.left_ms(now) > 0).then(|| held.token.clone())
    }

    /// Puts a token here; returns the one before it, if there was one.
    pub(crate) fn fill(&self, held: Held) -> Option<Token> {
        let before = self.held.swap(Some(Arc::new(held)));
        before.map(|held| held.token.clone()).or_else(|| self.forgotten.load().as_deref().cloned())
    }

    pub(crate) fn take(&self) -> Option<Token> {
        let token = self.held.swap(None).map(|held| held.token.clone());
        if let Some(token) = &token {
            self.forgotten.store(Some(Arc::new(token.clone())));
        }
        token
    }

    /// Leaves nothing here, not even what was forgotten.
    pub(crate) fn clear(&self) {
        self.held.store(None);
        self.unsaved.store(None);
        self.forgotten.store(None);
    }

    /// Whether this is the token that was forgotten last.
    pub(crate) fn has_forgotten(&self, token: &Token) -> bool {
        self.forgotten.load().as_deref() == Some(token)
    }

    /// Whether it holds this very token.
    pub(crate) fn holds(&self, token: &Token) -> bool {
        self.held.load().as_ref().is_some_and(|held| held.token == *token)
    }

    pub(crate) fn unsaved(&self) -> &ArcSwapOption<Unsaved> {
        &self.unsaved
    }

    /// Adds an observer, once.
    pub(crate) fn observe(&self, observer: &Observer) {
        add(&self.observers, observer);
    }

    pub(crate) fn observers(&self) -> Option<Arc<Vec<Observer>>> {
        self.observers.load_full()
    }
}

impl Held {
    pub(crate) fn new(token: Token, now: Moment) -> Self {
        let left_ms = token.expires_at().map(|at| at.as_millis().saturating_sub(now.wall));
        let expires = left_ms.map(|left_ms| Moment {
            wall: now.wall.saturating_add(left_ms),
            monotonic: now.monotonic.saturating_add(left_ms),
        });
        // One out of a store has a part of its life behind it.
        let spent_ms = token.issued_at().map_or(0, |at| now.wall.saturating_sub(at.as_millis()));
        let life_ms = left_ms.map_or(i64::MAX, |left_ms| left_ms.saturating_add(spent_ms.max(0)));
        Self { token, expires, life_ms, next_renewal: AtomicI64::new(i64::MIN) }
    }

    /// How long it works yet, by the clock that says less.
    pub(crate) fn left_ms(&self, now: Moment) -> i64 {
        let left = |expires: Moment| {
            let by_wall = expires.wall.saturating_sub(now.wall);
            by_wall.min(expires.monotonic.saturating_sub(now.monotonic))
        };
        self.expires.map_or(i64::MAX, |expires| left(expires).saturating_sub(TICK_MS))
    }

    /// What a caller wants to be left of it, and never more than half of its life: a token that
    /// cannot be better is not minted again and again.
    pub(crate) fn margin_ms(&self, min_valid: Duration) -> i64 {
        i64::try_from(min_valid.as_millis()).unwrap_or(i64::MAX).min(self.life_ms / 2)
    }

    /// How much must be left of it to be worth taking instead of a new one.
    pub(crate) fn is_worth_taking(&self, min_valid: Duration, now: Moment) -> bool {
        let (left_ms, margin_ms) = (self.left_ms(now), self.margin_ms(min_valid));
        left_ms > margin_ms && left_ms >= self.renewal_ms(margin_ms)
    }

    /// How much is left of it when its renewal begins.
    fn renewal_ms(&self, margin_ms: i64) -> i64 {
        let ahead_ms = (self.life_ms / 4).min(RENEWAL_AHEAD_MS);
        ahead_ms.max(margin_ms.saturating_add(ahead_ms / 2))
    }

    /// Whether the caller is to begin its renewal: near its end, and not so soon after another
    /// began.
    pub(crate) fn begins_renewal(&self, left_ms: i64, margin_ms: i64, now: Moment) -> bool {
        if left_ms >= self.renewal_ms(margin_ms) {
            return false;
        }
        let next = self.next_renewal.load(Ordering::Relaxed);
        let after = now.monotonic.saturating_add((left_ms / 8).clamp(1, RENEWAL_PAUSE_MS));
        now.monotonic >= next
            && self
                .next_renewal
                .compare_exchange(next, after, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cell").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What is being fetched, or was tried a moment ago.
pub(crate) enum Slot<T> {
    Aloft(Flight<T>),
    /// It failed, and until this moment of the monotonic clock nobody tries again.
    Resting(Error, i64),
}

impl<T: Clone + Send + 'static> Slot<T> {
    /// The flight to join, or the error to be content with.
    pub(crate) fn current(&self, now: Moment) -> Option<Result<Flight<T>, Error>> {
        match self {
            // One that landed and is still here ended in a panic.
            Self::Aloft(flight) => (!flight.has_landed()).then(|| Ok(flight.clone())),
            Self::Resting(error, until) => (now.monotonic < *until).then(|| Err(error.clone())),
        }
    }

    /// A failure, which is everybody's for a moment: a platform that is down is not asked by each
    /// caller.
    pub(crate) fn failed(error: &Error, now: Moment) -> Self {
        let told = error.retry_after().map_or(0, |wait| wait.as_millis());
        let rest = i64::try_from(told).unwrap_or(i64::MAX).clamp(REST_MS, LONGEST_REST_MS);
        Self::Resting(error.clone(), now.monotonic.saturating_add(rest))
    }
}

/// The mintings that are on their way, by cell.
#[derive(Default)]
pub(crate) struct Mintings {
    begun: u64,
    slots: HashMap<usize, Minting>,
}

struct Minting {
    number: u64,
    /// Keeps the address from being another cell's.
    cell: Arc<Cell>,
    slot: Slot<Token>,
}

impl Mintings {
    pub(crate) fn current(
        &self,
        cell: &Arc<Cell>,
        now: Moment,
    ) -> Option<Result<Flight<Token>, Error>> {
        self.slots.get(&address(cell))?.slot.current(now)
    }

    /// A number for a minting that begins.
    pub(crate) fn number(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    pub(crate) fn begin(
        &mut self,
        cell: &Arc<Cell>,
        number: u64,
        flight: Flight<Token>,
        now: Moment,
    ) {
        if self.slots.len() >= MANY {
            self.slots.retain(|_, minting| minting.slot.current(now).is_some());
        }
        let minting = Minting { number, cell: Arc::clone(cell), slot: Slot::Aloft(flight) };
        self.slots.insert(address(cell), minting);
    }

    /// Whether a minting still counts: the cell may have been emptied since it began.
    pub(crate) fn counts(&self, cell: &Arc<Cell>, number: u64) -> bool {
        self.slots.get(&address(cell)).is_some_and(|minting| minting.number == number)
    }

    pub(crate) fn rest(&mut self, cell: &Arc<Cell>, error: &Error, now: Moment) {
        if let Some(minting) = self.slots.get_mut(&address(cell)) {
            debug_assert!(Arc::ptr_eq(&minting.cell, cell));
            minting.slot = Slot::failed(error, now);
        }
    }

    pub(crate) fn forget(&mut self, cell: &Arc<Cell>) {
        self.slots.remove(&address(cell));
    }
}

/// Every place that there is, by what it is for.
#[derive(Clone, Default)]
pub(crate) struct Directory {
    pub(crate) cells: HashMap<Arc<Key>, Arc<Cell>>,
    pub(crate) sought: HashMap<(Lookup, Scope), Arc<crate::source::Sought>>,
}

impl Directory {
    pub(crate) fn cell(&mut self, key: Key, capacity: usize, now: Moment) -> Arc<Cell> {
        if let Some(cell) = self.cells.get(&key) {
            return Arc::clone(cell);
        }
        if self.cells.len() >= capacity {
            self.evict(capacity, now);
        }
        let key = Arc::new(key);
        let cell = Arc::new(Cell::new(Arc::clone(&key)));
        self.cells.insert(key, Arc::clone(&cell));
        cell
    }

    /// Makes room for a sixteenth of what may be held: what nobody refers to goes, the deadest
    /// first.
    fn evict(&mut self, capacity: usize, now: Moment) {
        let is_free = |cell: &Arc<Cell>| Arc::strong_count(cell) == 1 && cell.observers().is_none();
        let left = |cell: &Arc<Cell>| cell.held().as_ref().map_or(0, |held| held.left_ms(now));
        let mut lives: Vec<_> =
            self.cells.values().filter(|cell| is_free(cell)).map(left).collect();
        let surplus = (capacity / 16).max(1).min(lives.len());
        if surplus == 0 {
            return; // all are in use, and the capacity is exceeded
        }
        let (_, bound, _) = lives.select_nth_unstable(surplus - 1);
        let (bound, mut surplus) = ((*bound).max(0), surplus);
        self.cells.retain(|_, cell| {
            let goes = surplus > 0 && is_free(cell) && left(cell) <= bound;
            surplus -= usize::from(goes);
            !goes
        });
    }
}

/// Adds an observer to a list that does not have it.
pub(crate) fn add(observers: &ArcSwapOption<Vec<Observer>>, observer: &Observer) {
    observers.rcu(|before| {
        let mut all = before.as_deref().cloned().unwrap_or_default();
        if !all.iter().any(|known| Arc::ptr_eq(known, observer)) {
            all.push(Arc::clone(observer));
        }
        Some(Arc::new(all))
    });
}

fn address(cell: &Arc<Cell>) -> usize {
    Arc::as_ptr(cell).addr()
}

/// The clocks are read coarsely: what is left is not more than this less.
const TICK_MS: i64 = 10;
/// A token is renewed when a quarter of its life is left, but not earlier than this.
const RENEWAL_AHEAD_MS: i64 = 600_000;
/// How long it takes at the most until a renewal that failed is tried again.
const RENEWAL_PAUSE_MS: i64 = 30_000;
/// How long a failure stands for all who ask.
const REST_MS: i64 = 1000;
/// How long it stands when the platform asked for more patience than that.
const LONGEST_REST_MS: i64 = 60_000;
const MANY: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{secret::Secret, time::Timestamp, token::TokenKind};

    fn at(seconds: i64) -> Moment {
        Moment { wall: 1_000_000_000 + seconds * 1000, monotonic: seconds * 1000 }
    }

    fn held(life_s: i64) -> Held {
        let expires = Timestamp::from_millis(at(life_s).wall);
        let token = Token::builder(TokenKind::Installation, Secret::new("t"));
        Held::new(token.expires_at(Some(expires)).build(), at(0))
    }

    #[test]
    fn the_clock_that_says_less_counts() {
        let held = held(3600);
        assert_eq!(held.left_ms(at(600)), 3_000_000 - TICK_MS);
        let set_back = Moment { wall: at(0).wall, ..at(600) };
        let set_ahead = Moment { wall: at(1200).wall, ..at(600) };
        assert_eq!(
            (held.left_ms(set_back), held.left_ms(set_ahead)),
            (3_000_000 - TICK_MS, 2_400_000 - TICK_MS)
        );
    }

    #[test]
    fn a_margin_is_never_more_than_half_a_life() {
        assert_eq!(held(3600).margin_ms(Duration::from_secs(60)), 60_000);
        assert_eq!(held(90).margin_ms(Duration::from_secs(60)), 45_000);
    }

    #[test]
    fn renewal_begins_once_near_the_end() {
        let held = held(3600);
        let begins = |second| {
            let now = at(second);
            held.begins_renewal(held.left_ms(now), 60_000, now)
        };
        assert!(!begins(2990) && begins(3001) && !begins(3002) && begins(3032));
    }

    #[test]
    fn a_wider_margin_is_renewed_for_earlier() {
        let (held, now) = (held(3600), at(2600));
        assert!(!held.begins_renewal(held.left_ms(now), 60_000, now));
        assert!(held.begins_renewal(held.left_ms(now), 900_000, now));
    }

    #[test]
    fn the_deadest_go_first_and_what_is_used_stays() {
        let mut directory = Directory::default();
        let key =
            |n: usize| Key { subject: Subject::Installation(n.to_string()), scope: Scope::all() };
        let used: Vec<_> = (0..20).map(|n| directory.cell(key(n), 32, at(0))).collect();
        for n in 20..32 {
            directory.cell(key(n), 32, at(0)).fill(held(i64::try_from(n).unwrap()));
        }
        directory.cell(key(99), 32, at(0));
        assert!(used.iter().all(|cell| directory.cells.contains_key(cell.key())));
        assert!(!directory.cells.contains_key(&key(20)) && !directory.cells.contains_key(&key(21)));
        assert!(directory.cells.contains_key(&key(22)) && directory.cells.len() == 31);
    }
}
