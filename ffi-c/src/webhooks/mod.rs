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

/// Verifies the signature of a webhook. No network I/O. `headers` and `secrets` are arrays.
///
/// Free `*webhook` with appmint_webhook_event_free.
///
/// - `headers`: All headers of the request, with names in any case; it depends on the platform
///   which of them count.
/// - `body`: The raw bytes of the request, before anything parses them: a body that was parsed and
///   written again has another signature.
/// - `secrets`: The webhook's secrets: two while one replaces the other.
///
/// Errors:
/// - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_SIGNATURE) if there is no signature, or one
///   that fits none of the secrets.
/// - APPMINT_ERROR_INVALID_ARGUMENT if a secret is missing or empty.
/// - APPMINT_ERROR_PROTOCOL (APPMINT_REASON_NOT_JSON) if the signed payload is not JSON.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not sign webhooks.
///
/// Source: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
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

/// Forgets the tokens that a webhook makes obsolete, so that new ones are minted. They are those of
/// an installation that was suspended, deleted, or given other permissions or repositories, and
/// those of a user who revoked the authorization of the app, whose sessions end if they were
/// started with the id of the user's account. A webhook about something else is ignored.
///
/// In the store they are forgotten in the background, for all who share it; if the store fails,
/// that is an event APPMINT_EVENT_STORE_FAILED, and this process tries again before it looks there.
/// Other processes use those in their own memory until they are renewed or refused: apply the
/// webhook there, too.
///
/// The signature does not cover the event's name. A forged name causes no more than tokens minted
/// anew: a revocation is recognised by the signed payload. No network I/O.
///
/// - `webhook`: The result of appmint_app_verify_webhook.
///
/// Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_apply_webhook(
    app: Option<&appmint_app>,
    webhook: Option<&appmint_webhook_event>,
) -> usize {
    read(app.zip(webhook), 0, |(app, webhook)| app.core.apply_webhook(&webhook.core))
}

/// Returns the configuration of the app's webhook. Free `*webhook_config` with
/// appmint_webhook_config_free.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_config(
    app: Option<&appmint_app>,
    webhook_config: Option<&mut MaybeUninit<*mut appmint_webhook_config>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("webhook_config", webhook_config, error, || wait_for(|| webhook_config_task(app)))
}

/// Changes the configuration of the app's webhook. What is not given stays as it is. `update` has
/// the changes.
///
/// Free `*webhook_config` with appmint_webhook_config_free.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if no change is given.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/webhooks#update-a-webhook-configuration-for-an-app
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

/// Lists the events that were sent to the app, newest first. Pages are requested as the items are
/// asked for, none before.
///
/// Free `*listing` with appmint_webhook_deliveries_free.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not list deliveries.
///
/// Source: https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_deliveries(
    app: Option<&appmint_app>,
    listing: Option<&mut MaybeUninit<*mut appmint_webhook_deliveries>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("listing", listing, error, || app_of(app)?.webhook_deliveries())
}

/// Returns the next item, from memory or the platform's next page. After an error the same page is
/// asked for again.
///
/// The item is NULL after the last.
///
/// Free `*webhook_delivery` with appmint_webhook_delivery_free.
///
/// Errors:
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
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

/// Returns one delivery, with its request and the receiver's response in
/// appmint_webhook_delivery_raw. Free `*webhook_delivery` with appmint_webhook_delivery_free.
///
/// - `id`: The delivery's id, not its guid.
///
/// Errors:
/// - APPMINT_ERROR_NOT_FOUND if there is no such delivery.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/webhooks#get-a-delivery-for-an-app-webhook
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

/// Has the platform send an event again.
///
/// - `delivery_id`: The delivery's id, not its guid.
///
/// Errors:
/// - APPMINT_ERROR_NOT_FOUND if there is no such delivery.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook
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
