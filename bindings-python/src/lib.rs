//! The Python surface of appmint: `appmint._native`, the native half of the package `appmint`.
//!
//! A function here converts its arguments, makes one call of the core, and converts the result.
//! One that waits detaches from the interpreter meanwhile, see [`wait`]; each has a form that is
//! awaited instead, see [`twins`] and [`coroutine`].
//!
//! The rooms, in the order of every surface: [`app`] and [`settings`], [`installations`],
//! [`tokens`], [`oauth`], [`sessions`], [`webhooks`], [`operations`], [`events`] and [`stores`],
//! [`errors`]. The other modules convert and call. A room's own file has the methods of `App`; the
//! classes that those return are in its folder, and know nothing of `App`.

mod app;
mod settings;

mod installations;
mod tokens;

mod oauth;
mod sessions;

mod webhooks;

mod operations;

mod events;
mod stores;

mod errors;

mod arguments;
mod callback;
mod coroutine;
mod imports;
mod interpreter;
mod json;
mod restored;
mod time;
mod twins;
mod values;
mod wait;

use std::alloc::System;

use pyo3::prelude::*;
use zeroizing_alloc::ZeroAlloc;

/// Wipes memory when it is freed: buffers of HTTP, TLS and JSON hold tokens for a moment, too.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// The native half of appmint. Private: use the package `appmint`.
#[pymodule]
mod _native {
    use appmint_core::{
        ErrorKind, EventKind, Reason, TokenKind, VERSION,
        platform::{self, Platform},
    };
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::{
        app::{App, quota::Quota, recipe::restored_app, response::Response, stats::Stats},
        events::{Event, clock::ManualClock, restored_event},
        installations::{installation::Installation, listing::Listing, repository::Repository},
        oauth::{
            authorization::Authorization,
            introspection::Introspection,
            login::{DeviceLogin, Login},
        },
        operations::registration::Registration,
        restored::restored_value,
        settings::discovery::{discover, discover_async},
        tokens::{source::TokenSource, subscription::Subscription, token::Token},
        webhooks::{
            config::{WebhookConfig, WebhookDelivery},
            event::WebhookEvent,
        },
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::interpreter::claim(module.py())?;
        crate::imports::import_all(module.py())?;
        crate::interpreter::register_hooks(module.py())
    }

    /// The library's version.
    #[pyfunction]
    fn version() -> &'static str {
        VERSION
    }

    /// The names of the built-in platforms, one of which is the setting platform.
    #[pyfunction]
    fn platforms() -> Vec<&'static str> {
        Platform::names()
    }

    /// A regular expression that finds the secrets of the built-in platforms in a text: their
    /// tokens, of any length and with the dots of a JWT in them, and JWTs, for whatever
    /// scrubs logs.
    ///
    /// It uses no more than POSIX extended regular expressions have, so it works in every
    /// language.
    #[pyfunction]
    fn secret_pattern() -> &'static str {
        platform::secret_pattern()
    }

    /// Every kind of token.
    #[pyfunction]
    fn token_kinds() -> Vec<&'static str> {
        TokenKind::ALL.iter().map(|kind| kind.name()).collect()
    }

    /// Every kind of event.
    #[pyfunction]
    fn event_kinds() -> Vec<&'static str> {
        EventKind::ALL.iter().map(|kind| kind.name()).collect()
    }

    /// Every kind of error.
    #[pyfunction]
    fn kinds() -> Vec<&'static str> {
        ErrorKind::ALL.iter().map(|kind| kind.name()).collect()
    }

    /// Every reason of an error.
    #[pyfunction]
    fn reasons() -> Vec<&'static str> {
        Reason::ALL.iter().map(|reason| reason.name()).collect()
    }
}
