//! Calls about installations, without waiting.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
};

use crate::{
    app::appmint_app,
    calls::{
        appmint_call, appmint_on_done,
        begin::{begin, begin_next},
        queue::appmint_queue,
    },
    errors::{appmint_error, appmint_status},
    installations,
    installations::appmint_installations,
    installations::lookup::appmint_lookup,
};

/// appmint_app_find_installation without waiting. Its result: appmint_call_installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_find_installation_async(
    app: Option<&appmint_app>,
    lookup: appmint_lookup,
    text: *const c_char,
    text_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        installations::find_installation_task(app, lookup, text, text_len)
    })
}

/// appmint_app_suspend_installation without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_suspend_installation_async(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        installations::suspend_installation_task(app, id, id_len)
    })
}

/// appmint_app_unsuspend_installation without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_unsuspend_installation_async(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        installations::unsuspend_installation_task(app, id, id_len)
    })
}

/// appmint_app_delete_installation without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_installation_async(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        installations::delete_installation_task(app, id, id_len)
    })
}

/// appmint_app_finish_install without waiting. Its result: appmint_call_installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_finish_install_async(
    app: Option<&appmint_app>,
    callback_url: *const c_char,
    callback_url_len: usize,
    state: *const c_char,
    state_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        installations::finish_install_task(app, callback_url, callback_url_len, state, state_len)
    })
}

/// appmint_installations_next without waiting. Its result: appmint_call_installation. An item that
/// comes after the call was cancelled is not lost: the list returns it next.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installations_next_async(
    listing: Option<&appmint_installations>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin_next(queue, done, userdata, call, error, listing.map(|listing| &listing.core))
}
