//! The app's webhook, as C changes and reads it: where the platform sends events, and what it has
//! sent.

use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

use appmint_core::{Listing, Result, WebhookConfig, WebhookDelivery, WebhookUpdate};

use crate::{
    border::{Out, answer, flag, free, given, look, next, show, show_with_len, text},
    clock::millis,
    error::{appmint_error, appmint_status},
    text::Memo,
};

/// Where the platform sends the app's events. The secret is never told.
pub struct appmint_webhook_config {
    core: WebhookConfig,
    texts: ConfigTexts,
}

#[derive(Default)]
struct ConfigTexts {
    url: Memo,
    content_type: Memo,
    raw: Memo,
}

impl From<WebhookConfig> for appmint_webhook_config {
    fn from(core: WebhookConfig) -> Self {
        Self { core, texts: ConfigTexts::default() }
    }
}

/// What to change of a webhook; see appmint_app_update_webhook_config.
pub struct appmint_webhook_update {
    pub(crate) core: WebhookUpdate,
}

/// An event that was sent to the app, or was tried to be. Only its id is certain.
pub struct appmint_webhook_delivery {
    core: WebhookDelivery,
    texts: DeliveryTexts,
}

#[derive(Default)]
struct DeliveryTexts {
    id: Memo,
    guid: Memo,
    event: Memo,
    action: Memo,
    status: Memo,
    installation_id: Memo,
    repository_id: Memo,
    raw: Memo,
}

impl From<WebhookDelivery> for appmint_webhook_delivery {
    fn from(core: WebhookDelivery) -> Self {
        Self { core, texts: DeliveryTexts::default() }
    }
}

/// The URL that events are sent to, or NULL. Borrowed like the configuration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_url(
    webhook_config: Option<&appmint_webhook_config>,
) -> *const c_char {
    show(webhook_config, |webhook_config| {
        webhook_config.texts.url.maybe(|| webhook_config.core.url.as_deref())
    })
}

/// How they are written, "json" or "form", or NULL. Borrowed like the configuration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_content_type(
    webhook_config: Option<&appmint_webhook_config>,
) -> *const c_char {
    show(webhook_config, |webhook_config| {
        webhook_config.texts.content_type.maybe(|| webhook_config.core.content_type.as_deref())
    })
}

/// Whether the receiver's certificate is left unchecked: 1 or 0, or -1 where the platform did not
/// say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_insecure_ssl(
    webhook_config: Option<&appmint_webhook_config>,
) -> c_int {
    flag(look(webhook_config, None, |webhook_config| webhook_config.core.insecure_ssl))
}

/// The whole object as the platform sent it, as JSON. Its length goes to `len` unless that is NULL.
/// Borrowed like the configuration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_raw(
    webhook_config: Option<&appmint_webhook_config>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |webhook_config: &appmint_webhook_config| Some(webhook_config.core.raw.to_string());
    show_with_len(webhook_config, len, |webhook_config| {
        webhook_config.texts.raw.made(|| json(webhook_config))
    })
}

/// Frees a webhook's configuration. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_free(webhook_config: Option<Box<appmint_webhook_config>>) {
    free(webhook_config);
}

fn set(
    change: Option<&mut appmint_webhook_update>,
    error: Out<'_, appmint_error>,
    put: impl FnOnce(&mut WebhookUpdate) -> Result<()>,
) -> appmint_status {
    answer(error, || put(&mut given("change", change)?.core))
}

/// A change that changes nothing yet. You own it: appmint_webhook_update_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_new() -> Option<Box<appmint_webhook_update>> {
    let new = |core| Some(Box::new(appmint_webhook_update { core }));
    look(Some(WebhookUpdate::default()), None, new)
}

/// The URL to send events to.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_set_url(
    change: Option<&mut appmint_webhook_update>,
    url: *const c_char,
    url_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(change, error, |core| {
        core.url = Some(text("url", url, url_len)?.into());
        Ok(())
    })
}

/// How to write them: "json" or "form".
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_set_content_type(
    change: Option<&mut appmint_webhook_update>,
    content_type: *const c_char,
    content_type_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(change, error, |core| {
        core.content_type = Some(text("content_type", content_type, content_type_len)?.into());
        Ok(())
    })
}

