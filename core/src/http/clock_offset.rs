//! The offset between each host's clock and ours, learned from its `Date` header.
//!
//! A host judges by its own clock when a JWT begins and ends, so JWTs are made by the host's clock as
//! far as it is known. Nothing else is: tokens live by this machine's clocks.
//!
//! The header may come from a proxy or out of a cache and be wrong, so it is a hint. The `Date` of a
//! refused JWT is tried at once, because the refusal agrees that something is wrong. Of other answers
//! two in a row must agree, on another offset as on none. An offset is bounded by a day, and ends when
//! a JWT that was made by it is refused for its times.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use url::Url;

use crate::{
    clock::Clock,
    http::message::Response,
    time::{ClockReading, Timestamp},
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

    /// The time by this machine's wall clock.
    pub(crate) fn system_now(&self) -> Timestamp {
        self.system.now()
    }

    /// The time by the clock of a URL's host, as far as its offset is known.
    pub(crate) fn now_at(&self, url: &Url) -> Timestamp {
        self.system_now().shifted(self.offsets.of(url))
    }

    /// Both of this machine's clocks at this moment.
    pub(crate) fn reading(&self) -> ClockReading {
        ClockReading::new(self.system.now(), self.system.monotonic())
    }

    /// The same, read so cheaply that a suspend of the machine may be noticed a moment later.
    pub(crate) fn coarse_reading(&self) -> ClockReading {
        self.system.coarse_reading()
    }

    pub(crate) fn offsets(&self) -> &ClockOffsets {
        &self.offsets
    }

    /// Learns from the `Date` of an answer. Each answer must be heard once: a second answer is
    /// evidence, the first one read again is not.
    pub(crate) fn hear(&self, url: &Url, response: &Response) {
        let date = fresh_date(response).filter(|_| response.is_success());
        if let Some(difference) = date.and_then(|date| difference(date, self.system_now())) {
            self.offsets.update(url, |host| host.heard(difference));
        }
    }

    /// The `Date` of an answer that was heard.
    pub(crate) fn host_date(&self, url: &Url, response: &Response) -> Option<HostDate> {
        let at = fresh_date(response)?;
        let difference = difference(at, self.system_now());
        let host = self.offsets.host(url);
        let is_confirmed = host.is_agreed
            && difference.is_some_and(|it| host.last.is_some_and(|last| agree(last, it)));
        Some(HostDate { at, is_confirmed })
    }
}

/// The `Date` of an answer that came from its host and not out of a cache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostDate {
    pub(crate) at: Timestamp,
    /// Whether the host's answer before this one showed the same offset.
    pub(crate) is_confirmed: bool,
}

/// The clock of each host, as far as it is known. The API's stands apart, because it is read whenever
/// a JWT is.
#[derive(Debug)]
pub(crate) struct ClockOffsets {
    api: Option<String>,
    of_api: ArcSwap<HostClock>,
    of_others: ArcSwap<BTreeMap<String, HostClock>>,
}

impl ClockOffsets {
    pub(crate) fn new(api: Option<&Url>) -> Self {
        Self { api: api.map(origin), of_api: ArcSwap::default(), of_others: ArcSwap::default() }
    }

    /// Milliseconds to add to our clock.
    pub(crate) fn of_api(&self) -> i64 {
        self.of_api.load().offset
    }

    pub(crate) fn of(&self, url: &Url) -> i64 {
        self.host(url).offset
    }

    /// After a host refused a JWT because of its times: whether another JWT may be accepted.
    /// `made_with` is the offset of the refused one.
    pub(crate) fn correct(&self, url: &Url, made_with: i64, shown: Option<i64>) -> bool {
        let mut is_worthwhile = false;
        self.update(url, |host| {
            let corrected = host.refused(made_with, shown);
            is_worthwhile = corrected.offset_differs_from(made_with);
            corrected
        });
        is_worthwhile
    }

    /// After a host refused a JWT because of its times although this offset was tried for it.
    pub(crate) fn end(&self, url: &Url, made_with: i64) {
        self.update(url, |host| host.refused(made_with, None));
    }

    /// Whether a JWT could be refused for its times without a word of them: the host's clock is far from
    /// the assumed one, or from ours, in which case the `Date` may be wrong.
    pub(crate) fn is_doubtful(&self, url: &Url, shown: Option<i64>) -> bool {
        let assumed = self.of(url);
        let is_far = |other: i64| other.abs_diff(assumed) >= MIN_OFFSET_MS.unsigned_abs();
        is_far(0) || shown.is_some_and(is_far)
    }

