//! What a test can have otherwise.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::deviations;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deviations {
    /// Seats beside those of the seed, to be paged through. Default: 0.
    pub(super) extra_installations: u64,
    /// How long a grant lives. Default: ten minutes.
    pub(super) installation_token_life_ms: i64,
    /// How long a smith's token lives. Default: two hours.
    pub(super) user_token_life_ms: i64,
    /// How long a refresh token lives. Default: thirty days.
    pub(super) refresh_token_life_ms: i64,
    /// For how long a spent refresh token brings the same new pair again. Default: 30.
    pub(super) refresh_grace_s: i64,
    /// What a refresh token does that is shown after that, beside being refused. Default: `refuse`.
    pub(super) refresh_reuse: RefreshReuse,
    /// How often a device may ask. Default: 7.
    pub(super) device_interval_s: i64,
    /// How long a device's code lives. Default: 600.
    pub(super) device_code_life_s: i64,
    /// Requests an hour for a tool, a seat or a smith. Default: 700.
    pub(super) rate_limit: u64,
    /// Whether more requests are refused. Default: false.
    pub(super) enforce_rate_limit: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefreshReuse {
    /// Nothing.
    Refuse,
    /// Ends every token that came from the same consent.
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
    /// These deviations with those that `change` names replaced.
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
