//! Durations as JavaScript's numbers of milliseconds.

use std::time::Duration;

/// The duration of this many milliseconds; the package's JavaScript has refused negative numbers and
/// NaN.
pub(crate) fn from_millis(millis: f64) -> Duration {
    Duration::try_from_secs_f64(millis / 1000.0).unwrap_or(Duration::MAX) // `Infinity` is allowed
}

/// The duration in milliseconds.
pub(crate) fn to_millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
