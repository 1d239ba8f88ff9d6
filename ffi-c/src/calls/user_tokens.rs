//! Calls about the tokens of users, without waiting.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
};

use crate::{
    app::appmint_app,
    calls::{appmint_call, appmint_on_done, begin::begin, queue::appmint_queue},
    errors::{appmint_error, appmint_status},
    oauth::user_tokens::{self},
    tokens::scope::appmint_scope,
};

/// appmint_app_check_token without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_check_token_async(
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
        user_tokens::check_token_task(app, token, token_len)
    })
}

/// appmint_app_reset_token without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_reset_token_async(
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
        user_tokens::reset_token_task(app, token, token_len)
    })
}

/// appmint_app_scope_token without waiting. Its result: appmint_call_token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_scope_token_async(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    target: *const c_char,
    target_len: usize,
    target_id: *const c_char,
    target_id_len: usize,
    scope: Option<&appmint_scope>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        user_tokens::scope_token_task(
            app,
            token,
            token_len,
            target,
            target_len,
            target_id,
            target_id_len,
            scope,
        )
    })
}

/// appmint_app_delete_token without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_token_async(
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
        user_tokens::delete_token_task(app, token, token_len)
    })
}

/// appmint_app_delete_grant without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_grant_async(
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
        user_tokens::delete_grant_task(app, token, token_len)
    })
}

/// appmint_app_revoke_token without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_revoke_token_async(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    token_type_hint: *const c_char,
    token_type_hint_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        user_tokens::revoke_token_task(app, token, token_len, token_type_hint, token_type_hint_len)
    })
}

/// appmint_app_introspect_token without waiting. Its result: appmint_call_introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_introspect_token_async(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    token_type_hint: *const c_char,
    token_type_hint_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        user_tokens::introspect_token_task(
            app,
            token,
            token_len,
            token_type_hint,
            token_type_hint_len,
        )
    })
}
