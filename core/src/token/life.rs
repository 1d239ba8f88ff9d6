//! A token's life, by this machine's clocks.
//!
//! The moment of its end is fixed once, when the platform's answer is read, and from then on compared
//! with both of this machine's clocks: no step of the wall clock, and nothing that a host says later
//! about its own clock, makes the token live longer.

use std::time::Duration;

use crate::time::{ClockReading, Expiry, Timestamp};

/// The times of a token.
#[derive(Clone, Copy, Default)]
pub(super) struct Life {
    /// As the platform said it, by the platform's clock.
    pub(super) expires_at: Option<Timestamp>,
    /// The same moment by this machine's clocks; `None` also for a token out of a store, until it is
    /// restored.
    pub(super) end: Option<ClockReading>,
    pub(super) issued_at: Option<ClockReading>,
}

/// A token is the same whenever and by whichever process it was read.
impl PartialEq for Life {
    fn eq(&self, other: &Self) -> bool {
        let shown = |life: &Self| (life.expires_at, life.issued_at.map(ClockReading::wall));
        shown(self) == shown(other)
    }
}

impl Eq for Life {}

impl Life {
    /// The milliseconds until the end, by the clock that says less; without an end for ever.
    pub(super) fn remaining_ms(&self, now: ClockReading) -> i64 {
        match (self.end, self.expires_at) {
            (Some(end), _) => now.remaining_ms(end),
            // Not restored yet: only the wall clock is the same here and in the other process.
            (None, Some(at)) => at.as_millis().saturating_sub(now.wall_ms),
            (None, None) => i64::MAX,
        }
    }

    /// Whether both clocks say that it has ended. One alone may have been set.
    pub(super) fn has_surely_ended(&self, now: ClockReading) -> bool {
        match self.end {
            Some(end) => now.is_past(end),
            None => self.remaining_ms(now) <= 0,
        }
    }

    /// The time since the beginning, by the monotonic clock; `None` where that is not known.
    pub(super) fn age(&self, now: ClockReading) -> Option<Duration> {
        now.since(self.issued_at?)
    }

    /// The end, once it was fixed by this machine's clocks.
    pub(super) fn expiry(&self) -> Option<Expiry> {
        Some(Expiry { at: self.expires_at?, end: self.end? })
    }

    /// The beginning of a token that another process has issued, by that one's wall clock.
    pub(super) fn begun_elsewhere(at: Timestamp) -> ClockReading {
        ClockReading { wall_ms: at.as_millis(), monotonic_ms: UNKNOWN_MS }
    }

    /// Whether another process has counted this life, and this one has not yet.
    pub(super) fn is_elsewhere(&self) -> bool {
        let has_begun_here = |it: ClockReading| it.monotonic_ms != UNKNOWN_MS;
        (self.end.is_none() && self.expires_at.is_some())
            || !self.issued_at.is_none_or(has_begun_here)
    }

    /// The life that was counted elsewhere, counted here from now on.
    ///
    /// The monotonic clock is another one after each boot, so the wall clock says how much is left; but
    /// never more than there was at the beginning, in case this wall clock is behind.
    pub(super) fn restored(self, now: ClockReading) -> Self {
        let left_ms = |at: Timestamp| {
            let by_wall_ms = at.as_millis().saturating_sub(now.wall_ms);
            self.whole_ms().map_or(by_wall_ms, |whole_ms| whole_ms.min(by_wall_ms))
        };
        let begun = |issued_at: ClockReading| {
            let age_ms = now.wall_ms.saturating_sub(issued_at.wall_ms).max(0);
            let monotonic_ms = now.monotonic_ms.saturating_sub(age_ms);
            ClockReading { monotonic_ms, ..issued_at }
        };
        Self {
            end: self.expires_at.map(|at| now.shifted(left_ms(at))),
            issued_at: self.issued_at.map(begun),
            ..self
        }
    }

    /// The length of the whole life by what is written; `None` if its times make no sense, because the
    /// writer's wall clock was ahead.
    fn whole_ms(&self) -> Option<i64> {
        let whole_ms = self.expires_at?.as_millis().saturating_sub(self.issued_at?.wall_ms);
        (whole_ms > 0).then_some(whole_ms)
    }
}

/// A monotonic clock that was not read: long ago, so that no token counts as new by it.
const UNKNOWN_MS: i64 = i64::MIN;

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_secs(43_200);
    const HOUR: i64 = 3_600_000;

    fn at(wall_h: i64, monotonic_h: i64) -> ClockReading {
        ClockReading { wall_ms: NOON.as_millis() + wall_h * HOUR, monotonic_ms: monotonic_h * HOUR }
    }

    fn stored(issued_h: i64, expires_h: i64) -> Life {
        Life {
            expires_at: Some(at(expires_h, 0).wall()),
            end: None,
            issued_at: Some(Life::begun_elsewhere(at(issued_h, 0).wall())),
        }
    }

    #[test]
    fn a_restored_life_lasts_until_its_expiry_but_never_longer_than_at_its_beginning() {
        for (issued_h, expires_h, left_h, why) in [
            (-1, 1, 1, "both clocks are right"),
            (2, 4, 2, "this clock is behind"),
            (-4, -2, -2, "this clock is ahead"),
            (3, 1, 1, "the writer's clock was ahead"),
            (-5, 1, 1, "the writer's clock was behind"),
        ] {
            let (life, now) = (stored(issued_h, expires_h), at(0, 7));
            assert_eq!(life.restored(now).remaining_ms(now), left_h * HOUR, "{why}");
            assert_eq!(life.restored(now).expires_at, life.expires_at);
        }
    }

    #[test]
    fn a_restored_life_no_longer_depends_on_the_wall_clock_alone() {
        let life = stored(-1, 1);
        assert!(life.is_elsewhere() && !life.restored(at(0, 7)).is_elsewhere());
        let set_back = at(-9, 7).shifted(HOUR / 2);
        assert_eq!(life.restored(at(0, 7)).remaining_ms(set_back), HOUR / 2);
        assert_eq!(life.restored(at(0, 7)).age(set_back), Some(Duration::from_secs(5400)));
    }

    #[test]
    fn a_life_is_the_same_whenever_it_is_read() {
        let life = stored(-1, 1);
        assert!(life == life.restored(at(0, 7)) && life != stored(-1, 2));
    }

    #[test]
    fn a_life_that_began_elsewhere_is_old_until_it_is_restored() {
        let life = stored(0, 1);
        assert!(life.age(at(0, 7)).is_some_and(|age| age > Duration::from_secs(1 << 40)));
        assert_eq!(life.restored(at(0, 7)).age(at(0, 7)), Some(Duration::ZERO));
        assert_eq!(life.restored(at(0, 7)).age(at(0, 6)), None);
    }

    #[test]
    fn a_life_has_surely_ended_when_both_clocks_say_so() {
        let life = stored(0, 1).restored(at(0, 7));
        let has_ended = |wall_h, monotonic_h| life.has_surely_ended(at(wall_h, monotonic_h));
        assert!(has_ended(1, 8) && !has_ended(9, 7) && !has_ended(-9, 8));
        assert!(
            stored(-2, -1).has_surely_ended(at(0, 7))
                && !Life::default().has_surely_ended(at(9, 9))
        );
    }
}
