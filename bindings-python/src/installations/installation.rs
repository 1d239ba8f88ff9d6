//! An installation as the platform describes it.

use appmint_core::Permissions;
use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{json, time::Time, values};

/// An installation of the app on an account.
///
/// Only its id is certain; platforms differ in the other members. The whole object is in raw.
///
/// See https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct Installation(pub(crate) appmint_core::Installation);

#[pymethods]
impl Installation {
    /// The installation's id.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// The account's path or login.
    #[getter]
    fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    /// The account's display name.
    #[getter]
    fn account_name(&self) -> Option<&str> {
        self.0.account_name.as_deref()
    }

    /// The account's id.
    #[getter]
    fn account_id(&self) -> Option<&str> {
        self.0.account_id.as_deref()
    }

    /// The id of the account or other object on which the app is installed.
    #[getter]
    fn target_id(&self) -> Option<&str> {
        self.0.target_id.as_deref()
    }

    /// The app's id.
    #[getter]
    fn app_id(&self) -> Option<&str> {
        self.0.app_id.as_deref()
    }

    /// The app's short name, which is part of its URL.
    #[getter]
    fn app_slug(&self) -> Option<&str> {
        self.0.app_slug.as_deref()
    }

    /// The repositories that it can access: "all" or "selected".
    #[getter]
    fn repository_selection(&self) -> Option<&str> {
        self.0.repository_selection.as_deref()
    }

    /// The permissions that it was granted, by name with their level.
    #[getter]
    fn permissions(&self) -> Permissions {
        self.0.permissions.clone()
    }

    /// The names of the webhook events that the app receives.
    #[getter]
    fn events(&self) -> &[String] {
        &self.0.events
    }

    /// When the app was installed, in UTC.
    #[getter]
    fn created_at(&self) -> Option<Time> {
        self.0.created_at.map(Time)
    }

    /// When the installation last changed, in UTC.
    #[getter]
    fn updated_at(&self) -> Option<Time> {
        self.0.updated_at.map(Time)
    }

    /// When an owner suspended it, in UTC.
    ///
    /// None if it is not suspended, or the platform does not report it.
    #[getter]
    fn suspended_at(&self) -> Option<Time> {
        self.0.suspended_at.map(Time)
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
        values::reduced(py, "Installation", &self.0)
    }

    fn __repr__(&self) -> String {
        match &self.0.account {
            Some(account) => format!("<appmint.Installation {} on {account}>", self.0.id),
            None => format!("<appmint.Installation {}>", self.0.id),
        }
    }
}
