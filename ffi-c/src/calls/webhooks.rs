//! Calls about webhooks, without waiting.

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
    webhooks,
    webhooks::appmint_webhook_deliveries,
    webhooks::config::appmint_webhook_update,
};

/// appmint_app_webhook_config without waiting. Its result: appmint_call_webhook_config.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_config_async(
    app: Option<&appmint_app>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || webhooks::webhook_config_task(app))
}

/// appmint_app_update_webhook_config without waiting. Its result: appmint_call_webhook_config.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_update_webhook_config_async(
    app: Option<&appmint_app>,
    update: Option<&appmint_webhook_update>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || webhooks::update_webhook_config_task(app, update))
}

/// appmint_app_webhook_delivery without waiting. Its result: appmint_call_webhook_delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_delivery_async(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || webhooks::webhook_delivery_task(app, id, id_len))
}

/// appmint_app_redeliver_webhook without waiting. It has no result but its outcome.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_redeliver_webhook_async(
    app: Option<&appmint_app>,
    delivery_id: *const c_char,
    delivery_id_len: usize,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin(queue, done, userdata, call, error, || {
        webhooks::redeliver_webhook_task(app, delivery_id, delivery_id_len)
    })
}

/// appmint_webhook_deliveries_next without waiting. Its result: appmint_call_webhook_delivery. An
/// item that comes after the call was cancelled is not lost: the list returns it next.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_deliveries_next_async(
    listing: Option<&appmint_webhook_deliveries>,
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Option<&mut MaybeUninit<*mut appmint_call>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    begin_next(queue, done, userdata, call, error, listing.map(|listing| &listing.core))
}
