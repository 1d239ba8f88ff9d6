//! The app and its requests, without waiting.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
};

use crate::{
    app,
    app::appmint_app,
    app::request::appmint_request,
    app::request::{self},
    calls::{appmint_call, appmint_on_done, begin::begin, queue::appmint_queue},
    convert::required,
    errors::{appmint_error, appmint_status},
    settings::appmint_config,
    settings::discovery::{self},
};

/// appmint_app_jwt without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_jwt_async(
    app: Option<&appmint_app>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || app::jwt_task(app))
}

/// appmint_app_request without waiting. Its result: appmint_call_response.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_request_async(
    app: Option<&appmint_app>,
    request: Option<&appmint_request>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || request::request_task(app, request))
}

/// appmint_discover without waiting. Its result: appmint_call_text.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_discover_async(
    config: Option<&appmint_config>,
    issuer: *const c_char,
    issuer_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        discovery::discover_task(config, issuer, issuer_len)
    })
}

/// appmint_app_new without waiting: an encrypted private key may take seconds. Its result:
/// appmint_call_app.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_new_async(
    config: Option<&appmint_config>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        Ok(required("config", config)?.settings()?.build_task())
    })
}