    fn host(&self, url: &Url) -> HostClock {
        let host = Some(origin(url));
        if host == self.api {
            return **self.of_api.load();
        }
        host.and_then(|host| self.of_others.load().get(&host).copied()).unwrap_or_default()
    }

    fn update(&self, url: &Url, mut next: impl FnMut(HostClock) -> HostClock) {
        let host = origin(url);
        if self.api.as_ref() == Some(&host) {
            self.of_api.rcu(|before| next(**before));
        } else {
            self.of_others.rcu(|others| {
                let mut others = BTreeMap::clone(others);
                let before = others.get(&host).copied().unwrap_or_default();
                others.insert(host.clone(), next(before));
                others
            });
        }
    }
}

/// One host's clock. All differences are milliseconds that the host's clock is ahead of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct HostClock {
    /// The difference in use.
    offset: i64,
    /// The difference that the last answer showed.
    last: Option<i64>,
    /// Whether the answer before that showed the same.
    is_agreed: bool,
    /// A difference by which a JWT was made that the host refused for its times.
    refuted: Option<i64>,
}

impl HostClock {
    /// After an answer that showed this difference.
    fn heard(self, shown: i64) -> Self {
        let is_agreed = self.last.is_some_and(|last| agree(last, shown));
        let is_refuted = self.refuted.is_some_and(|refuted| agree(refuted, shown));
        let is_kept = !is_agreed || is_refuted || agree(shown, self.offset);
        let agreed = if shown.abs() < MIN_OFFSET_MS { 0 } else { shown };
        let offset = if is_kept { self.offset } else { agreed };
        Self { offset, last: Some(shown), is_agreed, ..self }
    }

    /// After a JWT that was made with this offset was refused for its times, by an answer that showed
    /// a difference or none.
    fn refused(self, made_with: i64, shown: Option<i64>) -> Self {
        if self.offset_differs_from(made_with) {
            return self; // another caller's refusal came first
        }
        let heard = shown.map_or(self, |shown| self.heard(shown));
        // A difference that was tried and did not help is wrong.
        let offset = shown.filter(|shown| !is_near(*shown, made_with)).unwrap_or(0);
        let refuted = if is_near(made_with, 0) { heard.refuted } else { Some(made_with) };
        let refuted = refuted.filter(|refuted| !is_near(*refuted, offset));
        Self { offset, refuted, ..heard }
    }

    fn offset_differs_from(self, made_with: i64) -> bool {
        !is_near(self.offset, made_with)
    }
}

/// The time in a response's `Date` header (RFC 9110 §6.6.1), unless the response is out of a cache and
/// the time is that of another response (RFC 9111 §5.1).
pub(crate) fn fresh_date(response: &Response) -> Option<Timestamp> {
    let is_fresh = response.header("age").is_none_or(|age| age.trim().parse() == Ok(0_u64));
    let date = response.header("date").filter(|_| is_fresh)?;
    httpdate::parse_http_date(date).ok().map(Timestamp::from)
}

/// The milliseconds that a `Date` is ahead of our clock; `None` for more than a day.
pub(crate) fn difference(date: Timestamp, now: Timestamp) -> Option<i64> {
    let difference = (date.as_secs() - now.as_secs()).checked_mul(1000)?;
    (difference.abs() <= A_DAY_MS).then_some(difference)
}

/// Whether two offsets make the same JWT.
pub(crate) fn is_near(one: i64, other: i64) -> bool {
    one.abs_diff(other) < 1000
}

