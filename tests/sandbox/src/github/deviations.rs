//! The deviations that a test can switch on: older forms, settings of the app, and behaviour that is not documented.

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::deviations;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deviations {
    /// The number of additional installations, for tests of pagination. Default: 0.
    pub(super) extra_installations: u64,
    /// Whether `ghs_` tokens have the stateless form. Default: false.
    pub(super) stateless_tokens: bool,
    /// The lifetime of an installation token. Default: one hour, as documented.
    pub(super) installation_token_life_ms: i64,
    /// Whether an app id in `iss` has to be a JSON integer, as some bug reports say. Default: false.
    pub(super) issuer_must_be_integer: bool,
    /// The origin in redirects of renamed repositories and organizations. Default: `None`, the sandbox's own.
    pub(super) redirect_origin: Option<String>,
    /// The status for an unsupported API version: 400 or 410, both documented. Default: 400.
    unsupported_version_status: u16,
    /// Whether user tokens expire and can be refreshed, a setting of the app. Default: true.
    pub(super) user_tokens_expire: bool,
    /// The lifetime of a user token. Default: eight hours, as documented.
    pub(super) user_token_life_ms: i64,
    /// The lifetime of a refresh token. Default: 184 days, as documented.
    pub(super) refresh_token_life_ms: i64,
    /// The effect of a used refresh token after the grace period. Default: `refuse`.
    pub(super) refresh_reuse: RefreshReuse,
    /// The grace period, in which a used refresh token returns the same new tokens again. Default: 0.
    pub(super) refresh_grace_s: i64,
    /// Whether the app may use the device flow. Default: true.
    pub(super) device_flow: bool,
    /// The polling interval of a device. Default: 5, as documented.
    pub(super) device_interval_s: i64,
    /// The lifetime of a device code. Default: 900, as documented.
    pub(super) device_code_life_s: i64,
    /// The error for an expired device code; both are documented. Default: `expired_token`.
    pub(super) device_expiry_error: ExpiryError,
    /// Whether the token endpoint answers 404 to an unknown client, as some bug reports say. Default: false.
    pub(super) unknown_client_not_found: bool,
    /// Requests per hour of an app, an installation or a user. Default: 5000, as documented.
    pub(super) rate_limit: u64,
    /// Whether requests beyond the limit are refused. Default: false.
    pub(super) enforce_rate_limit: bool,
    /// The status for an exceeded rate limit: 403 or 429, both documented. Default: 403.
    rate_limit_status: u16,
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
pub(super) enum ExpiryError {
    ExpiredToken,
    TokenExpired,
}

impl Default for Deviations {
    fn default() -> Self {
        Self {
            extra_installations: 0,
            stateless_tokens: false,
            installation_token_life_ms: HOUR_MS,
            issuer_must_be_integer: false,
            redirect_origin: None,
            unsupported_version_status: 400,
            user_tokens_expire: true,
            user_token_life_ms: 8 * HOUR_MS,
            refresh_token_life_ms: 184 * 24 * HOUR_MS,
            refresh_reuse: RefreshReuse::Refuse,
            refresh_grace_s: 0,
            device_flow: true,
            device_interval_s: 5,
            device_code_life_s: 900,
            device_expiry_error: ExpiryError::ExpiredToken,
            unknown_client_not_found: false,
            rate_limit: 5_000,
            enforce_rate_limit: false,
            rate_limit_status: 403,
        }
    }
}

impl Deviations {
    /// A copy with the members that `change` names replaced. Fails on an invalid value.
    pub(super) fn changed(&self, change: &Value) -> Result<Self, String> {
        let deviations: Self = deviations::changed(self, change)?;
        if deviations.extra_installations > MAX_INSTALLATIONS {
            return Err(format!("extra_installations is at most {MAX_INSTALLATIONS}"));
        }
        if ![400, 410].contains(&deviations.unsupported_version_status) {
            return Err("unsupported_version_status is 400 or 410".to_owned());
        }
        if ![403, 429].contains(&deviations.rate_limit_status) {
            return Err("rate_limit_status is 403 or 429".to_owned());
        }
        Ok(deviations)
    }

    pub(super) fn unsupported_version_status(&self) -> StatusCode {
        StatusCode::from_u16(self.unsupported_version_status).unwrap_or(StatusCode::BAD_REQUEST)
    }

    pub(super) fn rate_limit_status(&self) -> StatusCode {
        StatusCode::from_u16(self.rate_limit_status).unwrap_or(StatusCode::FORBIDDEN)
    }
}

const HOUR_MS: i64 = 3_600_000;
const MAX_INSTALLATIONS: u64 = 100_000;
