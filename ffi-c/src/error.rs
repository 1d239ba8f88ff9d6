//! What went wrong, as C reads it.

use std::ffi::{c_char, c_int};

use appmint_core::{Error, ErrorKind, Reason};

use crate::{
    border::{free, look, show},
    text::{Memo, Text},
};

/// APPMINT_OK, or one of APPMINT_ERROR_...: what the caller can do about an error.
pub type appmint_status = i32;

/// APPMINT_REASON_NONE, or one of APPMINT_REASON_...: a finer word beside the status.
pub type appmint_reason = i32;

/// Why a call failed. It holds no secret.
pub struct appmint_error {
    core: Error,
    message: Memo,
    hint: Memo,
    platform_code: Memo,
    request_id: Memo,
    shown: Memo,
}

impl From<Error> for appmint_error {
    fn from(core: Error) -> Self {
        let (message, hint) = (Memo::default(), Memo::default());
        let (platform_code, request_id, shown) = Default::default();
        Self { core, message, hint, platform_code, request_id, shown }
    }
}

/// The status that the failed call returned. APPMINT_OK for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_kind(error: Option<&appmint_error>) -> appmint_status {
    look(error, 0, |error| error.core.kind().number())
}

/// The finer word, or APPMINT_REASON_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_reason(error: Option<&appmint_error>) -> appmint_reason {
    look(error, 0, |error| error.core.reason().map_or(0, Reason::number))
}

/// What happened, as a clause in lower case. Borrowed until `error` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_message(error: Option<&appmint_error>) -> *const c_char {
    show(error, |error| error.message.some(|| error.core.message()))
}

/// What to do about it, as a sentence, or NULL. Borrowed until `error` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_hint(error: Option<&appmint_error>) -> *const c_char {
    show(error, |error| error.hint.maybe(|| error.core.hint()))
}

/// The HTTP status of the platform's answer; 0 if there was none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_status(error: Option<&appmint_error>) -> c_int {
    look(error, 0, |error| error.core.status().map_or(0, c_int::from))
}

/// The platform's own error code, or NULL. Borrowed until `error` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_platform_code(error: Option<&appmint_error>) -> *const c_char {
    show(error, |error| error.platform_code.maybe(|| error.core.platform_code()))
}

/// The platform's id of the request, to give to its support, or NULL. Borrowed until `error` is
/// freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_request_id(error: Option<&appmint_error>) -> *const c_char {
    show(error, |error| error.request_id.maybe(|| error.core.request_id()))
}

/// How long to wait before trying again; -1 if the platform did not say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_retry_after_ms(error: Option<&appmint_error>) -> i64 {
    look(error, -1, |error| {
        let wait = error.core.retry_after().map(|wait| i64::try_from(wait.as_millis()));
        wait.map_or(-1, |ms| ms.unwrap_or(i64::MAX))
    })
}

/// 1 if the same call may work later without a change, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_is_retryable(error: Option<&appmint_error>) -> c_int {
    look(error, 0, |error| c_int::from(error.core.is_retryable()))
}

/// The message and, where there is one, the hint. Borrowed until `error` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_to_string(error: Option<&appmint_error>) -> *const c_char {
    show(error, |error| error.shown.made(|| Some(error.core.to_string())))
}

/// A copy of an error that is borrowed. You own it: appmint_error_free. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_copy(error: Option<&appmint_error>) -> Option<Box<appmint_error>> {
    look(error, None, |error| Some(Box::new(error.core.clone().into())))
}

/// Frees an error. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_free(error: Option<Box<appmint_error>>) {
    free(error);
}

/// The name of a status, such as "not_found" for APPMINT_ERROR_NOT_FOUND; NULL for APPMINT_OK and
/// for what is no status. Lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_kind_name(kind: appmint_status) -> *const c_char {
    static NAMES: Names = Names::new();
    named(&NAMES, kind, || ErrorKind::ALL.iter().map(|kind| (kind.number(), kind.name())))
}

/// The name of a reason, such as "suspended" for APPMINT_REASON_SUSPENDED; NULL for
/// APPMINT_REASON_NONE and for what is no reason. Lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_error_reason_name(reason: appmint_reason) -> *const c_char {
    static NAMES: Names = Names::new();
    named(&NAMES, reason, || Reason::ALL.iter().map(|reason| (reason.number(), reason.name())))
}

type Names = std::sync::OnceLock<Vec<(i32, Text)>>;

fn named<I: Iterator<Item = (i32, &'static str)>>(
    names: &'static Names,
    number: i32,
    all: impl FnOnce() -> I,
) -> *const c_char {
    let names =
        || names.get_or_init(|| all().map(|(number, name)| (number, name.into())).collect());
    show(Some(&number), |number| {
        names().iter().find(|(candidate, _)| candidate == number).map(|(_, name)| name)
    })
}
