//! Values without secrets: they are pickled, and become dicts.

use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};
use serde::Serialize;

use crate::errors::not_json;

/// The parts of a value's pickle: the function that makes it anew, and its arguments.
pub(crate) fn reduced<'py>(
    py: Python<'py>,
    class: &str,
    value: &impl Serialize,
) -> PyResult<Bound<'py, PyTuple>> {
    let restore = py.import("appmint._native")?.getattr("restored_value")?;
    let text = serde_json::to_string(value).map_err(|_| not_json(py, "the value is not JSON"))?;
    (restore, (class, text)).into_pyobject(py)
}

/// The attributes of a value, by name.
pub(crate) fn as_dict<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = value.py();
    let attribute = py.import("types")?.getattr("GetSetDescriptorType")?;
    let dict = PyDict::new(py);
    for item in value.get_type().getattr("__dict__")?.call_method0("items")?.try_iter()? {
        let (name, member): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        if member.is_instance(&attribute)? && !name.to_string().starts_with('_') {
            dict.set_item(&name, value.getattr(name.cast()?)?)?;
        }
    }
    Ok(dict)
}
