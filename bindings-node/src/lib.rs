//! The functions of the core that Node calls. The module is private: the package's JavaScript is the
//! surface; it checks arguments and throws errors. A function here converts its arguments, makes one
//! call of the core and converts the result.
//!
//! A panic must not unwind into Node, so every exported function catches its own; the panic becomes a
//! thrown error.
//!
//! No function blocks. A call over the network returns its result at once if it is known already (a
//! token in memory); otherwise [`completions`] brings the result to the event loop later.
//!
//! The files are the rooms of the surface, in the order of `contract`.

#![expect(clippy::needless_pass_by_value, reason = "napi passes converted arguments by value")]

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

mod changes;
mod completions;
mod durations;
mod js_callbacks;

use std::alloc::System;

use appmint_core::{
    TokenKind,
    platform::{self, Platform},
};
use napi_derive::napi;
use zeroizing_alloc::ZeroAlloc;

pub use self::{
    app::{create_app, response_text, start_app},
    errors::{error_kinds, error_reasons},
    events::event_kinds,
    settings::discover,
    tokens::token::{has_same_secret, is_same_token},
};

/// Wipes all memory that is freed: the buffers of HTTP, TLS and JSON hold tokens for a moment, too.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// The library's version.
#[napi(catch_unwind)]
#[must_use]
pub fn version() -> &'static str {
    appmint_core::VERSION
}

/// The names of the built-in platforms, one of which is the setting `platform`.
#[napi(catch_unwind)]
#[must_use]
pub fn platforms() -> Vec<&'static str> {
    Platform::names().to_vec()
}

/// A regular expression that finds the secrets of the built-in platforms in a text: their tokens,
/// of any length and with the dots of a JWT in them, and JWTs, for whatever scrubs logs.
#[napi(catch_unwind)]
#[must_use]
pub fn secret_pattern() -> &'static str {
    platform::secret_pattern()
}

/// The names of the kinds of tokens.
#[napi(catch_unwind)]
#[must_use]
pub fn token_kinds() -> Vec<&'static str> {
    TokenKind::ALL.iter().map(|kind| kind.name()).collect()
}
