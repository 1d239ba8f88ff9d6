//! A clock for tests of programs.

use std::sync::Arc;

use appmint_core::Clock;
use pyo3::prelude::*;

use crate::{
    arguments::{Argument, duration, timestamp, wrong_type},
    time::Time,
};

/// A clock for tests, which shows the same time until it is moved.
///
/// It takes a datetime with a time zone, or milliseconds since 1970; another argument
/// raises InvalidArgumentError.
#[pyclass(frozen, module = "appmint")]
pub(crate) struct ManualClock(pub(crate) appmint_core::ManualClock);

#[pymethods]
impl ManualClock {
    #[new]
    fn new(now: Argument<'_, '_>) -> PyResult<Self> {
        timestamp("now", now).map(appmint_core::ManualClock::new).map(Self)
    }

    /// Returns the time that the clock shows, in UTC.
    ///
    /// Returns:
    ///     The time.
    fn now(&self) -> Time {
        Time(self.0.now())
    }

    /// Sets the time, forwards or backwards, for every app that was made with this clock.
    ///
    /// Args:
    ///     now: A datetime with a time zone, or milliseconds since 1970.
    fn set(&self, now: Argument<'_, '_>) -> PyResult<()> {
        self.0.set(timestamp("now", now)?);
        Ok(())
    }

    /// Moves the time forwards, for every app that was made with this clock.
    ///
    /// Args:
    ///     by: How far to move it, as a timedelta or in seconds.
    ///
    /// Raises:
    ///     InvalidArgumentError: The duration is negative.
    fn advance(&self, by: Argument<'_, '_>) -> PyResult<()> {
        self.0.advance(duration("by", by)?);
        Ok(())
    }

    fn __repr__(&self) -> String {
        format!("<appmint.ManualClock at {}>", self.0.now())
    }
}

/// The clock that an app reads.
pub(crate) fn clock(name: &str, value: Argument<'_, '_>) -> PyResult<Arc<dyn Clock>> {
    let clock =
        value.cast::<ManualClock>().map_err(|_| wrong_type(name, "a ManualClock", value))?;
    Ok(Arc::new(clock.get().0.clone()))
}
