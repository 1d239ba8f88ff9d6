//! The app on its platform, and credentials that have leaked.

pub mod registration;

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Result, Secret, Task, resources::Registration};

use crate::{
    app::{app_of, appmint_app},
    call::{new_object, try_call, wait_for},
    convert::{text, texts},
    errors::{appmint_error, appmint_status},
    operations::registration::appmint_registration,
};

/// Returns the app as it is registered on the platform. Free `*registration` with
/// appmint_registration_free.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_registration(
    app: Option<&appmint_app>,
    registration: Option<&mut MaybeUninit<*mut appmint_registration>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("registration", registration, error, || wait_for(|| registration_task(app)))
}

/// Exchanges the code of an app manifest for the app that it created. It needs no credential. A
/// code works once, and the platform returns the app's key and secrets this once.
///
/// Free `*registration` with appmint_registration_free.
///
/// - `code`: The code with which the user returned from creating the app.
///
/// Errors:
/// - APPMINT_ERROR_NOT_FOUND if the code is unknown or was used.
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no app manifests.
/// - Those of every call over the network: see the conventions.
///
/// Source:
/// https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_convert_manifest(
    app: Option<&appmint_app>,
    code: *const c_char,
    code_len: usize,
    registration: Option<&mut MaybeUninit<*mut appmint_registration>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("registration", registration, error, || {
        wait_for(|| convert_manifest_task(app, code, code_len))
    })
}

/// Reports leaked credentials of anybody; the platform ends them and notifies their owners. It
/// needs no credential.
///
/// `credentials` is an array of texts.
///
/// - `credentials`: The leaked credentials.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if there are no credentials, or one is empty.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/credentials/revoke
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_revoke_credentials(
    app: Option<&appmint_app>,
    credentials: *const *const c_char,
    credentials_lens: *const usize,
    credentials_count: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || {
        wait_for(|| revoke_credentials_task(app, credentials, credentials_lens, credentials_count))
    })
}

pub(crate) fn registration_task(app: Option<&appmint_app>) -> Result<Task<Registration>> {
    Ok(app_of(app)?.registration())
}

pub(crate) fn convert_manifest_task(
    app: Option<&appmint_app>,
    code: *const c_char,
    code_len: usize,
) -> Result<Task<Registration>> {
    let code = text("code", code, code_len)?;
    Ok(app_of(app)?.convert_manifest(code))
}

pub(crate) fn revoke_credentials_task(
    app: Option<&appmint_app>,
    credentials: *const *const c_char,
    credentials_lens: *const usize,
    credentials_count: usize,
) -> Result<Task<()>> {
    let credentials: Vec<Secret> =
        texts("credentials", "credential", credentials, credentials_lens, credentials_count)?;
    Ok(app_of(app)?.revoke_credentials(credentials))
}
