//! The trait that every platform implements: it recognizes a request, answers it, and can be changed by a test.
//!
//! A platform is a module that implements this trait and has a line in [`PlatformName`]. It knows nothing of sockets,
//! faults or the ledger, and time reaches it as an argument.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::acme::Acme;
use crate::atomgit::AtomGit;
use crate::github::{Edition, GitHub};
use crate::http::{Reply, Request};
use crate::icr::Icr;
use crate::issuer::Issuer;
use crate::keys::PublicKey;
use crate::login::BrowserSession;
use crate::pages::Form;

pub(crate) trait Platform: Send {
    /// The ids and secrets that the platform's settings page would show to a developer.
    fn registration(&self) -> Registration;

    /// The names that [`operation`](Self::operation) can return.
    fn operations(&self) -> &'static [&'static str];

    /// The operation that a request calls, such as `mint_installation_token`.
    fn operation(&self, request: &Request) -> &'static str;

    /// The kind of a credential, such as `jwt`, for the ledger. Does not check the credential.
    fn credential_kind(&self, credential: &str) -> &'static str;

    fn answer(&mut self, request: &Request, context: &Context) -> Reply;

    /// The name of the one person who can log in; `None` if the platform has no pages.
    fn person(&self) -> Option<String> {
        None
    }

    /// The response header that carries the request id.
    fn request_id_header(&self) -> &'static str {
        "x-request-id"
    }

    /// The path prefix of the API.
    fn api_path(&self) -> &'static str {
        ""
    }

    /// The path prefix of the pages.
    fn web_path(&self) -> &'static str {
        ""
    }

    /// The path to which a developer's site posts an app manifest.
    fn manifest_path(&self) -> &'static str {
        "/settings/apps/new"
    }

    /// The path of the page on which a person enters a device's user code.
    fn device_path(&self) -> &'static str {
        "/login/device"
    }

    /// Registers one more public key for an app, and creates the app if it does not exist.
    fn add_key(&mut self, app_id: &str, key: PublicKey) -> Result<(), String>;

    /// Removes all keys of an app. False if there is no such app.
    fn drop_keys(&mut self, app_id: &str) -> bool;

    /// Registers one more redirect URI for the sample app.
    fn add_redirect_uri(&mut self, uri: &str);

    /// Suspends, unsuspends or deletes an installation. False if there is no such installation.
    fn change_installation(&mut self, id: &str, change: Change) -> bool;

    /// Invalidates every token issued so far, except refresh tokens.
    fn forget_tokens(&mut self);

    /// The current deviations, as a JSON object.
    fn deviations(&self) -> Value;

    /// Changes the deviations that `change` names and keeps the others.
    fn change_deviations(&mut self, change: &Value) -> Result<(), String>;
}

/// Which platform a sandbox is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlatformName {
    /// `atomgit`.
    #[default]
    AtomGit,
    /// `github`: the API of `api.github.com` and the pages of `github.com`, both at the root.
    GitHub,
    /// `github-enterprise`: GitHub Enterprise Server, whose API is under `/api/v3`.
    GitHubEnterprise,
    /// `icr`: the International Carbon Registry.
    Icr,
    /// `acme`: Acme Forge, a fictional platform whose API is under `/rpc` and whose pages are under `/people`.
    Acme,
    /// `issuer`: an OAuth authorization server as the RFCs specify it, whose issuer identifiers are under `/realms`.
    Issuer,
}

impl PlatformName {
    /// All platforms, the default first.
    pub const ALL: [Self; 6] =
        [Self::AtomGit, Self::GitHub, Self::GitHubEnterprise, Self::Icr, Self::Acme, Self::Issuer];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtomGit => "atomgit",
            Self::GitHub => "github",
            Self::GitHubEnterprise => "github-enterprise",
            Self::Icr => "icr",
            Self::Acme => "acme",
            Self::Issuer => "issuer",
        }
    }

    pub(crate) fn as_documented(self) -> Box<dyn Platform> {
        match self {
            Self::AtomGit => Box::new(AtomGit::as_documented()),
            Self::GitHub => Box::new(GitHub::as_documented(Edition::Cloud)),
            Self::GitHubEnterprise => Box::new(GitHub::as_documented(Edition::Server)),
            Self::Icr => Box::new(Icr::as_documented()),
            Self::Acme => Box::new(Acme::as_imagined()),
            Self::Issuer => Box::new(Issuer::as_specified()),
        }
    }
}

impl FromStr for PlatformName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|it| it.as_str() == name);
        known
            .ok_or_else(|| format!("the sandbox knows: {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// What a platform needs to know about a request besides the request itself.
pub(crate) struct Context {
    /// The sandbox's time, in milliseconds since 1970.
    pub(crate) now_ms: i64,
    /// The origin that the client used, without a trailing slash.
    pub(crate) origin: String,
    /// How long a token issued now is refused at first, as if it had not reached all of the platform's servers yet.
    pub(crate) token_lag_ms: i64,
    /// Set by the platform when a refresh token is used a second time.
    pub(crate) reuse: Cell<bool>,
    /// The browser session of the request; `None` if a program sent it.
    pub(crate) session: Option<BrowserSession>,
}

impl Context {
    pub(crate) fn session_id(&self) -> Option<&str> {
        self.session.as_ref().map(|it| it.id.as_str())
    }

    /// The form of a page that answers this request.
    pub(crate) fn form<'a>(&'a self, action: &'a str, form_token: &'a str) -> Form<'a> {
        Form { action, form_token, session: self.session.as_ref() }
    }
}

/// The ids and secrets with which a developer's program acts as the sample app.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Registration {
    /// The platform's name, such as `atomgit`.
    pub platform: &'static str,
    /// The app's id.
    pub app_id: String,
    /// The app's slug.
    pub app_slug: String,
    /// The OAuth client id; empty if the platform has no OAuth.
    pub client_id: String,
    /// The OAuth client secret; empty if the platform has no OAuth.
    pub client_secret: String,
    /// The first registered redirect URI; empty if the platform has no OAuth.
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

/// A change that an owner can make to an installation.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Mints no more tokens and refuses those already issued.
    Suspend,
    /// Ends the suspension.
    Unsuspend,
    /// Removes the installation.
    Delete,
}
