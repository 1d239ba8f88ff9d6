//! Authenticate as a platform app.
//!
//! **A grant, put to a platform, yields a token. A source keeps one valid.**
//!
//! ```no_run
//! use appmint_core::{Call, Settings};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings {
//!     platform: Some("atomgit".into()),
//!     app_id: Some("75".into()),
//!     private_key: Some(std::fs::read("app.pem")?.into()),
//!     ..Settings::default()
//! };
//! let source = settings.app()?.installation("14")?;
//! let header = source.token(None).wait()?.authorization_header();
//! let reply = source.request(Call::get("/orgs/acme/repos")).wait()?;
//! # let _ = (header, reply); Ok(()) }
//! ```
//!
//! Every call that goes out returns a [`Flight`]: `.wait()` blocks until it lands, at most until
//! the deadline; `.on_landing(…)` calls back.

#![forbid(unsafe_code)]

mod app;
mod call;
mod cell;
mod client;
mod clock;
mod config;
mod device;
mod discovery;
mod error;
mod event;
mod flight;
mod grant;
mod http;
mod install;
mod installation;
mod introspection;
mod jwt;
mod key;
mod limit;
mod listing;
mod login;
mod lookup;
mod oauth;
mod offset;
mod operation;
mod platform;
mod process;
mod refusal;
mod registration;
mod reply;
mod repository;
mod retry;
mod scope;
mod secret;
mod settings;
mod signer;
mod source;
mod store;
mod strict;
mod target;
mod time;
mod token;
mod transport;
mod webhook;
mod webhook_config;

pub use app::{App, AppTokenRequest};
pub use call::Call;
pub use client::{Client, Proof};
pub use clock::{Clock, ManualClock, SystemClock};
pub use config::Config;
pub use device::DeviceLogin;
pub use error::{Error, ErrorKind, Reason, Result};
pub use event::{Event, EventKind, Listener, Stats};
pub use flight::{Deadline, Flight};
pub use grant::Grant;
pub use http::{Body, Repeat, Request, Response};
pub use install::InstallRequest;
pub use installation::Installation;
pub use introspection::Introspection;
pub use jwt::{Issuer, JwtRules};
pub use key::PrivateKey;
pub use listing::{Items, Listing};
pub use login::{Login, LoginRequest};
pub use lookup::Lookup;
pub use oauth::{Authorization, AuthorizationRequest, code_challenge};
pub use platform::Platform;
pub use registration::Registration;
pub use repository::Repository;
pub use retry::RetryPolicy;
pub use scope::Scope;
pub use secret::Secret;
pub use settings::Settings;
pub use signer::Signer;
pub use source::TokenSource;
#[cfg(feature = "redis")]
pub use store::RedisStore;
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{MemoryStore, Store, StoreKey};
pub use target::Target;
pub use time::{TimeFormat, Timestamp};
pub use token::{Permissions, Token, TokenKind};
pub use transport::{HttpTransport, Network, Transport};
pub use webhook::WebhookEvent;
pub use webhook_config::{WebhookConfig, WebhookDelivery, WebhookUpdate};

/// The library's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
