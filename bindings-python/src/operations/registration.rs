//! The app as it is registered on the platform.

use appmint_core::{Permissions, Secret};
use pyo3::prelude::*;

use crate::{errors::unpicklable, json, time::Time};

/// An app as it is registered on the platform.
///
/// Only its id is certain. Its secrets are part of the result of App.convert_manifest only, and
/// are shown by reveal_client_secret, reveal_webhook_secret and reveal_private_key only.
///
/// See https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Registration(pub(crate) appmint_core::resources::Registration);

#[pymethods]
impl Registration {
    /// The app's id.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// The app's short name, which is part of its URL.
    #[getter]
    fn slug(&self) -> Option<&str> {
        self.0.slug.as_deref()
    }

    /// The app's display name.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The OAuth client id.
    #[getter]
    fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// The account that owns the app.
    #[getter]
    fn owner(&self) -> Option<&str> {
        self.0.owner.as_deref()
    }

    /// The permissions that it requests, by name with their level.
    #[getter]
    fn permissions(&self) -> Permissions {
        self.0.permissions.clone()
    }

    /// The names of the webhook events that it receives.
    #[getter]
    fn events(&self) -> &[String] {
        &self.0.events
    }

    /// When the app was registered, in UTC.
    #[getter]
    fn created_at(&self) -> Option<Time> {
        self.0.created_at.map(Time)
    }

    /// When the registration last changed, in UTC.
    #[getter]
    fn updated_at(&self) -> Option<Time> {
        self.0.updated_at.map(Time)
    }

    /// Returns the OAuth client secret itself.
    ///
    /// None if it is not the result of App.convert_manifest.
    ///
    /// Returns:
    ///     The secret.
    fn reveal_client_secret(&self) -> Option<&str> {
        self.0.client_secret.as_ref().map(Secret::reveal)
    }

    /// Returns the secret that signs webhooks.
    ///
    /// None if it is not the result of App.convert_manifest.
    ///
    /// Returns:
    ///     The secret.
    fn reveal_webhook_secret(&self) -> Option<&str> {
        self.0.webhook_secret.as_ref().map(Secret::reveal)
    }

    /// Returns the app's private key itself, in PEM.
    ///
    /// None if it is not the result of App.convert_manifest.
    ///
    /// Returns:
    ///     The key in PEM.
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
