//! A person who logs in on another device, as C holds it.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::DeviceLogin;

use crate::{
    border::{free, given, look, make, show},
    clock::millis,
    error::{appmint_error, appmint_status},
    text::Memo,
    token::appmint_token,
};

/// A login that waits for a person to type a code at another place.
pub struct appmint_device_login {
    core: DeviceLogin,
    user_code: Memo,
    verification_uri: Memo,
    verification_uri_complete: Memo,
}

impl From<DeviceLogin> for appmint_device_login {
    fn from(core: DeviceLogin) -> Self {
        let (user_code, verification_uri, verification_uri_complete) = Default::default();
        Self { core, user_code, verification_uri, verification_uri_complete }
    }
}

/// What the person types. Borrowed until `login` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_user_code(
    login: Option<&appmint_device_login>,
) -> *const c_char {
    show(login, |login| login.user_code.some(|| login.core.user_code()))
}

/// Where the person types it. Borrowed until `login` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_verification_uri(
    login: Option<&appmint_device_login>,
) -> *const c_char {
    show(login, |login| login.verification_uri.some(|| login.core.verification_uri()))
}

/// The same with the code in it, for a link or a QR code, where the platform has it, or NULL.
/// Borrowed until `login` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_verification_uri_complete(
    login: Option<&appmint_device_login>,
) -> *const c_char {
    show(login, |login| {
        login.verification_uri_complete.maybe(|| login.core.verification_uri_complete())
    })
}

/// When the code stops working; APPMINT_NO_TIME if the platform did not say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_expires_at_ms(login: Option<&appmint_device_login>) -> i64 {
    millis(look(login, None, |login| login.core.expires_at()))
}

/// Asks once whether the person is done. APPMINT_ERROR_PENDING with the time to wait when not;
/// asked too early it answers that without asking the platform. You own `*token`:
/// appmint_token_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_poll(
    login: Option<&appmint_device_login>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("token", token, error, || given("login", login)?.core.poll().wait())
}

/// Asks in the platform's pace until the person is done, says no (APPMINT_ERROR_DENIED), or the
/// code expires (APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_EXPIRED_DEVICE_CODE). You own
/// `*token`: appmint_token_free.
///
/// Blocks all that time, or until appmint_device_login_cancel, which is APPMINT_ERROR_CANCELLED.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_wait(
    login: Option<&appmint_device_login>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("token", token, error, || given("login", login)?.core.wait().wait())
}

/// Ends the waiting, on whatever thread it is. The code itself goes on working until it expires.
/// NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_cancel(login: Option<&appmint_device_login>) {
    look(login, (), |login| login.core.cancel());
}

/// Zeroizes and frees a login. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_device_login_free(login: Option<Box<appmint_device_login>>) {
    free(login);
}
