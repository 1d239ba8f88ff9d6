use std::collections::BTreeMap;

use appmint_core::{Secret, Timestamp};
use napi_derive::napi;

/// The app as the platform has it registered. Its secrets stay here until they are revealed.
#[napi]
pub struct Registration(pub(crate) appmint_core::Registration);

/// What a registration says without its secrets.
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
    /// All but the secrets.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn record(&self) -> RegistrationRecord {
        let of = &self.0;
        RegistrationRecord {
            id: of.id.clone(),
            slug: of.slug.clone(),
            name: of.name.clone(),
            client_id: of.client_id.clone(),
            owner: of.owner.clone(),
            permissions: of.permissions.clone(),
            events: of.events.clone(),
            created_at: of.created_at.map(Timestamp::as_millis),
            updated_at: of.updated_at.map(Timestamp::as_millis),
            raw: of.raw.to_string(),
        }
    }

    /// The OAuth client secret.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal_client_secret(&self) -> Option<&str> {
        self.0.client_secret.as_ref().map(Secret::reveal)
    }

    /// The secret that signs webhooks.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal_webhook_secret(&self) -> Option<&str> {
        self.0.webhook_secret.as_ref().map(Secret::reveal)
    }

    /// The app's key as PEM.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal_private_key(&self) -> Option<&str> {
        self.0.private_key.as_ref().map(Secret::reveal)
    }
}
