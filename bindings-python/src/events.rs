//! Events of an app: records of the logger `appmint`, and calls of `on_event`.

pub(crate) mod clock;
pub(crate) mod log;

use std::{sync::Arc, time::Duration};

use appmint_core::Listener;
use pyo3::{
    PyTraverseError, PyVisit,
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{
    app::quota::{Parts, Quota},
    arguments::{Optional, callable, optional},
    callback::{Callback, Callbacks},
    errors::exception,
    events::log::{DEBUG, Log, WARNING},
    interpreter,
    time::{Offset, Span},
    values,
};

/// An event in an app's work. It never holds a secret.
///
/// It can be pickled.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Event {
    kind: String,
    installation_id: Option<String>,
    duration: Option<Duration>,
    clock_offset_ms: Option<i64>,
    quota: Option<Quota>,
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
            quota: event.quota.clone().map(Quota::from),
            error: event.error.as_ref().map(|error| exception(py, error).into_value(py).into_any()),
            is_warning: event.kind.is_warning(),
            text: event.to_string(),
        }
    }
}

#[pymethods]
impl Event {
    /// The kind of the event.
    ///
    /// "minted", "renewed", "retried" and "taken_from_store" are routine. "mint_failed",
    /// "served_stale", "skew_found", "refused" and "store_failed" are warnings.
    #[getter]
    fn kind(&self) -> &str {
        &self.kind
    }

    /// The id of the installation that the event is about.
    ///
    /// None if it is about none.
    #[getter]
    fn installation_id(&self) -> Option<&str> {
        self.installation_id.as_deref()
    }

    /// How long the call took, or the wait until the request is sent again.
    ///
    /// None if the event has none.
    #[getter]
    fn duration(&self) -> Option<Span> {
        self.duration.map(Span)
    }

    /// How far the platform's clock is ahead of this machine's.
    ///
    /// None if the event is not about clocks.
    #[getter]
    fn clock_offset(&self) -> Option<Offset> {
        self.clock_offset_ms.map(Offset)
    }

    /// The quota of requests as it was last told: the app's after minting, and that of a
    /// request that is sent again.
    ///
    /// None if the platform told none.
    #[getter]
    fn quota(&self) -> Option<Quota> {
        self.quota.clone()
    }

    /// The error that caused the event.
    ///
    /// None if no error did.
    #[getter]
    fn error(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.error.as_ref().map(|error| error.clone_ref(py))
    }

    /// Whether an operator should look into it.
    ///
    /// It is then logged at WARNING, else at DEBUG.
    #[getter]
    fn is_warning(&self) -> bool {
        self.is_warning
    }

    /// The event in one line, for a log.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    fn __str__(&self) -> &str {
        &self.text
    }

    /// Returns the attributes by name.
    ///
    /// Returns:
    ///     A new dict. Values are the attributes' own.
    fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        values::as_dict(slf.as_any())
    }

    fn __repr__(&self) -> String {
        format!("<appmint.Event {}>", self.text)
    }

    // Log records are pickled on their way to another process, and their event with them.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("appmint._native")?.getattr("restored_event")?;
        let parts = (
            &self.kind,
            &self.installation_id,
            (self.duration, self.clock_offset_ms, self.quota.as_ref().map(|quota| &quota.0)),
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

/// Makes an event from the parts in a pickle.
#[pyfunction]
#[pyo3(signature = (kind, installation_id, measured, error, is_warning, text))]
pub(crate) fn restored_event(
    kind: String,
    installation_id: Option<String>,
    measured: (Option<Duration>, Option<i64>, Option<Parts>),
    error: Option<Py<PyAny>>,
    is_warning: bool,
    text: String,
) -> Event {
    let (duration, clock_offset_ms, quota) = measured;
    let quota = quota.map(Quota);
    Event { kind, installation_id, duration, clock_offset_ms, quota, error, is_warning, text }
}

/// The listener that passes an app's events on to the log, and to a callable if there is one.
pub(crate) fn listener(
    on_event: Optional<'_, '_>,
    callbacks: &Bound<'_, Callbacks>,
) -> PyResult<Listener> {
    let on_event = optional("on_event", on_event, |name, value| {
        callable(name, "an Event", value)?;
        Callbacks::add(callbacks, value)
    })?;
    let log = Log::new(callbacks.py())?;
    Ok(Arc::new(move |event| {
        interpreter::attach(|py| deliver(py, event, &log, on_event.as_ref()));
    }))
}

fn deliver(py: Python<'_>, event: &appmint_core::Event, log: &Log, on_event: Option<&Callback>) {
    let level = if event.kind.is_warning() { WARNING } else { DEBUG };
    let is_logged = log.is_enabled_for(py, level);
    let on_event = on_event.and_then(|callback| callback.upgrade(py));
    if !is_logged && on_event.is_none() {
        return;
    }
    let Ok(object) = Bound::new(py, Event::new(py, event)) else { return };
    if is_logged {
        log.write(py, level, &event.to_string(), Some(object.as_any()));
    }
    if let Some(Err(exception)) =
        on_event.map(|callback| interpreter::call(&callback, (&object,), None))
    {
        log.callback_raised(py, "on_event", &exception, Some(object.as_any()));
    }
}
