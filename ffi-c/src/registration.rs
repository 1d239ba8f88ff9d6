//! The app itself as the platform has it registered, as C reads it.

use std::{ffi::c_char, mem::MaybeUninit, sync::OnceLock};

use appmint_core::{Registration, Secret};

use crate::{
    border::{free, look, show, show_with_len},
    clock::millis,
    text::{Memo, appmint_list, appmint_map},
};

/// An app's registration. Only its id is certain; its secrets are told once, when a manifest
/// becomes an app. Zeroized when freed.
pub struct appmint_registration {
    core: Registration,
    texts: Texts,
    permissions: OnceLock<appmint_map>,
    events: OnceLock<appmint_list>,
}

#[derive(Default)]
struct Texts {
    id: Memo,
    slug: Memo,
    name: Memo,
    client_id: Memo,
    owner: Memo,
    client_secret: Memo,
    webhook_secret: Memo,
    private_key: Memo,
    raw: Memo,
}

impl From<Registration> for appmint_registration {
    fn from(core: Registration) -> Self {
        let (permissions, events) = (OnceLock::new(), OnceLock::new());
        Self { core, texts: Texts::default(), permissions, events }
    }
}

/// The app's id. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_id(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    show(registration, |registration| registration.texts.id.some(|| &registration.core.id))
}

/// The app's short name, which stands in URLs, or NULL. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_slug(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    show(registration, |registration| {
        registration.texts.slug.maybe(|| registration.core.slug.as_deref())
    })
}

/// The app's name for people, or NULL. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_name(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    show(registration, |registration| {
        registration.texts.name.maybe(|| registration.core.name.as_deref())
    })
}

/// The OAuth client id, or NULL. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_client_id(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    show(registration, |registration| {
        registration.texts.client_id.maybe(|| registration.core.client_id.as_deref())
    })
}

/// The account that owns it, or NULL. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_owner(
    registration: Option<&appmint_registration>,
) -> *const c_char {
    show(registration, |registration| {
        registration.texts.owner.maybe(|| registration.core.owner.as_deref())
    })
}

/// What it asks for: names of permissions and their levels, sorted by name. Borrowed like the
/// registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_permissions(
    registration: Option<&appmint_registration>,
) -> Option<&appmint_map> {
    look(registration, None, |registration| {
        Some(registration.permissions.get_or_init(|| (&registration.core.permissions).into()))
    })
}

/// The events that it hears of. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_events(
    registration: Option<&appmint_registration>,
) -> Option<&appmint_list> {
    look(registration, None, |registration| {
        Some(registration.events.get_or_init(|| registration.core.events.iter().collect()))
    })
}

/// When it was registered, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_created_at_ms(
    registration: Option<&appmint_registration>,
) -> i64 {
    millis(look(registration, None, |registration| registration.core.created_at))
}

/// When it last changed, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_updated_at_ms(
    registration: Option<&appmint_registration>,
) -> i64 {
    millis(look(registration, None, |registration| registration.core.updated_at))
}

/// The OAuth client secret itself, or NULL: appmint_app_convert_manifest alone tells it. Its length
/// goes to `len` unless that is NULL. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_reveal_client_secret(
    registration: Option<&appmint_registration>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    show_with_len(registration, len, |registration| {
        let secret = || registration.core.client_secret.as_ref().map(Secret::reveal);
        registration.texts.client_secret.maybe(secret)
    })
}

/// The secret that signs webhooks itself, or NULL: appmint_app_convert_manifest alone tells it. Its
/// length goes to `len` unless that is NULL. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_reveal_webhook_secret(
    registration: Option<&appmint_registration>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    show_with_len(registration, len, |registration| {
        let secret = || registration.core.webhook_secret.as_ref().map(Secret::reveal);
        registration.texts.webhook_secret.maybe(secret)
    })
}

/// The app's key itself, as PEM, or NULL: appmint_app_convert_manifest alone tells it. Its length
/// goes to `len` unless that is NULL. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_reveal_private_key(
    registration: Option<&appmint_registration>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    show_with_len(registration, len, |registration| {
        let secret = || registration.core.private_key.as_ref().map(Secret::reveal);
        registration.texts.private_key.maybe(secret)
    })
}

/// The whole object as the platform sent it, without the secrets, as JSON. Its length goes to `len`
/// unless that is NULL. Borrowed like the registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_raw(
    registration: Option<&appmint_registration>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |registration: &appmint_registration| Some(registration.core.raw.to_string());
    show_with_len(registration, len, |registration| {
        registration.texts.raw.made(|| json(registration))
    })
}

/// Zeroizes and frees a registration. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_registration_free(registration: Option<Box<appmint_registration>>) {
    free(registration);
}
