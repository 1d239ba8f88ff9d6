//! JSON by Python's own module, so that numbers and the order of keys are those that Python
//! programs expect.

use pyo3::{
    prelude::*,
    types::{PyDict, PyString},
};

use crate::{
    arguments::utf8,
    imports::{DUMPS, LOADS},
};

/// An argument that is JSON text already, or a value to be written as JSON.
pub(crate) fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    match value.cast::<PyString>() {
        Ok(text) => utf8(name, text),
        Err(_) => dump(name, value),
    }
}

/// A value as compact JSON.
pub(crate) fn dump(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = value.py();
    let options = PyDict::new(py);
    options.set_item("ensure_ascii", false)?;
    options.set_item("allow_nan", false)?;
    options.set_item("separators", (",", ":"))?;
    let text = DUMPS.get(py)?.call((value,), Some(&options))?;
    utf8(name, text.cast::<PyString>()?)
}

/// JSON of a platform; in Python the value that it stands for.
pub(crate) struct Json<'a>(pub(crate) &'a serde_json::Value);

impl<'py> IntoPyObject<'py> for Json<'_> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        value(py, self.0)
    }
}

/// The Python value that something displays as JSON.
pub(crate) fn value<'py>(py: Python<'py>, json: &impl ToString) -> PyResult<Bound<'py, PyAny>> {
    load(PyString::new(py, &json.to_string()).as_any())
}

/// The Python value in JSON text, or in its bytes.
pub(crate) fn load<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    LOADS.get(text.py())?.call1((text,))
}
