//! The state of a token at its authorization server (RFC 7662).

use pyo3::prelude::*;

use crate::{json::Json, time::Time, values::record};

/// The state of a token at its authorization server.
///
/// Only active and raw are set for a token that is not active.
///
/// See https://www.rfc-editor.org/rfc/rfc7662#section-2.2
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Introspection(pub(crate) appmint_core::oauth::Introspection);

record! { impl Introspection {
    /// Whether the token works now. If it does not, all other members but raw are empty.
    active: bool;
    /// The OAuth scopes that the token was granted (scope).
    scopes: &[String];
    /// The client that requested the token (client_id).
    client_id: Option<&str>;
    /// The display name of the user who authorized it (username).
    username: Option<&str>;
    /// The subject of the token, usually the id of the user who authorized it (sub).
    subject: Option<&str>;
    /// The token's type, such as "Bearer" (token_type).
    token_type: Option<&str>;
    /// The server that issued it (iss).
    issuer: Option<&str>;
    /// The services that it is meant for (aud).
    audience: &[String];
    /// When the token expires (exp), in UTC.
    expires_at: Option<Time>;
    /// When the token was issued (iat), in UTC.
    issued_at: Option<Time>;
    /// When the token begins to be valid (nbf), in UTC.
    not_before: Option<Time>;
    /// The whole object as the server sent it.
    raw: Json<'_>;
}}

#[pymethods]
impl Introspection {
    fn __repr__(&self) -> &str {
        if self.0.active {
            "<appmint.Introspection of an active token>"
        } else {
            "<appmint.Introspection of a token that is not active>"
        }
    }
}
