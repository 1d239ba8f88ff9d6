//! A webhook with a valid signature.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Result, resources::WebhookEvent};

use crate::{
    access::{free, text_and_len_of, text_of},
    convert::{slice, text},
    text::OnceText,
    values::appmint_header,
};

pub(crate) fn headers<'a>(
    start: *const appmint_header,
    count: usize,
) -> Result<Vec<(&'a str, &'a str)>> {
    let read = |header: &appmint_header| {
        let name = text("header's name", header.name, header.name_len)?;
        Ok((name, text("header's value", header.value, header.value_len)?))
    };
    slice("headers", start, count)?.iter().map(read).collect()
}

/// An event that a platform sent, whose signature was verified. On most platforms the name and the
/// delivery's id come from headers, which the signature does not cover: decide by the payload.
///
/// Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
pub struct appmint_webhook_event {
    pub(crate) core: WebhookEvent,
    name: OnceText,
    delivery_id: OnceText,
    installation_id: OnceText,
    payload: OnceText,
}

impl From<WebhookEvent> for appmint_webhook_event {
    fn from(core: WebhookEvent) -> Self {
        let (name, delivery_id, installation_id, payload) = Default::default();
        Self { core, name, delivery_id, installation_id, payload }
    }
}

/// The event's name, such as "push". Most platforms send it in a header, which the signature does
/// not cover. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_name(
    webhook: Option<&appmint_webhook_event>,
) -> *const c_char {
    text_of(webhook, |webhook| webhook.name.optional(|| webhook.core.name.as_deref()))
}

/// The delivery's id, by which one that comes twice is recognised. It comes from a header, too.
/// NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_delivery_id(
    webhook: Option<&appmint_webhook_event>,
) -> *const c_char {
    text_of(webhook, |webhook| webhook.delivery_id.optional(|| webhook.core.delivery_id.as_deref()))
}

/// The id of the installation that it is about, from the signed payload. NULL if it is about none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_installation_id(
    webhook: Option<&appmint_webhook_event>,
) -> *const c_char {
    text_of(webhook, |webhook| {
        webhook.installation_id.optional(|| webhook.core.installation_id.as_deref())
    })
}

/// The signed JSON: the body, the part of it that the platform signs, or the field of a body that
/// is a form.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_payload(
    webhook: Option<&appmint_webhook_event>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |webhook: &appmint_webhook_event| Some(webhook.core.payload.to_string());
    text_and_len_of(webhook, len, |webhook| webhook.payload.owned(|| json(webhook)))
}

/// Frees a webhook.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_free(webhook: Option<Box<appmint_webhook_event>>) {
    free(webhook);
}
