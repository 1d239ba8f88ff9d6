//! One key's place in the cache, and the pure rules about the token in it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use super::{Evictable, MinValid, Observers};
use crate::{tasks::sync::ArcSwapOption, time::ClockReading, token::Token};

/// One key's place in the cache. Reading it takes no lock.
pub(crate) struct Entry<K> {
    key: Arc<K>,
    cached: ArcSwapOption<CachedToken>,
    /// The token that was invalidated last: a store may still hold it.
    invalidated: ArcSwapOption<Token>,
    pub(crate) observers: Observers,
}

/// A token and the rules about its life.
pub(crate) struct CachedToken {
    pub(crate) token: Token,
    lifetime_ms: i64,
    /// The platform has accepted it in a request of this process.
    was_accepted: AtomicBool,
    /// No renewal begins before this time of the monotonic clock.
    next_renewal_ms: AtomicI64,
}

impl<K> Entry<K> {
    pub(super) fn new(key: Arc<K>) -> Self {
        Self {
            key,
            cached: ArcSwapOption::empty(),
            invalidated: ArcSwapOption::empty(),
            observers: Observers::default(),
        }
    }

    pub(crate) fn key(&self) -> &K {
        &self.key
    }

    pub(crate) fn cached(&self) -> arc_swap::Guard<Option<Arc<CachedToken>>> {
        self.cached.load()
    }

    /// Whether this token was the last one that was invalidated.
    pub(crate) fn was_invalidated(&self, token: &Token) -> bool {
        self.invalidated.load().as_deref() == Some(token)
    }

    /// The token, if it has not expired.
    pub(super) fn live(&self, now: ClockReading) -> Option<Token> {
        let cached = self.cached.load_full()?;
        (cached.remaining_ms(now) > 0).then(|| cached.token.clone())
    }

    /// Puts a token in; returns the token before it, if there was one.
    pub(super) fn put(&self, cached: CachedToken) -> Option<Token> {
        let before = self.cached.swap(Some(Arc::new(cached)));
        let invalidated = || self.invalidated.load().as_deref().cloned();
        before.map(|cached| cached.token.clone()).or_else(invalidated)
    }

    /// Takes the token out and remembers that it was invalidated.
    pub(super) fn invalidate(&self) -> Option<Token> {
        let token = self.cached.swap(None).map(|cached| cached.token.clone());
        if let Some(token) = &token {
            self.invalidated.store(Some(Arc::new(token.clone())));
        }
        token
    }

    /// Forgets the token, and the one that was invalidated before.
    pub(super) fn clear(&self) {
        self.cached.store(None);
        self.invalidated.store(None);
    }

    /// Notes that the platform has accepted this token.
    pub(crate) fn note_accepted(&self, token: &Token) {
        if let Some(cached) = self.cached.load().as_ref().filter(|cached| cached.token == *token) {
            cached.was_accepted.store(true, Ordering::Relaxed);
        }
    }

    /// Whether nothing is known of this token yet: it is the current one, and the platform has not
    /// accepted it so far.
    pub(crate) fn is_untried(&self, token: &Token) -> bool {
        let cached = self.cached.load();
        let current = cached.as_ref().filter(|cached| cached.token == *token);
        current.is_some_and(|cached| !cached.was_accepted.load(Ordering::Relaxed))
    }

    pub(super) fn holds(&self, token: &Token) -> bool {
        self.cached.load().as_ref().is_some_and(|cached| cached.token == *token)
    }
}

impl<K> Evictable for Entry<K> {
    fn is_unused(this: &Arc<Self>) -> bool {
        Arc::strong_count(this) == 1 && this.observers.is_empty()
    }

    fn remaining_ms(&self, now: ClockReading) -> i64 {
        self.cached().as_ref().map_or(0, |cached| cached.remaining_ms(now))
    }
}

