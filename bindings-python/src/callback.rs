//! Python objects that are called back on the core's worker threads.
//!
//! They belong to an object that Python's garbage collector traverses, and that the app, its
//! sources, its listings and its logins refer to. The core refers to that object weakly: a
//! reference cycle of an app and its callbacks is collected like any other.

use std::{
    collections::HashMap,
    fmt, mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use appmint_core::{Error, ErrorKind};
use pyo3::{PyTraverseError, PyVisit, prelude::*, types::PyWeakrefReference};

use crate::interpreter;

/// All callbacks of one app.
#[pyclass(frozen, weakref, module = "appmint")]
#[derive(Default)]
pub(crate) struct Callbacks(Mutex<Values>);

/// The objects by their numbers, which are not used twice.
#[derive(Default)]
struct Values {
    added: usize,
    by_number: HashMap<usize, Py<PyAny>>,
}

impl Callbacks {
    /// Adds an object, which may be called as long as the callbacks live.
    pub(crate) fn add(this: &Bound<'_, Self>, value: &Bound<'_, PyAny>) -> PyResult<Callback> {
        let owner = PyWeakrefReference::new(this.as_any())?.unbind();
        let mut values = this.get().lock();
        values.added += 1;
        let number = values.added;
        values.by_number.insert(number, value.clone().unbind());
        Ok(Callback { owner, number })
    }

    /// Held for an instant only, in which Python is not called.
    fn lock(&self) -> MutexGuard<'_, Values> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Callbacks {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // An object that the collector does not see stays alive.
        let Ok(values) = self.0.try_lock() else { return Ok(()) };
        values.by_number.values().try_for_each(|value| visit.call(value))
    }

    fn __clear__(&self) {
        let values = mem::take(&mut self.lock().by_number);
        drop(values); // unlocked: a finalizer may call anything
    }
}

/// One callback of an app.
pub(crate) struct Callback {
    owner: Py<PyWeakrefReference>,
    number: usize,
}

impl Callback {
    /// Attaches to Python and passes the object on; `None` once the app or the interpreter has
    /// ended.
    pub(crate) fn attach<T>(&self, call: impl FnOnce(&Bound<'_, PyAny>) -> T) -> Option<T> {
        interpreter::attach(|py| self.upgrade(py).map(|value| call(&value)))?
    }

    /// The object, on a thread that is attached; `None` once the app has ended.
    pub(crate) fn upgrade<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let owner = self.owner.bind(py).upgrade()?;
        let values = owner.cast::<Callbacks>().ok()?.get().lock();
        values.by_number.get(&self.number).map(|value| value.bind(py).clone())
    }

    /// Forgets the object: it is not called any more.
    pub(crate) fn remove(&self, py: Python<'_>) {
        let owner = self.owner.bind(py).upgrade();
        let callbacks = owner.as_ref().and_then(|owner| owner.cast::<Callbacks>().ok());
        let removed = callbacks.and_then(|it| it.get().lock().by_number.remove(&self.number));
        drop(removed); // unlocked: a finalizer may call anything
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        Self { owner: self.owner.clone_ref(py), number: self.number }
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}

/// The exception that a callback raised. It shows its class only: its text may hold a secret.
pub(crate) struct Raised {
    exception: PyErr,
    class: String,
}

impl Raised {
    pub(crate) fn new(py: Python<'_>, exception: PyErr) -> Self {
        let class = class_name(exception.value(py));
        Self { exception, class }
    }

    pub(crate) fn exception(&self, py: Python<'_>) -> PyErr {
        self.exception.clone_ref(py)
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.class)
    }
}

impl fmt::Debug for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.class)
    }
}

impl std::error::Error for Raised {}

/// The core's error for a callback that raised an exception.
pub(crate) fn raised(py: Python<'_>, callback: &str, exception: PyErr) -> Error {
    let raised = Raised::new(py, exception);
    failed(format!("{callback} raised {raised}")).caused_by(raised)
}

/// The core's error for a callback that returned a value of another type.
pub(crate) fn returned(callback: &str, value: &Bound<'_, PyAny>, expected: &str) -> Error {
    failed(format!("{callback} returned {}, not {expected}", class_name(value)))
}

/// The core's error for a callback that was not called any more.
pub(crate) fn ended(callback: &str) -> Error {
    failed(format!("{callback} was not called: the app was freed, or the interpreter is exiting"))
}

pub(crate) fn class_name(value: &Bound<'_, PyAny>) -> String {
    let name = value.get_type().name();
    name.map_or_else(|_| "an object".to_owned(), |name| name.to_string())
}

fn failed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Callback, message)
}
