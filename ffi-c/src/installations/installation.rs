//! One installation.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::Installation;

use crate::{
    access::{free, read, text_and_len_of, text_of},
    convert::time_ms,
    once::Once,
    text::OnceText,
    values::{appmint_list, appmint_map},
};

/// An installation of the app on an account. Only its id is certain; platforms differ in the other
/// members. The whole object is in appmint_installation_raw.
///
/// Source: https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app
pub struct appmint_installation {
    core: Installation,
    texts: Texts,
    permissions: Once<appmint_map>,
    events: Once<appmint_list>,
}

#[derive(Default)]
struct Texts {
    id: OnceText,
    account: OnceText,
    account_name: OnceText,
    account_id: OnceText,
    target_id: OnceText,
    app_id: OnceText,
    app_slug: OnceText,
    repository_selection: OnceText,
    raw: OnceText,
}

impl From<Installation> for appmint_installation {
    fn from(core: Installation) -> Self {
        let (permissions, events) = (Once::new(), Once::new());
        Self { core, texts: Texts::default(), permissions, events }
    }
}

/// The installation's id.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_id(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    text_of(installation, |installation| installation.texts.id.required(|| &installation.core.id))
}

/// The account's path or login. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_account(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    text_of(installation, |installation| {
        installation.texts.account.optional(|| installation.core.account.as_deref())
    })
}

/// The account's display name. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_account_name(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    text_of(installation, |installation| {
        installation.texts.account_name.optional(|| installation.core.account_name.as_deref())
    })
}

/// The account's id. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_account_id(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    text_of(installation, |installation| {
        installation.texts.account_id.optional(|| installation.core.account_id.as_deref())
    })
}

/// The id of the account or other object on which the app is installed. NULL if the platform does
/// not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_target_id(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    text_of(installation, |installation| {
        installation.texts.target_id.optional(|| installation.core.target_id.as_deref())
    })
}

/// The app's id. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_app_id(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    text_of(installation, |installation| {
        installation.texts.app_id.optional(|| installation.core.app_id.as_deref())
    })
}

/// The app's short name, which is part of its URL. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_app_slug(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    text_of(installation, |installation| {
        installation.texts.app_slug.optional(|| installation.core.app_slug.as_deref())
    })
}

/// The repositories that it can access: "all" or "selected". NULL if the platform does not report
/// it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_repository_selection(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    text_of(installation, |installation| {
        installation
            .texts
            .repository_selection
            .optional(|| installation.core.repository_selection.as_deref())
    })
}

/// The permissions that it was granted, by name with their level.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_permissions(
    installation: Option<&appmint_installation>,
) -> Option<&appmint_map> {
    read(installation, None, |installation| {
        Some(installation.permissions.get_or_init(|| (&installation.core.permissions).into()))
    })
}

/// The names of the webhook events that the app receives.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_events(
    installation: Option<&appmint_installation>,
) -> Option<&appmint_list> {
    read(installation, None, |installation| {
        Some(installation.events.get_or_init(|| installation.core.events.iter().collect()))
    })
}

/// When the app was installed. APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_created_at_ms(
    installation: Option<&appmint_installation>,
) -> i64 {
    time_ms(read(installation, None, |installation| installation.core.created_at))
}

/// When the installation last changed. APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_updated_at_ms(
    installation: Option<&appmint_installation>,
) -> i64 {
    time_ms(read(installation, None, |installation| installation.core.updated_at))
}

/// When an owner suspended it. APPMINT_NO_TIME if it is not suspended, or the platform does not
/// report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_suspended_at_ms(
    installation: Option<&appmint_installation>,
) -> i64 {
    time_ms(read(installation, None, |installation| installation.core.suspended_at))
}

/// The whole object as the platform sent it. JSON.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_raw(
    installation: Option<&appmint_installation>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |installation: &appmint_installation| Some(installation.core.raw.to_string());
    text_and_len_of(installation, len, |installation| {
        installation.texts.raw.owned(|| json(installation))
    })
}

/// Frees an installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_free(installation: Option<Box<appmint_installation>>) {
    free(installation);
}
