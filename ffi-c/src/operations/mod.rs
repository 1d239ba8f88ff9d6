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

/// The app's registration on the platform.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_registration(
    app: Option<&appmint_app>,
    registration: Option<&mut MaybeUninit<*mut appmint_registration>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("registration", registration, error, || wait_for(|| registration_task(app)))
}

/// The app that a manifest flow has registered, with its key and secrets. A code works once, and
/// the platform shows the secrets only here. Needs no credential.
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

/// Reports leaked credentials, whoever owns them. The platform revokes them and notifies their
/// owners. Needs no credential. `credentials` is an array of texts.
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
