//! The age of an intent, as far as this process can know it.

use std::{sync::Arc, time::Duration};

use super::rotation::{Doubt, Elapsed, Rules};
use crate::{
    clock::Clock,
    encoding::random_text,
    error::Result,
    store::{Intent, Moment},
};

/// The clock by which intents are dated.
#[derive(Debug)]
pub(super) struct IntentClock {
    clock: Arc<dyn Clock>,
    origin: String,
}

impl IntentClock {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Result<Self> {
        // The monotonic readings of a clock without an origin mean nothing to other processes.
        let origin = clock.origin().map_or_else(random_text, |origin| Ok(origin.to_owned()))?;
        Ok(Self { clock, origin })
    }

    pub(super) fn now(&self) -> Moment {
        Moment {
            clock: self.origin.clone(),
            monotonic_ms: millis(self.clock.monotonic()),
            wall_ms: self.clock.now().as_millis(),
        }
    }

    /// The intent with a mark that this machine has seen it, beside the marks of others: each machine
    /// counts from its own, so that none begins another one's wait anew.
    pub(super) fn seen(&self, intent: &Intent) -> Intent {
        let skipped = (intent.seen.len() + 1).saturating_sub(MAX_SEEN);
        let mut seen = intent.seen[skipped..].to_vec();
        seen.push(self.now());
        Intent { seen, ..intent.clone() }
    }

    pub(super) fn doubt(&self, intent: &Intent, rules: &Rules) -> Doubt {
        let now = self.now();
        let since_last = elapsed(&intent.last, &intent.seen, &now);
        let seen_here = intent.seen.iter().any(|seen| seen.clock == now.clock);
        Doubt {
            may_resend: self.may_resend(intent, rules),
            may_arrive: since_last.at_least < Duration::from_millis(intent.may_arrive_for_ms),
            is_unseen: intent.last.clock != now.clock && !seen_here,
        }
    }

    /// Whether the refresh token of an intent can be sent again without harm.
    pub(super) fn may_resend(&self, intent: &Intent, rules: &Rules) -> bool {
        rules.allow_resend(elapsed(&intent.first, &[], &self.now()))
    }

    /// The time for which the refresh token of an intent can still be sent again without harm.
    pub(super) fn may_resend_for(&self, intent: &Intent, rules: &Rules) -> Duration {
        if !rules.rotates {
            return Duration::MAX;
        }
        rules.grace.saturating_sub(elapsed(&intent.first, &[], &self.now()).at_most)
    }

    /// The longest time after which the intent's request may still arrive.
    pub(super) fn may_arrive_for(&self, intent: &Intent) -> Duration {
        let all = Duration::from_millis(intent.may_arrive_for_ms);
        all.saturating_sub(elapsed(&intent.last, &intent.seen, &self.now()).at_least)
    }
}

/// The time between a moment and now: exact by one clock, else between the time for which this machine
/// has seen the intent and the difference of the wall clocks, which may disagree by a minute.
fn elapsed(then: &Moment, seen: &[Moment], now: &Moment) -> Elapsed {
    let by_clock = |then: &Moment| {
        (then.clock == now.clock).then(|| duration(now.monotonic_ms - then.monotonic_ms))
    };
    if let Some(exact) = by_clock(then) {
        return Elapsed { at_least: exact, at_most: exact };
    }
    let by_wall = now.wall_ms.saturating_sub(then.wall_ms).saturating_add(CLOCK_DIFFERENCE_MS);
    // A moment in the future shows that one of the two clocks is wrong by more than that.
    let at_most = if by_wall < 0 { Duration::MAX } else { duration(by_wall) };
    Elapsed { at_least: seen.iter().find_map(by_clock).unwrap_or_default(), at_most }
}

fn duration(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0)) // readings of one clock only grow
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX) // since the machine started
}

