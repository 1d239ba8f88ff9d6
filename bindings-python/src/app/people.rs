//! People: their authorizations, their logins, and their sessions.

use appmint_core::AuthorizationRequest;
use pyo3::{prelude::*, types::PyString};

use super::App;
use crate::{
    authorization::{self, Authorization},
    convert::{self, Argument, Given, given, secret, text, texts},
    login::{self, DeviceLogin, Login},
    source::TokenSource,
    token::{self, Token},
    wait::{land, run},
};

#[pymethods]
impl App {
    /// The URL where a user authorizes the app, with a fresh state.
    #[pyo3(signature = (redirect_uri=None, state=None, scopes=None, login_hint=None))]
    fn authorize(
        &self,
        py: Python<'_>,
        redirect_uri: Given<'_, '_>,
        state: Given<'_, '_>,
        scopes: Given<'_, '_>,
        login_hint: Given<'_, '_>,
    ) -> PyResult<Authorization> {
        let request = AuthorizationRequest {
            redirect_uri: given("redirect_uri", redirect_uri, text)?,
            state: given("state", state, text)?,
            scopes: given("scopes", scopes, texts)?.unwrap_or_default(),
            login_hint: given("login_hint", login_hint, text)?,
        };
        run(py, || self.core.authorize(&request)).map(Authorization)
    }

    /// The code out of a callback URL, once its state is proven equal.
    fn authorization_code<'py>(
        &self,
        callback_url: Argument<'_, 'py>,
        state: Argument<'_, 'py>,
    ) -> PyResult<Bound<'py, PyString>> {
        let py = state.py();
        let (url, state) = (secret("callback_url", callback_url)?, secret("state", state)?);
        let code = run(py, || self.core.authorization_code(url.reveal(), state.reveal()))?;
        Ok(PyString::new(py, code.reveal()))
    }

    /// A user token for an authorization code, which is sent once, whatever happens; again only
    /// with the second key, where the first was refused as the client's.
    #[pyo3(signature = (code, redirect_uri=None, code_verifier=None))]
    fn exchange_code(
        &self,
        code: Argument<'_, '_>,
        redirect_uri: Given<'_, '_>,
        code_verifier: Given<'_, '_>,
    ) -> PyResult<Token> {
        let redirect_uri = given("redirect_uri", redirect_uri, text)?;
        let code_verifier = given("code_verifier", code_verifier, secret)?;
        let secret = secret("code", code)?;
        land(code.py(), || self.core.exchange_code(secret, redirect_uri, code_verifier)).map(Token)
    }

    /// The user token that an authorization brought, given the URL that the user came back with.
    ///
    /// The state is compared in constant time, `iss` where the platform sends one, the platform must
    /// be the same, and it works once. A DeniedError when the user said no.
    fn finish_authorization(
        &self,
        authorization: Argument<'_, '_>,
        callback_url: Argument<'_, '_>,
    ) -> PyResult<Token> {
        let core = authorization::read("authorization", authorization)?;
        let url = secret("callback_url", callback_url)?;
        let take_off = || self.core.finish_authorization(&core, url.reveal());
        land(callback_url.py(), take_off).map(Token)
    }

    /// An authorization as text that only the app's store_key opens, for the user's cookie or
    /// session until they come back, to whichever process.
    fn seal_authorization(&self, authorization: Argument<'_, '_>) -> PyResult<String> {
        let core = authorization::read("authorization", authorization)?;
        run(authorization.py(), || self.core.seal_authorization(&core))
    }

    /// The authorization that was sealed.
    fn open_authorization(&self, sealed: Argument<'_, '_>) -> PyResult<Authorization> {
        let secret = secret("sealed", sealed)?;
        run(sealed.py(), || self.core.open_authorization(secret.reveal())).map(Authorization)
    }

    /// A new user token for a refresh token, or for a token that has one; it is sent once,
    /// whatever happens; again only with the second key, where the first was refused as the
    /// client's.
    fn refresh(&self, refresh_token: Argument<'_, '_>) -> PyResult<Token> {
        let secret = convert::refresh_token("refresh_token", refresh_token)?;
        land(refresh_token.py(), || self.core.refresh(secret)).map(Token)
    }

    /// Begins a login of the person at this machine: a listener on 127.0.0.1 that their browser
    /// comes back to. Nothing goes out yet.
    ///
    /// The ports are tried in order (default: any free one); the path is /callback if it is not
    /// given.
    #[pyo3(signature = (*, scopes=None, login_hint=None, ports=None, path=None))]
    fn start_login(
        &self,
        py: Python<'_>,
        scopes: Given<'_, '_>,
        login_hint: Given<'_, '_>,
        ports: Given<'_, '_>,
        path: Given<'_, '_>,
    ) -> PyResult<Login> {
        let request = login::request(scopes, login_hint, ports, path)?;
        let core = run(py, || self.core.start_login(request))?;
        Ok(Login { core, callbacks: self.callbacks.clone_ref(py) })
    }

    /// Begins a login on another device: shows a code to type there.
    #[pyo3(signature = (*, scopes=None))]
    fn start_device_login(&self, py: Python<'_>, scopes: Given<'_, '_>) -> PyResult<DeviceLogin> {
        let scopes = given("scopes", scopes, texts)?.unwrap_or_default();
        let core = land(py, || self.core.start_device_login(scopes))?;
        Ok(DeviceLogin { core, callbacks: self.callbacks.clone_ref(py) })
    }

    /// A source of one user's tokens, which live in the store under a name of your choice and are
    /// renewed ahead of their end; nothing goes out yet. Processes that share the store renew once.
    fn session(&self, name: Argument<'_, '_>) -> PyResult<TokenSource> {
        let (py, text) = (name.py(), text("name", name)?);
        run(py, || self.core.session(text)).map(|core| self.source(py, core))
    }

    /// Writes a user's Token down: from now on session gives it and renews it. It takes the place
    /// of what was there.
    fn start_session(&self, name: Argument<'_, '_>, token: Argument<'_, '_>) -> PyResult<()> {
        let (text, core) = (text("name", name)?, token::read("token", token)?);
        land(name.py(), || self.core.start_session(text, core))
    }

    /// Forgets a user's session, here and in the store. The tokens themselves go on working:
    /// delete_grant ends them, where the platform has it.
    fn end_session(&self, name: Argument<'_, '_>) -> PyResult<()> {
        let text = text("name", name)?;
        land(name.py(), || self.core.end_session(text))
    }
}
