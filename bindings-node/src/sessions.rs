//! Sessions: users' tokens, which are kept in the store under a name.

use std::convert::identity;

use napi_derive::napi;

use crate::{
    app::App,
    completions::Completions,
    errors::{Outcome, outcome},
    tokens::{source::TokenSource, token::Token},
};

#[napi]
impl App {
    /// Makes a source of one user's tokens, which are in the store under a name.
    #[napi(catch_unwind)]
    pub fn session(&self, name: String) -> Outcome<TokenSource> {
        outcome(self.0.session(name).map(TokenSource))
    }

    /// Writes a user token to the store under a name, in the place of any session that had it.
    #[napi(catch_unwind)]
    pub fn start_session(
        &self,
        completions: &Completions,
        id: u32,
        name: String,
        token: &Token,
        account_id: Option<String>,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.start_session(name, token.0.clone(), account_id), identity)
    }

    /// Forgets a user's session, in memory and in the store, even if its record cannot be opened
    /// there.
    #[napi(catch_unwind)]
    pub fn end_session(
        &self,
        completions: &Completions,
        id: u32,
        name: String,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.end_session(name), identity)
    }
}
