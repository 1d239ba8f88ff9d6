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
    /// Makes the URL of the page on which a user authorizes the app. No network I/O.
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
    /// No network I/O. finish_authorization does this and exchanges the code.
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

    /// Encrypts an authorization with the store key, to be kept in the user's cookie.
    ///
    /// No network I/O.
    fn seal_authorization(&self, authorization: Argument<'_, '_>) -> PyResult<String> {
        let py = authorization.py();
        let authorization = authorization::authorization("authorization", authorization)?;
        call(py, || self.core.seal_authorization(&authorization))
    }

    /// Decrypts an authorization. No network I/O.
    fn open_authorization(&self, sealed: Argument<'_, '_>) -> PyResult<Authorization> {
        let py = sealed.py();
        let sealed = secret("sealed", sealed)?;
        call(py, || self.core.open_authorization(sealed.reveal())).map(Authorization)
    }

    /// Starts the login of a user in a browser on this machine (RFC 8252). No network I/O.
    ///
    /// It listens on 127.0.0.1 until the browser returns. `host` is the host of the redirect URI:
    /// "127.0.0.1", or "localhost" for a platform that has that registered.
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
    /// The code is sent once, even if the call fails, unless the platform refused the first private
    /// key of the client: then it is sent again with the second.
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
    /// The state is compared in constant time, and iss if the platform sends it. An authorization
    /// can be finished once, on the platform on which it began.
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
    /// The refresh token is sent once, even if the call fails, unless the platform refused the
    /// first private key of the client: then it is sent again with the second. After a lost answer
    /// it may be spent where the platform rotates refresh tokens: that error has `is_retryable`
    /// False. A session keeps what can be kept.
    (refresh_token)
    fn refresh / refresh_async(this, py, refresh_token: Argument<'_, '_>) -> Token {
        let core = this.core.clone();
        let secret = token::refresh_secret("refresh_token", refresh_token)?;
        (move || core.refresh(secret), Token)
    }

    /// Exchanges a token of another server for one of the platform (RFC 8693).
    ///
    /// Such as the OIDC id token of a workload. Each call sends a request: keep the token for as
    /// long as it lives.
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

    /// Starts the login of a user on another device, on which they type a code (RFC 8628).
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
