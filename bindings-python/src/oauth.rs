//! Authorizations of users, and the tokens that they bring.

pub(crate) mod authorization;
pub(crate) mod introspection;
pub(crate) mod login;
mod user_tokens;

use appmint_core::{
    auth::TokenExchange,
    logins::LoginRequest,
    oauth::{AuthorizationRequest, CodeExchange},
};
use pyo3::{prelude::*, types::PyString};

use crate::{
    app::App,
    arguments::{Argument, Optional, optional, secret, text, texts},
    oauth::{
        authorization::Authorization,
        login::{DeviceLogin, Login},
    },
    tokens::token::{self, Token},
    twins::twins,
    wait::call,
};

#[pymethods]
impl App {
    /// Makes the URL of the page on which a user authorizes the app, with a fresh state.
    ///
    /// On a platform with PKCE (RFC 7636) it has a fresh code verifier, too. Keep the result
    /// until the user returns, for finish_authorization. No network I/O.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1,
    /// https://www.rfc-editor.org/rfc/rfc7636#section-4.3
    ///
    /// Args:
    ///     redirect_uri: The URL to which the user returns: one of those registered for the
    ///         app. Default: none is sent.
    ///     state: A state of your own, which nobody must be able to guess. Default: 256
    ///         random bits.
    ///     scopes: OAuth scopes, on a platform that takes them. Default: none.
    ///     login_hint: The account to suggest, on a platform that takes it. Default: none.
    ///     prompt: The prompt that the user sees even when logged in, such as
    ///         "select_account", on a platform that takes it (OpenID Connect Core section
    ///         3.1.2.1). Default: none.
    ///
    /// Returns:
    ///     The URL, its state and its PKCE verifier.
    ///
    /// Raises:
    ///     InvalidArgumentError: The app has no client id (reason "missing_credential").
    ///     InvalidArgumentError: The state is empty.
    ///     UnsupportedError: The platform has no OAuth, or does not take an argument.
    #[pyo3(signature = (*, redirect_uri=None, state=None, scopes=None, login_hint=None, prompt=None))]
    fn authorize(
        &self,
        py: Python<'_>,
        redirect_uri: Optional<'_, '_>,
        state: Optional<'_, '_>,
        scopes: Optional<'_, '_>,
        login_hint: Optional<'_, '_>,
        prompt: Optional<'_, '_>,
    ) -> PyResult<Authorization> {
        let request = AuthorizationRequest {
            redirect_uri: optional("redirect_uri", redirect_uri, text)?,
            state: optional("state", state, text)?,
            scopes: optional("scopes", scopes, texts)?.unwrap_or_default(),
            login_hint: optional("login_hint", login_hint, text)?,
            prompt: optional("prompt", prompt, text)?,
        };
        call(py, || self.core.authorize(&request)).map(Authorization)
    }

