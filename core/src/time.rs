//! Points in time, the two clocks of a machine at one moment, and the notations of platforms.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the epoch; saturates.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This much later; saturates.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }

    /// This much earlier; saturates.
    #[must_use]
    pub fn before(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(millis(by)))
    }

    /// Moved by so many milliseconds; saturates.
    #[must_use]
    pub(crate) fn shifted(self, by_ms: i64) -> Self {
        Self(self.0.saturating_add(by_ms))
    }

    /// The time until `later`; zero if that has passed.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        let millis = later.0.saturating_sub(self.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0)) // negative: already passed
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX) // saturates after 292 million years
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self(millis(since)),
            Err(before) => Self(millis(before.duration()).saturating_neg()),
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        let distance = Duration::from_millis(time.0.unsigned_abs());
        if time.0 < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => write!(f, "{} ms after 1970", self.0),
        }
    }
}

/// Both clocks of this machine at one moment: the wall clock, which people and time servers set, and
/// the monotonic one, which nobody sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    pub(crate) wall_ms: i64,
    pub(crate) monotonic_ms: i64,
}

impl ClockReading {
    /// The two times that a [`Clock`](crate::Clock) shows.
    #[must_use]
    pub fn new(wall: Timestamp, monotonic: Duration) -> Self {
        Self { wall_ms: wall.as_millis(), monotonic_ms: millis(monotonic) }
    }

    /// The time by the wall clock.
    pub(crate) fn wall(self) -> Timestamp {
        Timestamp(self.wall_ms)
    }

    /// Both clocks so many milliseconds later, or earlier; saturates.
    pub(crate) fn shifted(self, by_ms: i64) -> Self {
        Self {
            wall_ms: self.wall_ms.saturating_add(by_ms),
            monotonic_ms: self.monotonic_ms.saturating_add(by_ms),
        }
    }

    /// The milliseconds until `end`, by the clock that says less.
    pub(crate) fn remaining_ms(self, end: Self) -> i64 {
        let by_wall = end.wall_ms.saturating_sub(self.wall_ms);
        by_wall.min(end.monotonic_ms.saturating_sub(self.monotonic_ms))
    }

    /// Whether both clocks have passed `end`. One alone may have been set.
    pub(crate) fn is_past(self, end: Self) -> bool {
        end.wall_ms <= self.wall_ms && end.monotonic_ms <= self.monotonic_ms
    }

    /// The time that has passed since `earlier`, by the monotonic clock; `None` if `earlier` is later.
    pub(crate) fn since(self, earlier: Self) -> Option<Duration> {
        let passed = self.monotonic_ms.saturating_sub(earlier.monotonic_ms);
        u64::try_from(passed).ok().map(Duration::from_millis)
    }
}

/// When something expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expiry {
    /// The time that is shown: the platform's, or the end of a relative life by our wall clock.
    pub(crate) at: Timestamp,
    /// The same moment by this machine's clocks, whatever their distance to the platform's.
    pub(crate) end: ClockReading,
}

impl Expiry {
    /// The end of a life that begins now.
    pub(crate) fn after(now: ClockReading, life_ms: i64) -> Self {
        Self { at: now.wall().shifted(life_ms), end: now.shifted(life_ms) }
    }
}

/// A platform's notation of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// `2023-05-07T04:02:40.758+08:00`
    Rfc3339,
    /// Seconds from now, as in RFC 6749's `expires_in`.
    Seconds,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
}

impl TimeFormat {
    /// The time that a reply's member says. Numbers may come as text or with a fraction.
    ///
    /// `None` when it makes no sense: another type, out of range, not finite.
    #[must_use]
    pub fn read(self, value: &Value, now: Timestamp) -> Option<Timestamp> {
        if self == Self::Rfc3339 {
            return parse_rfc3339(value.as_str()?);
        }
        let number = number(value)?;
        let millis = match self {
            Self::Seconds => now.as_millis() as f64 + number * 1000.0,
            Self::EpochSeconds => number * 1000.0,
            Self::EpochMilliseconds | Self::Rfc3339 => number,
        };
        (millis.is_finite() && millis.abs() < END_OF_TIME).then_some(Timestamp(millis as i64))
    }
}

