//! Logins of a person: at this machine, or on another device.

use appmint_core::{LoginRequest, Timestamp};
use napi_derive::napi;

use crate::{
    app::App,
    clock::millis,
    landing::Landings,
    outcome::{Outcome, outcome},
    token::Token,
};

#[napi]
impl App {
    /// Begins a login of the person at this machine.
    #[napi(catch_unwind)]
    pub fn start_login(&self, request: LoginOptions) -> Outcome<Login> {
        outcome(self.0.start_login(request.into()).map(Login))
    }

    /// Begins a login on another device.
    #[napi(catch_unwind)]
    pub fn start_device_login(
        &self,
        landings: &Landings,
        id: u32,
        scopes: Option<Vec<String>>,
    ) -> Option<Outcome<DeviceLogin>> {
        let flight = self.0.start_device_login(scopes.unwrap_or_default());
        landings.await_landing(id, flight, DeviceLogin)
    }
}

/// What a login asks for.
#[napi(object, object_to_js = false)]
pub struct LoginOptions {
    pub scopes: Option<Vec<String>>,
    pub login_hint: Option<String>,
    pub ports: Option<Vec<u16>>,
    pub path: Option<String>,
}

impl From<LoginOptions> for LoginRequest {
    fn from(options: LoginOptions) -> Self {
        Self {
            scopes: options.scopes.unwrap_or_default(),
            login_hint: options.login_hint,
            ports: options.ports.unwrap_or_default(),
            path: options.path,
        }
    }
}

/// A login that waits for a browser to come back.
#[napi]
pub struct Login(appmint_core::Login);

#[napi]
impl Login {
    /// Where the person is to go.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.url()
    }

    /// Where the browser comes back to.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        self.0.redirect_uri()
    }

    /// Opens the person's browser there.
    #[napi(catch_unwind)]
    pub fn open_browser(&self) -> Outcome<()> {
        outcome(self.0.open_browser())
    }

    /// The person's token, once the browser has come back.
    #[napi(catch_unwind)]
    pub fn wait(
        &self,
        landings: &Landings,
        id: u32,
        timeout: Option<f64>,
    ) -> Option<Outcome<Token>> {
        landings.await_landing(id, self.0.wait(timeout.map(millis)), Token)
    }

    /// Ends the waiting.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// A login that waits for a person to type a code at another place.
#[napi]
pub struct DeviceLogin(appmint_core::DeviceLogin);

/// What a person is shown.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct DeviceLoginRecord {
    pub user_code: String,
    pub verification_uri: String,
    pub verification_uri_complete: Option<String>,
    pub expires_at: Option<i64>,
}

#[napi]
impl DeviceLogin {
    /// What the person is shown.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn record(&self) -> DeviceLoginRecord {
        DeviceLoginRecord {
            user_code: self.0.user_code().to_owned(),
            verification_uri: self.0.verification_uri().to_owned(),
            verification_uri_complete: self.0.verification_uri_complete().map(str::to_owned),
            expires_at: self.0.expires_at().map(Timestamp::as_millis),
        }
    }

    /// Asks once whether the person is done.
    #[napi(catch_unwind)]
    pub fn poll(&self, landings: &Landings, id: u32) -> Option<Outcome<Token>> {
        landings.await_landing(id, self.0.poll(), Token)
    }

    /// The person's token, once they are done.
    #[napi(catch_unwind)]
    pub fn wait(&self, landings: &Landings, id: u32) -> Option<Outcome<Token>> {
        landings.await_landing(id, self.0.wait(), Token)
    }

    /// Ends the waiting.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}
