//! The app as it is registered on the platform.

use appmint_core::{Permissions, Secret};
use pyo3::prelude::*;

use crate::{errors::unpicklable, json::Json, time::Time, values::getters};

/// An app as it is registered on the platform.
///
/// Only its id is certain. Its secrets are part of the result of App.convert_manifest
/// only, and are shown by reveal_client_secret, reveal_webhook_secret and
/// reveal_private_key only.
///
/// See https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Registration(pub(crate) appmint_core::resources::Registration);

getters! { impl Registration {
    /// The app's id.
    id: &str;
    /// The app's short name, which is part of its URL.
    slug: Option<&str>;
    /// The app's display name.
    name: Option<&str>;
    /// The OAuth client id.
    client_id: Option<&str>;
    /// The account that owns the app.
    owner: Option<&str>;
    /// The permissions that it requests, by name with their level.
    permissions: Permissions;
    /// The names of the webhook events that it receives.
    events: &[String];
    /// When the app was registered, in UTC.
    created_at: Option<Time>;
    /// When the registration last changed, in UTC.
    updated_at: Option<Time>;
    /// The whole object as the platform sent it, without the secrets.
    raw: Json<'_>;
}}

#[pymethods]
impl Registration {
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
