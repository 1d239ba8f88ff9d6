//! The errors of callers that wait no longer.

use crate::error::{Error, ErrorKind};

pub(super) fn timed_out() -> Error {
    Error::new(ErrorKind::Timeout, "no answer before the deadline")
        .advise("Raise `timeout`, or try again: the platform or the network is slow.")
}

/// The error of a caller that stopped waiting.
pub(super) fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the call was cancelled")
        .advise("A request that was sent before may still be carried out.")
}

/// The error of a caller that does not wait at all.
pub(crate) fn no_time() -> Error {
    let message = "the answer was not there yet, and the timeout of this call is 0";
    Error::new(ErrorKind::Timeout, message)
        .advise("Give a longer timeout: with 0 only an answer that is in memory comes.")
}
