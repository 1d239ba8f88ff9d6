//! The deviations that a test can switch on.

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::deviations;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deviations {
    /// A JSON merge patch for the metadata. Default: empty.
    pub(super) metadata: Map<String, Value>,
    /// A JSON merge patch for every successful reply of the token endpoint. Default: empty.
    pub(super) token_reply: Map<String, Value>,
    /// The lifetime of an access token. Default: one hour.
    pub(super) access_token_life_ms: i64,
    /// The lifetime of a refresh token. Default: thirty days.
    pub(super) refresh_token_life_ms: i64,
    /// The lifetime of an authorization code. Default: one minute.
    pub(super) code_life_ms: i64,
    /// Whether a refresh returns a new refresh token; if not, the old one stays valid. Default: true.
    pub(super) rotates: bool,
    /// The grace period, in which a used refresh token returns the same new tokens again. Default: 0.
    pub(super) refresh_grace_s: i64,
    /// The effect of a used refresh token after the grace period. Default: `revoke_family`.
    pub(super) refresh_reuse: RefreshReuse,
    /// The polling interval of a device. Default: 5.
    pub(super) device_interval_s: i64,
    /// The lifetime of a device code. Default: 600.
    pub(super) device_code_life_s: i64,
    /// Whether callbacks have the parameter `iss`. Default: true.
    pub(super) sends_iss: bool,
    /// The value of `iss` in callbacks. Default: `None`, the issuer itself.
    pub(super) callback_iss: Option<String>,
    /// The behaviour of the revocation endpoint. Default: `supported`.
    pub(super) revocation: Revocation,
    /// The status for a failed client authentication: 401 or 400; always 401 after Basic authentication. Default: 401.
    invalid_client_status: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefreshReuse {
    /// The token is refused.
    Refuse,
    /// The token is refused, and every token of the same consent is revoked.
    RevokeFamily,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Revocation {
    Supported,
    /// Every revocation fails with `unsupported_token_type`.
    UnsupportedTokenType,
}

impl Default for Deviations {
    fn default() -> Self {
        Self {
            metadata: Map::new(),
            token_reply: Map::new(),
            access_token_life_ms: 3_600_000,
            refresh_token_life_ms: 30 * 24 * 3_600_000,
            code_life_ms: 60_000,
            rotates: true,
            refresh_grace_s: 0,
            refresh_reuse: RefreshReuse::RevokeFamily,
            device_interval_s: 5,
            device_code_life_s: 600,
            sends_iss: true,
            callback_iss: None,
            revocation: Revocation::Supported,
            invalid_client_status: 401,
        }
    }
}

impl Deviations {
    /// A copy with the members that `change` names replaced. Fails on an invalid value.
    pub(super) fn changed(&self, change: &Value) -> Result<Self, String> {
        let deviations: Self = deviations::changed(self, change)?;
        if ![400, 401].contains(&deviations.invalid_client_status) {
            return Err("invalid_client_status is 400 or 401".to_owned());
        }
        Ok(deviations)
    }

    pub(super) fn invalid_client_status(&self) -> StatusCode {
        StatusCode::from_u16(self.invalid_client_status).unwrap_or(StatusCode::UNAUTHORIZED)
    }
}
