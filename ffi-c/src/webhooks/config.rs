//! Where the platform sends webhooks.

use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

use appmint_core::{
    Result,
    resources::{WebhookConfig, WebhookUpdate},
};

use crate::{
    access::{free, new, read, text_and_len_of, text_of},
    convert::{flag, text},
    draft::{self, Draft},
    text::OnceText,
};

/// The configuration of the app's webhook. The secret is not part of it.
///
/// Source: https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
pub struct appmint_webhook_config {
    core: WebhookConfig,
    texts: Texts,
}

#[derive(Default)]
struct Texts {
    url: OnceText,
    content_type: OnceText,
    raw: OnceText,
}

impl From<WebhookConfig> for appmint_webhook_config {
    fn from(core: WebhookConfig) -> Self {
        Self { core, texts: Texts::default() }
    }
}

/// A change of the webhook's configuration: see appmint_app_update_webhook_config.
pub struct appmint_webhook_update(Draft<WebhookUpdate>);

impl appmint_webhook_update {
    /// The update, unless a setter had a wrong argument.
    pub(crate) fn checked(&self) -> Result<WebhookUpdate> {
        self.0.checked().cloned()
    }
}

fn set(
    update: Option<&mut appmint_webhook_update>,
    change: impl FnOnce(&mut WebhookUpdate) -> Result<()>,
) {
    draft::set(update.map(|update| &mut update.0), change);
}

/// The URL to which the platform sends events. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_url(
    webhook_config: Option<&appmint_webhook_config>,
) -> *const c_char {
    text_of(webhook_config, |webhook_config| {
        webhook_config.texts.url.optional(|| webhook_config.core.url.as_deref())
    })
}

/// The format of events: "json" or "form". NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_content_type(
    webhook_config: Option<&appmint_webhook_config>,
) -> *const c_char {
    text_of(webhook_config, |webhook_config| {
        webhook_config.texts.content_type.optional(|| webhook_config.core.content_type.as_deref())
    })
}

/// Whether the platform skips the check of the receiver's certificate: 1 or 0; -1 if the platform
/// does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_insecure_ssl(
    webhook_config: Option<&appmint_webhook_config>,
) -> c_int {
    flag(read(webhook_config, None, |webhook_config| webhook_config.core.insecure_ssl))
}

/// The whole object as the platform sent it. JSON.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_raw(
    webhook_config: Option<&appmint_webhook_config>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |webhook_config: &appmint_webhook_config| Some(webhook_config.core.raw.to_string());
    text_and_len_of(webhook_config, len, |webhook_config| {
        webhook_config.texts.raw.owned(|| json(webhook_config))
    })
}

/// Frees a configuration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_config_free(webhook_config: Option<Box<appmint_webhook_config>>) {
    free(webhook_config);
}

/// An update that changes nothing yet.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_new() -> Option<Box<appmint_webhook_update>> {
    new(|| appmint_webhook_update(Draft::default()))
}

/// The URL to which the platform sends events. Default: unchanged.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_set_url(
    update: Option<&mut appmint_webhook_update>,
    url: *const c_char,
    url_len: usize,
) {
    set(update, |core| {
        core.url = Some(text("url", url, url_len)?.into());
        Ok(())
    });
}

/// The format of events: "json" or "form". Default: unchanged.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_set_content_type(
    update: Option<&mut appmint_webhook_update>,
    content_type: *const c_char,
    content_type_len: usize,
) {
    set(update, |core| {
        core.content_type = Some(text("content_type", content_type, content_type_len)?.into());
        Ok(())
    });
}

/// The secret that signs events. Default: unchanged.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_set_secret(
    update: Option<&mut appmint_webhook_update>,
    secret: *const c_char,
    secret_len: usize,
) {
    set(update, |core| {
        core.secret = Some(text("secret", secret, secret_len)?.into());
        Ok(())
    });
}

/// Whether the platform skips the check of the receiver's certificate, so that anybody on the way
/// can pose as it. Default: unchanged.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_set_insecure_ssl(
    update: Option<&mut appmint_webhook_update>,
    insecure_ssl: c_int,
) {
    set(update, |core| {
        core.insecure_ssl = Some(insecure_ssl != 0);
        Ok(())
    });
}

/// Zeroizes and frees an update.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_webhook_update_free(update: Option<Box<appmint_webhook_update>>) {
    free(update);
}
