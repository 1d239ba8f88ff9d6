//! OAuth: authorizations, logins, and the tokens of users.

pub(crate) mod authorization;
pub(crate) mod introspection;
pub(crate) mod login;

use std::convert::identity;

use appmint_core::{
    Secret,
    auth::TokenExchange,
    logins::LoginRequest,
    oauth::{AuthorizationRequest, CodeExchange},
    resources::Target,
};
use napi_derive::napi;

use self::{
    authorization::Authorization,
    introspection::IntrospectionRecord,
    login::{DeviceLogin, Login},
};
use crate::{
    app::App,
    completions::Completions,
    errors::{Outcome, outcome},
    tokens::{
        scope::ScopeOptions,
        token::{Token, revealed},
    },
};

#[napi]
impl App {
    /// Makes the URL of the page on which a user authorizes the app, with a fresh state.
    #[napi(catch_unwind)]
    pub fn authorize(&self, options: AuthorizationOptions) -> Outcome<Authorization> {
        outcome(self.0.authorize(&options.into()).map(Authorization))
    }

    /// Returns the code in a callback URL, once its state was compared in constant time.
    #[napi(catch_unwind)]
    pub fn authorization_code(&self, callback_url: String, state: String) -> Outcome<String> {
        outcome(self.0.authorization_code(&callback_url, &state).map(|code| revealed(&code)))
    }

    /// Exchanges an authorization code for a user token.
    #[napi(catch_unwind)]
    pub fn exchange_code(
        &self,
        completions: &Completions,
        id: u32,
        code: String,
        redirect_uri: Option<String>,
        code_verifier: Option<String>,
    ) -> Option<Outcome<Token>> {
        let code_verifier = code_verifier.map(Secret::new);
        let exchange = CodeExchange { redirect_uri, code_verifier, ..CodeExchange::new(code) };
        completions.complete(id, self.0.exchange_code(exchange), Token)
    }

    /// Exchanges the code with which a user returned for a user token.
    #[napi(catch_unwind)]
    pub fn finish_authorization(
        &self,
        completions: &Completions,
        id: u32,
        authorization: &Authorization,
        callback_url: String,
    ) -> Option<Outcome<Token>> {
        let task = self.0.finish_authorization(&authorization.0, &callback_url);
        completions.complete(id, task, Token)
    }

    /// Encrypts an authorization with the app's store key, to be kept in the user's cookie or web
    /// session. No network I/O.
    #[napi(catch_unwind)]
    pub fn seal_authorization(&self, authorization: &Authorization) -> Outcome<String> {
        outcome(self.0.seal_authorization(&authorization.0))
    }

    /// Decrypts an authorization, in any process with the same store key. No network I/O.
    #[napi(catch_unwind)]
    pub fn open_authorization(&self, sealed: String) -> Outcome<Authorization> {
        outcome(self.0.open_authorization(&sealed).map(Authorization))
    }

    /// Exchanges a refresh token for a new user token.
    #[napi(catch_unwind)]
    pub fn refresh(
        &self,
        completions: &Completions,
        id: u32,
        refresh_token: String,
    ) -> Option<Outcome<Token>> {
        completions.complete(id, self.0.refresh(refresh_token), Token)
    }

    /// Exchanges a token of another server, such as the OIDC id token of a workload, for one of the
    /// platform.
    #[napi(catch_unwind)]
    pub fn exchange_token(
        &self,
        completions: &Completions,
        id: u32,
        subject_token: String,
        options: TokenExchangeOptions,
    ) -> Option<Outcome<Token>> {
        let exchange = TokenExchange {
            subject_token_type: options.subject_token_type,
            scopes: options.scopes.unwrap_or_default(),
            audience: options.audience,
            resource: options.resource,
            ..TokenExchange::new(subject_token)
        };
        completions.complete(id, self.0.exchange_token(exchange), Token)
    }

    /// Starts the login of a user in a browser on this machine.
    #[napi(catch_unwind)]
    pub fn start_login(&self, options: LoginOptions) -> Outcome<Login> {
        outcome(self.0.start_login(options.into()).map(Login))
    }

