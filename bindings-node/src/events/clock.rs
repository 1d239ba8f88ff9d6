//! A clock for tests.

use std::sync::Arc;

use appmint_core::{Clock as _, Timestamp};
use napi_derive::napi;

use crate::durations::from_millis;

/// A clock that stands still until it is moved.
#[napi]
pub struct ManualClock(appmint_core::ManualClock);

#[napi]
impl ManualClock {
    /// A clock that shows this time, in milliseconds since 1970.
    #[napi(catch_unwind, constructor)]
    #[must_use]
    pub fn new(now: i64) -> Self {
        Self(appmint_core::ManualClock::new(Timestamp::from_millis(now)))
    }

    /// Returns the time that the clock shows.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.now().as_millis()
    }

    /// Sets the time, forwards or backwards, for every app that was made with this clock.
    #[napi(catch_unwind)]
    pub fn set(&self, now: i64) {
        self.0.set(Timestamp::from_millis(now));
    }

    /// Moves the time forwards, for every app that was made with this clock.
    #[napi(catch_unwind)]
    pub fn advance(&self, by_ms: f64) {
        self.0.advance(from_millis(by_ms));
    }

    pub(crate) fn shared(&self) -> Arc<dyn appmint_core::Clock> {
        Arc::new(self.0.clone())
    }
}
