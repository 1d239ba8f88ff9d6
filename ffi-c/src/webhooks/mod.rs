//! The app's webhook.

pub mod config;
pub mod delivery;
pub mod event;

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
};

use appmint_core::{
    Listing, Result, Secret, Task,
    resources::{WebhookConfig, WebhookDelivery},
};

use crate::{
    access::{free, read},
    app::{app_of, appmint_app},
    call::{new_object, next_item, try_call, wait_for},
    convert::{bytes, required, text, texts},
    errors::{appmint_error, appmint_status},
    values::appmint_header,
    webhooks::{
        config::{appmint_webhook_config, appmint_webhook_update},
        delivery::appmint_webhook_delivery,
        event::appmint_webhook_event,
    },
};

/// A list of deliveries.
pub struct appmint_webhook_deliveries {
    pub(crate) core: Listing<WebhookDelivery>,
}

impl From<Listing<WebhookDelivery>> for appmint_webhook_deliveries {
    fn from(core: Listing<WebhookDelivery>) -> Self {
        Self { core }
    }
}

/// A webhook whose signature is valid for one of the secrets. Pass two while one replaces the
/// other. No network I/O.
///
/// `headers` are all headers of the request, since it depends on the platform which of them count.
/// `body` is the request's body, byte for byte: JSON that was parsed and written again has another
/// signature. `secrets` is an array of texts.
///
/// APPMINT_ERROR_UNAUTHORIZED with APPMINT_REASON_INVALID_SIGNATURE if no secret fits;
/// APPMINT_ERROR_UNSUPPORTED on a platform that signs nothing.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_verify_webhook(
    app: Option<&appmint_app>,
    headers: *const appmint_header,
    headers_count: usize,
    body: *const c_void,
    body_len: usize,
    secrets: *const *const c_char,
    secrets_lens: *const usize,
    secrets_count: usize,
    webhook: Option<&mut MaybeUninit<*mut appmint_webhook_event>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("webhook", webhook, error, || {
        let headers = event::headers(headers, headers_count)?;
        let body = bytes("body", body, body_len)?;
        let secrets: Vec<Secret> =
            texts("secrets", "secret", secrets, secrets_lens, secrets_count)?;
        app_of(app)?.verify_webhook(&headers, body, &secrets)
    })
}

/// Forgets the tokens that a webhook makes obsolete: its installation was suspended, deleted, or
/// given other permissions or repositories. Returns the number of tokens in memory. The store forgets
/// them in the background, for all who share it; other processes use those in their own memory until
/// they are renewed or refused.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_apply_webhook(
    app: Option<&appmint_app>,
    webhook: Option<&appmint_webhook_event>,
) -> usize {
    read(app.zip(webhook), 0, |(app, webhook)| app.core.apply_webhook(&webhook.core))
}

/// The configuration of the app's webhook.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_config(
    app: Option<&appmint_app>,
    webhook_config: Option<&mut MaybeUninit<*mut appmint_webhook_config>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("webhook_config", webhook_config, error, || wait_for(|| webhook_config_task(app)))
}

/// Changes the configuration of the app's webhook, and returns the new one. An update that changes
/// nothing is refused.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_update_webhook_config(
    app: Option<&appmint_app>,
    update: Option<&appmint_webhook_update>,
    webhook_config: Option<&mut MaybeUninit<*mut appmint_webhook_config>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("webhook_config", webhook_config, error, || {
        wait_for(|| update_webhook_config_task(app, update))
    })
}

/// The webhooks that were sent to the app, newest first. No network I/O until the first
/// appmint_webhook_deliveries_next.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_deliveries(
    app: Option<&appmint_app>,
    listing: Option<&mut MaybeUninit<*mut appmint_webhook_deliveries>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("listing", listing, error, || app_of(app)?.webhook_deliveries())
}

/// The next delivery; `*webhook_delivery` is NULL after the last.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_deliveries_next(
    listing: Option<&appmint_webhook_deliveries>,
    webhook_delivery: Option<&mut MaybeUninit<*mut appmint_webhook_delivery>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    next_item("webhook_delivery", webhook_delivery, error, listing.map(|listing| &listing.core))
}

/// Frees a list, not the deliveries that it returned.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_deliveries_free(
    listing: Option<Box<appmint_webhook_deliveries>>,
) {
    free(listing);
}

/// One delivery. Its appmint_webhook_delivery_raw has the request and the receiver's response.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_delivery(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    webhook_delivery: Option<&mut MaybeUninit<*mut appmint_webhook_delivery>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("webhook_delivery", webhook_delivery, error, || {
        wait_for(|| webhook_delivery_task(app, id, id_len))
    })
}

/// Makes the platform send a webhook again.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_redeliver_webhook(
    app: Option<&appmint_app>,
    delivery_id: *const c_char,
    delivery_id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| redeliver_webhook_task(app, delivery_id, delivery_id_len)))
}

pub(crate) fn webhook_config_task(app: Option<&appmint_app>) -> Result<Task<WebhookConfig>> {
    Ok(app_of(app)?.webhook_config())
}

pub(crate) fn update_webhook_config_task(
    app: Option<&appmint_app>,
    update: Option<&appmint_webhook_update>,
) -> Result<Task<WebhookConfig>> {
    let update = required("update", update)?.checked()?;
    Ok(app_of(app)?.update_webhook_config(update))
}

pub(crate) fn webhook_delivery_task(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
) -> Result<Task<WebhookDelivery>> {
    let id = text("id", id, id_len)?;
    Ok(app_of(app)?.webhook_delivery(id))
}

pub(crate) fn redeliver_webhook_task(
    app: Option<&appmint_app>,
    delivery_id: *const c_char,
    delivery_id_len: usize,
) -> Result<Task<()>> {
    let delivery_id = text("delivery_id", delivery_id, delivery_id_len)?;
    Ok(app_of(app)?.redeliver_webhook(delivery_id))
}
