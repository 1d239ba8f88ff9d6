//! A webhook whose signature was proved, as C reads it.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Result, WebhookEvent};

use crate::{
    border::{ended_text, free, show, show_with_len, slice},
    text::Memo,
};

/// A header as it came. Both texts end with a NUL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct appmint_header {
    /// In any case: "X-Hub-Signature-256" is "x-hub-signature-256".
    pub name: *const c_char,
    /// Without the white space around it.
    pub value: *const c_char,
}

/// An event that a platform sent, with a signature that was proved; see appmint_app_verify_webhook.
pub struct appmint_webhook_event {
    pub(crate) core: WebhookEvent,
    name: Memo,
    delivery_id: Memo,
    installation_id: Memo,
    payload: Memo,
}

impl From<WebhookEvent> for appmint_webhook_event {
    fn from(core: WebhookEvent) -> Self {
        let (name, delivery_id, installation_id, payload) = Default::default();
        Self { core, name, delivery_id, installation_id, payload }
    }
}

pub(crate) fn headers<'a>(
    start: *const appmint_header,
    count: usize,
) -> Result<Vec<(&'a str, &'a str)>> {
    let read = |header: &appmint_header| {
        Ok((ended_text("header's name", header.name)?, ended_text("header's value", header.value)?))
    };
    slice("headers", start, count)?.iter().map(read).collect()
}

/// The event's name, such as "push", or NULL. From a header on most platforms, which no signature
/// covers: it is a hint for routing, and the payload decides. Borrowed until `webhook` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_name(
    webhook: Option<&appmint_webhook_event>,
) -> *const c_char {
    show(webhook, |webhook| webhook.name.maybe(|| webhook.core.name.as_deref()))
}

/// The delivery's id, to recognise one that comes twice, or NULL. From a header, too. Borrowed
/// until `webhook` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_delivery_id(
    webhook: Option<&appmint_webhook_event>,
) -> *const c_char {
    show(webhook, |webhook| webhook.delivery_id.maybe(|| webhook.core.delivery_id.as_deref()))
}

/// The installation that it is about, from the part that was signed, or NULL. Borrowed until
/// `webhook` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_installation_id(
    webhook: Option<&appmint_webhook_event>,
) -> *const c_char {
    show(webhook, |webhook| {
        webhook.installation_id.maybe(|| webhook.core.installation_id.as_deref())
    })
}

/// What was signed, as JSON: the body, or the part of it that the platform signs. Its length goes
/// to `len` unless that is NULL. Borrowed until `webhook` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_payload(
    webhook: Option<&appmint_webhook_event>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |webhook: &appmint_webhook_event| Some(webhook.core.payload.to_string());
    show_with_len(webhook, len, |webhook| webhook.payload.made(|| json(webhook)))
}

/// Frees a webhook. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_event_free(webhook: Option<Box<appmint_webhook_event>>) {
    free(webhook);
}
