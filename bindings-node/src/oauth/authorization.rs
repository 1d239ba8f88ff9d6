//! Authorizations: where to send a user, and what to keep until the user returns.

use appmint_core::Secret;
use napi_derive::napi;

/// Where a user authorizes or installs the app, and what to keep until the user returns.
#[napi]
pub struct Authorization(pub(crate) appmint_core::oauth::Authorization);

/// The members of an authorization, without the verifier.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct AuthorizationRecord {
    pub url: String,
    pub state: String,
    pub redirect_uri: Option<String>,
}

#[napi]
impl Authorization {
    /// All members but the verifier.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn record(&self) -> AuthorizationRecord {
        AuthorizationRecord {
            url: self.0.url().to_owned(),
            state: self.0.state().to_owned(),
            redirect_uri: self.0.redirect_uri().map(str::to_owned),
        }
    }

    /// The PKCE verifier for `App::exchange_code`, a secret.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn code_verifier(&self) -> Option<&str> {
        self.0.code_verifier().map(Secret::reveal)
    }
}
