//! What Node calls of the core. Private: the package's JavaScript is the surface, checks what it
//! is given and throws; a function here converts, makes one core call and converts the result. A
//! panic must not leave native code, so each catches its own: it becomes an error that is thrown.
//!
//! No call waits. A call that goes out answers at once when its flight has landed already (a token
//! in memory), and else leaves it to [`landing::Landings`] to bring its outcome to the event loop.

#![expect(clippy::needless_pass_by_value, reason = "napi hands what it converts over by value")]

mod app;
mod authorization;
mod clock;
mod desk;
mod discovery;
mod event;
mod introspection;
mod landing;
mod listing;
mod login;
mod operations;
mod outcome;
mod registration;
mod repository;
mod session;
mod settings;
mod signer;
mod source;
mod store;
mod token;
mod webhook;
mod webhook_config;

pub use app::create_app;
pub use discovery::discover;
use std::alloc::System;

use appmint_core::{ErrorKind, EventKind, Platform, Reason};
use napi_derive::napi;
use zeroizing_alloc::ZeroAlloc;

/// Wipes whatever is freed: buffers of HTTP, TLS and JSON hold tokens for a moment, too.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// The library's version.
#[napi(catch_unwind)]
#[must_use]
pub fn version() -> &'static str {
    appmint_core::VERSION
}

/// Names of the built-in platforms.
#[napi(catch_unwind)]
#[must_use]
pub fn platforms() -> Vec<&'static str> {
    Platform::names().to_vec()
}

/// Names of the kinds of errors, in the order of their numbers.
#[napi(catch_unwind)]
#[must_use]
pub fn error_kinds() -> Vec<&'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.name()).collect()
}

/// Names of the reasons, in the order of their numbers.
#[napi(catch_unwind)]
#[must_use]
pub fn error_reasons() -> Vec<&'static str> {
    Reason::ALL.iter().map(|reason| reason.name()).collect()
}

/// Names of the kinds of events, in the order of their numbers.
#[napi(catch_unwind)]
#[must_use]
pub fn event_kinds() -> Vec<&'static str> {
    EventKind::ALL.iter().map(|kind| kind.name()).collect()
}
