//! Authenticate as a platform app: a GitHub App, or its kin on AtomGit, GitHub Enterprise Server, ICR
//! and others.
//!
//! **Exchange a grant for a token; a source keeps the token fresh.**
//!
//! # Usage
//!
//! ```no_run
//! use appmint_core::{App, Call};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app = App::builder("atomgit").app_id("75").private_key(std::fs::read("app.pem")?).build()?;
//! let source = app.installation("14")?;
//! let header = source.token().wait()?.authorization_header();
//! let reply = source.request(Call::get("/orgs/acme/repos")).wait()?;
//! # let _ = (header, reply); Ok(()) }
//! ```
//!
//! # Concepts
//!
//! - An [`App`] is a platform and the credentials that the platform's settings page shows. It is cheap
//!   to clone and usable from any thread.
//! - A [`TokenSource`] returns a token that is valid for at least a minute, whenever it is asked: of an
//!   installation ([`App::installation`]), of the app itself ([`App::app_tokens`]) or of a user
//!   ([`App::session`]). It caches, renews ahead, and mints once for everybody who asks.
//! - A [`Task`] is a call on its way. [`wait`](Task::wait) blocks until it completes, at most until its
//!   deadline; [`on_complete`](Task::on_complete) calls back; and it can be awaited on any executor.
//! - A [`Platform`](platform::Platform) is data: a JSON descriptor, built in or given at run time.
//! - A [`Store`](store::Store) keeps tokens between processes, so that a fleet mints once.
//!
//! ```no_run
//! # async fn f() -> appmint_core::Result<()> {
//! use appmint_core::{App, Lookup, Scope};
//!
//! let app = App::builder("github").app_id("1").private_key("…").store("sqlite:tokens.db").build()?;
//! let api = Scope::all().repositories(["api"]).permission("contents", "read");
//! let source = app.installation(Lookup::Organization("octo-org".into()).narrowed(api))?;
//! let token = source.token().await?;
//! println!("expires at {:?}", token.expires_at());
//! # Ok(()) }
//! ```
//!
//! A user logs in on this machine ([`App::start_login`]), on another device
//! ([`App::start_device_login`]) or on a web page ([`App::authorize`], [`App::finish_authorization`]).
//! A session keeps the user's token fresh from then on:
//!
//! ```no_run
//! # fn f(app: appmint_core::App) -> appmint_core::Result<()> {
//! use appmint_core::{Call, logins::LoginRequest};
//!
//! let login = app.start_login(LoginRequest::default())?;
//! login.open_browser()?;
//! app.start_session("alice", login.wait(None).wait()?, None).wait()?;
//! let reply = app.session("alice")?.request(Call::get("/user")).wait()?;
//! # let _ = reply; Ok(()) }
//! ```
//!
//! # Errors
//!
//! Every error has an [`ErrorKind`] (*what can the caller do?*), often a finer [`Reason`], a message
//! without secrets, and a hint. [`Error::is_retryable`] tells whether the same call may work later.
//!
//! Besides those that it documents, every call over the network has these errors:
//!
//! - [`ErrorKind::Transport`], [`ErrorKind::Timeout`], [`ErrorKind::RateLimited`], [`ErrorKind::Server`] and
//!   [`ErrorKind::Protocol`];
//! - [`ErrorKind::Unauthorized`], [`ErrorKind::Forbidden`] or [`ErrorKind::Rejected`] if the platform refuses it;
//! - [`ErrorKind::InvalidArgument`] if the app is closed, or lacks a credential for it
//!   ([`Reason::MissingCredential`]), and [`ErrorKind::Unsupported`] if the platform does not offer it, both
//!   before anything is sent;
//! - [`ErrorKind::ResourceExhausted`] if this machine has no thread or file descriptor left.
//!
//! # Features
//!
//! `sqlite` and `redis` (both on by default) build in the stores of these names.

#![forbid(unsafe_code)]

mod app;
pub mod auth;
mod cache;
mod client;
mod clock;
mod encoding;
mod error;
mod event;
pub mod http;
pub mod logins;
pub mod oauth;
mod pasted;
pub mod platform;
pub mod resources;
mod secret;
mod sessions;
mod sources;
pub mod store;
mod tasks;
mod time;
mod token;

pub use self::{
    app::{App, AppBuilder},
    auth::{AppTokenRequest, Scope},
    cache::Subscription,
    clock::{Clock, ManualClock, SystemClock},
    error::{Error, ErrorKind, Reason, Result},
    event::{Event, EventKind, Listener, Stats},
    http::{Quota, Response},
    resources::{Call, Installation, InstallationRequest, Lookup},
    secret::Secret,
    sources::{Items, Listing, TokenSource},
    tasks::{Deadline, Task, TaskFuture, Waiter},
    time::{ClockReading, TimeFormat, Timestamp},
    token::{Permissions, Token, TokenKind},
};

/// For the bindings of other languages. Not covered by semantic versioning.
#[doc(hidden)]
pub mod binding {
    pub use crate::{
        app::Settings,
        tasks::{Owned, PerProcess, Process, threads::start as start_thread},
    };
}

/// Runs the core under a scheduler that a seed decides. For the core's own tests.
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub mod simulation {
    pub use crate::tasks::simulated::*;
}

/// The library's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