    /// Starts the login of a user on another device, on which they type a code.
    #[napi(catch_unwind)]
    pub fn start_device_login(
        &self,
        completions: &Completions,
        id: u32,
        scopes: Option<Vec<String>>,
    ) -> Option<Outcome<DeviceLogin>> {
        let task = self.0.start_device_login(scopes.unwrap_or_default());
        completions.complete(id, task, DeviceLogin)
    }

    /// Asks the platform about a user token: its scopes, its expiry and its account.
    #[napi(catch_unwind)]
    pub fn check_token(
        &self,
        completions: &Completions,
        id: u32,
        token: String,
    ) -> Option<Outcome<Token>> {
        completions.complete(id, self.0.check_token(token), Token)
    }

    /// Replaces a user token, which stops working.
    #[napi(catch_unwind)]
    pub fn reset_token(
        &self,
        completions: &Completions,
        id: u32,
        token: String,
    ) -> Option<Outcome<Token>> {
        completions.complete(id, self.0.reset_token(token), Token)
    }

    /// Makes a user token with a part of a token's access, on exactly one account.
    #[napi(catch_unwind)]
    pub fn scope_token(
        &self,
        completions: &Completions,
        id: u32,
        token: String,
        target: TargetOptions,
        scope: ScopeOptions,
    ) -> Option<Outcome<Token>> {
        match Target::only(target.target, target.target_id) {
            Ok(target) => {
                let task = self.0.scope_token(token, &target, &scope.into());
                completions.complete(id, task, Token)
            }
            Err(error) => Some(outcome(Err(error))),
        }
    }

    /// Ends a user token on the platform. It succeeds if the token is already invalid.
    #[napi(catch_unwind)]
    pub fn delete_token(
        &self,
        completions: &Completions,
        id: u32,
        token: String,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.delete_token(token), identity)
    }

    /// Ends a user's authorization of the app with all its tokens.
    #[napi(catch_unwind)]
    pub fn delete_grant(
        &self,
        completions: &Completions,
        id: u32,
        token: String,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.delete_grant(token), identity)
    }

    /// Ends an access token or a refresh token at the authorization server.
    #[napi(catch_unwind)]
    pub fn revoke_token(
        &self,
        completions: &Completions,
        id: u32,
        token: String,
        token_type_hint: Option<String>,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.revoke_token(token, token_type_hint), identity)
    }

    /// Asks the authorization server about an access token or a refresh token.
    #[napi(catch_unwind)]
    pub fn introspect_token(
        &self,
        completions: &Completions,
        id: u32,
        token: String,
        token_type_hint: Option<String>,
    ) -> Option<Outcome<IntrospectionRecord>> {
        let task = self.0.introspect_token(token, token_type_hint);
        completions.complete(id, task, IntrospectionRecord::from)
    }
}

/// The parameters of an authorization.
#[napi(object, object_to_js = false)]
pub struct AuthorizationOptions {
    pub redirect_uri: Option<String>,
    pub state: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub login_hint: Option<String>,
    pub prompt: Option<String>,
}

/// The parameters of a token exchange.
#[napi(object, object_to_js = false)]
pub struct TokenExchangeOptions {
    pub subject_token_type: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub audience: Option<String>,
    pub resource: Option<String>,
}

impl From<AuthorizationOptions> for AuthorizationRequest {
    fn from(options: AuthorizationOptions) -> Self {
        Self {
            redirect_uri: options.redirect_uri,
            state: options.state,
            scopes: options.scopes.unwrap_or_default(),
            login_hint: options.login_hint,
            prompt: options.prompt,
        }
    }
}

/// The parameters of a login.
#[napi(object, object_to_js = false)]
pub struct LoginOptions {
    pub scopes: Option<Vec<String>>,
    pub login_hint: Option<String>,
    pub prompt: Option<String>,
    pub ports: Option<Vec<u16>>,
    pub path: Option<String>,
    pub host: Option<String>,
}

impl From<LoginOptions> for LoginRequest {
    fn from(options: LoginOptions) -> Self {
        Self {
            scopes: options.scopes.unwrap_or_default(),
            login_hint: options.login_hint,
            prompt: options.prompt,
            ports: options.ports.unwrap_or_default(),
            path: options.path,
            host: options.host,
        }
    }
}

/// The account that a token is limited to.
#[napi(object, object_to_js = false)]
pub struct TargetOptions {
    pub target: Option<String>,
    pub target_id: Option<String>,
}
