//! How far each host's clock is from ours, learned from its `Date` header.
//!
//! The header may come from a proxy and be wrong, so it is a hint only: it is asked when a host
//! blames a JWT's times, and when an expiry is read; it is bounded by a day; and one that did not
//! help is dropped.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering},
};

use arc_swap::ArcSwap;
use url::Url;

use crate::{http::Response, time::Timestamp};

/// Milliseconds to add to our clock, by host. The API's is apart: every look at a token asks it.
#[derive(Debug)]
pub(crate) struct Offsets {
    api: Option<String>,
    of_api: AtomicI64,
    of_others: ArcSwap<BTreeMap<String, i64>>,
}

impl Offsets {
    pub(crate) fn new(api: Option<&Url>) -> Self {
        let (of_api, of_others) = (AtomicI64::new(0), ArcSwap::default());
        Self { api: api.map(key), of_api, of_others }
    }

    pub(crate) fn of_api(&self) -> i64 {
        self.of_api.load(Ordering::Relaxed)
    }

    pub(crate) fn of(&self, url: &Url) -> i64 {
        let host = Some(key(url));
        if host == self.api {
            return self.of_api();
        }
        host.and_then(|host| self.of_others.load().get(&host).copied()).unwrap_or(0)
    }

    fn put(&self, url: &Url, offset: i64) {
        let host = key(url);
        if self.api.as_ref() == Some(&host) {
            self.of_api.store(offset, Ordering::Relaxed);
        } else {
            self.of_others.rcu(|others| {
                let mut others = BTreeMap::clone(others);
                others.insert(host.clone(), offset);
                others
            });
        }
    }

    /// After a host blamed our clock: whether there is another offset to try.
    pub(crate) fn correct(&self, url: &Url, date: Option<Timestamp>, now: Timestamp) -> bool {
        let current = self.of(url);
        let told = date.and_then(|date| difference(date, now)).unwrap_or(0);
        // What the header says was tried already, so the header is wrong.
        let next = if is_near(told, current) { 0 } else { told };
        if is_near(next, current) {
            return false;
        }
        self.put(url, next);
        true
    }

    /// Whether a host's clock is so far from what we take it for that a JWT suffers.
    pub(crate) fn is_far(&self, url: &Url, date: Option<Timestamp>, now: Timestamp) -> bool {
        let told = date.and_then(|date| difference(date, now));
        told.is_some_and(|told| told.abs_diff(self.of(url)) >= WORTH_NOTING_MS.unsigned_abs())
    }

    /// After a host answered well: notes an offset that would spoil the reading of an expiry.
    pub(crate) fn note(&self, url: &Url, date: Option<Timestamp>, now: Timestamp) {
        let told = date.and_then(|date| difference(date, now));
        if let Some(told) = told.filter(|told| told.abs() >= WORTH_NOTING_MS) {
            self.put(url, told);
        }
    }
}

/// The time in a response's `Date` header (RFC 9110 §6.6.1).
pub(crate) fn date(response: &Response) -> Option<Timestamp> {
    httpdate::parse_http_date(response.header("date")?).ok().map(Timestamp::from)
}

fn difference(date: Timestamp, now: Timestamp) -> Option<i64> {
    let difference = (date.as_secs() - now.as_secs()).checked_mul(1000)?;
    (difference.abs() <= A_DAY_MS).then_some(difference)
}

fn is_near(one: i64, other: i64) -> bool {
    one.abs_diff(other) < 1000
}

fn key(url: &Url) -> String {
    url.origin().ascii_serialization()
}

const A_DAY_MS: i64 = 86_400_000;
/// Half of the minute by which JWTs are dated back.
const WORTH_NOTING_MS: i64 = 30_000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn host() -> Url {
        Url::parse("https://api.example/x").unwrap()
    }

    #[test]
    fn a_blamed_clock_is_corrected_once() {
        let offsets = Offsets::new(Some(&host()));
        let date = Some(Timestamp::from_secs(1_000_800));
        assert!(offsets.correct(&host(), date, NOW));
        assert_eq!(offsets.of(&host()), 800_000);
        let other = Url::parse("https://other.example").unwrap();
        assert_eq!((offsets.of_api(), offsets.of(&other)), (800_000, 0));
        assert!(offsets.correct(&other, Some(Timestamp::from_secs(999_000)), NOW));
        assert_eq!((offsets.of_api(), offsets.of(&other)), (800_000, -1_000_000));
    }

    #[test]
    fn a_date_that_did_not_help_is_dropped() {
        let offsets = Offsets::new(Some(&host()));
        let date = Some(Timestamp::from_secs(1_000_800));
        assert!(offsets.correct(&host(), date, NOW) && offsets.correct(&host(), date, NOW));
        assert_eq!(offsets.of(&host()), 0);
    }

    #[test]
    fn nothing_is_tried_without_a_date_or_beyond_a_day() {
        let offsets = Offsets::new(Some(&host()));
        assert!(!offsets.correct(&host(), None, NOW));
        assert!(!offsets.correct(&host(), Some(NOW), NOW));
        assert!(!offsets.correct(&host(), Some(Timestamp::from_secs(2_000_000)), NOW));
    }

    #[test]
    fn small_differences_are_not_noted() {
        let offsets = Offsets::new(Some(&host()));
        offsets.note(&host(), Some(Timestamp::from_secs(1_000_029)), NOW);
        assert_eq!(offsets.of(&host()), 0);
        offsets.note(&host(), Some(Timestamp::from_secs(999_900)), NOW);
        assert_eq!(offsets.of(&host()), -100_000);
    }
}
