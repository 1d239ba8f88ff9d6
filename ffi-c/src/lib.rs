//! The C surface of appmint; `include/appmint.h` is generated from it.
//!
//! A function here converts its arguments, makes one call of the core, and converts the result.
//! Signatures use real types, which C sees as pointers: `Option<&T>` is a `const T *` that may be
//! NULL, `Option<Box<T>>` a `T *` that is taken over, `Option<&mut MaybeUninit<*mut T>>` a place
//! for a result. What cannot be said so, text, bytes and arrays of a given length, is read in
//! [`border`], where panics end too.

#![expect(non_camel_case_types, reason = "these are the names that C sees")]

pub mod app;
pub mod authorization;
mod border;
pub mod callback;
pub mod clock;
pub mod config;
pub mod device;
pub mod discovery;
pub mod error;
pub mod event;
pub mod installation;
pub mod introspection;
pub mod login;
pub mod logins;
pub mod lookup;
pub mod operations;
pub mod registration;
pub mod repository;
pub mod request;
pub mod response;
pub mod scope;
pub mod signer;
pub mod source;
pub mod store;
pub mod text;
pub mod token;
pub mod version;
pub mod webhook;
pub mod webhook_config;

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// Wipes whatever is freed: buffers of HTTP, TLS and JSON hold tokens for a moment, too.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);
