//! Logins of a user at this machine, or on another device.

use appmint_core::Timestamp;
use napi_derive::napi;

use crate::{
    completions::Completions,
    durations::from_millis,
    errors::{Outcome, outcome},
    tokens::token::Token,
};

/// A login that waits for a browser to return.
#[napi]
pub struct Login(pub(super) appmint_core::logins::Login);

#[napi]
impl Login {
    /// The URL to send the user's browser to.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.url()
    }

    /// The URL on this machine to which the browser returns.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        self.0.redirect_uri()
    }

    /// Opens the URL in the user's browser.
    #[napi(catch_unwind)]
    pub fn open_browser(&self) -> Outcome<()> {
        outcome(self.0.open_browser())
    }

    /// Waits until the browser returns, and exchanges its code for a token.
    #[napi(catch_unwind)]
    pub fn wait(
        &self,
        completions: &Completions,
        id: u32,
        timeout_ms: Option<f64>,
    ) -> Option<Outcome<Token>> {
        completions.complete(id, self.0.wait(timeout_ms.map(from_millis)), Token)
    }

    /// Ends a wait with an error of kind `ErrorKind::cancelled`, and closes the listener.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// A login that waits for a user to type a code on another device.
#[napi]
pub struct DeviceLogin(pub(super) appmint_core::logins::DeviceLogin);

/// The code and URLs to show to the user.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct DeviceLoginRecord {
    pub user_code: String,
    pub verification_uri: String,
    pub verification_uri_complete: Option<String>,
    pub expires_at: Option<i64>,
}

#[napi]
impl DeviceLogin {
    /// The code and URLs to show to the user.
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

    /// Asks the platform once whether the user is done.
    #[napi(catch_unwind)]
    pub fn poll(&self, completions: &Completions, id: u32) -> Option<Outcome<Token>> {
        completions.complete(id, self.0.poll(), Token)
    }

    /// Polls at the platform's interval until the user is done or declines, or the code expires.
    #[napi(catch_unwind)]
    pub fn wait(&self, completions: &Completions, id: u32) -> Option<Outcome<Token>> {
        completions.complete(id, self.0.wait(), Token)
    }

    /// Ends a wait with an error of kind `ErrorKind::cancelled`. The code itself works until it
    /// expires.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}
