//! The app on its platform, and credentials that have leaked.

pub mod registration;

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::Secret;

use crate::{
    app::{app_of, appmint_app},
    call::{new_object, try_call},
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
    new_object("registration", registration, error, || app_of(app)?.registration().wait())
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
        let code = text("code", code, code_len)?;
        app_of(app)?.convert_manifest(code).wait()
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
        let credentials: Vec<Secret> =
            texts("credentials", "credential", credentials, credentials_lens, credentials_count)?;
        app_of(app)?.revoke_credentials(credentials).wait()
    })
}
