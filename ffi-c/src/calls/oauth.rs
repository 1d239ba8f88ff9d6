//! Logins and authorizations, without waiting.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
};

use crate::{
    app::appmint_app,
    calls::{appmint_call, appmint_on_done, begin::begin, queue::appmint_queue},
    errors::{appmint_error, appmint_status},
    oauth,
    oauth::authorization::appmint_authorization,
    oauth::device::appmint_device_login,
    oauth::device::{self},
    oauth::login::appmint_login,
    oauth::login::{self},
};

/// appmint_app_exchange_code without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_exchange_code_async(
    app: Option<&appmint_app>,
    code: *const c_char,
    code_len: usize,
    redirect_uri: *const c_char,
    redirect_uri_len: usize,
    code_verifier: *const c_char,
    code_verifier_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        oauth::exchange_code_task(
            app,
            code,
            code_len,
            redirect_uri,
            redirect_uri_len,
            code_verifier,
            code_verifier_len,
        )
    })
}

/// appmint_app_finish_authorization without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_finish_authorization_async(
    app: Option<&appmint_app>,
    authorization: Option<&appmint_authorization>,
    callback_url: *const c_char,
    callback_url_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        oauth::finish_authorization_task(app, authorization, callback_url, callback_url_len)
    })
}

/// appmint_app_refresh without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_refresh_async(
    app: Option<&appmint_app>,
    refresh_token: *const c_char,
    refresh_token_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        oauth::refresh_task(app, refresh_token, refresh_token_len)
    })
}

/// appmint_app_exchange_token without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_exchange_token_async(
    app: Option<&appmint_app>,
    subject_token: *const c_char,
    subject_token_len: usize,
    subject_token_type: *const c_char,
    subject_token_type_len: usize,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
    audience: *const c_char,
    audience_len: usize,
    resource: *const c_char,
    resource_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        oauth::exchange_token_task(
            app,
            subject_token,
            subject_token_len,
            subject_token_type,
            subject_token_type_len,
            scopes,
            scopes_lens,
            scopes_count,
            audience,
            audience_len,
            resource,
            resource_len,
        )
    })
}

/// appmint_app_start_device_login without waiting. Its result: appmint_call_device_login.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_device_login_async(
    app: Option<&appmint_app>,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        oauth::start_device_login_task(app, scopes, scopes_lens, scopes_count)
    })
}

/// appmint_login_wait without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_wait_async(
    login: Option<&appmint_login>,
    timeout_ms: i64,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || login::wait_task(login, timeout_ms))
}

/// appmint_device_login_poll without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_poll_async(
    login: Option<&appmint_device_login>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || device::poll_task(login))
}

/// appmint_device_login_wait without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_wait_async(
    login: Option<&appmint_device_login>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || device::wait_task(login))
}
