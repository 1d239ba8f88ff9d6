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

/// A login that waits for a user to type a code on another device.
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

/// The page where the user types it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_verification_uri(
    login: Option<&appmint_device_login>,
) -> *const c_char {
    text_of(login, |login| login.verification_uri.required(|| login.core.verification_uri()))
}

/// The same page with the code filled in, for a link or a QR code, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_verification_uri_complete(
    login: Option<&appmint_device_login>,
) -> *const c_char {
    text_of(login, |login| {
        login.verification_uri_complete.optional(|| login.core.verification_uri_complete())
    })
}

/// When the code expires.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_expires_at_ms(login: Option<&appmint_device_login>) -> i64 {
    time_ms(read(login, None, |login| login.core.expires_at()))
}

/// The user's token, if the user has typed the code. APPMINT_ERROR_PENDING with the time to wait if
/// not; a call before that time is not sent to the platform.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_poll(
    login: Option<&appmint_device_login>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || wait_for(|| poll_task(login)))
}

/// The user's token. Polls at the platform's interval, and blocks until the user has typed the
/// code, refuses (APPMINT_ERROR_DENIED), or the code expires (APPMINT_ERROR_REAUTHORIZE with
/// APPMINT_REASON_EXPIRED_DEVICE_CODE).
///
/// APPMINT_ERROR_CANCELLED after appmint_device_login_cancel.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_wait(
    login: Option<&appmint_device_login>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || wait_for(|| wait_task(login)))
}

/// Ends the wait of another thread. The code stays valid until it expires.
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
