//! The deviations that a test can switch on.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::deviations;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deviations {
    /// The number of additional seats, for tests of pagination. Default: 0.
    pub(super) extra_installations: u64,
    /// The lifetime of a grant. Default: ten minutes.
    pub(super) installation_token_life_ms: i64,
    /// The lifetime of a smith's token. Default: two hours.
    pub(super) user_token_life_ms: i64,
    /// The lifetime of a refresh token. Default: thirty days.
    pub(super) refresh_token_life_ms: i64,
    /// The grace period, in which a used refresh token returns the same new tokens again. Default: 30.
    pub(super) refresh_grace_s: i64,
    /// The effect of a used refresh token after the grace period. Default: `refuse`.
    pub(super) refresh_reuse: RefreshReuse,
    /// The polling interval of a device. Default: 7.
    pub(super) device_interval_s: i64,
    /// The lifetime of a device code. Default: 600.
    pub(super) device_code_life_s: i64,
    /// Requests per hour of a tool, a seat or a smith. Default: 700.
    pub(super) rate_limit: u64,
    /// Whether requests beyond the limit are refused. Default: false.
    pub(super) enforce_rate_limit: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefreshReuse {
    /// The token is refused.
    Refuse,
    /// The token is refused, and every token of the same consent is revoked.
    RevokeFamily,
}

impl Default for Deviations {
    fn default() -> Self {
        Self {
            extra_installations: 0,
            installation_token_life_ms: 600_000,
            user_token_life_ms: 2 * HOUR_MS,
            refresh_token_life_ms: 30 * 24 * HOUR_MS,
            refresh_grace_s: 30,
            refresh_reuse: RefreshReuse::Refuse,
            device_interval_s: 7,
            device_code_life_s: 600,
            rate_limit: 700,
            enforce_rate_limit: false,
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
        Ok(deviations)
    }
}

const HOUR_MS: i64 = 3_600_000;
const MAX_INSTALLATIONS: u64 = 100_000;