impl CachedToken {
    pub(crate) fn new(token: Token, now: ClockReading) -> Self {
        let token = token.restored(now);
        // A token out of a store has lived for a while.
        let age_ms = token.age(now).and_then(|age| i64::try_from(age.as_millis()).ok());
        let lifetime_ms = token.remaining_ms(now).saturating_add(age_ms.unwrap_or(0));
        let (was_accepted, next_renewal_ms) = (AtomicBool::new(false), AtomicI64::new(i64::MIN));
        Self { token, lifetime_ms, was_accepted, next_renewal_ms }
    }

    /// The milliseconds until it expires, by the clock that says less.
    pub(crate) fn remaining_ms(&self, now: ClockReading) -> i64 {
        self.token.remaining_ms(now).saturating_sub(CLOCK_RESOLUTION_MS)
    }

    /// The remaining life below which a caller gets another token, in milliseconds.
    pub(crate) fn margin_ms(&self, min_valid: MinValid) -> i64 {
        min_valid.margin_ms(self.lifetime_ms)
    }

    /// Whether the token of another process is as good as a new one.
    pub(crate) fn is_worth_taking(&self, min_valid: MinValid, now: ClockReading) -> bool {
        self.remaining_ms(now) > self.margin_ms(min_valid) && !self.is_near_end(min_valid, now)
    }

    /// Whether its renewal is due.
    pub(super) fn is_near_end(&self, min_valid: MinValid, now: ClockReading) -> bool {
        self.remaining_ms(now) < self.renewal_ms(self.margin_ms(min_valid))
    }

    /// The time until a caller who asks for this life begins the renewal.
    pub(super) fn until_renewal(&self, min_valid: MinValid, now: ClockReading) -> Duration {
        let renewal_ms = self.renewal_ms(self.margin_ms(min_valid));
        let until_ms = self.remaining_ms(now).saturating_sub(renewal_ms);
        Duration::from_millis(u64::try_from(until_ms).unwrap_or(0)) // negative: it begins now
    }

    /// The remaining life at which renewal begins.
    fn renewal_ms(&self, margin_ms: i64) -> i64 {
        let ahead_ms = (self.lifetime_ms / 4).min(RENEWAL_AHEAD_MS);
        // Near the whole lifetime, not at once after the token came.
        let before_margin_ms = (ahead_ms / 2).min((self.lifetime_ms - margin_ms) / 2);
        ahead_ms.max(margin_ms.saturating_add(before_margin_ms))
    }

    /// Whether the caller must begin the token's renewal: near its end, and not so soon after another
    /// renewal began.
    pub(super) fn begins_renewal(
        &self,
        remaining_ms: i64,
        margin_ms: i64,
        now: ClockReading,
    ) -> bool {
        if remaining_ms >= self.renewal_ms(margin_ms) {
            return false;
        }
        let next = self.next_renewal_ms.load(Ordering::Relaxed);
        let pause = (remaining_ms / 8).clamp(1, MAX_RENEWAL_PAUSE_MS);
        let after = now.monotonic_ms.saturating_add(pause);
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        now.monotonic_ms >= next
            && self.next_renewal_ms.compare_exchange(next, after, set, fetch).is_ok()
    }
}

