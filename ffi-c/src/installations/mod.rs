//! Where the app is installed.

pub mod installation;
pub mod items;
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

/// Lists the installations of the app. Pages are requested as the items are asked for, none before.
///
/// Free `*listing` with appmint_installations_free.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no installations.
///
/// Source: https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_installations(
    app: Option<&appmint_app>,
    listing: Option<&mut MaybeUninit<*mut appmint_installations>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("listing", listing, error, || app_of(app)?.installations())
}

/// Returns the next item, from memory or the platform's next page. After an error the same page is
/// asked for again.
///
/// The item is NULL after the last.
///
/// Free `*installation` with appmint_installation_free.
///
/// Errors:
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
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

/// Looks up one installation, by exactly one argument. `lookup` says what `text` is, such as
/// APPMINT_LOOKUP_ACCOUNT.
///
/// Free `*installation` with appmint_installation_free.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if none or several of the arguments are given, or one is
///   malformed.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not look up installations by this argument.
/// - APPMINT_ERROR_NOT_FOUND (APPMINT_REASON_NOT_INSTALLED) if the app is not installed there.
/// - Those of every call over the network: see the conventions.
///
/// Source:
/// https://docs.github.com/en/rest/apps/apps#get-an-organization-installation-for-the-authenticated-app
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
///
/// - `id`: The installation's id.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform cannot suspend installations.
/// - APPMINT_ERROR_NOT_FOUND if the app has no such installation.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/apps#suspend-an-app-installation
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_suspend_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| suspend_installation_task(app, id, id_len)))
}

/// Ends the suspension of an installation.
///
/// - `id`: The installation's id.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform cannot suspend installations.
/// - APPMINT_ERROR_NOT_FOUND if the app has no such installation.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/apps#unsuspend-an-app-installation
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_unsuspend_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| unsuspend_installation_task(app, id, id_len)))
}

/// Uninstalls the app from an installation's account. This cannot be undone.
///
/// - `id`: The installation's id.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not let apps uninstall themselves.
/// - APPMINT_ERROR_NOT_FOUND if the app has no such installation.
/// - Those of every call over the network: see the conventions.
///
/// Source:
/// https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| delete_installation_task(app, id, id_len)))
}

/// Makes the URL of the page on which a user installs the app. Keep its state until the user
/// returns, for appmint_app_finish_install. The state is empty if the platform takes none. No
/// network I/O.
///
/// `state` and `redirect_uri` may be NULL.
///
/// Free `*authorization` with appmint_authorization_free.
///
/// - `app_slug`: The app's short name, which is part of its URL: appmint_registration_slug.
/// - `state`: A state of your own, which nobody must be able to guess. Default: 256 random bits, or
///   an empty one if the platform takes none.
/// - `redirect_uri`: The URL to which the user returns, on a platform that takes one. Default: none
///   is sent.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no such page, or does not take an argument.
///
/// Source: https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app
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

/// Returns the installation that a user has made. The state is compared in constant time, and the
/// platform is asked whether the installation is this app's: anybody could have written the id in a
/// callback.
///
/// Free `*installation` with appmint_installation_free.
///
/// - `callback_url`: The URL with which the user returned, or its query.
/// - `state`: The state of appmint_app_install_url.
///
/// Errors:
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_STATE_MISMATCH) if the callback has another state.
/// - APPMINT_ERROR_NOT_FOUND if the installation is not this app's.
/// - APPMINT_ERROR_PROTOCOL (APPMINT_REASON_MISSING_MEMBER) if the callback has no installation's
///   id.
/// - APPMINT_ERROR_PENDING (APPMINT_REASON_INSTALLATION_REQUESTED) if an owner of the account has
///   yet to approve.
/// - Those of every call over the network: see the conventions.
///
/// Source:
/// https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url
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