    /// Returns the code in a callback URL, once its state was compared in constant time.
    ///
    /// finish_authorization does this and exchanges the code. No network I/O.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
    /// https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    ///
    /// Args:
    ///     callback_url: The URL with which the user returned, or its query.
    ///     state: The state of the authorization.
    ///
    /// Returns:
    ///     The authorization code.
    ///
    /// Raises:
    ///     ReauthorizeError: The callback has another state, or comes from another server
    ///         (RFC 9207) (reason "state_mismatch").
    ///     DeniedError: The user declined (reason "access_denied").
    ///     RejectedError: The redirect URI is not registered for the app (reason
    ///         "redirect_uri_mismatch").
    ///     RejectedError: The platform refused the authorization for another cause.
    ///     ProtocolError: The callback holds no code and no error (reason "missing_member").
    fn authorization_code<'py>(
        &self,
        callback_url: Argument<'_, 'py>,
        state: Argument<'_, 'py>,
    ) -> PyResult<Bound<'py, PyString>> {
        let py = state.py();
        let url = secret("callback_url", callback_url)?;
        let state = secret("state", state)?;
        let code = call(py, || self.core.authorization_code(url.reveal(), state.reveal()))?;
        Ok(PyString::new(py, code.reveal()))
    }

    /// Encrypts an authorization with the app's store key, to be kept in the user's cookie or
    /// web session. No network I/O.
    ///
    /// Args:
    ///     authorization: The result of authorize.
    ///
    /// Returns:
    ///     Text that open_authorization takes, in any process with the same store key.
    ///
    /// Raises:
    ///     InvalidArgumentError: The app has no store key (reason "missing_credential").
    fn seal_authorization(&self, authorization: Argument<'_, '_>) -> PyResult<String> {
        let py = authorization.py();
        let authorization = authorization::authorization("authorization", authorization)?;
        call(py, || self.core.seal_authorization(&authorization))
    }

    /// Decrypts an authorization, in any process with the same store key. No network I/O.
    ///
    /// Args:
    ///     sealed: The result of seal_authorization.
    ///
    /// Returns:
    ///     The authorization.
    ///
    /// Raises:
    ///     InvalidArgumentError: The app has no store key (reason "missing_credential").
    ///     InvalidArgumentError: The app's store keys do not open the text.
    fn open_authorization(&self, sealed: Argument<'_, '_>) -> PyResult<Authorization> {
        let py = sealed.py();
        let sealed = secret("sealed", sealed)?;
        call(py, || self.core.open_authorization(sealed.reveal())).map(Authorization)
    }

    /// Starts the login of a user in a browser on this machine.
    ///
    /// It listens on 127.0.0.1 until the browser returns. No network I/O.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc8252#section-7.3
    ///
    /// Args:
    ///     scopes: OAuth scopes, on a platform that takes them. Default: none.
    ///     login_hint: The account to suggest, on a platform that takes it. Default: none.
    ///     prompt: The prompt that the user sees even when logged in, such as
    ///         "select_account", on a platform that takes it. Default: none.
    ///     ports: The ports of 127.0.0.1 to listen on, of which the first free one is used.
    ///         Default: any free port.
    ///     path: The path of the redirect URI. Default: "/callback".
    ///     host: The host of the redirect URI, on a platform that compares it to the letter:
    ///         "127.0.0.1" or "localhost". The listener is on 127.0.0.1 either way. Default:
    ///         "127.0.0.1".
    ///
    /// Returns:
    ///     The login. Cancel it, or wait for it, so that its listener closes.
    ///
    /// Raises:
    ///     InvalidArgumentError: The app has no client id (reason "missing_credential").
    ///     InvalidArgumentError: The path is malformed, or the host is another machine's.
    ///     UnsupportedError: The platform has no OAuth, or does not take an argument.
    ///     TransportError: No port is free (reason "unreachable").
    #[pyo3(signature = (
        *, scopes=None, login_hint=None, prompt=None, ports=None, path=None, host=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn start_login(
        &self,
        py: Python<'_>,
        scopes: Optional<'_, '_>,
        login_hint: Optional<'_, '_>,
        prompt: Optional<'_, '_>,
        ports: Optional<'_, '_>,
        path: Optional<'_, '_>,
        host: Optional<'_, '_>,
    ) -> PyResult<Login> {
        let request = LoginRequest {
            prompt: optional("prompt", prompt, text)?,
            host: optional("host", host, text)?,
            ..login::request(scopes, login_hint, ports, path)?
        };
        let core = call(py, || self.core.start_login(request))?;
        Ok(Login { core, callbacks: self.callbacks.clone_ref(py) })
    }
}

