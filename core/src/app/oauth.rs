//! OAuth & login: users who authorize the app, and their tokens.

use std::sync::Arc;

use super::App;
use crate::{
    auth::{Scope, TokenExchange, token_reply::described_user_token},
    client::{PlatformClient, TokenEndpointCall},
    error::Result,
    logins::{DeviceLogin, Login, LoginRequest},
    oauth::{
        Authorization, AuthorizationRequest, CodeExchange, Introspection, callback,
        device::{self, DeviceAuthorization},
    },
    platform::{descriptor::Operation, operations::OperationName},
    resources::{Target, operation::ApiOperation},
    secret::Secret,
    sources::read_nothing,
    tasks::{Deadline, Task},
    token::Token,
};

impl App {
    /// The URL where a user authorizes the app, with a fresh state. No network I/O.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for a parameter that the platform does not take,
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) without a client id.
    pub fn authorize(&self, request: &AuthorizationRequest) -> Result<Authorization> {
        self.0.authorizations.begin(request)
    }

    /// The code in a callback's URL or query, once its state has proved equal. No network I/O.
    ///
    /// # Errors
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) for another state,
    /// [`Denied`](crate::ErrorKind::Denied) when the user declined.
    pub fn authorization_code(&self, callback: &str, state: &str) -> Result<Secret> {
        callback::authorization_code(self.platform(), callback, state)
    }

    /// A user token for an authorization code. The code is sent once, or again when the server refused
    /// the client's signature.
    ///
    /// # Errors
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) for an invalid code,
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) for an invalid client.
    pub fn exchange_code(&self, exchange: impl Into<CodeExchange>) -> Task<Token> {
        let exchange = exchange.into();
        self.spawn(move |client, deadline| client.exchange_code(&exchange, deadline))
    }

    /// The user token that an authorization brought, given the callback's URL or query. The state is
    /// compared in constant time, `iss` where the platform sends one, the platform must be the same,
    /// and it works once.
    ///
    /// # Errors
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) for another state, and for an authorization that
    /// was finished before; [`Denied`](crate::ErrorKind::Denied) when the user declined.
    pub fn finish_authorization(
        &self,
        authorization: &Authorization,
        callback: &str,
    ) -> Task<Token> {
        let authorizations = Arc::clone(&self.0.authorizations);
        let code = match authorizations.check_callback(authorization, callback) {
            Ok(code) => code,
            Err(error) => return Task::ready(Err(error)),
        };
        let authorization = authorization.clone();
        self.0.pool.spawn(move |deadline| authorizations.finish(&authorization, &code, deadline))
    }

    /// An authorization as text that only this app's store key opens: for a cookie or a web session,
    /// until the user returns, to any process.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) without a store key.
    pub fn seal_authorization(&self, authorization: &Authorization) -> Result<String> {
        self.0.authorizations.seal(authorization)
    }

    /// The authorization that was sealed.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for text that this app's key does not
    /// open.
    pub fn open_authorization(&self, sealed: &str) -> Result<Authorization> {
        self.0.authorizations.open(sealed)
    }

    /// A new user token for a refresh token. The refresh token is sent once, or again when the server
    /// refused the client's signature. The answer is returned even if its
    /// access token has expired, because its refresh token works.
    ///
    /// # Errors
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) for an invalid refresh token. After a lost answer
    /// the refresh token may be spent where the platform rotates refresh tokens: that error is not
    /// retryable. A [`session`](Self::session) keeps what can be kept.
    pub fn refresh(&self, refresh_token: impl Into<Secret>) -> Task<Token> {
        let token = refresh_token.into();
        self.spawn(move |client, deadline| {
            let refreshed = client.exchange_refresh_token(&token, None, deadline);
            refreshed.map_err(|error| client.classify_refresh(error))
        })
    }

    /// A token of the platform for a token of another server (RFC 8693), such as the OIDC id token of a
    /// workload. The app's OAuth client authenticates if the app has a client id. Each call sends a request:
    /// keep the token for as long as it lives.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a platform without token exchange,
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) with reason `invalid_token` for a token that the
    /// platform does not accept.
    pub fn exchange_token(&self, exchange: TokenExchange) -> Task<Token> {
        if let Err(error) = exchange.fields(self.platform()) {
            return Task::ready(Err(error));
        }
        self.spawn(move |client, deadline| client.exchange_token(&exchange, deadline))
    }

    /// Begins a login of the person at this machine: a listener on 127.0.0.1 to which the browser
    /// returns (RFC 8252). No network I/O beyond this machine yet.
    ///
    /// # Errors
    /// Those of [`authorize`](Self::authorize), and [`Transport`](crate::ErrorKind::Transport) when no
    /// port is free.
    pub fn start_login(&self, request: LoginRequest) -> Result<Login> {
        self.0.client.check_client()?;
        Login::start(&self.0.authorizations, &self.0.pool, request)
    }

    /// Begins a login on another device, where a person types a code (RFC 8628).
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a platform without the device flow.
    pub fn start_device_login(&self, scopes: Vec<String>) -> Task<DeviceLogin> {
        let (client, pool) = (Arc::clone(&self.0.client), self.0.pool.clone());
        self.0.pool.spawn(move |deadline| {
            let authorization = request_device_code(&client, &scopes, deadline)?;
            Ok(DeviceLogin::new(&client, &pool, authorization))
        })
    }

    /// A user's token as the platform describes it: its scopes, its expiry and its account. The
    /// refresh token is not part of that: keep the one you have.
    ///
    /// # Errors
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) with reason `invalid_token` when the token is no
    /// longer valid, or belongs to another app.
    pub fn check_token(&self, token: impl Into<Secret>) -> Task<Token> {
        self.perform(ApiOperation::check_token(token.into()), described_user_token)
    }

    /// A new token in the place of a user's token, which stops working.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn reset_token(&self, token: impl Into<Secret>) -> Task<Token> {
        let operation = ApiOperation::new(OperationName::ResetToken);
        self.perform(operation.about_user_token(token.into()), described_user_token)
    }

    /// A user token with a part of the rights of `token`, on one account.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn scope_token(
        &self,
        token: impl Into<Secret>,
        target: &Target,
        scope: &Scope,
    ) -> Task<Token> {
        let arguments = match scope.arguments(self.platform()) {
            Ok(arguments) => arguments,
            Err(error) => return Task::ready(Err(error)),
        };
        let operation = ApiOperation::new(OperationName::ScopeToken);
        let operation = operation.with_all(arguments).with_all(vec![target.argument()]);
        self.perform(operation.about_user_token(token.into()), described_user_token)
    }

    /// Deletes a user's token on the platform. It succeeds if the token is already invalid.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn delete_token(&self, token: impl Into<Secret>) -> Task<()> {
        let operation = ApiOperation::new(OperationName::DeleteToken);
        self.perform(operation.about_user_token(token.into()), read_nothing)
    }

    /// Deletes a user's authorization of the app with all its tokens, given one of them that works.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it, and
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) with reason `invalid_token` when the platform does
    /// not know the token: then nothing was deleted, and the grant may live on.
    pub fn delete_grant(&self, token: impl Into<Secret>) -> Task<()> {
        let operation = ApiOperation::new(OperationName::DeleteGrant);
        self.perform(operation.about_user_token(token.into()), read_nothing)
    }

    /// Revokes an access or refresh token at the authorization server (RFC 7009), with every token
    /// that the server ties to it. `token_type_hint` is `access_token` or `refresh_token` and saves
    /// the server a search. It succeeds if the server does not know the token.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a server without revocation.
    pub fn revoke_token(
        &self,
        token: impl Into<Secret>,
        token_type_hint: Option<String>,
    ) -> Task<()> {
        let call = TokenEndpointCall {
            description: "revoking tokens (RFC 7009)",
            endpoint: |oauth| oauth.revocation.as_ref(),
            operation: Operation::Revocation,
            token: token.into(),
            token_type_hint,
        };
        self.spawn_call(move |client, deadline| {
            match client.call_token_endpoint(&call, read_nothing, deadline) {
                // RFC 7009 §2.2 requires a success for an unknown token; some servers refuse it.
                Err(error) if error.platform_code() == Some("invalid_token") => Ok(()),
                outcome => outcome,
            }
        })
    }

    /// The description of an access or refresh token by the authorization server (RFC 7662).
    /// `token_type_hint` is `access_token` or `refresh_token` and saves the server a search. A token
    /// that has expired or belongs to another client is not an error: it is not `active`.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a server without introspection.
    pub fn introspect_token(
        &self,
        token: impl Into<Secret>,
        token_type_hint: Option<String>,
    ) -> Task<Introspection> {
        let call = TokenEndpointCall {
            description: "introspecting tokens (RFC 7662)",
            endpoint: |oauth| oauth.introspection.as_ref(),
            operation: Operation::Introspection,
            token: token.into(),
            token_type_hint,
        };
        self.spawn_call(move |client, deadline| {
            client.call_token_endpoint(&call, Introspection::read, deadline)
        })
    }
}

fn request_device_code(
    client: &PlatformClient,
    scopes: &[String],
    deadline: Deadline,
) -> Result<DeviceAuthorization> {
    let platform = client.platform();
    let send = |oauth_client| {
        let request = device::request(platform, &oauth_client, scopes)?;
        let response = client.send(&request, deadline)?;
        let reply = client.reply(Operation::Device, "the login", &request, &response);
        if !response.is_success() {
            return Err(reply.refusal());
        }
        DeviceAuthorization::read(&reply)
    };
    if platform.device()?.client_authentication {
        return client.with_client(send);
    }
    client.with_public_client(send)
}