/// Whether two answers show the same difference: a `Date` is in whole seconds and as old as its answer
/// was on the way.
fn agree(one: i64, other: i64) -> bool {
    one.abs_diff(other) <= 5000
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

    fn host() -> Url {
        Url::parse("https://api.example/x").unwrap()
    }

    fn heard(shown: &[i64]) -> HostClock {
        shown.iter().fold(HostClock::default(), |host, shown| host.heard(*shown))
    }

    #[test]
    fn an_offset_begins_and_ends_when_two_answers_in_a_row_agree() {
        for (shown, offset, why) in [
            (&[7_200_000][..], 0, "one answer is no evidence"),
            (&[7_200_000, 7_196_000], 7_196_000, "two that agree are"),
            (&[7_200_000, 0, 7_200_000], 0, "they must be in a row"),
            (&[7_200_000, 7_200_000, 0], 7_200_000, "one other answer changes nothing"),
            (&[7_200_000, 7_200_000, 0, 2000], 0, "two do: our clock is right"),
            (&[7_200_000, 7_200_000, -60_000, -60_000], -60_000, "or off by another difference"),
            (&[29_000, 29_000], 0, "a small difference is none"),
        ] {
            assert_eq!(heard(shown).offset, offset, "{why}");
        }
    }

    #[test]
    fn the_date_of_a_refusal_is_tried_at_once() {
        for (made_with, shown, offset) in [
            (0, Some(800_000), 800_000),
            (0, Some(2000), 2000), // smaller than what successes change
            (0, None, 0),
            (800_000, Some(800_000), 0), // it was tried and did not help
            (800_000, Some(-5000), -5000),
            (800_000, None, 0),
        ] {
            let host = HostClock { offset: made_with, ..HostClock::default() };
            assert_eq!(host.refused(made_with, shown).offset, offset, "{made_with} {shown:?}");
        }
    }

    #[test]
    fn a_small_offset_that_a_refusal_brought_is_kept_while_answers_show_it() {
        let host = HostClock::default().refused(0, Some(20_000));
        assert_eq!(host.heard(20_000).heard(21_000).offset, 20_000);
        assert_eq!(host.heard(0).heard(0).offset, 0);
    }

    #[test]
    fn a_refused_offset_does_not_come_back_by_the_answers_that_showed_it() {
        let host = heard(&[7_200_000, 7_200_000]).refused(7_200_000, Some(7_200_000));
        assert_eq!(host.offset, 0);
        assert_eq!(host.heard(7_200_000).heard(7_200_000).offset, 0);
        assert_eq!(host.heard(90_000).heard(90_000).offset, 90_000);
        assert_eq!(host.refused(0, Some(7_200_000)).offset, 7_200_000);
    }

    #[test]
    fn a_refusal_and_the_answer_after_it_agree() {
        assert!(HostClock::default().refused(0, Some(800_000)).heard(801_000).is_agreed);
    }

    #[test]
    fn a_refusal_of_a_jwt_with_an_earlier_offset_changes_nothing() {
        let offsets = ClockOffsets::new(Some(&host()));
        assert!(offsets.correct(&host(), 0, Some(800_000)));
        assert!(offsets.correct(&host(), 0, Some(800_000)));
        assert_eq!(offsets.of_api(), 800_000);
        assert!(offsets.correct(&host(), 800_000, Some(800_000)));
        assert!(!offsets.correct(&host(), 0, None));
        assert_eq!(offsets.of_api(), 0);
    }

    #[test]
    fn each_host_has_a_clock_of_its_own() {
        let offsets = ClockOffsets::new(Some(&host()));
        let other = Url::parse("https://other.example").unwrap();
        assert!(offsets.correct(&host(), 0, Some(800_000)));
        assert_eq!((offsets.of_api(), offsets.of(&other)), (800_000, 0));
        assert!(offsets.correct(&other, 0, Some(-1_000_000)));
        assert_eq!((offsets.of_api(), offsets.of(&other)), (800_000, -1_000_000));
    }

    #[test]
    fn a_refusal_may_be_about_the_times_when_two_of_the_three_clocks_differ() {
        for (assumed, shown, is_doubtful) in [
            (0, Some(29_000), false),
            (0, None, false),
            (0, Some(-30_000), true),
            (30_000, Some(30_000), true),
            (30_000, None, true),
        ] {
            let offsets = ClockOffsets::new(Some(&host()));
            offsets.correct(&host(), 0, Some(assumed));
            assert_eq!(offsets.is_doubtful(&host(), shown), is_doubtful, "{assumed} {shown:?}");
        }
    }

    #[test]
    fn a_date_counts_only_fresh_and_within_a_day() {
        let date = |headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            fresh_date(&Response { status: 200, headers: headers.collect(), body: Vec::new() })
        };
        let noon = ("date", "Thu, 01 Jan 1970 12:00:00 GMT");
        let now = Timestamp::from_secs(43_200);
        assert_eq!((date(&[noon]), date(&[noon, ("age", "0")])), (Some(now), Some(now)));
        assert_eq!((date(&[noon, ("age", "7200")]), date(&[noon, ("age", "old")])), (None, None));
        assert_eq!(date(&[("date", "noon")]), None);
        let difference_of = |secs| difference(Timestamp::from_secs(secs), now);
        assert_eq!((difference_of(43_100), difference_of(200_000)), (Some(-100_000), None));
    }
}
