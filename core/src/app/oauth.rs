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
    /// Makes the URL of the page on which a user authorizes the app, with a fresh state.
    ///
    /// On a platform with PKCE (RFC 7636) it has a fresh code verifier, too. Keep the result until
    /// the user returns, for [`App::finish_authorization`](crate::App::finish_authorization). No
    /// network I/O.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1>,
    /// <https://www.rfc-editor.org/rfc/rfc7636#section-4.3>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`missing_credential`) if the app
    ///   has no client id.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the state is empty.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no OAuth, or does not
    ///   take an argument.
    pub fn authorize(&self, request: &AuthorizationRequest) -> Result<Authorization> {
        self.0.authorizations.begin(request)
    }

    /// Returns the code in a callback URL, once its state was compared in constant time.
    ///
    /// [`App::finish_authorization`](crate::App::finish_authorization) does this and exchanges the
    /// code. No network I/O.
    ///
    /// - `callback`: The URL with which the user returned, or its query.
    /// - `state`: The state of the authorization.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2>,
    /// <https://www.rfc-editor.org/rfc/rfc9207#section-2.4>
    ///
    /// # Errors
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`state_mismatch`) if the callback has
    ///   another state, or comes from another server (RFC 9207).
    /// - [`Denied`](crate::ErrorKind::Denied) (`access_denied`) if the user declined.
    /// - [`Rejected`](crate::ErrorKind::Rejected) (`redirect_uri_mismatch`) if the redirect URI is
    ///   not registered for the app.
    /// - [`Rejected`](crate::ErrorKind::Rejected) if the platform refused the authorization for
    ///   another cause.
    /// - [`Protocol`](crate::ErrorKind::Protocol) (`missing_member`) if the callback holds no code
    ///   and no error.
    pub fn authorization_code(&self, callback: &str, state: &str) -> Result<Secret> {
        callback::authorization_code(self.platform(), callback, state)
    }

    /// Exchanges an authorization code for a user token.
    ///
    /// The code is sent once, even if the call fails, unless the platform refused the client's
    /// first private key: then it is sent again with the second.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3>,
    /// <https://www.rfc-editor.org/rfc/rfc7636#section-4.5>
    ///
    /// # Errors
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`invalid_code`) if the code is unknown,
    ///   expired or used.
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) (`invalid_client`) if the client id or
    ///   its secret is wrong.
    /// - Those of [every call over the network](crate#errors).
    pub fn exchange_code(&self, exchange: impl Into<CodeExchange>) -> Task<Token> {
        let exchange = exchange.into();
        self.spawn(move |client, deadline| client.exchange_code(&exchange, deadline))
    }

    /// Exchanges the code with which a user returned for a user token.
    ///
    /// The state is compared in constant time, and iss if the platform sends it (RFC 9207). An
    /// authorization can be finished once, in one of the processes that share the store, within an
    /// hour, on the platform on which it began.
    ///
    /// - `authorization`: The result of [`App::authorize`](crate::App::authorize) or
    ///   [`App::open_authorization`](crate::App::open_authorization).
    /// - `callback`: The URL with which the user returned, or its query.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2>,
    /// <https://www.rfc-editor.org/rfc/rfc9207#section-2.4>
    ///
    /// # Errors
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`state_mismatch`) if the callback has
    ///   another state, or comes from another server.
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`stale_authorization`) if the
    ///   authorization was finished before, or began more than an hour ago.
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`invalid_code`) if the code is unknown,
    ///   expired or used.
    /// - [`Denied`](crate::ErrorKind::Denied) (`access_denied`) if the user declined.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the authorization began on
    ///   another platform.
    /// - [`Store`](crate::ErrorKind::Store) if the store failed to record that the authorization is
    ///   finished; nothing was sent.
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) (`invalid_client`) if the client id or
    ///   its secret is wrong.
    /// - Those of [every call over the network](crate#errors).
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

    /// Encrypts an authorization with the app's store key, to be kept in the user's cookie or web
    /// session. No network I/O.
    ///
    /// - `authorization`: The result of [`App::authorize`](crate::App::authorize).
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`missing_credential`) if the app
    ///   has no store key.
    pub fn seal_authorization(&self, authorization: &Authorization) -> Result<String> {
        self.0.authorizations.seal(authorization)
    }

    /// Decrypts an authorization, in any process with the same store key. No network I/O.
    ///
    /// - `sealed`: The result of [`App::seal_authorization`](crate::App::seal_authorization).
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`missing_credential`) if the app
    ///   has no store key.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the app's store keys do not open
    ///   the text.
    pub fn open_authorization(&self, sealed: &str) -> Result<Authorization> {
        self.0.authorizations.open(sealed)
    }

    /// Exchanges a refresh token for a new user token.
    ///
    /// The refresh token is sent once, even if the call fails, unless the platform refused the
    /// client's first private key: then it is sent again with the second. After a lost answer it
    /// may be spent where the platform rotates refresh tokens: that error is not retryable. A
    /// [`App::session`](crate::App::session) keeps what can be kept. The answer is returned even if
    /// its access token has expired, because its refresh token works.
    ///
    /// - `refresh_token`: The refresh token's text.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc6749#section-6>,
    /// <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens>
    ///
    /// # Errors
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`invalid_refresh_token`) if the refresh
    ///   token is unknown, expired or revoked.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if there is no refresh token.
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) (`invalid_client`) if the client id or
    ///   its secret is wrong.
    /// - Those of [every call over the network](crate#errors).
    pub fn refresh(&self, refresh_token: impl Into<Secret>) -> Task<Token> {
        let token = refresh_token.into();
        self.spawn(move |client, deadline| {
            let refreshed = client.exchange_refresh_token(&token, None, deadline);
            refreshed.map_err(|error| client.classify_refresh(error))
        })
    }

    /// Exchanges a token of another server, such as the OIDC id token of a workload, for one of the
    /// platform.
    ///
    /// The app's OAuth client authenticates if the app has a client id. Each call sends a request:
    /// keep the token for as long as it lives.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc8693#section-2.1>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no token exchange.
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) (`invalid_token`) if the platform does
    ///   not accept the token.
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) (`invalid_client`) if the client id or
    ///   its secret is wrong.
    /// - Those of [every call over the network](crate#errors).
    pub fn exchange_token(&self, exchange: TokenExchange) -> Task<Token> {
        if let Err(error) = exchange.fields(self.platform()) {
            return Task::ready(Err(error));
        }
        self.spawn(move |client, deadline| client.exchange_token(&exchange, deadline))
    }

    /// Starts the login of a user in a browser on this machine.
    ///
    /// It listens on 127.0.0.1 until the browser returns. No network I/O.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc8252#section-7.3>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`missing_credential`) if the app
    ///   has no client id.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is malformed, or the
    ///   host is another machine's.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no OAuth, or does not
    ///   take an argument.
    /// - [`Transport`](crate::ErrorKind::Transport) (`unreachable`) if no port is free.
    pub fn start_login(&self, request: LoginRequest) -> Result<Login> {
        self.0.client.check_client()?;
        Login::start(&self.0.authorizations, &self.0.pool, request)
    }

    /// Starts the login of a user on another device, on which they type a code.
    ///
    /// - `scopes`: OAuth scopes, on a platform that takes them. Default: none.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc8628#section-3.1>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no device logins.
    /// - Those of [every call over the network](crate#errors).
    pub fn start_device_login(&self, scopes: Vec<String>) -> Task<DeviceLogin> {
        let (client, pool) = (Arc::clone(&self.0.client), self.0.pool.clone());
        self.0.pool.spawn(move |deadline| {
            let authorization = request_device_code(&client, &scopes, deadline)?;
            Ok(DeviceLogin::new(&client, &pool, authorization))
        })
    }

    /// Asks the platform about a user token: its scopes, its expiry and its account.
    ///
    /// - `token`: The token's text.
    ///
    /// Source: <https://docs.github.com/en/rest/apps/oauth-applications#check-a-token>
    ///
    /// # Errors
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`invalid_token`) if the token is not valid
    ///   any more, or another app's.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn check_token(&self, token: impl Into<Secret>) -> Task<Token> {
        self.perform(ApiOperation::check_token(token.into()), described_user_token)
    }

    /// Replaces a user token, which stops working.
    ///
    /// - `token`: The token's text.
    ///
    /// Source: <https://docs.github.com/en/rest/apps/oauth-applications#reset-a-token>
    ///
    /// # Errors
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`invalid_token`) if the token is not valid
    ///   any more, or another app's.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn reset_token(&self, token: impl Into<Secret>) -> Task<Token> {
        let operation = ApiOperation::new(OperationName::ResetToken);
        self.perform(operation.about_user_token(token.into()), described_user_token)
    }

    /// Makes a user token with a part of a token's access, on exactly one account.
    ///
    /// - `token`: The token's text.
    /// - `target`: The account, by its name or its id.
    ///
    /// Source: <https://docs.github.com/en/rest/apps/apps#create-a-scoped-access-token>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if none or both of `target` and
    ///   `target_id` are given, or an argument is empty or malformed.
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`invalid_token`) if the token is not valid
    ///   any more, or another app's.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
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

    /// Ends a user token on the platform. It succeeds if the token is already invalid.
    ///
    /// - `token`: The token's text.
    ///
    /// Source: <https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn delete_token(&self, token: impl Into<Secret>) -> Task<()> {
        let operation = ApiOperation::new(OperationName::DeleteToken);
        self.perform(operation.about_user_token(token.into()), read_nothing)
    }

    /// Ends a user's authorization of the app with all its tokens.
    ///
    /// - `token`: One of these tokens, which must work.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization>
    ///
    /// # Errors
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`invalid_token`) if the platform does not
    ///   know the token; nothing was ended, and the authorization may live on.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn delete_grant(&self, token: impl Into<Secret>) -> Task<()> {
        let operation = ApiOperation::new(OperationName::DeleteGrant);
        self.perform(operation.about_user_token(token.into()), read_nothing)
    }

    /// Ends an access token or a refresh token at the authorization server.
    ///
    /// The server ends the tokens that belong to it, too. It succeeds if the server does not know
    /// the token.
    ///
    /// - `token`: The token's text.
    /// - `token_type_hint`: `access_token` or `refresh_token`, which saves the server a search.
    ///   Default: none is sent.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc7009#section-2.1>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no such endpoint.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) (`unsupported_token_type`) if the server
    ///   does not revoke tokens of this type.
    /// - Those of [every call over the network](crate#errors).
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

    /// Asks the authorization server about an access token or a refresh token.
    ///
    /// A token that has expired, was revoked, is unknown or another client's is no error: it is not
    /// [`Introspection::active`](crate::oauth::Introspection::active).
    ///
    /// - `token`: The token's text.
    /// - `token_type_hint`: `access_token` or `refresh_token`, which saves the server a search.
    ///   Default: none is sent.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc7662#section-2.1>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no such endpoint.
    /// - Those of [every call over the network](crate#errors).
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
