//! A local server that behaves as the documentation of a platform says, for tests without a network.
//!
//! It verifies the JWTs that a program signs, refuses what the platform refuses, shows the page on which a person presses
//! "Authorize", and injects faults on request. It shares no code with the library it tests and reads none of its
//! descriptors: the platforms are implemented here a second time, so that a mistake in the library does not repeat here.
//!
//! ```
//! use appmint_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start()?;
//! let app = sandbox.registration();
//! assert_eq!((app.app_id.as_str(), app.installations.len()), ("75", 2));
//! // Run a program against `sandbox.url()` with the key `sandbox.private_key_pem()`, then check the ledger:
//! assert_eq!(sandbox.ledger().count("mint_installation_token"), 0);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! How a request is handled: `server` reads it and passes it to `service`. That takes the next fault from `faults`, sends
//! browsers without a session to the `login` page, lets the `platform` (`atomgit`, `github`, `icr`, `acme` or `issuer`)
//! answer, and records the result in the `ledger`; `server` then sends the reply. `control` offers the same to tests in other
//! languages over HTTP. The program `appmint-sandbox` is a command line for it.
//!
//! [`Torture`] is something else: a hostile platform that scores a client which refreshes tokens.
#![forbid(unsafe_code)]

mod acme;
mod atomgit;
mod basic;
mod browser;
mod certificates;
mod clock;
mod control;
mod deviations;
mod faults;
mod forms;
mod github;
mod http;
mod icr;
mod issuer;
mod jwt;
mod keys;
mod ledger;
mod limits;
mod login;
mod pages;
mod paths;
mod pkce;
mod platform;
mod redirects;
mod sandbox;
mod secrets;
mod server;
mod service;
mod torture;

pub use clock::Clock;
pub use faults::{Effect, Fault, Faults};
pub use ledger::{Entry, Ledger};
pub use platform::{Change, PlatformName, Registration};
pub use sandbox::{Builder, Sandbox};
pub use torture::{Length, Policy, Score, Torture, TortureOptions};
