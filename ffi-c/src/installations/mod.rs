//! Where the app is installed.

pub mod installation;
pub mod lookup;
pub mod repository;

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Installation, Listing, Result, Task, resources::InstallRequest};

use crate::{
    access::free,
    app::{app_of, appmint_app},
    call::{new_object, next_item, try_call, wait_for},
    convert,
    errors::{appmint_error, appmint_status},
    installations::{
        installation::appmint_installation,
        lookup::{appmint_lookup, lookup_of},
    },
    oauth::authorization::appmint_authorization,
};

/// A list of installations.
pub struct appmint_installations {
    pub(crate) core: Listing<Installation>,
}

impl From<Listing<Installation>> for appmint_installations {
    fn from(core: Listing<Installation>) -> Self {
        Self { core }
    }
}

/// The installations of the app. No network I/O until the first appmint_installations_next.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_installations(
    app: Option<&appmint_app>,
    listing: Option<&mut MaybeUninit<*mut appmint_installations>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("listing", listing, error, || app_of(app)?.installations())
}

/// The next installation; `*installation` is NULL after the last.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installations_next(
    listing: Option<&appmint_installations>,
    installation: Option<&mut MaybeUninit<*mut appmint_installation>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    next_item("installation", installation, error, listing.map(|listing| &listing.core))
}

/// Frees a list, not the installations that it returned.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_installations_free(listing: Option<Box<appmint_installations>>) {
    free(listing);
}

/// The installation that `text` names; `lookup` says how, such as APPMINT_LOOKUP_ACCOUNT.
///
/// APPMINT_ERROR_NOT_FOUND if the app is not installed there; APPMINT_ERROR_UNSUPPORTED on a
/// platform without this lookup.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_find_installation(
    app: Option<&appmint_app>,
    lookup: appmint_lookup,
    text: *const c_char,
    text_len: usize,
    installation: Option<&mut MaybeUninit<*mut appmint_installation>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("installation", installation, error, || {
        wait_for(|| find_installation_task(app, lookup, text, text_len))
    })
}

/// Suspends an installation: its tokens stop working until it is unsuspended.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_suspend_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| suspend_installation_task(app, id, id_len)))
}

/// Ends an installation's suspension.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_unsuspend_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| unsuspend_installation_task(app, id, id_len)))
}

/// Uninstalls the app from an account. This cannot be undone.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| delete_installation_task(app, id, id_len)))
}

/// The URL where a user installs the app. No network I/O.
///
/// `app_slug` is the app's short name in URLs. `state` must be unguessable; NULL for 256 random
/// bits. A platform that takes no state leaves the authorization's empty. `redirect_uri` is where
/// the user returns to, on a platform that takes it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_install_url(
    app: Option<&appmint_app>,
    app_slug: *const c_char,
    app_slug_len: usize,
    state: *const c_char,
    state_len: usize,
    redirect_uri: *const c_char,
    redirect_uri_len: usize,
    authorization: Option<&mut MaybeUninit<*mut appmint_authorization>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("authorization", authorization, error, || {
        let app_slug = convert::text("app_slug", app_slug, app_slug_len)?.to_owned();
        let state = convert::optional_text("state", state, state_len)?.map(str::to_owned);
        let redirect_uri = convert::optional_text("redirect_uri", redirect_uri, redirect_uri_len)?;
        let redirect_uri = redirect_uri.map(str::to_owned);
        let request = InstallRequest { app_slug, state, redirect_uri };
        app_of(app)?.install_url(&request)
    })
}

/// The installation that a user has just made, from the URL that the user came back with. Its state
/// must equal `state`, and the platform must confirm that the installation is this app's.
///
/// APPMINT_ERROR_REAUTHORIZE for another state.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_finish_install(
    app: Option<&appmint_app>,
    callback_url: *const c_char,
    callback_url_len: usize,
    state: *const c_char,
    state_len: usize,
    installation: Option<&mut MaybeUninit<*mut appmint_installation>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("installation", installation, error, || {
        wait_for(|| finish_install_task(app, callback_url, callback_url_len, state, state_len))
    })
}

pub(crate) fn find_installation_task(
    app: Option<&appmint_app>,
    lookup: appmint_lookup,
    text: *const c_char,
    text_len: usize,
) -> Result<Task<Installation>> {
    let lookup = lookup_of(lookup, convert::text("text", text, text_len)?)?;
    Ok(app_of(app)?.find_installation(lookup))
}

pub(crate) fn suspend_installation_task(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
) -> Result<Task<()>> {
    Ok(app_of(app)?.suspend_installation(convert::text("id", id, id_len)?))
}

pub(crate) fn unsuspend_installation_task(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
) -> Result<Task<()>> {
    Ok(app_of(app)?.unsuspend_installation(convert::text("id", id, id_len)?))
}

pub(crate) fn delete_installation_task(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
) -> Result<Task<()>> {
    Ok(app_of(app)?.delete_installation(convert::text("id", id, id_len)?))
}

pub(crate) fn finish_install_task(
    app: Option<&appmint_app>,
    callback_url: *const c_char,
    callback_url_len: usize,
    state: *const c_char,
    state_len: usize,
) -> Result<Task<Installation>> {
    let callback_url = convert::text("callback_url", callback_url, callback_url_len)?;
    let state = convert::text("state", state, state_len)?;
    Ok(app_of(app)?.finish_install(callback_url, state))
}
