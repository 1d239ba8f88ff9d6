//! What every platform of the sandbox can do: understand a request, answer it, and be rearranged by a test.
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
use crate::exchange::{Reply, Request};
use crate::github::{Edition, GitHub};
use crate::icr::Icr;
use crate::issuer::Issuer;
use crate::keys::PublicKey;
use crate::login::Visitor;
use crate::pages::Form;

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

    /// The name of the person who logs in at the platform's pages and acts there; none where there are no pages.
    fn person(&self) -> Option<String> {
        None
    }

    /// The header that carries the number of a request.
    fn request_id_header(&self) -> &'static str {
        "x-request-id"
    }

    /// What stands between the origin and the API's paths.
    fn api_path(&self) -> &'static str {
        ""
    }

    /// What stands between the origin and the paths of the pages.
    fn web_path(&self) -> &'static str {
        ""
    }

    /// Where a developer's site posts an app's manifest to.
    fn manifest_path(&self) -> &'static str {
        "/settings/apps/new"
    }

    /// The page on which a device's code is typed in.
    fn device_path(&self) -> &'static str {
        "/login/device"
    }

    /// Registers one more public key; an app that did not exist does from now on.
    fn add_key(&mut self, app_id: &str, key: PublicKey) -> Result<(), String>;

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

/// Which platform a sandbox is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlatformName {
    /// `atomgit`.
    #[default]
    AtomGit,
    /// `github`: the API at the root, as at `api.github.com`, and the pages of `github.com` beside it.
    GitHub,
    /// `github-enterprise`: GitHub Enterprise Server, whose API is under `/api/v3`.
    GitHubEnterprise,
    /// `icr`: the International Carbon Registry.
    Icr,
    /// `acme`: Acme Forge, which exists nowhere; its API is under `/rpc`, its pages are under `/people`.
    Acme,
    /// `issuer`: an authorization server as the RFCs have it, whose issuer identifiers are under `/realms`.
    Issuer,
}

impl PlatformName {
    /// All of them, the default first.
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

/// The circumstances of one request.
pub(crate) struct Visit {
    pub(crate) now_ms: i64,
    /// Where the client believes the platform to be, without a slash at the end.
    pub(crate) origin: String,
    /// How long a token issued now is still refused, as if not all of the platform's servers knew it yet.
    pub(crate) token_lag_ms: i64,
    /// Set by the platform when a refresh token is offered that was spent before.
    pub(crate) reuse: Cell<bool>,
    /// Who came with a session; nobody, if it is a program.
    pub(crate) visitor: Option<Visitor>,
}

impl Visit {
    pub(crate) fn session(&self) -> Option<&str> {
        self.visitor.as_ref().map(|it| it.session.as_str())
    }

    /// The form of a page that is shown now.
    pub(crate) fn form<'a>(&'a self, action: &'a str, form_token: &'a str) -> Form<'a> {
        Form { action, form_token, visitor: self.visitor.as_ref() }
    }
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
    /// The client id of the OAuth exchanges; empty where there are none.
    pub client_id: String,
    /// The client secret of the OAuth exchanges; empty where there are none.
    pub client_secret: String,
    /// The first registered redirect URI; empty where there are none.
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
