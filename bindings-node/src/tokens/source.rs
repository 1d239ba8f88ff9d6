use std::convert::identity;

use appmint_core::Timestamp;
use napi_derive::napi;

use crate::{
    app::{CallRecord, ResponseRecord, revealed},
    clock::millis,
    landing::Landings,
    listing::Listing,
    outcome::{Outcome, outcome},
    token::Token,
};

/// Tokens for one installation, or for the app itself.
#[napi]
pub struct TokenSource(pub(crate) appmint_core::TokenSource);

#[napi]
impl TokenSource {
    /// The installation's id; none for the app's own tokens, and for what was not looked up yet.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn installation_id(&self) -> Option<String> {
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

    /// Brings each new token, after the one before.
    #[napi(catch_unwind)]
    pub fn on_change(&self, changes: &Landings) {
        let bring = changes.bringing(change);
        self.0.on_change(move |before, token| bring((before.cloned(), token.clone())));
    }

    /// The value for an `Authorization` header, with such a token.
    #[napi(catch_unwind)]
    pub fn authorization_header(
        &self,
        landings: &Landings,
        id: u32,
        min_valid: Option<f64>,
    ) -> Option<Outcome<String>> {
        let flight = self.0.authorization_header(min_valid.map(millis));
        landings.await_landing(id, flight, |secret| revealed(&secret))
    }

    /// When the token in memory stops working, in milliseconds since 1970.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.0.expires_at().map(Timestamp::as_millis)
    }

    /// Forgets the token in memory.
    #[napi(catch_unwind)]
    pub fn invalidate(&self) {
        self.0.invalidate();
    }

    /// Forgets the token in memory and has the platform end it.
    #[napi(catch_unwind)]
    pub fn revoke(&self, landings: &Landings, id: u32) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.revoke(), identity)
    }

    /// The repositories that the token reaches.
    #[napi(catch_unwind)]
    pub fn repositories(&self) -> Outcome<Listing> {
        outcome(self.0.repositories().map(Listing::from))
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

fn change(
    (before, token): (Option<appmint_core::Token>, appmint_core::Token),
) -> (Option<Token>, Token) {
    (before.map(Token), Token(token))
}
