use napi_derive::napi;

use crate::{
    app::{CallRecord, ResponseRecord},
    clock::millis,
    landing::Landings,
    outcome::Outcome,
    token::Token,
};

/// Tokens for one installation.
#[napi]
pub struct TokenSource(pub(crate) appmint_core::TokenSource);

#[napi]
impl TokenSource {
    /// The installation's id.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn installation_id(&self) -> &str {
        self.0.installation_id()
    }

    /// A token, from memory or newly minted.
    #[napi(catch_unwind)]
    pub fn token(
        &self,
        landings: &Landings,
        id: u32,
        min_valid: Option<f64>,
    ) -> Option<Outcome<Token>> {
        landings.await_landing(id, self.0.token(min_valid.map(millis)), Token)
    }

    /// Forgets the token in memory.
    #[napi(catch_unwind)]
    pub fn invalidate(&self) {
        self.0.invalidate();
    }

    /// An API call as the installation.
    #[napi(catch_unwind)]
    pub fn request(
        &self,
        landings: &Landings,
        id: u32,
        call: CallRecord,
    ) -> Option<Outcome<ResponseRecord>> {
        let flight = self.0.request(call.into());
        landings.await_landing(id, flight, ResponseRecord::of)
    }
}
