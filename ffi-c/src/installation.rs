//! Where the app is installed, as C reads it.

use std::{ffi::c_char, mem::MaybeUninit, sync::OnceLock};

use appmint_core::{Installation, Listing};

use crate::{
    border::{free, look, next, show, show_with_len},
    clock::millis,
    error::{appmint_error, appmint_status},
    text::{Memo, appmint_list, appmint_map},
};

/// One installation of the app on an account. Only its id is certain.
pub struct appmint_installation {
    core: Installation,
    texts: Texts,
    permissions: OnceLock<appmint_map>,
    events: OnceLock<appmint_list>,
}

#[derive(Default)]
struct Texts {
    id: Memo,
    account: Memo,
    account_name: Memo,
    account_id: Memo,
    target_id: Memo,
    app_id: Memo,
    app_slug: Memo,
    repository_selection: Memo,
    raw: Memo,
}

impl From<Installation> for appmint_installation {
    fn from(core: Installation) -> Self {
        let (permissions, events) = (OnceLock::new(), OnceLock::new());
        Self { core, texts: Texts::default(), permissions, events }
    }
}

/// The installations of an app, fetched page by page as they are asked for.
pub struct appmint_installations {
    core: Listing<Installation>,
}

impl From<Listing<Installation>> for appmint_installations {
    fn from(core: Listing<Installation>) -> Self {
        Self { core }
    }
}

/// The next installation, from memory or the platform's next page; `*installation` is NULL after
/// the last. You own it: appmint_installation_free. After an error the same page is asked for
/// again.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installations_next(
    listing: Option<&appmint_installations>,
    installation: Option<&mut MaybeUninit<*mut appmint_installation>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    next("installation", installation, error, listing.map(|listing| &listing.core))
}

/// Frees a list, not the installations that came out of it. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installations_free(listing: Option<Box<appmint_installations>>) {
    free(listing);
}

/// Frees an installation. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_free(installation: Option<Box<appmint_installation>>) {
    free(installation);
}

/// Its id. Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_id(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    show(installation, |installation| installation.texts.id.some(|| &installation.core.id))
}

/// The account's path or login, or NULL. Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_account(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    show(installation, |installation| {
        installation.texts.account.maybe(|| installation.core.account.as_deref())
    })
}

/// The account's name for people, or NULL. Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_account_name(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    show(installation, |installation| {
        installation.texts.account_name.maybe(|| installation.core.account_name.as_deref())
    })
}

/// The account's id, or NULL. Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_account_id(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    show(installation, |installation| {
        installation.texts.account_id.maybe(|| installation.core.account_id.as_deref())
    })
}

/// The id of what the app is installed on, or NULL. Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_target_id(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    show(installation, |installation| {
        installation.texts.target_id.maybe(|| installation.core.target_id.as_deref())
    })
}

/// The app's id, or NULL. Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_app_id(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    show(installation, |installation| {
        installation.texts.app_id.maybe(|| installation.core.app_id.as_deref())
    })
}

/// The app's short name, or NULL. Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_app_slug(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    show(installation, |installation| {
        installation.texts.app_slug.maybe(|| installation.core.app_slug.as_deref())
    })
}

/// "all" or "selected", or NULL. Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_repository_selection(
    installation: Option<&appmint_installation>,
) -> *const c_char {
    show(installation, |installation| {
        installation
            .texts
            .repository_selection
            .maybe(|| installation.core.repository_selection.as_deref())
    })
}

/// What was granted: names of permissions and their levels, sorted by name. Borrowed like the
/// installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_permissions(
    installation: Option<&appmint_installation>,
) -> Option<&appmint_map> {
    look(installation, None, |installation| {
        Some(installation.permissions.get_or_init(|| (&installation.core.permissions).into()))
    })
}

/// The events that the app hears of. Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_events(
    installation: Option<&appmint_installation>,
) -> Option<&appmint_list> {
    look(installation, None, |installation| {
        Some(installation.events.get_or_init(|| installation.core.events.iter().collect()))
    })
}

/// When the app was installed, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_created_at_ms(
    installation: Option<&appmint_installation>,
) -> i64 {
    millis(look(installation, None, |installation| installation.core.created_at))
}

/// When the installation last changed, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_updated_at_ms(
    installation: Option<&appmint_installation>,
) -> i64 {
    millis(look(installation, None, |installation| installation.core.updated_at))
}

/// When an owner suspended it, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_suspended_at_ms(
    installation: Option<&appmint_installation>,
) -> i64 {
    millis(look(installation, None, |installation| installation.core.suspended_at))
}

/// The whole object as the platform sent it, as JSON. Its length goes to `len` unless that is NULL.
/// Borrowed like the installation.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installation_raw(
    installation: Option<&appmint_installation>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |installation: &appmint_installation| Some(installation.core.raw.to_string());
    show_with_len(installation, len, |installation| {
        installation.texts.raw.made(|| json(installation))
    })
}
