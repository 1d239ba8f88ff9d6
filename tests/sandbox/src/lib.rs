//! A server on your own machine that behaves as the platforms' documentation says.
//!
//! It verifies what a program signs, refuses what the platform refuses, shows the page on which a person presses
//! "Authorize", and misbehaves when told to. It shares no code with the library it tests and reads none of its
//! descriptors: everything is spelled out here a second time, so that a mistake there cannot hide.
//!
//! ```
//! use appmint_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start()?;
//! let app = sandbox.registration();
//! assert_eq!((app.app_id.as_str(), app.installations.len()), ("75", 2));
//! // Point a program at `sandbox.url()`, with the key `sandbox.private_key_pem()`; then look:
//! assert_eq!(sandbox.ledger().count("mint_installation_token"), 0);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The path of a request: `server` reads it, `house` takes it, asks `faults` what shall go wrong, sends browsers
//! past the `login` page, lets the `platform` (`atomgit`, `github`, `icr`, `acme`, `issuer`) answer, writes the `ledger`, and `server` sends what is left. `control` is the
//! same from outside, for tests in other languages; the program `appmint-sandbox` puts it on the command line.
#![forbid(unsafe_code)]

mod acme;
mod atomgit;
mod basic;
mod certificates;
mod clock;
mod control;
mod exchange;
mod faults;
mod github;
mod house;
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
mod press;
mod questions;
mod quirks;
mod redirects;
mod sandbox;
mod secrets;
mod server;

pub use clock::Clock;
pub use faults::{Effect, Fault, Faults};
pub use ledger::{Entry, Ledger};
pub use platform::{Change, PlatformName, Registration};
pub use sandbox::{Builder, Sandbox};
