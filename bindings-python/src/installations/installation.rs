//! An installation as the platform describes it.

use appmint_core::Permissions;
use pyo3::prelude::*;

use crate::{json, time::Time};

/// One installation of the app on an account.
///
/// Only the id is certain; what else a platform says differs, and all of it is in raw.
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct Installation(pub(crate) appmint_core::Installation);

#[pymethods]
impl Installation {
    /// Its id.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// The account's path or login.
    #[getter]
    fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    /// The account's name for people.
    #[getter]
    fn account_name(&self) -> Option<&str> {
        self.0.account_name.as_deref()
    }

    /// The account's id.
    #[getter]
    fn account_id(&self) -> Option<&str> {
        self.0.account_id.as_deref()
    }

    /// The id of what the app is installed on.
    #[getter]
    fn target_id(&self) -> Option<&str> {
        self.0.target_id.as_deref()
    }

    /// The app's id.
    #[getter]
    fn app_id(&self) -> Option<&str> {
        self.0.app_id.as_deref()
    }

    /// The app's short name.
    #[getter]
    fn app_slug(&self) -> Option<&str> {
        self.0.app_slug.as_deref()
    }

    /// Which repositories it reaches: "all" or "selected".
    #[getter]
    fn repository_selection(&self) -> Option<&str> {
        self.0.repository_selection.as_deref()
    }

    /// What was granted: permission names to levels.
    #[getter]
    fn permissions(&self) -> Permissions {
        self.0.permissions.clone()
    }

    /// The events that the app hears of.
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

    /// When an owner suspended it, in UTC; None if nobody did.
    #[getter]
    fn suspended_at(&self) -> Option<Time> {
        self.0.suspended_at.map(Time)
    }

    /// The whole object as the platform sent it.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::value(py, &self.0.raw)
    }

    fn __repr__(&self) -> String {
        match &self.0.account {
            Some(account) => format!("<appmint.Installation {} on {account}>", self.0.id),
            None => format!("<appmint.Installation {}>", self.0.id),
        }
    }
}
