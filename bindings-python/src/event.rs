//! What an app tells of its work: to the log, and to whoever wants to know.

use std::{sync::Arc, time::Duration};

use appmint_core::Listener;
use pyo3::{
    PyTraverseError, PyVisit,
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{
    callback::{Callback, Callbacks, class},
    convert::callable,
    error::raise,
    gate,
    time::{Offset, Span},
};

/// Something that happened. It never holds a secret.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Event {
    kind: String,
    installation_id: Option<String>,
    duration: Option<Duration>,
    clock_offset_ms: Option<i64>,
    error: Option<Py<PyAny>>,
    is_warning: bool,
    text: String,
}

impl Event {
    fn new(py: Python<'_>, event: &appmint_core::Event) -> Self {
        Self {
            kind: event.kind.name().to_owned(),
            installation_id: event.installation_id.clone(),
            duration: event.duration,
            clock_offset_ms: event.clock_offset_ms,
            error: event.error.as_ref().map(|error| raise(py, error).into_value(py).into_any()),
            is_warning: event.kind.is_warning(),
            text: event.to_string(),
        }
    }
}

#[pymethods]
impl Event {
    /// What: "minted", "renewed", "mint_failed", "served_stale", "retried", "skew_found",
    /// "refused", "taken_from_store" or "store_failed".
    #[getter]
    fn kind(&self) -> &str {
        &self.kind
    }

    /// The installation that it is about.
    #[getter]
    fn installation_id(&self) -> Option<&str> {
        self.installation_id.as_deref()
    }

    /// How long the call took, or the wait until it is sent again.
    #[getter]
    fn duration(&self) -> Option<Span> {
        self.duration.map(Span)
    }

    /// How far the platform's clock is ahead.
    #[getter]
    fn clock_offset(&self) -> Option<Offset> {
        self.clock_offset_ms.map(Offset)
    }

    /// Why.
    #[getter]
    fn error(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.error.as_ref().map(|error| error.clone_ref(py))
    }

    /// Whether somebody should look at it.
    #[getter]
    fn is_warning(&self) -> bool {
        self.is_warning
    }

    /// The event in a line, as a log wants it.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        format!("<appmint.Event {}>", self.text)
    }

    /// Log records travel between processes, and take it along.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("appmint._native")?.getattr("restored_event")?;
        let parts = (
            &self.kind,
            &self.installation_id,
            self.duration,
            self.clock_offset_ms,
            &self.error,
            self.is_warning,
            &self.text,
        );
        (restore, parts).into_pyobject(py)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.error)
    }
}

/// An event out of a pickle.
#[pyfunction]
#[pyo3(signature = (kind, installation_id, duration, clock_offset_ms, error, is_warning, text))]
pub(crate) fn restored_event(
    kind: String,
    installation_id: Option<String>,
    duration: Option<Duration>,
    clock_offset_ms: Option<i64>,
    error: Option<Py<PyAny>>,
    is_warning: bool,
    text: String,
) -> Event {
    Event { kind, installation_id, duration, clock_offset_ms, error, is_warning, text }
}

/// Who hears of an app's events: the log, and a callable if there is one.
pub(crate) fn listener(
    on_event: Option<&Bound<'_, PyAny>>,
    callbacks: &Bound<'_, Callbacks>,
) -> PyResult<Listener> {
    let heard = |value| {
        callable("on_event", "an Event in", value)?;
        Callbacks::keep(callbacks, value)
    };
    let (on_event, log) = (on_event.map(heard).transpose()?, Log::new(callbacks.py())?);
    Ok(Arc::new(move |event| {
        gate::enter(|py| tell(py, event, &log, on_event.as_ref()));
    }))
}

fn tell(py: Python<'_>, event: &appmint_core::Event, log: &Log, on_event: Option<&Callback>) {
    let level = if event.kind.is_warning() { WARNING } else { DEBUG };
    let (is_logged, on_event) = (log.takes(py, level), on_event.and_then(|it| it.find(py)));
    if !is_logged && on_event.is_none() {
        return;
    }
    let Ok(told) = Bound::new(py, Event::new(py, event)) else { return };
    if is_logged {
        log.write(py, level, &event.to_string(), Some(&told));
    }
    if let Some(Err(exception)) = on_event.map(|callback| callback.call1((&told,))) {
        log.complain(py, "on_event", &exception, Some(&told));
    }
}

/// The logger `appmint`.
pub(crate) struct Log(Py<PyAny>);

impl Log {
    pub(crate) fn new(py: Python<'_>) -> PyResult<Self> {
        Ok(Self(py.import("logging")?.call_method1("getLogger", ("appmint",))?.unbind()))
    }

    /// Notes what a callback raised that nobody waits for. Its class only, as anywhere.
    pub(crate) fn complain(
        &self,
        py: Python<'_>,
        who: &str,
        exception: &PyErr,
        event: Option<&Bound<'_, Event>>,
    ) {
        if self.takes(py, WARNING) {
            let text = format!("{who} raised {}", class(exception.value(py)));
            self.write(py, WARNING, &text, event);
        }
    }

    fn takes(&self, py: Python<'_>, level: u8) -> bool {
        let answer = self.0.bind(py).call_method1("isEnabledFor", (level,));
        answer.and_then(|answer| answer.is_truthy()).unwrap_or(false)
    }

    /// A log that fails is nothing that an app could do anything about.
    fn write(&self, py: Python<'_>, level: u8, text: &str, event: Option<&Bound<'_, Event>>) {
        let write = || {
            let (named, extra) = (PyDict::new(py), PyDict::new(py));
            extra.set_item("event", event)?;
            named.set_item("extra", extra)?;
            self.0.bind(py).call_method("log", (level, text), Some(&named))
        };
        drop(write());
    }
}

// https://docs.python.org/3/library/logging.html#logging-levels
const WARNING: u8 = 30;
const DEBUG: u8 = 10;
