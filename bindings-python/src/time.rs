//! Points in time and spans, as `datetime` and `timedelta`.

use std::time::Duration;

use appmint_core::Timestamp;
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyDateTime, PyDelta, PyDeltaAccess as _, PyTzInfo},
};

use crate::error::invalid;

/// A point in time; in Python a `datetime` in UTC.
pub(crate) struct Time(pub(crate) Timestamp);

impl<'py> IntoPyObject<'py> for Time {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        epoch(py)?.add(Offset(self.0.as_millis()))
    }
}

/// Milliseconds forwards or back; in Python a `timedelta`.
pub(crate) struct Offset(pub(crate) i64);

impl<'py> IntoPyObject<'py> for Offset {
    type Target = PyDelta;
    type Output = Bound<'py, PyDelta>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyDelta>> {
        let (days, rest) = (self.0.div_euclid(DAY_MS), self.0.rem_euclid(DAY_MS));
        let (secs, millis) = ((rest / 1000) as i32, (rest % 1000) as i32); // a day has 86400 s
        PyDelta::new(py, days.try_into()?, secs, millis * 1000, false)
    }
}

/// A span of time; in Python a `timedelta`.
pub(crate) struct Span(pub(crate) Duration);

impl<'py> IntoPyObject<'py> for Span {
    type Target = PyDelta;
    type Output = Bound<'py, PyDelta>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyDelta>> {
        self.0.min(LONGEST).into_pyobject(py)
    }
}

/// A `datetime` that knows its zone.
pub(crate) fn read_datetime(name: &str, value: &Bound<'_, PyDateTime>) -> PyResult<Timestamp> {
    let py = value.py();
    if value.call_method0("utcoffset")?.is_none() {
        return Err(invalid(py, format!("{name} is a datetime without a time zone; give it one")));
    }
    let since = value.as_any().sub(epoch(py)?)?;
    let since = since.cast::<PyDelta>()?;
    let secs = i64::from(since.get_days()) * DAY_MS / 1000 + i64::from(since.get_seconds());
    Ok(Timestamp::from_millis(secs * 1000 + i64::from(since.get_microseconds()) / 1000))
}

fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let epoch = EPOCH.get_or_try_init(py, || {
        let utc = PyTzInfo::utc(py)?;
        PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc))
            .map(|epoch| epoch.into_any().unbind())
    })?;
    Ok(epoch.bind(py))
}

const DAY_MS: i64 = 86_400_000;
/// `timedelta.max` in whole days.
const LONGEST: Duration = Duration::from_secs(999_999_999 * 86_400);
