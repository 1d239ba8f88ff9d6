//! The registration of the app on the platform. A secret stays in native memory until it is revealed.

use std::collections::BTreeMap;

use appmint_core::{Secret, Timestamp};
use napi_derive::napi;

/// The app as it is registered on the platform.
#[napi]
pub struct Registration(pub(crate) appmint_core::resources::Registration);

/// The members of a registration, without its secrets.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct RegistrationRecord {
    pub id: String,
    pub slug: Option<String>,
    pub name: Option<String>,
    pub client_id: Option<String>,
    pub owner: Option<String>,
    pub permissions: BTreeMap<String, String>,
    pub events: Vec<String>,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
    pub raw: String,
}

#[napi]
impl Registration {
    /// All members but the secrets.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn record(&self) -> RegistrationRecord {
        let registration = &self.0;
        RegistrationRecord {
            id: registration.id.clone(),
            slug: registration.slug.clone(),
            name: registration.name.clone(),
            client_id: registration.client_id.clone(),
            owner: registration.owner.clone(),
            permissions: registration.permissions.clone(),
            events: registration.events.clone(),
            created_at: registration.created_at.map(Timestamp::as_millis),
            updated_at: registration.updated_at.map(Timestamp::as_millis),
            raw: registration.raw.to_string(),
        }
    }

    /// Returns the OAuth client secret itself.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal_client_secret(&self) -> Option<&str> {
        self.0.client_secret.as_ref().map(Secret::reveal)
    }

    /// Returns the secret that signs webhooks.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal_webhook_secret(&self) -> Option<&str> {
        self.0.webhook_secret.as_ref().map(Secret::reveal)
    }

    /// Returns the app's private key itself, in PEM.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal_private_key(&self) -> Option<&str> {
        self.0.private_key.as_ref().map(Secret::reveal)
    }
}
