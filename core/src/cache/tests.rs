//! The cache with texts as keys, and a fetch that the test scripts.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use super::*;
use crate::{
    clock::ManualClock, error::ErrorKind, secret::Secret, time::Timestamp, token::TokenKind,
};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
const NOON: Timestamp = Timestamp::from_secs(43_200);

/// Fetches what the test sends, and tells the test when it begins.
struct Scripted {
    begun: Mutex<Sender<Purpose>>,
    results: Mutex<Receiver<Result<Token>>>,
    changes: Arc<AtomicUsize>,
}

impl Fetch<&'static str> for Scripted {
    fn fetch(
        &self,
        _entry: &Arc<Entry<&'static str>>,
        purpose: Purpose,
        _min_valid: MinValid,
        _deadline: Deadline,
    ) -> Result<Token> {
        lock(&self.begun).send(purpose).unwrap();
        lock(&self.results).recv().unwrap()
    }

    fn renewal_ends_token(&self, key: &&'static str) -> bool {
        *key == SESSION
    }

    fn on_change(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }
}

/// The key whose tokens end when they are renewed.
const SESSION: &str = "session";

struct Fixture {
    cache: Arc<TokenCache<&'static str>>,
    clock: ManualClock,
    begun: Receiver<Purpose>,
    results: Sender<Result<Token>>,
    /// How often a token in memory was replaced or forgotten.
    changes: Arc<AtomicUsize>,
}

fn fixture(capacity: usize) -> Fixture {
    let clock = ManualClock::new(NOON);
    let (begin, begun) = channel();
    let (results, script) = channel();
    let changes = Arc::<AtomicUsize>::default();
    let fetch = Scripted {
        begun: Mutex::new(begin),
        results: Mutex::new(script),
        changes: Arc::clone(&changes),
    };
    let platform_clock = Arc::new(PlatformClock::new(Arc::new(clock.clone()), None));
    let pool = Pool::new(MINUTE);
    let cache = Arc::new(TokenCache::new(Box::new(fetch), platform_clock, pool, capacity));
    Fixture { cache, clock, begun, results, changes }
}

fn token(text: &str, expires_at: Timestamp) -> Token {
    let token = Token::builder(TokenKind::Installation, Secret::new(text));
    token.expires_at(Some(expires_at)).build()
}

fn server_error() -> Error {
    Error::new(ErrorKind::Server, "down")
}

#[test]
fn everybody_shares_one_fetch_and_then_the_cached_token() {
    let Fixture { cache, begun, results, .. } = fixture(10);
    let entry = cache.entry("a");
    let tasks: Vec<_> = (0..5).map(|_| cache.get(&entry, MinValid::ForARequest)).collect();
    results.send(Ok(token("t1", NOON.after(HOUR)))).unwrap();
    for task in tasks {
        assert_eq!(task.wait().unwrap().reveal(), "t1");
    }
    assert_eq!(cache.get(&entry, MinValid::ForARequest).wait().unwrap().reveal(), "t1");
    assert_eq!(begun.try_iter().collect::<Vec<_>>(), [Purpose::Demand]);
}

#[test]
fn a_shared_fetch_is_followed_by_another_when_its_token_lives_too_short() {
    let Fixture { cache, begun, results, .. } = fixture(10);
    let entry = cache.entry("a");
    let usual = cache.get(&entry, MinValid::ForARequest);
    begun.recv().unwrap();
    let longer = cache.get(&entry, MinValid::AtLeast(50 * MINUTE));
    let used = Token::builder(TokenKind::Installation, Secret::new("t1"))
        .issued_elsewhere_at(NOON.before(HOUR))
        .expires_at(Some(NOON.after(20 * MINUTE)));
    results.send(Ok(used.build())).unwrap();
    assert_eq!(usual.wait().unwrap().reveal(), "t1");
    begun.recv().unwrap();
    results.send(Ok(token("t2", NOON.after(HOUR)))).unwrap();
    assert_eq!(longer.wait().unwrap().reveal(), "t2");
}

