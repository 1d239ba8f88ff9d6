//! The logger `appmint`.

use pyo3::{prelude::*, types::PyDict};

use crate::{callback::class_name, interpreter};

pub(crate) struct Log(Py<PyAny>);

impl Log {
    pub(crate) fn new(py: Python<'_>) -> PyResult<Self> {
        Ok(Self(py.import("logging")?.call_method1("getLogger", ("appmint",))?.unbind()))
    }

    pub(crate) fn is_enabled_for(&self, py: Python<'_>, level: u8) -> bool {
        let ask = || interpreter::call(&self.0.bind(py).getattr("isEnabledFor")?, (level,), None);
        ask().and_then(|value| value.is_truthy()).unwrap_or(false)
    }

    /// Writes a record with the event that it is about. A failure is ignored: there is no caller to
    /// report it to.
    pub(crate) fn write(
        &self,
        py: Python<'_>,
        level: u8,
        text: &str,
        event: Option<&Bound<'_, PyAny>>,
    ) {
        let write = || {
            let extra = PyDict::new(py);
            extra.set_item("event", event)?;
            let keywords = PyDict::new(py);
            keywords.set_item("extra", extra)?;
            interpreter::call(&self.0.bind(py).getattr("log")?, (level, text), Some(&keywords))
        };
        drop(write());
    }

    /// Writes the class of an exception that a callback raised and no caller receives.
    pub(crate) fn callback_raised(
        &self,
        py: Python<'_>,
        callback: &str,
        exception: &PyErr,
        event: Option<&Bound<'_, PyAny>>,
    ) {
        if self.is_enabled_for(py, WARNING) {
            let text = format!("{callback} raised {}", class_name(exception.value(py)));
            self.write(py, WARNING, &text, event);
        }
    }
}

// https://docs.python.org/3/library/logging.html#logging-levels
pub(crate) const WARNING: u8 = 30;
pub(crate) const DEBUG: u8 = 10;
