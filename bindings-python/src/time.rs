//! Instants and durations as `datetime` and `timedelta`.

use std::time::Duration;

use appmint_core::Timestamp;
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyDateTime, PyDelta, PyTzInfo},
};

/// An instant; in Python a `datetime` in UTC.
pub(crate) struct Time(pub(crate) Timestamp);

impl<'py> IntoPyObject<'py> for Time {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        epoch(py)?.add(Offset(self.0.as_millis()))
    }
}

/// A signed number of milliseconds; in Python a `timedelta`.
pub(crate) struct Offset(pub(crate) i64);

impl<'py> IntoPyObject<'py> for Offset {
    type Target = PyDelta;
    type Output = Bound<'py, PyDelta>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyDelta>> {
        let days = self.0.div_euclid(DAY_MS);
        let rest_ms = self.0.rem_euclid(DAY_MS);
        let secs = (rest_ms / 1000) as i32; // a day has 86400 s
        let micros = (rest_ms % 1000) as i32 * 1000;
        PyDelta::new(py, days.try_into()?, secs, micros, false)
    }
}

/// A duration; in Python a `timedelta`.
pub(crate) struct Span(pub(crate) Duration);

impl<'py> IntoPyObject<'py> for Span {
    type Target = PyDelta;
    type Output = Bound<'py, PyDelta>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyDelta>> {
        self.0.min(MAX_TIMEDELTA).into_pyobject(py)
    }
}

/// 1970-01-01T00:00:00Z as a `datetime`.
pub(crate) fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let epoch = EPOCH.get_or_try_init(py, || {
        let utc = PyTzInfo::utc(py)?;
        PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc))
            .map(|epoch| epoch.into_any().unbind())
    })?;
    Ok(epoch.bind(py))
}

pub(crate) const DAY_MS: i64 = 86_400_000;
/// `timedelta.max` in whole days.
const MAX_TIMEDELTA: Duration = Duration::from_secs(999_999_999 * 86_400);