#[test]
fn a_token_near_its_end_is_renewed_while_callers_go_on_with_it() {
    let Fixture { cache, clock, begun, results, .. } = fixture(10);
    let entry = cache.entry("a");
    cache.put(&entry, token("t1", NOON.after(HOUR)));
    clock.advance(HOUR - 5 * MINUTE);
    assert_eq!(cache.get(&entry, MinValid::ForARequest).wait().unwrap().reveal(), "t1");
    assert_eq!(begun.recv().unwrap(), Purpose::Renewal);
    results.send(Ok(token("t2", NOON.after(2 * HOUR)))).unwrap();
    assert_eq!(cache.get(&entry, MinValid::AtLeast(10 * MINUTE)).wait().unwrap().reveal(), "t2");
}

#[test]
fn nobody_goes_on_with_a_token_that_its_renewal_ends() {
    let Fixture { cache, clock, begun, results, .. } = fixture(10);
    let entry = cache.entry(SESSION);
    cache.put(&entry, token("t1", NOON.after(HOUR)));
    clock.advance(HOUR - 11 * MINUTE);
    assert_eq!(cache.get(&entry, MinValid::ForARequest).wait().unwrap().reveal(), "t1");
    clock.advance(6 * MINUTE);
    let callers: Vec<_> = (0..3).map(|_| cache.get(&entry, MinValid::ForARequest)).collect();
    assert_eq!(begun.recv().unwrap(), Purpose::Demand);
    results.send(Ok(token("t2", NOON.after(2 * HOUR)))).unwrap();
    for caller in callers {
        assert_eq!(caller.wait().unwrap().reveal(), "t2");
    }
    // Without an answer it is still better than nothing.
    clock.advance(HOUR);
    let caller = cache.get(&entry, MinValid::ForARequest);
    results.send(Err(server_error())).unwrap();
    assert_eq!(caller.wait().unwrap().reveal(), "t2");
}

