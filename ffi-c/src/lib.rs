//! The C surface of appmint; `include/appmint.h` is generated from it.
//!
//! A function converts its arguments, makes one call of the core, and converts the result.
//! Signatures use real types, which C sees as pointers: `Option<&T>` is a `const T *` that may be
//! NULL, `Option<Box<T>>` a `T *` whose ownership passes, `Option<&mut MaybeUninit<*mut T>>` a
//! place for a result. Text, bytes and arrays are a pointer and a length, which [`convert`] reads.
//! No panic leaves a function: [`panics`] catches it.

#![expect(non_camel_case_types, reason = "these are the names that C sees")]

// Infrastructure.
mod access;
mod call;
pub mod callback;
mod convert;
mod draft;
mod once;
mod panics;
mod sized;
mod text;
pub mod values;

// The rooms, in the order of every surface.
pub mod app;
pub mod settings;

pub mod installations;

pub mod tokens;

pub mod oauth;

pub mod sessions;

pub mod webhooks;

pub mod operations;

pub mod events;
pub mod stores;

pub mod errors;

// Every call of the rooms that may go to the network, without waiting.
pub mod calls;

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// Wipes all memory that is freed: buffers of HTTP, TLS and JSON hold tokens for a moment, too.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);
