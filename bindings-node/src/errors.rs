//! Errors, as records. The package's JavaScript makes and throws the errors: one that is made here
//! would be no `instanceof Error` in another realm.

use std::{
    error::Error as _,
    iter::successors,
    panic::{AssertUnwindSafe, catch_unwind},
};

use appmint_core::{Error, ErrorKind, Reason, Result};
use napi_derive::napi;

use crate::durations::to_millis;

/// The members of an error.
#[napi(object, object_from_js = false)]
pub struct ErrorRecord {
    /// The kind, which says what the caller can do.
    pub kind: &'static str,
    /// The finer reason.
    pub reason: Option<&'static str>,
    /// The message.
    pub message: String,
    /// The hint: the advice to the caller.
    pub hint: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The platform's own error code.
    pub platform_code: Option<String>,
    /// The platform's id of the request.
    pub request_id: Option<String>,
    /// The page of single sign-on.
    pub sso_url: Option<String>,
    /// The permissions that were missing.
    pub missing_permissions: Option<Vec<String>>,
    /// How long to wait before trying again.
    pub retry_after_ms: Option<f64>,
    /// Whether the same call may work later.
    pub is_retryable: bool,
    /// The messages of the underlying errors, joined.
    pub cause: Option<String>,
}

/// `[error, null]` or `[null, value]`.
pub(crate) type Outcome<T> = (Option<ErrorRecord>, Option<T>);

pub(crate) fn outcome<T>(result: Result<T>) -> Outcome<T> {
    match result {
        Ok(value) => (None, Some(value)),
        Err(error) => (Some(ErrorRecord::from(&error)), None),
    }
}

/// The result of `work`, with a panic as an error: the frame above belongs to C and cannot unwind.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "appmint panicked")
            .advise("This is a bug in appmint; please report it."))
    })
}

impl From<&Error> for ErrorRecord {
    fn from(error: &Error) -> Self {
        Self {
            kind: error.kind().name(),
            reason: error.reason().map(Reason::name),
            message: error.message().to_owned(),
            hint: error.hint().map(str::to_owned),
            status: error.status(),
            platform_code: error.platform_code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            sso_url: error.sso_url().map(str::to_owned),
            missing_permissions: Some(error.missing_permissions().to_vec())
                .filter(|it| !it.is_empty()),
            retry_after_ms: error.retry_after().map(to_millis),
            is_retryable: error.is_retryable(),
            cause: cause(error),
        }
    }
}

fn cause(error: &Error) -> Option<String> {
    let layers: Vec<_> =
        successors(error.source(), |layer| (*layer).source()).map(ToString::to_string).collect();
    (!layers.is_empty()).then(|| layers.join(": "))
}

/// The names of the kinds of errors, in the order of their numbers.
#[napi(catch_unwind)]
#[must_use]
pub fn error_kinds() -> Vec<&'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.name()).collect()
}

/// The names of the reasons, in the order of their numbers.
#[napi(catch_unwind)]
#[must_use]
pub fn error_reasons() -> Vec<&'static str> {
    Reason::ALL.iter().map(|reason| reason.name()).collect()
}
