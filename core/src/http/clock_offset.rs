//! The offset between each host's clock and ours, learned from its `Date` header.
//!
//! The header may come from a proxy and be wrong, so it is a hint only: it is used when a host
//! rejects a JWT because of its times and when an expiry is read, it is bounded by a day, and an
//! offset that did not help is dropped.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwap;
use url::Url;

use crate::{
    clock::{Clock, ClockReading},
    http::message::Response,
    time::Timestamp,
};

/// The machine's clock, and the offset of each host's clock from it.
#[derive(Debug)]
pub(crate) struct PlatformClock {
    system: Arc<dyn Clock>,
    offsets: ClockOffsets,
}

impl PlatformClock {
    /// `api` is the API's base, whose clock is the platform's.
    pub(crate) fn new(system: Arc<dyn Clock>, api: Option<&Url>) -> Self {
        Self { system, offsets: ClockOffsets::new(api) }
    }

    /// The machine's clock.
    pub(crate) fn system(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.system)
    }

    /// The time by this machine's clock.
    pub(crate) fn system_now(&self) -> Timestamp {
        self.system.now()
    }

    /// The time by the platform's clock, as far as its offset is known.
    pub(crate) fn platform_now(&self) -> Timestamp {
        self.system_now().shifted(self.offsets.of_api())
    }

    /// The time by the clock of a URL's host.
    pub(crate) fn now_at(&self, url: &Url) -> Timestamp {
        self.system_now().shifted(self.offsets.of(url))
    }

    /// Both clocks at this moment: the platform's wall clock and the monotonic one.
    pub(crate) fn reading(&self) -> ClockReading {
        let monotonic = i64::try_from(self.system.monotonic().as_millis());
        ClockReading {
            wall_ms: self.platform_now().as_millis(),
            monotonic_ms: monotonic.unwrap_or(i64::MAX), // since boot
        }
    }

    pub(crate) fn offsets(&self) -> &ClockOffsets {
        &self.offsets
    }
}

/// Milliseconds to add to our clock, by host. The API's stands apart, because it is read whenever a
/// cached token is.
#[derive(Debug)]
pub(crate) struct ClockOffsets {
    api: Option<String>,
    of_api: AtomicI64,
    of_others: ArcSwap<BTreeMap<String, i64>>,
}

impl ClockOffsets {
    pub(crate) fn new(api: Option<&Url>) -> Self {
        let (of_api, of_others) = (AtomicI64::new(0), ArcSwap::default());
        Self { api: api.map(origin), of_api, of_others }
    }

    pub(crate) fn of_api(&self) -> i64 {
        self.of_api.load(Ordering::Relaxed)
    }

    pub(crate) fn of(&self, url: &Url) -> i64 {
        let host = Some(origin(url));
        if host == self.api {
            return self.of_api();
        }
        host.and_then(|host| self.of_others.load().get(&host).copied()).unwrap_or(0)
    }

    fn set(&self, url: &Url, offset: i64) {
        let host = origin(url);
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

    /// After a host rejected a JWT because of its times: whether there is another offset to try.
    pub(crate) fn correct(&self, url: &Url, date: Option<Timestamp>, now: Timestamp) -> bool {
        let current = self.of(url);
        let offset = date.and_then(|date| difference(date, now)).unwrap_or(0);
        // The header's offset was tried already and did not help, so the header is wrong.
        let next = if is_near(offset, current) { 0 } else { offset };
        if is_near(next, current) {
            return false;
        }
        self.set(url, next);
        true
    }

    /// Whether a host's clock is so far from the assumed one that a JWT could be rejected for it.
    pub(crate) fn is_far(&self, url: &Url, date: Option<Timestamp>, now: Timestamp) -> bool {
        let offset = date.and_then(|date| difference(date, now));
        offset.is_some_and(|offset| offset.abs_diff(self.of(url)) >= MIN_OFFSET_MS.unsigned_abs())
    }

    /// After a success: records an offset that would make an expiry wrong.
    pub(crate) fn record(&self, url: &Url, date: Option<Timestamp>, now: Timestamp) {
        let offset = date.and_then(|date| difference(date, now));
        if let Some(offset) = offset.filter(|offset| offset.abs() >= MIN_OFFSET_MS) {
            self.set(url, offset);
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

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

const A_DAY_MS: i64 = 86_400_000;
/// Half of the minute by which JWTs are dated back.
const MIN_OFFSET_MS: i64 = 30_000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn host() -> Url {
        Url::parse("https://api.example/x").unwrap()
    }

    #[test]
    fn a_clock_that_is_rejected_is_corrected_once() {
        let offsets = ClockOffsets::new(Some(&host()));
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
        let offsets = ClockOffsets::new(Some(&host()));
        let date = Some(Timestamp::from_secs(1_000_800));
        assert!(offsets.correct(&host(), date, NOW) && offsets.correct(&host(), date, NOW));
        assert_eq!(offsets.of(&host()), 0);
    }

    #[test]
    fn nothing_is_tried_without_a_date_or_beyond_a_day() {
        let offsets = ClockOffsets::new(Some(&host()));
        assert!(!offsets.correct(&host(), None, NOW));
        assert!(!offsets.correct(&host(), Some(NOW), NOW));
        assert!(!offsets.correct(&host(), Some(Timestamp::from_secs(2_000_000)), NOW));
    }

    #[test]
    fn small_differences_are_not_recorded() {
        let offsets = ClockOffsets::new(Some(&host()));
        offsets.record(&host(), Some(Timestamp::from_secs(1_000_029)), NOW);
        assert_eq!(offsets.of(&host()), 0);
        offsets.record(&host(), Some(Timestamp::from_secs(999_900)), NOW);
        assert_eq!(offsets.of(&host()), -100_000);
    }
}
