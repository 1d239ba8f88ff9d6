//! The deviations that a test can switch on: behaviour that ICR's documentation leaves open.

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::deviations;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deviations {
    /// Whether the claim `alg` is required, as the documentation says. Default: true.
    pub(super) alg_claim_required: bool,
    /// The status of a minted token: 200 in the documentation, 201 by the framework's default. Default: 201.
    mint_status: u16,
    /// The lifetime of a token. Default: two hours, as documented.
    pub(super) token_life_ms: i64,
    /// The number of additional installations, for tests of pagination. Default: 0.
    pub(super) extra_installations: usize,
    /// Whether `message` is a list in every error. Default: false, only in validation errors.
    pub(super) messages_are_lists: bool,
}

impl Default for Deviations {
    fn default() -> Self {
        Self {
            alg_claim_required: true,
            mint_status: 201,
            token_life_ms: 2 * 3_600_000,
            extra_installations: 0,
            messages_are_lists: false,
        }
    }
}

impl Deviations {
    /// A copy with the members that `change` names replaced. Fails on an invalid value.
    pub(super) fn changed(&self, change: &Value) -> Result<Self, String> {
        let deviations: Self = deviations::changed(self, change)?;
        if !(200..300).contains(&deviations.mint_status) {
            return Err("mint_status is a status from 200 to 299".to_owned());
        }
        if deviations.extra_installations > MAX_INSTALLATIONS {
            return Err(format!("extra_installations is at most {MAX_INSTALLATIONS}"));
        }
        Ok(deviations)
    }

    pub(super) fn mint_status(&self) -> StatusCode {
        StatusCode::from_u16(self.mint_status).unwrap_or(StatusCode::CREATED)
    }
}

const MAX_INSTALLATIONS: usize = 100_000;
