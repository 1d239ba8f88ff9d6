//! A user's authorization: where a user is sent, and what comes back.

use appmint_core::{AuthorizationRequest, Secret};
use napi_derive::napi;

use crate::{
    app::{App, revealed},
    landing::Landings,
    outcome::{Outcome, outcome},
    token::Token,
};

/// Where a user authorizes or installs the app.
#[napi]
pub struct Authorization(pub(crate) appmint_core::Authorization);

/// What an authorization says of itself.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct AuthorizationRecord {
    pub url: String,
    pub state: String,
    pub redirect_uri: Option<String>,
}

#[napi]
impl Authorization {
    /// All but the verifier.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn record(&self) -> AuthorizationRecord {
        AuthorizationRecord {
            url: self.0.url().to_owned(),
            state: self.0.state().to_owned(),
            redirect_uri: self.0.redirect_uri().map(str::to_owned),
        }
    }

    /// The PKCE verifier.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn code_verifier(&self) -> Option<String> {
        self.0.code_verifier().map(revealed)
    }
}

#[napi]
impl App {
    /// Where a user authorizes the app.
    #[napi(catch_unwind)]
    pub fn authorize(&self, request: AuthorizationOptions) -> Outcome<Authorization> {
        outcome(self.0.authorize(&request.into()).map(Authorization))
    }

    /// The code out of a callback's URL.
    #[napi(catch_unwind)]
    pub fn authorization_code(&self, callback_url: String, state: String) -> Outcome<String> {
        outcome(self.0.authorization_code(&callback_url, &state).map(|code| revealed(&code)))
    }

    /// The user token that an authorization brought.
    #[napi(catch_unwind)]
    pub fn finish_authorization(
        &self,
        landings: &Landings,
        id: u32,
        authorization: &Authorization,
        callback_url: String,
    ) -> Option<Outcome<Token>> {
        let flight = self.0.finish_authorization(&authorization.0, &callback_url);
        landings.await_landing(id, flight, Token)
    }

    /// An authorization as text that only the app's store key opens.
    #[napi(catch_unwind)]
    pub fn seal_authorization(&self, authorization: &Authorization) -> Outcome<String> {
        outcome(self.0.seal_authorization(&authorization.0))
    }

    /// The authorization that was sealed.
    #[napi(catch_unwind)]
    pub fn open_authorization(&self, sealed: String) -> Outcome<Authorization> {
        outcome(self.0.open_authorization(&sealed).map(Authorization))
    }

    /// A user token for an authorization code.
    #[napi(catch_unwind)]
    pub fn exchange_code(
        &self,
        landings: &Landings,
        id: u32,
        code: String,
        redirect_uri: Option<String>,
        code_verifier: Option<String>,
    ) -> Option<Outcome<Token>> {
        let flight = self.0.exchange_code(code, redirect_uri, code_verifier.map(Secret::new));
        landings.await_landing(id, flight, Token)
    }

    /// A new user token for a refresh token.
    #[napi(catch_unwind)]
    pub fn refresh(
        &self,
        landings: &Landings,
        id: u32,
        refresh_token: String,
    ) -> Option<Outcome<Token>> {
        landings.await_landing(id, self.0.refresh(refresh_token), Token)
    }
}

/// What an authorization asks for.
#[napi(object, object_to_js = false)]
pub struct AuthorizationOptions {
    pub redirect_uri: Option<String>,
    pub state: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub login_hint: Option<String>,
}

impl From<AuthorizationOptions> for AuthorizationRequest {
    fn from(options: AuthorizationOptions) -> Self {
        Self {
            redirect_uri: options.redirect_uri,
            state: options.state,
            scopes: options.scopes.unwrap_or_default(),
            login_hint: options.login_hint,
        }
    }
}
