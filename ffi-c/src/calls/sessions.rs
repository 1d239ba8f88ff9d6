//! Sessions, without waiting.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
};

use crate::{
    app::appmint_app,
    calls::{appmint_call, appmint_on_done, begin::begin, queue::appmint_queue},
    errors::{appmint_error, appmint_status},
    sessions,
    tokens::token::appmint_token,
};

/// appmint_app_start_session without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_session_async(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
    token: Option<&appmint_token>,
    account_id: *const c_char,
    account_id_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        sessions::start_session_task(app, name, name_len, token, account_id, account_id_len)
    })
}

/// appmint_app_end_session without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_end_session_async(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || sessions::end_session_task(app, name, name_len))
}
