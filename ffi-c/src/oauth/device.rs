//! A user who logs in on another device.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Result, Task, Token, logins::DeviceLogin};

use crate::{
    access::{free, read, text_of},
    call::{new_object, wait_for},
    convert::{required, time_ms},
    errors::{appmint_error, appmint_status},
    text::OnceText,
    tokens::token::appmint_token,
};

/// A login of a user on another device, on which they type a code.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8628
pub struct appmint_device_login {
    core: DeviceLogin,
    user_code: OnceText,
    verification_uri: OnceText,
    verification_uri_complete: OnceText,
}

impl From<DeviceLogin> for appmint_device_login {
    fn from(core: DeviceLogin) -> Self {
        let (user_code, verification_uri, verification_uri_complete) = Default::default();
        Self { core, user_code, verification_uri, verification_uri_complete }
    }
}

/// The code that the user types.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_user_code(
    login: Option<&appmint_device_login>,
) -> *const c_char {
    text_of(login, |login| login.user_code.required(|| login.core.user_code()))
}

/// The URL of the page on which the user types the code.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_verification_uri(
    login: Option<&appmint_device_login>,
) -> *const c_char {
    text_of(login, |login| login.verification_uri.required(|| login.core.verification_uri()))
}

/// The same URL with the code, for a link or a QR code. NULL if the platform has none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_verification_uri_complete(
    login: Option<&appmint_device_login>,
) -> *const c_char {
    text_of(login, |login| {
        login.verification_uri_complete.optional(|| login.core.verification_uri_complete())
    })
}

/// When the code expires. APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_expires_at_ms(login: Option<&appmint_device_login>) -> i64 {
    time_ms(read(login, None, |login| login.core.expires_at()))
}

/// Asks the platform once whether the user is done. No network I/O before the platform's interval
/// has passed.
///
/// Free `*token` with appmint_token_free.
///
/// Errors:
/// - APPMINT_ERROR_PENDING (APPMINT_REASON_AUTHORIZATION_PENDING or APPMINT_REASON_SLOW_DOWN) if
///   the user is not done; the error says when to poll again.
/// - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_EXPIRED_DEVICE_CODE) if the code expired.
/// - APPMINT_ERROR_CANCELLED if the login was cancelled.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8628#section-3.4
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_poll(
    login: Option<&appmint_device_login>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || wait_for(|| poll_task(login)))
}

/// Polls at the platform's interval until the user is done or declines, or the code expires. Each
/// request gets the app's timeout. Between the requests no thread of the library waits.
///
/// Free `*token` with appmint_token_free.
///
/// Errors:
/// - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_EXPIRED_DEVICE_CODE) if the code expired.
/// - APPMINT_ERROR_CANCELLED if the login was cancelled.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8628#section-3.5
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_wait(
    login: Option<&appmint_device_login>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || wait_for(|| wait_task(login)))
}

/// Ends a wait with an error of kind APPMINT_ERROR_CANCELLED. The code itself works until it
/// expires.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_cancel(login: Option<&appmint_device_login>) {
    read(login, (), |login| login.core.cancel());
}

/// Zeroizes and frees a login.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_free(login: Option<Box<appmint_device_login>>) {
    free(login);
}

pub(crate) fn poll_task(login: Option<&appmint_device_login>) -> Result<Task<Token>> {
    Ok(required("login", login)?.core.poll())
}

pub(crate) fn wait_task(login: Option<&appmint_device_login>) -> Result<Task<Token>> {
    Ok(required("login", login)?.core.wait())
}
