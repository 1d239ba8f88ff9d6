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

/// An app that authenticates on a platform. One app is enough for a program: it holds the
/// connections and the tokens. Making one needs no network I/O. Each operation names the credential
/// that it lacks.
///
/// Any thread may use it, and several at once.
///
/// Source:
/// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/about-authentication-with-a-github-app
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

/// Makes an app of these settings, which are checked here. No network I/O. The first wrong argument
/// of the setters is reported here.
///
/// Free `*app` with appmint_app_free.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if a setting is missing, malformed, or contradicts another; the
///   message names it.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not take a setting.
/// - APPMINT_ERROR_KEY (APPMINT_REASON_NOT_A_PRIVATE_KEY, APPMINT_REASON_DAMAGED_KEY,
///   APPMINT_REASON_PASSPHRASE_NEEDED, APPMINT_REASON_WRONG_PASSPHRASE or
///   APPMINT_REASON_UNSUITABLE_KEY) if a private key cannot be used; the reason says why.
/// - APPMINT_ERROR_STORE if the system's keychain gives no key for the store.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_new(
    config: Option<&appmint_config>,
    app: Option<&mut MaybeUninit<*mut appmint_app>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("app", app, error, || required("config", config)?.settings()?.build())
}

/// The platform's name, such as "github".
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_platform_name(app: Option<&appmint_app>) -> *const c_char {
    text_of(app, |app| app.platform_name.required(|| app.core.platform().name()))
}

/// Signs the app's JWT. The same one is returned until 60 s before it expires. It is signed once
/// for all callers that need one at the same time. No network I/O, unless the signer does some.
///
/// Free `*token` with appmint_token_free.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no private
///   key, signer or id.
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no JWTs of apps.
/// - APPMINT_ERROR_CALLBACK if the signer failed.
/// - APPMINT_ERROR_KEY if the signer's signature cannot be used.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc7519,
/// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_jwt(
    app: Option<&appmint_app>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || wait_for(|| jwt_task(app)))
}

/// The SHA-256 fingerprint of the public key, as the platform's settings page shows it. With two
/// keys it is that of the one in use. NULL if the app has no private key, or a signer that does not
/// know it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_fingerprint(app: Option<&appmint_app>) -> *const c_char {
    read(app, ptr::null(), |app| app.fingerprint.pointer(app.core.fingerprint()))
}

/// How far the platform's clock is ahead of this machine's, as far as is known, in milliseconds. It
/// is 0 until a difference was found, and again once it has ended. JWTs are made by it; tokens live
/// by this machine's own clocks. It is learned from the Date header: when the platform rejects a
/// JWT because of its times, and when two answers in a row agree on a difference of half a minute
/// or more, or on none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_clock_offset_ms(app: Option<&appmint_app>) -> i64 {
    read(app, 0, |app| app.core.clock_offset_ms())
}

/// Ends the app's threads and connections, and forgets its tokens, whatever sources of it exist.
/// Calls in progress complete; new ones fail with APPMINT_ERROR_INVALID_ARGUMENT. Sessions' tokens
/// that the store did not take yet are offered to it until the app's timeout has passed. A second
/// call does nothing. No network I/O.
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
