//! The description of a token by its authorization server (RFC 7662).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{Reason, Result},
    platform::{members, reply::Reply},
    time::{TimeFormat, Timestamp},
};

/// The state of a token at its authorization server.
///
/// Only [`Introspection::active`](crate::oauth::Introspection::active) and
/// [`Introspection::raw`](crate::oauth::Introspection::raw) are set for a token that is not active.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc7662#section-2.2>
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Introspection {
    /// Whether the token works now. If it does not, all other members but
    /// [`Introspection::raw`](crate::oauth::Introspection::raw) are empty.
    pub active: bool,
    /// The OAuth scopes that the token was granted (scope).
    pub scopes: Vec<String>,
    /// The client that requested the token (client_id).
    pub client_id: Option<String>,
    /// The display name of the user who authorized it (username).
    pub username: Option<String>,
    /// The subject of the token, usually the id of the user who authorized it (sub).
    pub subject: Option<String>,
    /// The token's type, such as `Bearer` (token_type).
    pub token_type: Option<String>,
    /// The server that issued it (iss).
    pub issuer: Option<String>,
    /// The services that it is meant for (aud).
    pub audience: Vec<String>,
    /// When the token expires (exp).
    pub expires_at: Option<Timestamp>,
    /// When the token was issued (iat).
    pub issued_at: Option<Timestamp>,
    /// When the token begins to be valid (nbf).
    pub not_before: Option<Timestamp>,
    /// The whole object as the server sent it.
    pub raw: Value,
}

impl Introspection {
    pub(crate) fn read(reply: &Reply<'_>) -> Result<Self> {
        let raw = reply.json()?;
        let Some(active) = raw.get("active").and_then(Value::as_bool) else {
            return Err(reply.protocol_error(Reason::MissingMember, "the answer holds no `active`"));
        };
        // RFC 7662 §2.2: nothing else is to be believed of a token that is not active.
        let known = if active { &raw } else { &Value::Null };
        let text = |name: &str| known.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name: &str| TimeFormat::EpochSeconds.read(known.get(name)?, reply.now.wall());
        Ok(Self {
            active,
            scopes: known.get("scope").map(members::listed).unwrap_or_default(),
            client_id: text("client_id"),
            username: text("username"),
            subject: text("sub"),
            token_type: text("token_type"),
            issuer: text("iss"),
            audience: known.get("aud").map(members::texts).unwrap_or_default(),
            expires_at: time("exp"),
            issued_at: time("iat"),
            not_before: time("nbf"),
            raw,
        })
    }
}