/// The secret to sign them with. Copied, and zeroized when the change is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_set_secret(
    change: Option<&mut appmint_webhook_update>,
    secret: *const c_char,
    secret_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(change, error, |core| {
        core.secret = Some(text("secret", secret, secret_len)?.into());
        Ok(())
    })
}

/// Not 0: leaves the receiver's certificate unchecked, so that anybody on the way can pose as it;
/// 0: checks it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_set_insecure_ssl(
    change: Option<&mut appmint_webhook_update>,
    insecure_ssl: c_int,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(change, error, |core| {
        core.insecure_ssl = Some(insecure_ssl != 0);
        Ok(())
    })
}

/// Zeroizes and frees a change. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_free(change: Option<Box<appmint_webhook_update>>) {
    free(change);
}

/// The events that were sent to the app, newest first, fetched page by page as they are asked for.
pub struct appmint_webhook_deliveries {
    core: Listing<WebhookDelivery>,
}

impl From<Listing<WebhookDelivery>> for appmint_webhook_deliveries {
    fn from(core: Listing<WebhookDelivery>) -> Self {
        Self { core }
    }
}

/// The next delivery, from memory or the platform's next page; `*webhook_delivery` is NULL after the
/// last. You own it: appmint_webhook_delivery_free. After an error the same page is asked for again.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_deliveries_next(
    listing: Option<&appmint_webhook_deliveries>,
    webhook_delivery: Option<&mut MaybeUninit<*mut appmint_webhook_delivery>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    next("webhook_delivery", webhook_delivery, error, listing.map(|listing| &listing.core))
}

/// Frees a list, not the deliveries that came out of it. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_deliveries_free(
    listing: Option<Box<appmint_webhook_deliveries>>,
) {
    free(listing);
}

/// The delivery's id, which appmint_app_redeliver_webhook takes. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_id(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    show(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.id.some(|| &webhook_delivery.core.id)
    })
}

/// The id that the receiver saw, the same for each attempt, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_guid(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    show(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.guid.maybe(|| webhook_delivery.core.guid.as_deref())
    })
}

/// The event's name, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_event(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    show(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.event.maybe(|| webhook_delivery.core.event.as_deref())
    })
}

/// What happened, such as "opened", or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_action(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    show(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.action.maybe(|| webhook_delivery.core.action.as_deref())
    })
}

/// What became of it, in the platform's words, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_status(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    show(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.status.maybe(|| webhook_delivery.core.status.as_deref())
    })
}

/// The HTTP status that the receiver answered; 0 where the platform did not say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_status_code(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> c_int {
    look(webhook_delivery, 0, |webhook_delivery| {
        webhook_delivery.core.status_code.map_or(0, c_int::from)
    })
}

/// When it was sent, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_delivered_at_ms(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> i64 {
    millis(look(webhook_delivery, None, |webhook_delivery| webhook_delivery.core.delivered_at))
}

/// Whether it had been sent before: 1 or 0, or -1 where the platform did not say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_is_redelivery(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> c_int {
    flag(look(webhook_delivery, None, |webhook_delivery| webhook_delivery.core.is_redelivery))
}

/// The installation that it is about, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_installation_id(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    show(webhook_delivery, |webhook_delivery| {
        webhook_delivery
            .texts
            .installation_id
            .maybe(|| webhook_delivery.core.installation_id.as_deref())
    })
}

/// The repository that it is about, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_repository_id(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    show(webhook_delivery, |webhook_delivery| {
        webhook_delivery
            .texts
            .repository_id
            .maybe(|| webhook_delivery.core.repository_id.as_deref())
    })
}

/// The whole object as the platform sent it, as JSON; of a single delivery with request and
/// response. Its length goes to `len` unless that is NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_raw(
    webhook_delivery: Option<&appmint_webhook_delivery>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json =
        |webhook_delivery: &appmint_webhook_delivery| Some(webhook_delivery.core.raw.to_string());
    show_with_len(webhook_delivery, len, |webhook_delivery| {
        webhook_delivery.texts.raw.made(|| json(webhook_delivery))
    })
}

/// Frees a delivery. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_free(
    webhook_delivery: Option<Box<appmint_webhook_delivery>>,
) {
    free(webhook_delivery);
}
