//! Values whose members Python reads. Those without secrets are pickled, and become dicts.

/// Writes the members of a value of the core as properties: a name and what Python gets of it.
///
/// ```ignore
/// record! { impl Repository {
///     /// The account that owns it.
///     owner: Option<&str>;
/// }}
/// ```
macro_rules! getters {
    (impl $class:ident {$(
        $(#[$doc:meta])*
        $name:ident: $kind:ty;
    )*}) => {
        #[pymethods]
        #[allow(clippy::wrong_self_convention, reason = "they are names of members")]
        impl $class {$(
            $(#[$doc])*
            #[getter]
            fn $name(&self) -> $kind {
                $crate::values::Shown::shown(&self.0.$name)
            }
        )*}
    };
}

/// `getters`, and what a value without secrets has besides.
macro_rules! record {
    (impl $class:ident {$($members:tt)*}) => {
        $crate::values::getters! { impl $class {$($members)*} }

        #[pymethods]
        impl $class {
            /// Returns the attributes by name.
            ///
            /// Returns:
            ///     A new dict. Values are the attributes' own.
            fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, pyo3::types::PyDict>> {
                $crate::values::as_dict(slf.as_any())
            }

            fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
                $crate::values::reduced(py, stringify!($class), &self.0)
            }
        }
    };
}

pub(crate) use {getters, record};

use appmint_core::{Permissions, Timestamp};
use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};
use serde::Serialize;
use serde_json::Value;

use crate::{errors::not_json, json::Json, time::Time};

/// A member of the core's value as Python gets it.
pub(crate) trait Shown<'a, T> {
    fn shown(&'a self) -> T;
}

impl<'a> Shown<'a, &'a str> for String {
    fn shown(&'a self) -> &'a str {
        self
    }
}

impl<'a> Shown<'a, Option<&'a str>> for Option<String> {
    fn shown(&'a self) -> Option<&'a str> {
        self.as_deref()
    }
}

impl<'a> Shown<'a, &'a [String]> for Vec<String> {
    fn shown(&'a self) -> &'a [String] {
        self
    }
}

impl Shown<'_, Option<Time>> for Option<Timestamp> {
    fn shown(&self) -> Option<Time> {
        self.map(Time)
    }
}

impl<'a> Shown<'a, Json<'a>> for Value {
    fn shown(&'a self) -> Json<'a> {
        Json(self)
    }
}

impl Shown<'_, Self> for Permissions {
    fn shown(&self) -> Self {
        self.clone()
    }
}

macro_rules! shown_as_they_are {
    ($($kind:ty),*) => {$(
        impl Shown<'_, Self> for $kind {
            fn shown(&self) -> Self {
                *self
            }
        }
    )*};
}

shown_as_they_are!(bool, Option<bool>, u64, Option<u16>);

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
