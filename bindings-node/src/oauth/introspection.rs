use appmint_core::{Introspection, Timestamp};
use napi_derive::napi;

/// What an authorization server knows of a token.
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

impl IntrospectionRecord {
    pub(crate) fn of(known: Introspection) -> Self {
        Self {
            active: known.active,
            scopes: known.scopes,
            client_id: known.client_id,
            username: known.username,
            subject: known.subject,
            token_type: known.token_type,
            issuer: known.issuer,
            audience: known.audience,
            expires_at: known.expires_at.map(Timestamp::as_millis),
            issued_at: known.issued_at.map(Timestamp::as_millis),
            not_before: known.not_before.map(Timestamp::as_millis),
            raw: known.raw.to_string(),
        }
    }
}