/// An RFC 3339 time with any offset.
#[must_use]
pub(crate) fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    text.trim().parse::<jiff::Timestamp>().ok().map(|time| Timestamp(time.as_millisecond()))
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// 9999-12-31T23:59:59Z in milliseconds, the last second that RFC 3339 can write.
const END_OF_TIME: f64 = 253_402_300_799_000.0;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOON: Timestamp = Timestamp::from_secs(43_200);

    #[test]
    fn a_system_time_on_either_side_of_1970_is_the_same_moment() {
        for ms in [-86_400_001, -1, 0, 1, 1_683_403_360_758] {
            let time = Timestamp::from_millis(ms);
            assert_eq!(Timestamp::from(SystemTime::from(time)), time);
        }
        assert!(SystemTime::from(Timestamp::from_millis(-1)) < UNIX_EPOCH);
    }

    #[test]
    fn offsets_and_milliseconds_are_read() {
        let read = TimeFormat::Rfc3339.read(&json!("2023-05-07T04:02:40.758+08:00"), NOON);
        assert_eq!(read, Some(Timestamp::from_millis(1_683_403_360_758)));
        assert_eq!(read.map(|time| time.to_string()).as_deref(), Some("2023-05-06T20:02:40.758Z"));
    }

    #[test]
    fn seconds_count_from_now_and_may_be_text_or_fractions() {
        for hour in [json!(3600), json!("3600"), json!(3600.0), json!(" 3600 ")] {
            assert_eq!(TimeFormat::Seconds.read(&hour, NOON), Some(Timestamp::from_secs(46_800)));
        }
    }

    #[test]
    fn epoch_times_are_absolute() {
        let ms = json!(1_684_166_156_606_i64);
        assert_eq!(
            TimeFormat::EpochMilliseconds.read(&ms, NOON),
            Some(Timestamp::from_millis(1_684_166_156_606))
        );
        assert_eq!(
            TimeFormat::EpochSeconds.read(&json!("1684166156"), NOON),
            Some(Timestamp::from_secs(1_684_166_156))
        );
    }

    #[test]
    fn a_value_that_is_no_time_is_refused() {
        for wrong in [json!(1e300), json!("NaN"), json!("inf"), json!(null), json!([]), json!("")] {
            assert_eq!(TimeFormat::Seconds.read(&wrong, NOON), None, "{wrong}");
            assert_eq!(TimeFormat::EpochMilliseconds.read(&wrong, NOON), None, "{wrong}");
        }
        for wrong in ["10000-01-01T00:00:00Z", "2023-05-07", "soon"] {
            assert_eq!(TimeFormat::Rfc3339.read(&json!(wrong), NOON), None, "{wrong}");
        }
    }

    #[test]
    fn the_clock_that_says_less_counts() {
        let now = ClockReading::new(NOON, Duration::from_secs(600));
        let end = now.shifted(3_600_000);
        let set_back = ClockReading { wall_ms: now.wall_ms - 7_200_000, ..now };
        let set_ahead = ClockReading { wall_ms: now.wall_ms + 1_200_000, ..now };
        let remaining = [now, set_back, set_ahead].map(|reading| reading.remaining_ms(end));
        assert_eq!(remaining, [3_600_000, 3_600_000, 2_400_000]);
        assert_eq!(set_ahead.since(now), Some(Duration::ZERO));
        assert_eq!((end.since(set_back), now.since(end)), (Some(Duration::from_secs(3600)), None));
    }

    #[test]
    fn arithmetic_saturates() {
        let end = Timestamp::from_millis(i64::MAX);
        assert_eq!(end.after(Duration::MAX), end);
        assert_eq!(end.until(NOON), Duration::ZERO);
    }
}