twins! { impl App {
    /// Exchanges an authorization code for a user token.
    ///
    /// The code is sent once, even if the call fails, unless the platform refused the
    /// client's first private key: then it is sent again with the second.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3,
    /// https://www.rfc-editor.org/rfc/rfc7636#section-4.5
    ///
    /// Args:
    ///     code: The authorization code.
    ///     redirect_uri: The redirect URI of the authorization, if it had one. Default: none
    ///         is sent.
    ///     code_verifier: The PKCE verifier of the authorization, if it had one. Default:
    ///         none is sent.
    ///
    /// Returns:
    ///     A token of kind "user".
    ///
    /// Raises:
    ///     ReauthorizeError: The code is unknown, expired or used (reason "invalid_code").
    ///     UnauthorizedError: The client id or its secret is wrong (reason "invalid_client").
    ///     Error: As every call over the network does, see App.
    (code, redirect_uri=None, code_verifier=None)
    fn exchange_code / exchange_code_async(
        this,
        py,
        code: Argument<'_, '_>,
        redirect_uri: Optional<'_, '_>,
        code_verifier: Optional<'_, '_>,
    ) -> Token {
        let (core, code) = (this.core.clone(), secret("code", code)?);
        let exchange = CodeExchange {
            redirect_uri: optional("redirect_uri", redirect_uri, text)?,
            code_verifier: optional("code_verifier", code_verifier, secret)?,
            ..CodeExchange::new(code)
        };
        (move || core.exchange_code(exchange), Token)
    }

    /// Exchanges the code with which a user returned for a user token.
    ///
    /// The state is compared in constant time, and iss if the platform sends it (RFC 9207).
    /// An authorization can be finished once, in one of the processes that share the store,
    /// within an hour, on the platform on which it began.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
    /// https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    ///
    /// Args:
    ///     authorization: The result of authorize or open_authorization.
    ///     callback_url: The URL with which the user returned, or its query.
    ///
    /// Returns:
    ///     A token of kind "user".
    ///
    /// Raises:
    ///     ReauthorizeError: The callback has another state, or comes from another server
    ///         (reason "state_mismatch").
    ///     ReauthorizeError: The authorization was finished before, or began more than an
    ///         hour ago (reason "stale_authorization").
    ///     ReauthorizeError: The code is unknown, expired or used (reason "invalid_code").
    ///     DeniedError: The user declined (reason "access_denied").
    ///     InvalidArgumentError: The authorization began on another platform.
    ///     StoreError: The store failed to record that the authorization is finished; nothing
    ///         was sent.
    ///     UnauthorizedError: The client id or its secret is wrong (reason "invalid_client").
    ///     Error: As every call over the network does, see App.
    (authorization, callback_url)
    fn finish_authorization / finish_authorization_async(
        this, py, authorization: Argument<'_, '_>, callback_url: Argument<'_, '_>,
    ) -> Token {
        let core = this.core.clone();
        let authorization = authorization::authorization("authorization", authorization)?;
        let url = secret("callback_url", callback_url)?;
        (move || core.finish_authorization(&authorization, url.reveal()), Token)
    }

    /// Exchanges a refresh token for a new user token.
    ///
    /// The refresh token is sent once, even if the call fails, unless the platform refused
    /// the client's first private key: then it is sent again with the second. After a lost
    /// answer it may be spent where the platform rotates refresh tokens: that error is not
    /// retryable. A session keeps what can be kept. The answer is returned even if its access
    /// token has expired, because its refresh token works.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc6749#section-6,
    /// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
    ///
    /// Args:
    ///     refresh_token: The refresh token's text, or the Token that it came with.
    ///
    /// Returns:
    ///     A token of kind "user".
    ///
    /// Raises:
    ///     ReauthorizeError: The refresh token is unknown, expired or revoked (reason
    ///         "invalid_refresh_token").
    ///     InvalidArgumentError: There is no refresh token.
    ///     UnauthorizedError: The client id or its secret is wrong (reason "invalid_client").
    ///     Error: As every call over the network does, see App.
    (refresh_token)
    fn refresh / refresh_async(this, py, refresh_token: Argument<'_, '_>) -> Token {
        let core = this.core.clone();
        let secret = token::refresh_secret("refresh_token", refresh_token)?;
        (move || core.refresh(secret), Token)
    }

    /// Exchanges a token of another server, such as the OIDC id token of a workload, for one
    /// of the platform.
    ///
    /// The app's OAuth client authenticates if the app has a client id. Each call sends a
    /// request: keep the token for as long as it lives.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc8693#section-2.1
    ///
    /// Args:
    ///     subject_token: The token of the other server.
    ///     subject_token_type: Its type, a URI of RFC 8693 section 3. Default: that of a JWT.
    ///     scopes: OAuth scopes, on a platform that takes them. Default: none.
    ///     audience: The name of the service that the new token is for. Default: none is
    ///         sent.
    ///     resource: The URI of the service that the new token is for. Default: none is sent.
    ///
    /// Returns:
    ///     A token of kind "app".
    ///
    /// Raises:
    ///     UnsupportedError: The platform has no token exchange.
    ///     UnauthorizedError: The platform does not accept the token (reason
    ///         "invalid_token").
    ///     UnauthorizedError: The client id or its secret is wrong (reason "invalid_client").
    ///     Error: As every call over the network does, see App.
    (subject_token, *, subject_token_type=None, scopes=None, audience=None, resource=None)
    fn exchange_token / exchange_token_async(
        this,
        py,
        subject_token: Argument<'_, '_>,
        subject_token_type: Optional<'_, '_>,
        scopes: Optional<'_, '_>,
        audience: Optional<'_, '_>,
        resource: Optional<'_, '_>,
    ) -> Token {
        let core = this.core.clone();
        let exchange = TokenExchange {
            subject_token: secret("subject_token", subject_token)?,
            subject_token_type: optional("subject_token_type", subject_token_type, text)?,
            scopes: optional("scopes", scopes, texts)?.unwrap_or_default(),
            audience: optional("audience", audience, text)?,
            resource: optional("resource", resource, text)?,
        };
        (move || core.exchange_token(exchange), Token)
    }

    /// Starts the login of a user on another device, on which they type a code.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc8628#section-3.1
    ///
    /// Args:
    ///     scopes: OAuth scopes, on a platform that takes them. Default: none.
    ///
    /// Returns:
    ///     The login, with the code and the URL to show.
    ///
    /// Raises:
    ///     UnsupportedError: The platform has no device logins.
    ///     Error: As every call over the network does, see App.
    (*, scopes=None)
    fn start_device_login / start_device_login_async(
        this, py, scopes: Optional<'_, '_>,
    ) -> DeviceLogin {
        let core = this.core.clone();
        let scopes = optional("scopes", scopes, texts)?.unwrap_or_default();
        let callbacks = this.callbacks.clone_ref(py);
        (move || core.start_device_login(scopes), move |core| DeviceLogin { core, callbacks })
    }
}}
