use std::{sync::Arc, time::Duration};

use appmint_core::{Clock as _, Timestamp};
use napi_derive::napi;

/// A clock that stands still until moved.
#[napi]
pub struct ManualClock(pub(crate) appmint_core::ManualClock);

#[napi]
impl ManualClock {
    /// A clock that shows this many milliseconds since 1970.
    #[napi(catch_unwind, constructor)]
    #[must_use]
    pub fn new(now: i64) -> Self {
        Self(appmint_core::ManualClock::new(Timestamp::from_millis(now)))
    }

    /// The time, in milliseconds since 1970.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.now().as_millis()
    }

    /// Moves it to a time.
    #[napi(catch_unwind)]
    pub fn set(&self, now: i64) {
        self.0.set(Timestamp::from_millis(now));
    }

    /// Moves it forwards.
    #[napi(catch_unwind)]
    pub fn advance(&self, by: f64) {
        self.0.advance(millis(by));
    }

    pub(crate) fn shared(&self) -> Arc<dyn appmint_core::Clock> {
        Arc::new(self.0.clone())
    }
}

/// A duration given in milliseconds, which JavaScript has checked to be none below zero.
pub(crate) fn millis(millis: f64) -> Duration {
    seconds(millis / 1000.0)
}

/// A duration in milliseconds.
pub(crate) fn in_millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// A duration given in seconds.
pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX) // longer than time lasts
}
