//! A clock for tests of programs.

use std::sync::Arc;

use appmint_core::{Clock, Timestamp};
use pyo3::{
    prelude::*,
    types::{PyDateTime, PyInt},
};

use crate::{
    convert::{self, wrong},
    error::invalid,
    time::{Time, read_datetime},
};

/// A clock that stands still until it is moved, for tests.
///
/// Times are datetimes with a time zone, or milliseconds since 1970.
#[pyclass(frozen, module = "appmint")]
pub(crate) struct ManualClock(pub(crate) appmint_core::ManualClock);

#[pymethods]
impl ManualClock {
    #[new]
    fn new(now: &Bound<'_, PyAny>) -> PyResult<Self> {
        read("now", now).map(appmint_core::ManualClock::new).map(Self)
    }

    /// The time it shows.
    fn now(&self) -> Time {
        Time(self.0.now())
    }

    /// Moves it to a time, forwards or back.
    fn set(&self, now: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.set(read("now", now)?);
        Ok(())
    }

    /// Moves it forwards by a timedelta or a number of seconds.
    fn advance(&self, by: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.advance(convert::span("by", by)?);
        Ok(())
    }

    fn __repr__(&self) -> String {
        format!("<appmint.ManualClock at {}>", self.0.now())
    }
}

/// The clock that an app is to go by.
pub(crate) fn clock(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Arc<dyn Clock>> {
    let clock = value.cast::<ManualClock>().map_err(|_| wrong(name, "a ManualClock", value))?;
    Ok(Arc::new(clock.get().0.clone()))
}

fn read(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Timestamp> {
    if let Ok(datetime) = value.cast::<PyDateTime>() {
        return read_datetime(name, datetime);
    }
    if !value.is_exact_instance_of::<PyInt>() {
        return Err(wrong(name, "a datetime or an int of milliseconds", value));
    }
    let millis = value.extract().map_err(|_| {
        invalid(value.py(), format!("{name} is more milliseconds than a time can have"))
    })?;
    Ok(Timestamp::from_millis(millis))
}