/// Machines that share a store must have wall clocks that differ by less, or a platform's grace period
/// may be over when a refresh token is sent again.
const CLOCK_DIFFERENCE_MS: i64 = 60_000;
/// More machines than that take turns with their marks.
const MAX_SEEN: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::ManualClock, time::Timestamp};

    fn moment(clock: &str, monotonic_s: i64, wall_s: i64) -> Moment {
        let (monotonic_ms, wall_ms) = (monotonic_s * 1000, wall_s * 1000);
        Moment { clock: clock.to_owned(), monotonic_ms, wall_ms }
    }

    fn bounds(then: &Moment, seen: &[Moment], now: &Moment) -> (u64, u64) {
        let Elapsed { at_least, at_most } = elapsed(then, seen, now);
        (at_least.as_secs(), at_most.as_secs())
    }

    #[test]
    fn one_clock_tells_the_age_whatever_the_wall_clock_says() {
        let then = moment("a", 100, 5000);
        for wall_s in [-99_999, 5010, 99_999_999] {
            assert_eq!(bounds(&then, &[], &moment("a", 110, wall_s)), (10, 10));
        }
    }

    #[test]
    fn of_another_machine_only_what_was_seen_here_counts_as_past() {
        let then = moment("a", 100, 5000);
        let now = moment("b", 7, 5010);
        assert_eq!(bounds(&then, &[], &now), (0, 70));
        assert_eq!(bounds(&then, &[moment("b", 4, 0)], &now), (3, 70));
        assert_eq!(bounds(&then, &[moment("c", 4, 0)], &now), (0, 70));
        assert_eq!(bounds(&then, &[moment("c", 4, 0), moment("b", 5, 0)], &now), (2, 70));
    }

    const ROTATES: Rules =
        Rules { rotates: true, grace: SECOND, old_token_is_proof: false, retries: true };
    const SECOND: Duration = Duration::from_secs(1);

    fn intent_of(clock: &IntentClock, seen: Vec<Moment>) -> Intent {
        let (id, now) = (String::new(), clock.now());
        Intent { id, first: now.clone(), last: now, may_arrive_for_ms: 3000, seen }
    }

    fn clock() -> (ManualClock, IntentClock) {
        let clock = ManualClock::new(Timestamp::from_secs(0));
        (clock.clone(), IntentClock::new(Arc::new(clock)).unwrap())
    }

    #[test]
    fn an_intent_of_this_machine_is_in_doubt_until_its_request_cannot_arrive() {
        let (time, clock) = clock();
        let intent = intent_of(&clock, Vec::new());
        let doubt = |may_resend, may_arrive| Doubt { may_resend, may_arrive, is_unseen: false };
        for (left_s, expected) in [
            (3, doubt(true, true)),
            (2, doubt(false, true)),
            (1, doubt(false, true)),
            (0, doubt(false, false)),
        ] {
            assert_eq!(clock.doubt(&intent, &ROTATES), expected);
            assert_eq!(clock.may_arrive_for(&intent), SECOND * left_s);
            time.advance(SECOND);
        }
    }

    #[test]
    fn a_refresh_token_is_sent_again_within_its_grace_or_where_none_rotate() {
        let (time, clock) = clock();
        let intent = intent_of(&clock, Vec::new());
        let constant = Rules { rotates: false, ..ROTATES };
        for (left, may_resend) in [(SECOND, true), (Duration::ZERO, false), (Duration::ZERO, false)]
        {
            assert_eq!(clock.may_resend_for(&intent, &ROTATES), left);
            assert_eq!(clock.may_resend(&intent, &ROTATES), may_resend);
            assert_eq!(clock.may_resend_for(&intent, &constant), Duration::MAX);
            assert!(clock.may_resend(&intent, &constant));
            time.advance(SECOND);
        }
    }

    #[test]
    fn an_intent_of_another_machine_is_unseen_until_it_is_marked_here() {
        let (_, here) = clock();
        let there = IntentClock { clock: Arc::clone(&here.clock), origin: "there".to_owned() };
        let mut intent = intent_of(&there, Vec::new());
        assert!(
            here.doubt(&intent, &ROTATES).is_unseen && !there.doubt(&intent, &ROTATES).is_unseen
        );
        intent.seen.push(moment("a third one", 0, 0));
        assert!(here.doubt(&intent, &ROTATES).is_unseen);
        assert!(!here.doubt(&here.seen(&intent), &ROTATES).is_unseen);
    }

    #[test]
    fn the_last_marks_are_kept_and_ones_own_is_among_them() {
        let (_, clock) = clock();
        let others = |count| (0..count).map(|at| moment(&at.to_string(), 0, 0)).collect();
        for (before, after, first) in [(0, 1, None), (31, 32, Some("0")), (32, 32, Some("1"))] {
            let seen = clock.seen(&intent_of(&clock, others(before))).seen;
            assert_eq!(seen.len(), after);
            assert!(seen.last().is_some_and(|last| *last == clock.now()));
            assert!(first.is_none_or(|first| seen[0].clock == first));
        }
    }

    #[test]
    fn a_wall_clock_that_is_behind_leaves_the_age_open() {
        let then = moment("a", 100, 5000);
        assert_eq!(bounds(&then, &[], &moment("b", 7, 4939)).1, u64::MAX);
        assert_eq!(bounds(&then, &[], &moment("b", 7, 4940)).1, 0);
        assert_eq!(bounds(&then, &[], &moment("b", 7, 4950)).1, 10);
    }
}
