//! The app as it is registered on the platform.

use serde_json::Value;

use crate::{
    error::{Reason, Result},
    platform::{descriptor::Pointer, members, operations::RegistrationMembers, reply::Reply},
    secret::Secret,
    time::Timestamp,
    token::Permissions,
};

/// An app as it is registered on the platform.
///
/// Only its id is certain. Its secrets are part of the result of
/// [`App::convert_manifest`](crate::App::convert_manifest) only, and are shown by
/// [`Registration::client_secret`](crate::resources::Registration::client_secret),
/// [`Registration::webhook_secret`](crate::resources::Registration::webhook_secret) and
/// [`Registration::private_key`](crate::resources::Registration::private_key) only.
///
/// Source: <https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app>
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Registration {
    /// The app's id.
    pub id: String,
    /// The app's short name, which is part of its URL.
    pub slug: Option<String>,
    /// The app's display name.
    pub name: Option<String>,
    /// The OAuth client id.
    pub client_id: Option<String>,
    /// The account that owns the app.
    pub owner: Option<String>,
    /// The permissions that it requests, by name with their level.
    pub permissions: Permissions,
    /// The names of the webhook events that it receives.
    pub events: Vec<String>,
    /// When the app was registered.
    pub created_at: Option<Timestamp>,
    /// When the registration last changed.
    pub updated_at: Option<Timestamp>,
    /// Returns the OAuth client secret itself.
    ///
    /// `None` if it is not the result of [`App::convert_manifest`](crate::App::convert_manifest).
    pub client_secret: Option<Secret>,
    /// Returns the secret that signs webhooks.
    ///
    /// `None` if it is not the result of [`App::convert_manifest`](crate::App::convert_manifest).
    pub webhook_secret: Option<Secret>,
    /// Returns the app's private key itself, in PEM.
    ///
    /// `None` if it is not the result of [`App::convert_manifest`](crate::App::convert_manifest).
    pub private_key: Option<Secret>,
    /// The whole object as the platform sent it, without the secrets.
    pub raw: Value,
}

impl Registration {
    pub(crate) fn read(reply: &Reply<'_>) -> Result<Self> {
        let platform = reply.platform;
        let members = platform.described(&platform.descriptor().objects.registration)?;
        let mut raw = reply.json()?;
        let mut secret = |pointer: &Option<Pointer>| take_secret(&mut raw, pointer.as_deref()?);
        let client_secret = secret(&members.client_secret);
        let webhook_secret = secret(&members.webhook_secret);
        let private_key = secret(&members.private_key);
        let known = Self::known(members, raw).ok_or_else(|| {
            reply.protocol_error(Reason::MissingMember, "the app in the answer has no id")
        })?;
        Ok(Self { client_secret, webhook_secret, private_key, ..known })
    }

    fn known(members: &RegistrationMembers, raw: Value) -> Option<Self> {
        Some(Self {
            id: members::text(&raw, &members.id)?,
            slug: members::text(&raw, &members.slug),
            name: members::text(&raw, &members.name),
            client_id: members::text(&raw, &members.client_id),
            owner: members::text(&raw, &members.owner),
            permissions: members::permissions(&raw, &members.permissions),
            events: members::words(&raw, &members.events),
            created_at: members::time(&raw, &members.created_at),
            updated_at: members::time(&raw, &members.updated_at),
            client_secret: None,
            webhook_secret: None,
            private_key: None,
            raw,
        })
    }
}

/// Takes a member's text out of an object.
fn take_secret(raw: &mut Value, pointer: &str) -> Option<Secret> {
    match raw.pointer_mut(pointer)?.take() {
        Value::String(text) if !text.is_empty() => Some(Secret::new(text)),
        _ => None,
    }
}
