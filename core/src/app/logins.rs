//! Users who log in: with a browser that comes back, or on another device.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{App, identity::missing};
use crate::{
    client::{Client, Proof},
    device::{DeviceLogin, Started},
    error::{Error, Result},
    flight::{Deadline, Flight, lock},
    grant::{Grant, start_device},
    login::{Login, LoginRequest},
    oauth::{self, Authorization, AuthorizationRequest, stale},
    platform::descriptor::Operation,
    secret::Secret,
    time::Timestamp,
    token::Token,
};

/// States of authorizations that were finished, and when they may be forgotten.
pub(super) type Finished = HashMap<String, Timestamp>;

impl App {
    /// Where to send a user who is to authorize the app; nothing goes out.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for what the platform does not take.
    pub fn authorize(&self, request: &AuthorizationRequest) -> Result<Authorization> {
        Authorization::new(self.platform(), self.client_id()?, request, self.local_now())
    }

    /// The code in the URL that the user came back with, once its state has proved equal.
    ///
    /// # Errors
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) for another state,
    /// [`Denied`](crate::ErrorKind::Denied) when the user said no.
    pub fn authorization_code(&self, callback: &str, state: &str) -> Result<Secret> {
        oauth::authorization_code(self.platform(), callback, state)
    }

    /// A user token for an authorization code. The code is sent once, whatever happens, unless the
    /// platform refused the client's own key: then with the other one.
    pub fn exchange_code(
        &self,
        code: impl Into<Secret>,
        redirect_uri: Option<String>,
        code_verifier: Option<Secret>,
    ) -> Flight<Token> {
        let code = code.into();
        self.fly(move |app, deadline| {
            app.as_client(|client| {
                let (code, redirect_uri) = (code.clone(), redirect_uri.clone());
                let code_verifier = code_verifier.clone();
                let grant = Grant::AuthorizationCode { client, code, redirect_uri, code_verifier };
                app.redeem(&grant, deadline)
            })
        })
    }

    /// A new user token for a refresh token, which is sent once, whatever happens, unless the platform
    /// refused the client's own key: then with the other one. What came is given even if it has expired already, since its own refresh token is good.
    pub fn refresh(&self, refresh_token: impl Into<Secret>) -> Flight<Token> {
        let refresh_token = refresh_token.into();
        self.fly(move |app, deadline| app.refresh_now(&refresh_token, deadline))
    }

    /// The user token that an authorization brought, given the URL or query that the user came back
    /// with: the state is compared in constant time, `iss` where the platform sends one, the
    /// platform must be the same, and it works once.
    ///
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) for another state, and for one that was
    /// finished before; [`Denied`](crate::ErrorKind::Denied) when the user said no.
    pub fn finish_authorization(
        &self,
        authorization: &Authorization,
        callback: &str,
    ) -> Flight<Token> {
        let code = match self.check_callback(authorization, callback) {
            Ok(code) => code,
            Err(error) => return Flight::landed(Err(error)),
        };
        let authorization = authorization.clone();
        self.fly(move |app, deadline| app.finish_now(&authorization, &code, deadline))
    }

    /// An authorization as text that only this app's key opens, to be kept in a user's cookie or
    /// session until the user comes back, to whichever process.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) without a store key.
    pub fn seal_authorization(&self, authorization: &Authorization) -> Result<String> {
        self.needs_key()?;
        let sealed = self.0.sealer.seal(PARCEL, &authorization.packed())?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The authorization that was sealed.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for text that this app's key does not
    /// open.
    pub fn open_authorization(&self, sealed: &str) -> Result<Authorization> {
        self.needs_key()?;
        let bytes = URL_SAFE_NO_PAD.decode(sealed.trim()).ok();
        let plain = bytes.and_then(|bytes| self.0.sealer.open(PARCEL, &bytes));
        plain.and_then(|plain| Authorization::unpacked(&plain)).ok_or_else(|| {
            Error::invalid("this is no authorization that was sealed with the app's store key")
        })
    }

    /// Begins a login of the person at this machine: a listener on 127.0.0.1 that their browser
    /// comes back to (RFC 8252). Nothing goes out yet.
    ///
    /// # Errors
    /// Those of [`authorize`](Self::authorize), and [`Transport`](crate::ErrorKind::Transport) when
    /// no port is free.
    pub fn start_login(&self, request: LoginRequest) -> Result<Login> {
        self.check_client()?;
        Login::start(self, request)
    }

    /// Begins a login on another device (RFC 8628): shows a code to type there.
    pub fn start_device_login(&self, scopes: Vec<String>) -> Flight<DeviceLogin> {
        self.fly(move |app, deadline| {
            let start = |client: Client| {
                let request = start_device(app.platform(), &client, &scopes)?;
                let response = app.send(&request, deadline)?;
                let answered = app.answered(Operation::Device, "the login", &request, &response);
                if !response.is_success() {
                    return Err(answered.refusal());
                }
                Ok(DeviceLogin::new(app.clone(), Started::read(&answered)?))
            };
            if app.platform().device()?.client_authentication {
                return app.as_client(start);
            }
            start(Client { id: app.client_id()?.to_owned(), proof: Proof::None })
        })
    }

    /// Sends a refresh token.
    pub(super) fn refresh_now(&self, token: &Secret, deadline: Deadline) -> Result<Token> {
        self.as_client(|client| {
            let grant = Grant::RefreshToken { client, refresh_token: token.clone() };
            self.redeem(&grant, deadline)
        })
    }

    pub(crate) fn redeem_device_code(&self, code: &Secret, deadline: Deadline) -> Result<Token> {
        self.as_client(|client| {
            let grant = Grant::DeviceCode { client, device_code: code.clone() };
            self.redeem(&grant, deadline)
        })
    }

    /// The code in a callback, if it is this authorization's.
    pub(crate) fn check_callback(
        &self,
        authorization: &Authorization,
        callback: &str,
    ) -> Result<Secret> {
        authorization.check(self.platform(), self.local_now())?;
        oauth::authorization_code(self.platform(), callback, authorization.state())
    }

    pub(crate) fn finish_now(
        &self,
        authorization: &Authorization,
        code: &Secret,
        deadline: Deadline,
    ) -> Result<Token> {
        self.finish_once(authorization)?;
        let takes_uri = self.platform().oauth()?.exchange.redirect_uri;
        let redirect_uri = authorization.redirect_uri().filter(|_| takes_uri);
        self.as_client(|client| {
            let grant = Grant::AuthorizationCode {
                client,
                code: code.clone(),
                redirect_uri: redirect_uri.map(str::to_owned),
                code_verifier: authorization.code_verifier().cloned(),
            };
            self.redeem(&grant, deadline)
        })
    }

    fn finish_once(&self, authorization: &Authorization) -> Result<()> {
        let (state, until) = (authorization.state(), authorization.stale_at());
        let all = self.0.finished.get_or_default();
        let mut finished = lock(&all);
        let now = self.local_now();
        finished.retain(|_, until| *until > now);
        let is_first = finished.insert(state.to_owned(), until).is_none();
        drop(finished);
        let is_first_anywhere = match &self.0.vault {
            // Nothing was sent, so it may be finished when the store is well again.
            Some(vault) if is_first => vault.note_once(state, until).inspect_err(|_| {
                lock(&all).remove(state);
            })?,
            _ => is_first,
        };
        if is_first_anywhere {
            return Ok(());
        }
        Err(stale("this authorization was finished before"))
    }

    fn needs_key(&self) -> Result<()> {
        if self.0.sealer.is_sealing() { Ok(()) } else { Err(missing("store_key")) }
    }
}

/// What sealed authorizations are bound to.
const PARCEL: &str = "authorization";
