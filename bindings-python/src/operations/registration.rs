//! The app as it is registered on the platform.

use appmint_core::{Permissions, Secret};
use pyo3::prelude::*;

use crate::{errors::unpicklable, json, time::Time};

/// An app's registration.
///
/// Its secrets are told once, when a manifest becomes an app, and shown to reveal_… only.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Registration(pub(crate) appmint_core::Registration);

#[pymethods]
impl Registration {
    /// The app's id.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// Its short name, which stands in URLs.
    #[getter]
    fn slug(&self) -> Option<&str> {
        self.0.slug.as_deref()
    }

    /// Its name for people.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The OAuth client id.
    #[getter]
    fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// The account that owns it.
    #[getter]
    fn owner(&self) -> Option<&str> {
        self.0.owner.as_deref()
    }

    /// What it asks for: permission names to levels.
    #[getter]
    fn permissions(&self) -> Permissions {
        self.0.permissions.clone()
    }

    /// The events that it hears of.
    #[getter]
    fn events(&self) -> &[String] {
        &self.0.events
    }

    /// When it was registered, in UTC.
    #[getter]
    fn created_at(&self) -> Option<Time> {
        self.0.created_at.map(Time)
    }

    /// When it last changed, in UTC.
    #[getter]
    fn updated_at(&self) -> Option<Time> {
        self.0.updated_at.map(Time)
    }

    /// The OAuth client secret, told by convert_manifest only.
    fn reveal_client_secret(&self) -> Option<&str> {
        self.0.client_secret.as_ref().map(Secret::reveal)
    }

    /// The secret that signs webhooks, told by convert_manifest only.
    fn reveal_webhook_secret(&self) -> Option<&str> {
        self.0.webhook_secret.as_ref().map(Secret::reveal)
    }

    /// The app's key as PEM, told by convert_manifest only.
    fn reveal_private_key(&self) -> Option<&str> {
        self.0.private_key.as_ref().map(Secret::reveal)
    }

    /// The whole object as the platform sent it, without the secrets.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::value(py, &self.0.raw)
    }

    fn __repr__(&self) -> String {
        match &self.0.slug {
            Some(slug) => format!("<appmint.Registration {} of {slug}>", self.0.id),
            None => format!("<appmint.Registration {}>", self.0.id),
        }
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("Registration"))
    }
}
