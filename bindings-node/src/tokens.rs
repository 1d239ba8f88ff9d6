//! Tokens and the sources that they come from.

pub(crate) mod scope;
pub(crate) mod source;
pub(crate) mod token;

use std::convert::identity;

use appmint_core::AppTokenRequest;
use napi_derive::napi;

use self::{scope::ScopeOptions, source::TokenSource};
use crate::{
    app::App,
    completions::Completions,
    errors::{Outcome, outcome},
    installations::lookup::lookup,
};

#[napi]
impl App {
    /// Makes a source of tokens for one installation.
    #[napi(catch_unwind)]
    pub fn installation(
        &self,
        pairs: Vec<(String, String)>,
        scope: ScopeOptions,
    ) -> Outcome<TokenSource> {
        let source = lookup(&pairs)
            .and_then(|lookup| self.0.installation(lookup.narrowed(scope.into())))
            .map(TokenSource);
        outcome(source)
    }

    /// Makes a source of the app's own tokens, on a platform that has them beside the JWT.
    #[napi(catch_unwind)]
    pub fn app_tokens(&self, options: AppTokenOptions) -> Outcome<TokenSource> {
        outcome(self.0.app_tokens(options.into()).map(TokenSource))
    }

    /// Ends an installation token on the platform. It succeeds if the token is already invalid.
    #[napi(catch_unwind)]
    pub fn revoke_installation_token(
        &self,
        completions: &Completions,
        id: u32,
        token: String,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.revoke_installation_token(token), identity)
    }
}

/// The scopes and the subject of the app's own tokens.
#[napi(object, object_to_js = false)]
pub struct AppTokenOptions {
    pub scopes: Option<Vec<String>>,
    pub subject: Option<String>,
}

impl From<AppTokenOptions> for AppTokenRequest {
    fn from(options: AppTokenOptions) -> Self {
        Self { scopes: options.scopes.unwrap_or_default(), subject: options.subject }
    }
}
