//! JSON by Python's own module, so that numbers and order come out as Python programs expect.

use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyString},
};

use crate::convert;

/// A value as compact JSON.
pub(crate) fn dump(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    static DUMPS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = value.py();
    let form = PyDict::new(py);
    form.set_item("ensure_ascii", false)?;
    form.set_item("allow_nan", false)?;
    form.set_item("separators", (",", ":"))?;
    let text = DUMPS.import(py, "json", "dumps")?.call((value,), Some(&form))?;
    convert::utf8(name, text.cast::<PyString>()?)
}

/// The value that is written as JSON.
pub(crate) fn value<'py>(py: Python<'py>, json: &impl ToString) -> PyResult<Bound<'py, PyAny>> {
    load(PyString::new(py, &json.to_string()).as_any())
}

/// The value that JSON text, or its bytes, holds.
pub(crate) fn load<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    LOADS.import(text.py(), "json", "loads")?.call1((text,))
}
