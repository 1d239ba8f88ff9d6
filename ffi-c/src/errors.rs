//! Errors.

use std::{
    ffi::{c_char, c_int, c_void},
    ptr,
};

use appmint_core::{Error, ErrorKind, Reason};

use crate::{
    access::{free, read, text_of},
    callback::cause_of,
    convert::duration_ms,
    once::Once,
    text::{Names, OnceText},
    values::appmint_list,
};

/// APPMINT_OK or an error kind: a value of enum appmint_status_code, which says what the caller can
/// do.
pub type appmint_status = i32;

/// A value of enum appmint_reason_code: the cause in one word.
pub type appmint_reason = i32;

/// An error: what failed, and what to do about it. It never holds a secret or the body of a
/// response.
pub struct appmint_error {
    core: Error,
    message: OnceText,
    hint: OnceText,
    platform_code: OnceText,
    request_id: OnceText,
    sso_url: OnceText,
    missing_permissions: Once<appmint_list>,
    description: OnceText,
}

impl From<Error> for appmint_error {
    fn from(core: Error) -> Self {
        Self {
            core,
            message: OnceText::default(),
            hint: OnceText::default(),
            platform_code: OnceText::default(),
            request_id: OnceText::default(),
            sso_url: OnceText::default(),
            missing_permissions: Once::default(),
            description: OnceText::default(),
        }
    }
}

/// The kind, which says what the caller can do. It is the status that the failed call returned.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_kind(error: Option<&appmint_error>) -> appmint_status {
    read(error, 0, |error| error.core.kind().number())
}

/// The finer reason within the kind, such as "suspended". APPMINT_REASON_NONE if there is no finer
/// word.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_reason(error: Option<&appmint_error>) -> appmint_reason {
    read(error, 0, |error| error.core.reason().map_or(0, Reason::number))
}

/// The message: a clause in lower case that says what failed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_message(error: Option<&appmint_error>) -> *const c_char {
    text_of(error, |error| error.message.required(|| error.core.message()))
}

/// The hint: a sentence that says what to do. NULL if there is no advice.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_hint(error: Option<&appmint_error>) -> *const c_char {
    text_of(error, |error| error.hint.optional(|| error.core.hint()))
}

/// The HTTP status of the platform's response. 0 if there was no response.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_status(error: Option<&appmint_error>) -> c_int {
    read(error, 0, |error| error.core.status().map_or(0, c_int::from))
}

/// The platform's own error code, such as "bad_verification_code". NULL if the platform named none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_platform_code(error: Option<&appmint_error>) -> *const c_char {
    text_of(error, |error| error.platform_code.optional(|| error.core.platform_code()))
}

/// The platform's id of the request, for its support. NULL if the platform named none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_request_id(error: Option<&appmint_error>) -> *const c_char {
    text_of(error, |error| error.request_id.optional(|| error.core.request_id()))
}

/// The page where a person authorizes the access by single sign-on. NULL if the platform does not
/// ask for that.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_sso_url(error: Option<&appmint_error>) -> *const c_char {
    text_of(error, |error| error.sso_url.optional(|| error.core.sso_url()))
}

/// The permissions that were missing, each as "name=level", if the platform lists those with which
/// it accepts the call. Of several alternatives those of the one that lacks the fewest; the hint
/// has all of them.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_missing_permissions(
    error: Option<&appmint_error>,
) -> Option<&appmint_list> {
    let list = |error: &appmint_error| error.core.missing_permissions().iter().collect();
    read(error, None, |error| Some(error.missing_permissions.get_or_init(|| list(error))))
}

/// How long to wait before the next attempt, at most a day, in milliseconds. -1 if the platform
/// named no time.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_retry_after_ms(error: Option<&appmint_error>) -> i64 {
    duration_ms(read(error, None, |error| error.core.retry_after()))
}

/// Whether the same call may work later without a change: 1 or 0. It may not after an error by
/// which the code or refresh token that the call sent may be spent.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_is_retryable(error: Option<&appmint_error>) -> c_int {
    read(error, 0, |error| c_int::from(error.core.is_retryable()))
}

/// The message and the hint, in one line.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_to_string(error: Option<&appmint_error>) -> *const c_char {
    text_of(error, |error| error.description.owned(|| Some(error.core.to_string())))
}

/// The cause that a callback of the program left with the error (appmint_callback_failed), or NULL.
/// Borrowed: it lives as long as the error and its copies.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_cause(error: Option<&appmint_error>) -> *mut c_void {
    read(error, ptr::null_mut(), |error| cause_of(&error.core))
}

/// A copy of an error that is borrowed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_copy(error: Option<&appmint_error>) -> Option<Box<appmint_error>> {
    read(error, None, |error| Some(Box::new(error.core.clone().into())))
}

/// Frees an error.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_free(error: Option<Box<appmint_error>>) {
    free(error);
}

/// The name of a status, such as "not_found" for APPMINT_ERROR_NOT_FOUND; NULL for APPMINT_OK and
/// for other numbers. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_kind_name(kind: appmint_status) -> *const c_char {
    static NAMES: Names = Names::new();
    NAMES.pointer(kind, || ErrorKind::ALL.iter().map(|kind| (kind.number(), kind.name())))
}

/// The name of a reason, such as "suspended" for APPMINT_REASON_SUSPENDED; NULL for
/// APPMINT_REASON_NONE and for other numbers. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_reason_name(reason: appmint_reason) -> *const c_char {
    static NAMES: Names = Names::new();
    NAMES.pointer(reason, || Reason::ALL.iter().map(|reason| (reason.number(), reason.name())))
}
