//! An attempt of the platform to send a webhook.

use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

use appmint_core::resources::WebhookDelivery;

use crate::{
    access::{free, read, text_and_len_of, text_of},
    convert::{flag, time_ms},
    text::OnceText,
};

/// An attempt of the platform to send an event to the app. Only its id is certain.
///
/// Source: https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
pub struct appmint_webhook_delivery {
    core: WebhookDelivery,
    texts: Texts,
}

#[derive(Default)]
struct Texts {
    id: OnceText,
    guid: OnceText,
    event: OnceText,
    action: OnceText,
    status: OnceText,
    installation_id: OnceText,
    repository_id: OnceText,
    raw: OnceText,
}

impl From<WebhookDelivery> for appmint_webhook_delivery {
    fn from(core: WebhookDelivery) -> Self {
        Self { core, texts: Texts::default() }
    }
}

/// The delivery's id, which appmint_app_webhook_delivery and appmint_app_redeliver_webhook take.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_id(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    text_of(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.id.required(|| &webhook_delivery.core.id)
    })
}

/// The id that the receiver gets, which is the same for each attempt. NULL if the platform does not
/// report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_guid(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    text_of(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.guid.optional(|| webhook_delivery.core.guid.as_deref())
    })
}

/// The event's name, such as "push". NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_event(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    text_of(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.event.optional(|| webhook_delivery.core.event.as_deref())
    })
}

/// The event's action, such as "opened". NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_action(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    text_of(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.action.optional(|| webhook_delivery.core.action.as_deref())
    })
}

/// The outcome, in the platform's words. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_status(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    text_of(webhook_delivery, |webhook_delivery| {
        webhook_delivery.texts.status.optional(|| webhook_delivery.core.status.as_deref())
    })
}

/// The HTTP status of the receiver's response. 0 if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_status_code(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> c_int {
    read(webhook_delivery, 0, |webhook_delivery| {
        webhook_delivery.core.status_code.map_or(0, c_int::from)
    })
}

/// When it was sent. APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_delivered_at_ms(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> i64 {
    time_ms(read(webhook_delivery, None, |webhook_delivery| webhook_delivery.core.delivered_at))
}

/// Whether the event had been sent before: 1 or 0; -1 if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_is_redelivery(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> c_int {
    flag(read(webhook_delivery, None, |webhook_delivery| webhook_delivery.core.is_redelivery))
}

/// The id of the installation that it is about. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_installation_id(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    text_of(webhook_delivery, |webhook_delivery| {
        webhook_delivery
            .texts
            .installation_id
            .optional(|| webhook_delivery.core.installation_id.as_deref())
    })
}

/// The id of the repository that it is about. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_repository_id(
    webhook_delivery: Option<&appmint_webhook_delivery>,
) -> *const c_char {
    text_of(webhook_delivery, |webhook_delivery| {
        webhook_delivery
            .texts
            .repository_id
            .optional(|| webhook_delivery.core.repository_id.as_deref())
    })
}

/// The whole object as the platform sent it. That of appmint_app_webhook_delivery has the request
/// and the response in it, too. JSON.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_raw(
    webhook_delivery: Option<&appmint_webhook_delivery>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json =
        |webhook_delivery: &appmint_webhook_delivery| Some(webhook_delivery.core.raw.to_string());
    text_and_len_of(webhook_delivery, len, |webhook_delivery| {
        webhook_delivery.texts.raw.owned(|| json(webhook_delivery))
    })
}

/// Frees a delivery.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_delivery_free(
    webhook_delivery: Option<Box<appmint_webhook_delivery>>,
) {
    free(webhook_delivery);
}
