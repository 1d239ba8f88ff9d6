//! Calls without waiting: every function that may go to the network has a form that returns at once.
//!
//! [`completions`] is the mechanism, [`begin`] starts a call, and the other files have one function for each
//! function that waits, by room.

pub mod app;
mod begin;
mod completions;
pub mod installations;
pub mod oauth;
pub mod operations;
pub mod queue;
pub mod results;
pub mod sessions;
mod signal;
pub mod tokens;
pub mod user_tokens;
mod value;
pub mod webhooks;

use std::{
    ffi::{c_int, c_void},
    mem::{self, MaybeUninit},
    sync::Arc,
};

use appmint_core::{Error, ErrorKind};

use crate::{
    access::{free, read},
    call::try_call,
    calls::completions::CallState,
    convert::{milliseconds_or_default, required},
    errors::{appmint_error, appmint_status},
};

/// A call that was started. Every function takes it on any thread, and on several at once.
pub struct appmint_call(Arc<CallState>);

impl appmint_call {
    pub(crate) fn of(state: &Arc<CallState>) -> Self {
        Self(Arc::clone(state))
    }

    pub(crate) fn state(&self) -> &CallState {
        &self.0
    }
}

/// Receives a call that has completed, borrowed until the callback returns: read its result by the
/// function that the call's own comment names. It runs exactly once for each call that was started,
/// in appmint_queue_dispatch or appmint_queue_free of the call's queue, or on a thread of the
/// library.
pub type appmint_on_done =
    Option<unsafe extern "C" fn(userdata: *mut c_void, call: *const appmint_call)>;

/// 1 if the call has completed, with a result or an error, else 0. It may have completed before its
/// callback runs.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_is_complete(call: Option<&appmint_call>) -> c_int {
    read(call, 0, |call| c_int::from(call.0.is_complete()))
}

/// Waits until the call has completed, with a result or an error, at most for `timeout_ms`
/// (APPMINT_DEFAULT: as long as it takes; a call ends by its own timeout). It does not wait for the
/// call's callback. A function that waits and that another thread can cancel is this: start the
/// call, wait for it, read its result.
///
/// APPMINT_ERROR_TIMEOUT if it is still running then. It goes on.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_wait(
    call: Option<&appmint_call>,
    timeout_ms: i64,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || {
        let timeout = milliseconds_or_default("timeout_ms", timeout_ms)?;
        let has_completed = required("call", call)?.0.wait(timeout);
        let still_running = || Error::new(ErrorKind::Timeout, "the call has not completed yet");
        has_completed.then_some(()).ok_or_else(still_running)
    })
}

/// Ends the waiting: the call completes now, with APPMINT_ERROR_CANCELLED, unless it has completed.
/// Its callback runs where it would have run, not inside of this function. Blocks nobody.
///
/// A request that was sent before is not recalled. The result of such a call is lost to its caller:
/// that of a refresh or a code exchange is the user's new tokens, while a session keeps them.
/// Minting goes on for others.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_cancel(call: Option<&appmint_call>) {
    read(call, (), |call| call.0.cancel());
}

/// Frees the handle, before or after the call completes, also in the call's callback. The call goes
/// on, and its callback runs.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_free(call: Option<Box<appmint_call>>) {
    if call.as_ref().is_some_and(|call| !call.0.is_of_this_process()) {
        return mem::forget(call);
    }
    free(call);
}
