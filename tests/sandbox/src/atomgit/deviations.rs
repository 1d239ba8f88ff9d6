//! The deviations that a test can switch on: other forms in the documentation, and behaviour that it leaves open.

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::deviations;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deviations {
    /// How the list of installations is written. Default: `array`.
    pub(super) list_form: ListForm,
    /// The status of a minted token, which is not documented. Default: 201.
    mint_status: u16,
    /// The lifetime of an installation token, which is not documented. Default: one hour.
    pub(super) installation_token_life_ms: i64,
    /// The lifetime of a user token. Default: eight hours, as documented.
    pub(super) user_token_life_ms: i64,
    /// The refresh token in the reply to a refresh. Default: `same`, as documented.
    pub(super) refresh_token: RefreshReply,
    /// Whether a refresh revokes the previous user token, which is not documented. Default: false.
    pub(super) refresh_ends_old_token: bool,
    /// Requests per hour of an app, an installation or a user. Default: 5000, as documented.
    pub(super) rate_limit: u64,
    /// Whether requests beyond the limit are refused. Default: false.
    pub(super) enforce_rate_limit: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ListForm {
    /// `[{…}]`, as on the Chinese page.
    Array,
    /// `"[{\"id\":14…}]"`: a JSON string that holds the array.
    JsonString,
    /// `"[{"id":14…}]"`: as printed on the English page; not JSON.
    BrokenString,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefreshReply {
    /// The one that was sent, with a later expiry.
    Same,
    /// A new one; the one that was sent becomes invalid.
    Rotated,
    /// None, and no expiry; the one that was sent stays valid.
    Omitted,
}

impl Default for Deviations {
    fn default() -> Self {
        Self {
            list_form: ListForm::Array,
            mint_status: 201,
            installation_token_life_ms: 3_600_000,
            user_token_life_ms: 8 * 3_600_000,
            refresh_token: RefreshReply::Same,
            refresh_ends_old_token: false,
            rate_limit: 5_000,
            enforce_rate_limit: false,
        }
    }
}

impl Deviations {
    /// A copy with the members that `change` names replaced. Fails on an invalid value.
    pub(super) fn changed(&self, change: &Value) -> Result<Self, String> {
        let deviations: Self = deviations::changed(self, change)?;
        let success = (200..300).contains(&deviations.mint_status);
        success
            .then_some(deviations)
            .ok_or_else(|| "mint_status is a status from 200 to 299".to_owned())
    }

    pub(super) fn mint_status(&self) -> StatusCode {
        StatusCode::from_u16(self.mint_status).unwrap_or(StatusCode::CREATED)
    }
}
