//! What a test can have otherwise.

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::deviations;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deviations {
    /// A merge patch on the metadata. Default: nothing.
    pub(super) metadata: Map<String, Value>,
    /// A merge patch on every good answer of the token endpoint. Default: nothing.
    pub(super) token_reply: Map<String, Value>,
    /// How long an access token lives. Default: one hour.
    pub(super) access_token_life_ms: i64,
    /// How long a refresh token lives. Default: thirty days.
    pub(super) refresh_token_life_ms: i64,
    /// How long an authorization code lives. Default: one minute.
    pub(super) code_life_ms: i64,
    /// Whether a refresh brings a new refresh token; if not, the old one stays good. Default: true.
    pub(super) rotates: bool,
    /// For how long a spent refresh token brings the same new pair again. Default: 0.
    pub(super) refresh_grace_s: i64,
    /// What a refresh token does that is shown after that, beside being refused. Default: `revoke_family`.
    pub(super) refresh_reuse: RefreshReuse,
    /// How often a device may poll. Default: 5.
    pub(super) device_interval_s: i64,
    /// How long a device's code lives. Default: 600.
    pub(super) device_code_life_s: i64,
    /// Whether a callback says who sent it. Default: true.
    pub(super) sends_iss: bool,
    /// Who a callback says sent it. Default: none, the issuer itself.
    pub(super) callback_iss: Option<String>,
    /// Whether tokens can be revoked. Default: `supported`.
    pub(super) revocation: Revocation,
    /// 401 or 400 for a client that did not prove who it is; 401 always where it tried Basic. Default: 401.
    invalid_client_status: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefreshReuse {
    /// Nothing.
    Refuse,
    /// Ends every token that came from the same consent.
    RevokeFamily,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Revocation {
    Supported,
    /// No kind of token is one that can be revoked.
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
    /// These deviations with those that `change` names replaced.
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
