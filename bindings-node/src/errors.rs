//! An outcome is a pair: an error record and nothing, or nothing and a value. The package's
//! JavaScript throws; errors made here would be no `instanceof Error` in another realm.

use std::{
    error::Error as _,
    iter::successors,
    panic::{AssertUnwindSafe, catch_unwind},
};

use appmint_core::{Error, ErrorKind, Result};
use napi_derive::napi;

use crate::clock::in_millis;

/// What JavaScript makes an error of.
#[napi(object, object_from_js = false)]
pub struct ErrorRecord {
    /// What the caller can do about it.
    pub kind: &'static str,
    /// The finer word.
    pub reason: Option<&'static str>,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The platform's own code.
    pub platform_code: Option<String>,
    /// The platform's id of the request.
    pub request_id: Option<String>,
    /// How long to wait, in milliseconds.
    pub retry_after: Option<f64>,
    /// Whether the same call may work later.
    pub is_retryable: bool,
    /// The errors beneath, joined.
    pub cause: Option<String>,
}

/// `[error, null]` or `[null, value]`.
pub(crate) type Outcome<T> = (Option<ErrorRecord>, Option<T>);

pub(crate) fn outcome<T>(result: Result<T>) -> Outcome<T> {
    match result {
        Ok(value) => (None, Some(value)),
        Err(error) => (Some(ErrorRecord::of(&error)), None),
    }
}

/// What work brings. Its panic is an error like any other: beyond is a frame that cannot unwind.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "appmint panicked")
            .advise("This is a bug in appmint; please report it."))
    })
}

impl ErrorRecord {
    pub(crate) fn of(error: &Error) -> Self {
        Self {
            kind: error.kind().name(),
            reason: error.reason().map(appmint_core::Reason::name),
            message: error.message().to_owned(),
            hint: error.hint().map(str::to_owned),
            status: error.status(),
            platform_code: error.platform_code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            retry_after: error.retry_after().map(in_millis),
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
