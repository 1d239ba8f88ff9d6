//! Users' tokens, which live in the store under a name.

use std::convert::identity;

use napi_derive::napi;

use crate::{
    app::App,
    landing::Landings,
    outcome::{Outcome, outcome},
    source::TokenSource,
    token::Token,
};

#[napi]
impl App {
    /// A source of one user's tokens.
    #[napi(catch_unwind)]
    pub fn session(&self, name: String) -> Outcome<TokenSource> {
        outcome(self.0.session(name).map(TokenSource))
    }

    /// Writes a user's token down under a name.
    #[napi(catch_unwind)]
    pub fn start_session(
        &self,
        landings: &Landings,
        id: u32,
        name: String,
        token: &Token,
    ) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.start_session(name, token.0.clone()), identity)
    }

    /// Forgets a session, here and in the store.
    #[napi(catch_unwind)]
    pub fn end_session(&self, landings: &Landings, id: u32, name: String) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.end_session(name), identity)
    }
}