#[test]
fn a_failure_counts_for_everybody_for_a_moment() {
    let Fixture { cache, clock, begun, results, .. } = fixture(10);
    let entry = cache.entry("a");
    let first = cache.get(&entry, MinValid::ForARequest);
    results.send(Err(server_error())).unwrap();
    assert_eq!(first.wait().unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(
        cache.get(&entry, MinValid::ForARequest).wait().unwrap_err().kind(),
        ErrorKind::Server
    );
    clock.advance(Duration::from_millis(1001));
    let next = cache.get(&entry, MinValid::ForARequest);
    results.send(Ok(token("t1", NOON.after(HOUR)))).unwrap();
    assert_eq!(next.wait().unwrap().reveal(), "t1");
    assert_eq!(begun.try_iter().count(), 2);
}

#[test]
fn a_live_token_is_better_than_an_error_that_passes() {
    let Fixture { cache, clock, results, begun: _begun, .. } = fixture(10);
    let entry = cache.entry("a");
    cache.put(&entry, token("t1", NOON.after(HOUR)));
    clock.advance(HOUR - Duration::from_secs(30));
    let stale = cache.get(&entry, MinValid::ForARequest);
    results.send(Err(server_error())).unwrap();
    assert_eq!(stale.wait().unwrap().reveal(), "t1");
    clock.advance(MINUTE);
    let expired = cache.get(&entry, MinValid::ForARequest);
    results.send(Err(server_error())).unwrap();
    assert!(expired.wait().is_err());
}

#[test]
fn a_fetch_that_began_before_an_invalidation_does_not_fill_the_entry() {
    let Fixture { cache, begun, results, .. } = fixture(10);
    let entry = cache.entry("a");
    let before = cache.get(&entry, MinValid::ForARequest);
    begun.recv().unwrap();
    cache.invalidate(&entry);
    results.send(Ok(token("t1", NOON.after(HOUR)))).unwrap();
    assert_eq!(before.wait().unwrap().reveal(), "t1");
    assert!(cache.cached(&entry, MinValid::ForARequest).is_none());
}

#[test]
fn a_renewal_begins_for_the_token_that_is_held_and_only_once() {
    let Fixture { cache, begun, results, .. } = fixture(10);
    let entry = cache.entry("a");
    let (old, held) = (token("t1", NOON.after(HOUR)), token("t2", NOON.after(HOUR)));
    cache.put(&entry, held.clone());
    let shared = cache.in_flight();
    cache.renew(&entry, &old, MinValid::ForARequest);
    assert!(lock(&shared).current(&entry, cache.clock.reading()).is_none());
    cache.renew(&entry, &held, MinValid::ForARequest);
    assert_eq!(begun.recv().unwrap(), Purpose::Renewal);
    cache.renew(&entry, &held, MinValid::ForARequest);
    assert_eq!(lock(&shared).next_number(), 2);
    results.send(Ok(token("t3", NOON.after(HOUR)))).unwrap();
}

#[test]
fn what_is_held_comes_with_the_time_until_its_renewal() {
    let Fixture { cache, clock, begun: _begun, .. } = fixture(10);
    let entry = cache.entry("a");
    assert!(cache.held(&entry, MinValid::ForARequest).is_none());
    cache.put(&entry, token("t1", NOON.after(HOUR)));
    let held = cache.held(&entry, MinValid::ForARequest).unwrap();
    assert_eq!(held.token.reveal(), "t1");
    assert_eq!(held.until_renewal.as_secs(), 50 * 60 - 1);
    clock.advance(HOUR);
    assert!(cache.held(&entry, MinValid::ForARequest).is_none());
}

#[test]
fn each_change_of_a_token_in_memory_is_told() {
    let Fixture { cache, changes, results, begun: _begun, .. } = fixture(10);
    let told = || changes.swap(0, Ordering::SeqCst);
    let entry = cache.entry("a");
    results.send(Ok(token("t1", NOON.after(HOUR)))).unwrap();
    cache.get(&entry, MinValid::ForARequest).wait().unwrap();
    assert_eq!(told(), 1);
    cache.put(&entry, token("t2", NOON.after(HOUR)));
    assert!(told() > 0);
    cache.invalidate_token(&entry, "t1");
    assert_eq!(told(), 0);
    cache.invalidate_token(&entry, "t2");
    assert_eq!(told(), 1);
}

#[test]
fn a_token_that_was_forgotten_with_its_entry_may_come_back() {
    let Fixture { cache, begun: _begun, .. } = fixture(10);
    let (entry, token) = (cache.entry("a"), token("t1", NOON.after(HOUR)));
    cache.put(&entry, token.clone());
    cache.invalidate(&entry);
    assert!(entry.was_invalidated(&token));
    cache.clear(&entry);
    assert!(!entry.was_invalidated(&token));
}

#[test]
fn tokens_share_the_details_of_the_last_one() {
    let Fixture { cache, begun: _begun, .. } = fixture(10);
    let with = |owner| {
        let token = Token::builder(TokenKind::Installation, Secret::new("t"));
        cache.with_shared_details(&token.scopes(vec![owner]).build())
    };
    let of = |owner: &str| Arc::clone(with(owner.to_owned()).details());
    let first = of("a");
    assert!(Arc::ptr_eq(&first, &of("a")));
    let other = of("b");
    assert!(!Arc::ptr_eq(&first, &other) && Arc::ptr_eq(&other, &of("b")));
}

#[test]
fn only_the_token_that_is_named_is_invalidated() {
    let Fixture { cache, begun: _begun, .. } = fixture(10);
    let entry = cache.entry("a");
    let (old, new) = (token("t1", NOON.after(HOUR)), token("t2", NOON.after(HOUR)));
    cache.put(&entry, new.clone());
    assert!(!cache.invalidate_token(&entry, old.reveal()));
    assert!(cache.invalidate_token(&entry, new.reveal()));
    assert!(entry.was_invalidated(&new) && cache.cached(&entry, MinValid::ForARequest).is_none());
}

#[test]
fn the_next_to_expire_are_evicted_first_and_used_entries_stay() {
    let names: Vec<&'static str> = (0..40).map(|n| &*n.to_string().leak()).collect();
    let Fixture { cache, begun: _begun, .. } = fixture(32);
    let used: Vec<_> = names[..20].iter().map(|name| cache.entry(name)).collect();
    for (n, name) in names.iter().enumerate().take(32).skip(20) {
        let expires_at = NOON.after(MINUTE * u32::try_from(n).unwrap());
        cache.put(&cache.entry(name), token("t", expires_at));
    }
    drop(cache.entry(names[39]));
    let kept: Vec<_> = cache.entries_with(|_| true).iter().map(|it| *it.key()).collect();
    assert!(used.iter().all(|entry| kept.contains(entry.key())));
    assert!(!kept.contains(&names[20]) && !kept.contains(&names[21]));
    assert!(kept.contains(&names[22]) && kept.len() == 31);
}

#[test]
fn of_entries_that_end_together_no_more_are_evicted_than_needed() {
    let names: Vec<&'static str> = (0..33).map(|n| &*n.to_string().leak()).collect();
    let Fixture { cache, begun: _begun, .. } = fixture(32);
    let observed = cache.entry(names[0]);
    observed.observers.add(&Observer::new(|_, _| {}));
    drop(observed);
    names.iter().for_each(|name| drop(cache.entry(name)));
    assert_eq!(cache.len(), 31);
    (0..200).for_each(|n| drop(cache.entry(format!("another {n}").leak())));
    assert_eq!(cache.entries_with(|name| *name == names[0]).len(), 1, "it is observed");
}

#[test]
fn a_cache_full_of_tokens_in_use_looks_at_few_of_them_per_new_one() {
    let names: Vec<&'static str> = (0..16_000).map(|n| &*n.to_string().leak()).collect();
    let Fixture { cache, begun: _begun, .. } = fixture(1000);
    let used: Vec<_> = names.iter().map(|name| cache.entry(name)).collect();
    let entries = cache.entries();
    assert_eq!((lock(&entries).len(), used.len()), (16_000, 16_000));
    let looked_at = lock(&entries).looked_at;
    assert!(looked_at <= 17 * 16_000, "{looked_at}");
    drop(used);
    (0..2000).for_each(|n| drop(cache.entry(format!("another {n}").leak())));
    assert!(cache.len() <= 1000, "they are removed once nobody uses them");
}

#[test]
fn a_fetch_that_begins_looks_at_few_of_those_that_run() {
    let names: Vec<&'static str> = (0..10_000).map(|n| &*n.to_string().leak()).collect();
    let Fixture { cache, begun: _begun, .. } = fixture(100_000);
    let (mut fetches, now) = (InFlightFetches::default(), cache.clock.reading());
    let mut running = Vec::new();
    for name in names {
        let (task, completion) = Task::<Token>::pending(Deadline::after(MINUTE));
        running.push(completion);
        let number = fetches.next_number();
        fetches.begin(&cache.entry(name), number, task, now);
    }
    assert!(fetches.looked_at <= 2 * 10_000, "{}", fetches.looked_at);
}

#[test]
fn fetches_that_finished_are_removed_and_those_that_run_stay() {
    let names: Vec<&'static str> = (0..20_000).map(|n| &*n.to_string().leak()).collect();
    let Fixture { cache, begun: _begun, .. } = fixture(100_000);
    let (mut fetches, now) = (InFlightFetches::default(), cache.clock.reading());
    let running = cache.entry("it runs");
    let (task, _completion) = Task::<Token>::pending(Deadline::after(MINUTE));
    fetches.begin(&running, 1, task, now);
    for name in names {
        let (task, completion) = Task::<Token>::pending(Deadline::after(MINUTE));
        fetches.begin(&cache.entry(name), 1, task, now);
        completion.complete(&Err(server_error()));
    }
    assert!(fetches.len() <= 5000, "{}", fetches.len());
    assert!(fetches.is_current(&running, 1));
}

#[test]
fn a_fetch_that_was_overtaken_does_not_count() {
    let Fixture { cache, begun: _begun, .. } = fixture(10);
    let (mut fetches, now) = (InFlightFetches::default(), cache.clock.reading());
    let entry = cache.entry("a");
    let mut begin = || {
        let number = fetches.next_number();
        let (task, completion) = Task::<Token>::pending(Deadline::after(MINUTE));
        fetches.begin(&entry, number, task, now);
        completion.complete(&Err(server_error()));
        number
    };
    let (first, second) = (begin(), begin());
    assert!(!fetches.is_current(&entry, first) && fetches.is_current(&entry, second));
}
