//! What a program gave to be called back, on the core's worker threads.
//!
//! It belongs to an object that Python's garbage collector looks into, and that the app, its
//! sources, its lists and its logins hold. The core refers to that weakly: a ring of an app and what it calls
//! back is collected like any other.

use std::{
    fmt, mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use appmint_core::{Error, ErrorKind};
use pyo3::{PyTraverseError, PyVisit, prelude::*, types::PyWeakrefReference};

use crate::gate;

/// All that one app calls back.
#[pyclass(frozen, weakref, module = "appmint")]
#[derive(Default)]
pub(crate) struct Callbacks(Mutex<Vec<Py<PyAny>>>);

impl Callbacks {
    /// Keeps something to be called as long as this lives.
    pub(crate) fn keep(this: &Bound<'_, Self>, value: &Bound<'_, PyAny>) -> PyResult<Callback> {
        let owner = PyWeakrefReference::new(this.as_any())?.unbind();
        let mut kept = this.get().kept();
        kept.push(value.clone().unbind());
        Ok(Callback { owner, index: kept.len() - 1 })
    }

    /// Held for an instant only, in which nothing is asked of Python.
    fn kept(&self) -> MutexGuard<'_, Vec<Py<PyAny>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Callbacks {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // What is not shown to the collector stays alive.
        let Ok(kept) = self.0.try_lock() else { return Ok(()) };
        kept.iter().try_for_each(|value| visit.call(value))
    }

    fn __clear__(&self) {
        let kept = mem::take(&mut *self.kept());
        drop(kept); // what this ends may call anything
    }
}

/// One of them.
pub(crate) struct Callback {
    owner: Py<PyWeakrefReference>,
    index: usize,
}

impl Callback {
    /// Calls it, or something of it; `None` once the app or the interpreter has ended.
    pub(crate) fn enter<T>(&self, call: impl FnOnce(&Bound<'_, PyAny>) -> T) -> Option<T> {
        gate::enter(|py| self.find(py).map(|value| call(&value)))?
    }

    /// The same for who is in Python already.
    pub(crate) fn find<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let owner = self.owner.bind(py).upgrade()?;
        let kept = owner.cast::<Callbacks>().ok()?.get().kept();
        kept.get(self.index).map(|value| value.bind(py).clone())
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}

/// What a callback raised. It shows its class only: nobody knows what its text holds.
pub(crate) struct Raised {
    exception: PyErr,
    class: String,
}

impl Raised {
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

/// The core's error for what a callback, which is named, raised.
pub(crate) fn raised(py: Python<'_>, who: &str, exception: PyErr) -> Error {
    let class = class(exception.value(py));
    failed(format!("{who} raised {class}")).caused_by(Raised { exception, class })
}

/// The core's error for a callback that answered something else than it should.
pub(crate) fn returned(who: &str, answer: &Bound<'_, PyAny>, wanted: &str) -> Error {
    failed(format!("{who} returned {}, not {wanted}", class(answer)))
}

/// The core's error for a callback that was not called any more.
pub(crate) fn ended(who: &str) -> Error {
    failed(format!("{who} was not called: the app or the interpreter ends"))
}

pub(crate) fn class(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "something".to_owned(), |name| name.to_string())
}

fn failed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Callback, message)
}
