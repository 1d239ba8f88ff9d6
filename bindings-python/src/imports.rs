//! Objects of Python's modules that are needed again and again: looked up when appmint is imported.
//!
//! A later look-up would be made under a lock, in which a thread may give way to another one. If that one
//! forks, the lock stays locked in the child, which would wait for it for ever.

use pyo3::{prelude::*, sync::PyOnceLock};

use crate::time;

/// An object of a module.
pub(crate) struct Imported {
    module: &'static str,
    name: &'static str,
    object: PyOnceLock<Py<PyAny>>,
}

impl Imported {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self { module, name, object: PyOnceLock::new() }
    }

    pub(crate) fn get<'a, 'py: 'a>(&'a self, py: Python<'py>) -> PyResult<&'a Bound<'py, PyAny>> {
        self.object.import(py, self.module, self.name)
    }
}

/// Looks all of them up.
pub(crate) fn import_all(py: Python<'_>) -> PyResult<()> {
    for each in [&DUMPS, &LOADS, &GENERIC_ALIAS, &ERRORS_BY_KIND, &ERROR, &JOINED_HEADERS] {
        each.get(py)?;
    }
    time::epoch(py).map(|_| ())
}

pub(crate) static DUMPS: Imported = Imported::new("json", "dumps");
pub(crate) static LOADS: Imported = Imported::new("json", "loads");
pub(crate) static GENERIC_ALIAS: Imported = Imported::new("types", "GenericAlias");
pub(crate) static ERRORS_BY_KIND: Imported = Imported::new("appmint._errors", "BY_KIND");
pub(crate) static ERROR: Imported = Imported::new("appmint._errors", "Error");
pub(crate) static JOINED_HEADERS: Imported = Imported::new("appmint._headers", "joined");
