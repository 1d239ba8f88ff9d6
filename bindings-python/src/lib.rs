//! The Python surface of appmint: `appmint._native`, which the package `appmint` shows.
//!
//! A function here converts its arguments, makes one call of the core, and converts the result.
//! What waits lets go of the interpreter meanwhile, see [`wait`].

mod app;
mod authorization;
mod call;
mod clock;
mod convert;
mod error;
mod hook;
mod installation;
mod json;
mod listing;
mod operations;
mod registration;
mod repository;
mod response;
mod scope;
mod signer;
mod source;
mod time;
mod token;
mod wait;
mod webhook;

use pyo3::prelude::*;

/// appmint's native half. Private: use the package `appmint`.
#[pymodule]
mod _native {
    use appmint_core::{ErrorKind, Platform, Reason, VERSION};
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::{
        app::App,
        authorization::Authorization,
        clock::ManualClock,
        hook::{HookConfig, HookDelivery},
        installation::Installation,
        listing::Listing,
        registration::Registration,
        repository::Repository,
        response::Response,
        source::TokenSource,
        token::Token,
        webhook::Webhook,
    };

    /// The library's version.
    #[pyfunction]
    fn version() -> &'static str {
        VERSION
    }

    /// The names of the built-in platforms.
    #[pyfunction]
    fn platforms() -> Vec<&'static str> {
        Platform::names()
    }

    /// Every kind that an error can have.
    #[pyfunction]
    fn kinds() -> Vec<&'static str> {
        ErrorKind::ALL.iter().map(|kind| kind.name()).collect()
    }

    /// Every reason that an error can have.
    #[pyfunction]
    fn reasons() -> Vec<&'static str> {
        Reason::ALL.iter().map(|reason| reason.name()).collect()
    }
}
