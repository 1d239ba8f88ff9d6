//! The Python surface of appmint: `appmint._native`, which the package `appmint` shows.
//!
//! A function here converts its arguments, makes one call of the core, and converts the result.
//! What waits lets go of the interpreter meanwhile, see [`wait`].

mod app;
mod authorization;
mod call;
mod callback;
mod clock;
mod convert;
mod discovery;
mod error;
mod event;
mod gate;
mod installation;
mod introspection;
mod json;
mod listing;
mod login;
mod registration;
mod repository;
mod response;
mod scope;
mod signer;
mod source;
mod stats;
mod store;
mod time;
mod token;
mod wait;
mod webhook;
mod webhook_config;

use std::alloc::System;

use pyo3::prelude::*;
use zeroizing_alloc::ZeroAlloc;

/// Wipes whatever is freed: buffers of HTTP, TLS and JSON hold tokens for a moment, too.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// appmint's native half. Private: use the package `appmint`.
#[pymodule]
mod _native {
    use appmint_core::{ErrorKind, EventKind, Platform, Reason, VERSION};
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::{
        app::App,
        authorization::Authorization,
        clock::ManualClock,
        discovery::discover,
        event::{Event, restored_event},
        installation::Installation,
        introspection::Introspection,
        listing::Listing,
        login::{DeviceLogin, Login},
        registration::Registration,
        repository::Repository,
        response::Response,
        source::TokenSource,
        stats::Stats,
        token::Token,
        webhook::WebhookEvent,
        webhook_config::{WebhookConfig, WebhookDelivery},
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::gate::install(module.py())
    }

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

    /// Every kind that an event can have.
    #[pyfunction]
    fn event_kinds() -> Vec<&'static str> {
        EventKind::ALL.iter().map(|kind| kind.name()).collect()
    }

    /// Every reason that an error can have.
    #[pyfunction]
    fn reasons() -> Vec<&'static str> {
        Reason::ALL.iter().map(|reason| reason.name()).collect()
    }
}
