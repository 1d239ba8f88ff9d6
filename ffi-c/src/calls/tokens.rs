//! Calls of sources, without waiting.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
};

use crate::{
    app::appmint_app,
    app::request::appmint_request,
    calls::{
        appmint_call, appmint_on_done,
        begin::{begin, begin_next, begin_within},
        queue::appmint_queue,
    },
    errors::{appmint_error, appmint_status},
    installations::{items::appmint_items, repository::appmint_repositories},
    tokens,
    tokens::source::appmint_source,
    tokens::source::{self},
};

/// appmint_app_revoke_installation_token without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_revoke_installation_token_async(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        tokens::revoke_installation_token_task(app, token, token_len)
    })
}

/// appmint_source_token without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_token_async(
    source: Option<&appmint_source>,
    min_valid_ms: i64,
    timeout_ms: i64,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin_within(queue, done, userdata, call, error, || {
        source::token_task(source, min_valid_ms, timeout_ms)
    })
}

/// appmint_source_authorization_header without waiting. Its result: appmint_call_text.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_authorization_header_async(
    source: Option<&appmint_source>,
    min_valid_ms: i64,
    timeout_ms: i64,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin_within(queue, done, userdata, call, error, || {
        source::authorization_header_task(source, min_valid_ms, timeout_ms)
    })
}

/// appmint_source_revoke without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_revoke_async(
    source: Option<&appmint_source>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || source::revoke_task(source))
}

/// appmint_source_request without waiting. Its result: appmint_call_response.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_request_async(
    source: Option<&appmint_source>,
    request: Option<&appmint_request>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || source::request_task(source, request))
}

/// appmint_items_next without waiting. Its result: appmint_call_text. An item that comes after the
/// call was cancelled is not lost: the list returns it next.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_items_next_async(
    listing: Option<&appmint_items>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin_next(queue, done, userdata, call, error, listing.map(|listing| &listing.core))
}

/// appmint_repositories_next without waiting. Its result: appmint_call_repository. An item that
/// comes after the call was cancelled is not lost: the list returns it next.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repositories_next_async(
    listing: Option<&appmint_repositories>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin_next(queue, done, userdata, call, error, listing.map(|listing| &listing.core))
}
