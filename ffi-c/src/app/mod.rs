//! An app on a platform.

pub mod library;
pub mod quota;
pub mod request;
pub mod stats;

use std::{ffi::c_char, mem::MaybeUninit, ptr};

use appmint_core::{App, Result, Task, Token};

use crate::{
    access::{free, read, text_of},
    call::{new_object, wait_for},
    convert::required,
    errors::{appmint_error, appmint_status},
    settings::appmint_config,
    text::{GrowingTexts, OnceText},
    tokens::token::appmint_token,
};

/// An app on a platform.
pub struct appmint_app {
    pub(crate) core: App,
    fingerprint: GrowingTexts,
    platform_name: OnceText,
}

impl From<App> for appmint_app {
    fn from(core: App) -> Self {
        let (fingerprint, platform_name) = Default::default();
        Self { core, fingerprint, platform_name }
    }
}

/// The app of a call.
pub(crate) fn app_of(app: Option<&appmint_app>) -> Result<&App> {
    Ok(&required("app", app)?.core)
}

/// An app with this configuration. It is checked here, and the first wrong argument of its setters
/// is reported here. No network I/O.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_new(
    config: Option<&appmint_config>,
    app: Option<&mut MaybeUninit<*mut appmint_app>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("app", app, error, || required("config", config)?.settings()?.build())
}

/// The platform's name.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_platform_name(app: Option<&appmint_app>) -> *const c_char {
    text_of(app, |app| app.platform_name.required(|| app.core.platform().name()))
}

/// The app's own JWT, reused until 60 s before it expires. No network I/O, unless the signer does
/// some.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_jwt(
    app: Option<&appmint_app>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || wait_for(|| jwt_task(app)))
}

/// SHA-256 of the public key in use, as the platform's settings page shows it; NULL without a
/// private key.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_fingerprint(app: Option<&appmint_app>) -> *const c_char {
    read(app, ptr::null(), |app| app.fingerprint.pointer(app.core.fingerprint()))
}

/// How far the platform's clock is known to be ahead of this machine's, in milliseconds; 0 at
/// first. The app learns it when the platform rejects a JWT for its times, and corrects later JWTs
/// by it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_clock_offset_ms(app: Option<&appmint_app>) -> i64 {
    read(app, 0, |app| app.core.clock_offset_ms())
}

/// Ends the app's threads and forgets its tokens, whatever sources of it exist. Calls that are
/// running complete; new ones are refused. Sessions' tokens that the store did not take yet are
/// offered to it until the app's timeout has passed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_close(app: Option<&appmint_app>) {
    read(app, (), |app| app.core.close());
}

/// Frees an app. Calls that are running on other threads complete.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_free(app: Option<Box<appmint_app>>) {
    free(app);
}

pub(crate) fn jwt_task(app: Option<&appmint_app>) -> Result<Task<Token>> {
    Ok(app_of(app)?.jwt())
}
