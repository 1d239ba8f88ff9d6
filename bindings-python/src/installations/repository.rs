//! A repository that an installation can access.

use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{json, values};

/// A repository that an installation can access.
///
/// Only its id and its name are certain.
///
/// See
/// https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct Repository(pub(crate) appmint_core::resources::Repository);

#[pymethods]
impl Repository {
    /// The repository's id.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// Its name without its owner, as the argument "repositories" of App.installation takes it.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Its name with its owner, such as "octocat/Hello-World".
    #[getter]
    fn full_name(&self) -> Option<&str> {
        self.0.full_name.as_deref()
    }

    /// The account that owns it.
    #[getter]
    fn owner(&self) -> Option<&str> {
        self.0.owner.as_deref()
    }

    /// Whether it is private.
    #[getter]
    fn is_private(&self) -> Option<bool> {
        self.0.is_private
    }

    /// The whole object as the platform sent it.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::value(py, &self.0.raw)
    }

    /// Returns the attributes by name.
    ///
    /// Returns:
    ///     A new dict. Values are the attributes' own.
    fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        values::as_dict(slf.as_any())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        values::reduced(py, "Repository", &self.0)
    }

    fn __repr__(&self) -> String {
        let name = self.0.full_name.as_ref().unwrap_or(&self.0.name);
        format!("<appmint.Repository {} {name}>", self.0.id)
    }
}
