//! Operations of the platform, without waiting.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
};

use crate::{
    app::appmint_app,
    calls::{appmint_call, appmint_on_done, begin::begin, queue::appmint_queue},
    errors::{appmint_error, appmint_status},
    operations,
};

/// appmint_app_registration without waiting. Its result: appmint_call_registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_registration_async(
    app: Option<&appmint_app>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || operations::registration_task(app))
}

/// appmint_app_convert_manifest without waiting. Its result: appmint_call_registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_convert_manifest_async(
    app: Option<&appmint_app>,
    code: *const c_char,
    code_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        operations::convert_manifest_task(app, code, code_len)
    })
}

/// appmint_app_revoke_credentials without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_revoke_credentials_async(
    app: Option<&appmint_app>,
    credentials: *const *const c_char,
    credentials_lens: *const usize,
    credentials_count: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        operations::revoke_credentials_task(app, credentials, credentials_lens, credentials_count)
    })
}
