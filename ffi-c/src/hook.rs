//! The app's webhook, as C changes and reads it: where the platform sends events, and what it has
//! sent.

use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

use appmint_core::{HookChange, HookConfig, HookDelivery, Listing, Result};

use crate::{
    border::{Out, answer, flag, free, given, look, next, show, show_with_len, text},
    clock::millis,
    error::{appmint_error, appmint_status},
    text::Memo,
};

/// Where the platform sends the app's events. The secret is never told.
pub struct appmint_hook_config {
    core: HookConfig,
    texts: ConfigTexts,
}

#[derive(Default)]
struct ConfigTexts {
    url: Memo,
    content_type: Memo,
    raw: Memo,
}

impl From<HookConfig> for appmint_hook_config {
    fn from(core: HookConfig) -> Self {
        Self { core, texts: ConfigTexts::default() }
    }
}

/// What to change of a webhook; see appmint_app_update_hook_config.
pub struct appmint_hook_change {
    pub(crate) core: HookChange,
}

/// An event that was sent to the app, or was tried to be. Only its id is certain.
pub struct appmint_hook_delivery {
    core: HookDelivery,
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

impl From<HookDelivery> for appmint_hook_delivery {
    fn from(core: HookDelivery) -> Self {
        Self { core, texts: DeliveryTexts::default() }
    }
}

/// The URL that events are sent to, or NULL. Borrowed like the configuration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_config_url(
    hook_config: Option<&appmint_hook_config>,
) -> *const c_char {
    show(hook_config, |hook_config| hook_config.texts.url.maybe(|| hook_config.core.url.as_deref()))
}

/// How they are written, "json" or "form", or NULL. Borrowed like the configuration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_config_content_type(
    hook_config: Option<&appmint_hook_config>,
) -> *const c_char {
    show(hook_config, |hook_config| {
        hook_config.texts.content_type.maybe(|| hook_config.core.content_type.as_deref())
    })
}

/// Whether the receiver's certificate is left unchecked: 1 or 0, or -1 where the platform did not
/// say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_config_insecure_ssl(
    hook_config: Option<&appmint_hook_config>,
) -> c_int {
    flag(look(hook_config, None, |hook_config| hook_config.core.insecure_ssl))
}

/// The whole object as the platform sent it, as JSON. Its length goes to `len` unless that is NULL.
/// Borrowed like the configuration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_config_raw(
    hook_config: Option<&appmint_hook_config>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |hook_config: &appmint_hook_config| Some(hook_config.core.raw.to_string());
    show_with_len(hook_config, len, |hook_config| hook_config.texts.raw.made(|| json(hook_config)))
}

/// Frees a webhook's configuration. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_config_free(hook_config: Option<Box<appmint_hook_config>>) {
    free(hook_config);
}

fn set(
    change: Option<&mut appmint_hook_change>,
    error: Out<'_, appmint_error>,
    put: impl FnOnce(&mut HookChange) -> Result<()>,
) -> appmint_status {
    answer(error, || put(&mut given("change", change)?.core))
}

/// A change that changes nothing yet. You own it: appmint_hook_change_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_change_new() -> Option<Box<appmint_hook_change>> {
    let new = |core| Some(Box::new(appmint_hook_change { core }));
    look(Some(HookChange::default()), None, new)
}

/// The URL to send events to.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_change_set_url(
    change: Option<&mut appmint_hook_change>,
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
pub extern "C" fn appmint_hook_change_set_content_type(
    change: Option<&mut appmint_hook_change>,
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
pub extern "C" fn appmint_hook_change_set_secret(
    change: Option<&mut appmint_hook_change>,
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
pub extern "C" fn appmint_hook_change_set_insecure_ssl(
    change: Option<&mut appmint_hook_change>,
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
pub extern "C" fn appmint_hook_change_free(change: Option<Box<appmint_hook_change>>) {
    free(change);
}

/// The events that were sent to the app, newest first, fetched page by page as they are asked for.
pub struct appmint_hook_deliveries {
    core: Listing<HookDelivery>,
}

impl From<Listing<HookDelivery>> for appmint_hook_deliveries {
    fn from(core: Listing<HookDelivery>) -> Self {
        Self { core }
    }
}

/// The next delivery, from memory or the platform's next page; `*hook_delivery` is NULL after the
/// last. You own it: appmint_hook_delivery_free. After an error the same page is asked for again.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_deliveries_next(
    listing: Option<&appmint_hook_deliveries>,
    hook_delivery: Option<&mut MaybeUninit<*mut appmint_hook_delivery>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    next("hook_delivery", hook_delivery, error, listing.map(|listing| &listing.core))
}

/// Frees a list, not the deliveries that came out of it. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_deliveries_free(listing: Option<Box<appmint_hook_deliveries>>) {
    free(listing);
}

/// The delivery's id, which appmint_app_redeliver_hook takes. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_id(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> *const c_char {
    show(hook_delivery, |hook_delivery| hook_delivery.texts.id.some(|| &hook_delivery.core.id))
}

/// The id that the receiver saw, the same for each attempt, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_guid(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> *const c_char {
    show(hook_delivery, |hook_delivery| {
        hook_delivery.texts.guid.maybe(|| hook_delivery.core.guid.as_deref())
    })
}

/// The event's name, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_event(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> *const c_char {
    show(hook_delivery, |hook_delivery| {
        hook_delivery.texts.event.maybe(|| hook_delivery.core.event.as_deref())
    })
}

/// What happened, such as "opened", or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_action(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> *const c_char {
    show(hook_delivery, |hook_delivery| {
        hook_delivery.texts.action.maybe(|| hook_delivery.core.action.as_deref())
    })
}

/// What became of it, in the platform's words, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_status(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> *const c_char {
    show(hook_delivery, |hook_delivery| {
        hook_delivery.texts.status.maybe(|| hook_delivery.core.status.as_deref())
    })
}

/// The HTTP status that the receiver answered; 0 where the platform did not say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_status_code(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> c_int {
    look(hook_delivery, 0, |hook_delivery| hook_delivery.core.status_code.map_or(0, c_int::from))
}

/// When it was sent, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_delivered_at_ms(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> i64 {
    millis(look(hook_delivery, None, |hook_delivery| hook_delivery.core.delivered_at))
}

/// Whether it had been sent before: 1 or 0, or -1 where the platform did not say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_is_redelivery(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> c_int {
    flag(look(hook_delivery, None, |hook_delivery| hook_delivery.core.is_redelivery))
}

/// The installation that it is about, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_installation_id(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> *const c_char {
    show(hook_delivery, |hook_delivery| {
        hook_delivery.texts.installation_id.maybe(|| hook_delivery.core.installation_id.as_deref())
    })
}

/// The repository that it is about, or NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_repository_id(
    hook_delivery: Option<&appmint_hook_delivery>,
) -> *const c_char {
    show(hook_delivery, |hook_delivery| {
        hook_delivery.texts.repository_id.maybe(|| hook_delivery.core.repository_id.as_deref())
    })
}

/// The whole object as the platform sent it, as JSON; of a single delivery with request and
/// response. Its length goes to `len` unless that is NULL. Borrowed like the delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_raw(
    hook_delivery: Option<&appmint_hook_delivery>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |hook_delivery: &appmint_hook_delivery| Some(hook_delivery.core.raw.to_string());
    show_with_len(hook_delivery, len, |hook_delivery| {
        hook_delivery.texts.raw.made(|| json(hook_delivery))
    })
}

/// Frees a delivery. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_hook_delivery_free(hook_delivery: Option<Box<appmint_hook_delivery>>) {
    free(hook_delivery);
}