impl<K: fmt::Debug> fmt::Debug for Entry<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The clocks are read coarsely, so a token may live this much less than they say.
const CLOCK_RESOLUTION_MS: i64 = 10;
/// A token is renewed when a quarter of its lifetime is left, but not earlier than this.
const RENEWAL_AHEAD_MS: i64 = 600_000;
/// The longest pause between the attempts to renew a token.
const MAX_RENEWAL_PAUSE_MS: i64 = 30_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{secret::Secret, time::Expiry, token::TokenKind};

    fn at(seconds: i64) -> ClockReading {
        ClockReading { wall_ms: 1_000_000_000 + seconds * 1000, monotonic_ms: seconds * 1000 }
    }

    fn token(lifetime_s: i64) -> CachedToken {
        let token = Token::builder(TokenKind::Installation, Secret::new("t"));
        CachedToken::new(token.expiry(Some(Expiry::after(at(0), lifetime_s * 1000))).build(), at(0))
    }

    #[test]
    fn the_clock_that_says_less_counts_and_is_read_coarsely() {
        let token = token(3600);
        let set_back = ClockReading { wall_ms: at(0).wall_ms, ..at(600) };
        let set_ahead = ClockReading { wall_ms: at(1200).wall_ms, ..at(600) };
        let remaining = [at(600), set_back, set_ahead].map(|now| token.remaining_ms(now));
        let exact = [3_000_000, 3_000_000, 2_400_000];
        assert_eq!(remaining, exact.map(|remaining_ms| remaining_ms - CLOCK_RESOLUTION_MS));
    }

    #[test]
    fn a_token_out_of_a_store_has_the_lifetime_with_which_it_was_issued() {
        let stored = Token::builder(TokenKind::Installation, Secret::new("t"))
            .issued_elsewhere_at(at(-1800).wall())
            .expires_at(Some(at(1800).wall()))
            .build();
        assert_eq!(CachedToken::new(stored, at(0)).lifetime_ms, token(3600).lifetime_ms);
    }

    /// The moment at which a token of an hour has `remaining_ms` left.
    fn with_left(remaining_ms: i64) -> ClockReading {
        let passed_ms = 3_600_000 - CLOCK_RESOLUTION_MS - remaining_ms;
        ClockReading { wall_ms: at(0).wall_ms + passed_ms, monotonic_ms: passed_ms }
    }

    #[test]
    fn at_the_moment_of_its_end_a_token_is_over() {
        let entry = Entry::new(Arc::new("a"));
        entry.put(token(3600));
        assert!(entry.live(with_left(1)).is_some() && entry.live(with_left(0)).is_none());
    }

    #[test]
    fn a_token_is_taken_until_its_renewal_is_due() {
        let (token, request) = (token(3600), MinValid::ForARequest);
        let renewal_ms = token.renewal_ms(token.margin_ms(request));
        assert!(token.is_worth_taking(request, with_left(renewal_ms)));
        assert!(!token.is_near_end(request, with_left(renewal_ms)));
        assert!(!token.is_worth_taking(request, with_left(renewal_ms - 1)));
        assert!(token.is_near_end(request, with_left(renewal_ms - 1)));
    }

    #[test]
    fn the_next_renewal_begins_at_the_end_of_the_pause() {
        let token = token(3600);
        let begins = |second| token.begins_renewal(400_000, 60_000, at(second));
        assert!(begins(3000) && !begins(3029) && begins(3030));
    }

    #[test]
    fn renewal_begins_once_near_the_end() {
        let token = token(3600);
        let begins = |second| {
            let now = at(second);
            token.begins_renewal(token.remaining_ms(now), 60_000, now)
        };
        assert!(!begins(2990) && begins(3001) && !begins(3002) && begins(3032));
    }

    #[test]
    fn the_time_until_the_renewal_ends_when_the_renewal_begins() {
        let (token, request) = (token(3600), MinValid::ForARequest);
        let until = token.until_renewal(request, at(2000));
        assert_eq!(until, Duration::from_millis(1_000_000 - CLOCK_RESOLUTION_MS.unsigned_abs()));
        assert_eq!(token.until_renewal(request, at(3001)), Duration::ZERO);
        assert!(token.until_renewal(MinValid::AtLeast(Duration::from_secs(2400)), at(0)) < until);
    }

    #[test]
    fn a_wider_margin_is_renewed_for_earlier() {
        let (token, now) = (token(3600), at(2600));
        assert!(!token.begins_renewal(token.remaining_ms(now), 60_000, now));
        assert!(token.begins_renewal(token.remaining_ms(now), 900_000, now));
    }
}
