//! Token introspection (RFC 7662).

use appmint_core::{Timestamp, oauth::Introspection};
use napi_derive::napi;

/// The state of a token, as the authorization server reports it.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct IntrospectionRecord {
    pub active: bool,
    pub scopes: Vec<String>,
    pub client_id: Option<String>,
    pub username: Option<String>,
    pub subject: Option<String>,
    pub token_type: Option<String>,
    pub issuer: Option<String>,
    pub audience: Vec<String>,
    pub expires_at: Option<i64>,
    pub issued_at: Option<i64>,
    pub not_before: Option<i64>,
    pub raw: String,
}

impl From<Introspection> for IntrospectionRecord {
    fn from(introspection: Introspection) -> Self {
        Self {
            active: introspection.active,
            scopes: introspection.scopes,
            client_id: introspection.client_id,
            username: introspection.username,
            subject: introspection.subject,
            token_type: introspection.token_type,
            issuer: introspection.issuer,
            audience: introspection.audience,
            expires_at: introspection.expires_at.map(Timestamp::as_millis),
            issued_at: introspection.issued_at.map(Timestamp::as_millis),
            not_before: introspection.not_before.map(Timestamp::as_millis),
            raw: introspection.raw.to_string(),
        }
    }
}
