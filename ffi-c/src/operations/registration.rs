//! An app's registration.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Secret, resources::Registration};

use crate::{
    access::{free, read, text_and_len_of, text_of},
    convert::time_ms,
    once::Once,
    text::OnceText,
    values::{appmint_list, appmint_map},
};

/// An app as it is registered on the platform. Only its id is certain. Its secrets are part of the
/// result of appmint_app_convert_manifest only, and are shown by
/// appmint_registration_reveal_client_secret, appmint_registration_reveal_webhook_secret and
/// appmint_registration_reveal_private_key only.
///
/// Zeroized when it is freed.
///
/// Source: https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
pub struct appmint_registration {
    core: Registration,
    texts: Texts,
    permissions: Once<appmint_map>,
    events: Once<appmint_list>,
}

#[derive(Default)]
struct Texts {
    id: OnceText,
    slug: OnceText,
    name: OnceText,
    client_id: OnceText,
    owner: OnceText,
    client_secret: OnceText,
    webhook_secret: OnceText,
    private_key: OnceText,
    raw: OnceText,
}

impl From<Registration> for appmint_registration {
    fn from(core: Registration) -> Self {
        let (permissions, events) = (Once::new(), Once::new());
        Self { core, texts: Texts::default(), permissions, events }
    }
}

/// The app's id.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_id(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    text_of(registration, |registration| registration.texts.id.required(|| &registration.core.id))
}

/// The app's short name, which is part of its URL. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_slug(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    text_of(registration, |registration| {
        registration.texts.slug.optional(|| registration.core.slug.as_deref())
    })
}

/// The app's display name. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_name(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    text_of(registration, |registration| {
        registration.texts.name.optional(|| registration.core.name.as_deref())
    })
}

/// The OAuth client id. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_client_id(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    text_of(registration, |registration| {
        registration.texts.client_id.optional(|| registration.core.client_id.as_deref())
    })
}

/// The account that owns the app. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_owner(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    text_of(registration, |registration| {
        registration.texts.owner.optional(|| registration.core.owner.as_deref())
    })
}

/// The permissions that it requests, by name with their level.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_permissions(
    registration: Option<&appmint_registration>,
) -> Option<&appmint_map> {
    read(registration, None, |registration| {
        Some(registration.permissions.get_or_init(|| (&registration.core.permissions).into()))
    })
}

/// The names of the webhook events that it receives.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_events(
    registration: Option<&appmint_registration>,
) -> Option<&appmint_list> {
    read(registration, None, |registration| {
        Some(registration.events.get_or_init(|| registration.core.events.iter().collect()))
    })
}

/// When the app was registered. APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_created_at_ms(
    registration: Option<&appmint_registration>,
) -> i64 {
    time_ms(read(registration, None, |registration| registration.core.created_at))
}

/// When the registration last changed. APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_updated_at_ms(
    registration: Option<&appmint_registration>,
) -> i64 {
    time_ms(read(registration, None, |registration| registration.core.updated_at))
}

/// Returns the OAuth client secret itself. NULL if it is not the result of
/// appmint_app_convert_manifest.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_reveal_client_secret(
    registration: Option<&appmint_registration>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    text_and_len_of(registration, len, |registration| {
        let secret = || registration.core.client_secret.as_ref().map(Secret::reveal);
        registration.texts.client_secret.optional(secret)
    })
}

/// Returns the secret that signs webhooks. NULL if it is not the result of
/// appmint_app_convert_manifest.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_reveal_webhook_secret(
    registration: Option<&appmint_registration>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    text_and_len_of(registration, len, |registration| {
        let secret = || registration.core.webhook_secret.as_ref().map(Secret::reveal);
        registration.texts.webhook_secret.optional(secret)
    })
}

/// Returns the app's private key itself, in PEM. NULL if it is not the result of
/// appmint_app_convert_manifest.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_reveal_private_key(
    registration: Option<&appmint_registration>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    text_and_len_of(registration, len, |registration| {
        let secret = || registration.core.private_key.as_ref().map(Secret::reveal);
        registration.texts.private_key.optional(secret)
    })
}

/// The whole object as the platform sent it, without the secrets. JSON.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_raw(
    registration: Option<&appmint_registration>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |registration: &appmint_registration| Some(registration.core.raw.to_string());
    text_and_len_of(registration, len, |registration| {
        registration.texts.raw.owned(|| json(registration))
    })
}

/// Zeroizes and frees a registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_free(registration: Option<Box<appmint_registration>>) {
    free(registration);
}
