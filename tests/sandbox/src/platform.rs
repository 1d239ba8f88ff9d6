//! What every platform of the sandbox can do: understand a request, answer it, and be rearranged by a test.
//!
//! A platform is a sibling module of [`crate::atomgit`] that implements this trait. It knows nothing of sockets,
//! faults or the ledger, and time reaches it as an argument.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exchange::{Reply, Request};
use crate::keys::PublicKey;

pub(crate) trait Platform: Send {
    /// What the platform's settings page would show a developer.
    fn registration(&self) -> Registration;

    /// The names `operation` can answer.
    fn operations(&self) -> &'static [&'static str];

    /// What a request asks for.
    fn operation(&self, request: &Request) -> &'static str;

    /// What a credential looks like, without saying more about it.
    fn credential_kind(&self, credential: &str) -> &'static str;

    fn answer(&mut self, request: &Request, visit: &Visit) -> Reply;

    /// Registers one more public key; an app that did not exist does from now on.
    fn add_key(&mut self, app_id: &str, key: PublicKey);

    /// Takes all keys of an app away; false when there is no such app.
    fn drop_keys(&mut self, app_id: &str) -> bool;

    /// Registers one more redirect URI for the sample app.
    fn add_redirect_uri(&mut self, uri: &str);

    /// False when there is no such installation.
    fn change_installation(&mut self, id: &str, change: Change) -> bool;

    /// Every token issued so far is unknown from now on.
    fn forget_tokens(&mut self);

    fn quirks(&self) -> Value;

    /// Changes the quirks that `change` names and leaves the others.
    fn change_quirks(&mut self, change: &Value) -> Result<(), String>;
}

/// The circumstances of one request.
pub(crate) struct Visit {
    pub(crate) now_ms: i64,
    /// How long a token issued now is still refused, as if not all of the platform's servers knew it yet.
    pub(crate) token_lag_ms: i64,
}

/// What a developer needs to act as the sample app.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Registration {
    /// The platform's name, such as `atomgit`.
    pub platform: &'static str,
    /// The app's id.
    pub app_id: String,
    /// The app's slug.
    pub app_slug: String,
    /// The client id of the OAuth exchanges.
    pub client_id: String,
    /// The client secret of the OAuth exchanges.
    pub client_secret: String,
    /// The first registered redirect URI.
    pub redirect_uri: String,
    /// The ids of the app's installations.
    pub installations: Vec<String>,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("platform", &self.platform)
            .field("app_id", &self.app_id)
            .field("client_secret", &"[redacted]")
            .finish_non_exhaustive()
    }
}

/// What an owner can do to an installation.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// No more tokens, and those issued are refused.
    Suspend,
    /// As before the suspension.
    Unsuspend,
    /// The app is no longer installed.
    Delete,
}
