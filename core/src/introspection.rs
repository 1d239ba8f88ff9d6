//! What an authorization server knows of a token (RFC 7662).

use serde_json::Value;

use crate::{
    error::{Reason, Result},
    refusal::Answered,
    reply,
    time::{TimeFormat, Timestamp},
};

/// What an authorization server knows of a token (RFC 7662 §2.2).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Introspection {
    /// Whether the token works now. If not, nothing else is told.
    pub active: bool,
    /// The OAuth scopes that it was granted.
    pub scopes: Vec<String>,
    /// The client that asked for it.
    pub client_id: Option<String>,
    /// Who authorized it, for people.
    pub username: Option<String>,
    /// Who authorized it, for machines: `sub`.
    pub subject: Option<String>,
    /// How it is used, such as `Bearer`.
    pub token_type: Option<String>,
    /// Who issued it: `iss`.
    pub issuer: Option<String>,
    /// Whom it is meant for: `aud`.
    pub audience: Vec<String>,
    /// When it stops working: `exp`.
    pub expires_at: Option<Timestamp>,
    /// When it was issued: `iat`.
    pub issued_at: Option<Timestamp>,
    /// From when on it works: `nbf`.
    pub not_before: Option<Timestamp>,
    /// The whole object as the server sent it.
    pub raw: Value,
}

impl Introspection {
    pub(crate) fn read(answered: &Answered<'_>) -> Result<Self> {
        let raw = answered.json()?;
        let Some(active) = raw.get("active").and_then(Value::as_bool) else {
            return Err(answered.nonsense(Reason::MissingMember, "the answer holds no `active`"));
        };
        // Of a token that is over nothing is to be believed, even if the server tells it.
        let known = if active { &raw } else { &Value::Null };
        let text = |name: &str| known.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name: &str| TimeFormat::EpochSeconds.read(known.get(name)?, answered.now);
        Ok(Self {
            active,
            scopes: known.get("scope").map(reply::listed).unwrap_or_default(),
            client_id: text("client_id"),
            username: text("username"),
            subject: text("sub"),
            token_type: text("token_type"),
            issuer: text("iss"),
            audience: known.get("aud").map(reply::texts).unwrap_or_default(),
            expires_at: time("exp"),
            issued_at: time("iat"),
            not_before: time("nbf"),
            raw,
        })
    }
}
