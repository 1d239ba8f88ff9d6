//! A clock for tests of programs.

use std::sync::Arc;

use appmint_core::Clock;
use pyo3::prelude::*;

use crate::{
    arguments::{Argument, duration, timestamp, wrong_type},
    time::Time,
};

#[pyclass(frozen, module = "appmint")]
pub(crate) struct ManualClock(pub(crate) appmint_core::ManualClock);

#[pymethods]
impl ManualClock {
    #[new]
    fn new(now: Argument<'_, '_>) -> PyResult<Self> {
        timestamp("now", now).map(appmint_core::ManualClock::new).map(Self)
    }

    fn now(&self) -> Time {
        Time(self.0.now())
    }

    fn set(&self, now: Argument<'_, '_>) -> PyResult<()> {
        self.0.set(timestamp("now", now)?);
        Ok(())
    }

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
