//! The program's callbacks: their `userdata`, and why they failed.

use std::{
    cell::RefCell,
    error::Error as StdError,
    ffi::{c_char, c_int, c_void},
    fmt,
};

use appmint_core::{Error, ErrorKind};

use crate::{convert, panics};

/// Called exactly once, on any thread, after the last call with this `userdata`.
pub type appmint_drop = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// Says why the callback that runs on this thread fails, before it returns a number that means so: the
/// error of the call that needed it then has this text, which must contain no secret. Not 0 as
/// `is_retryable`: the same call may work later. Returns -1, so that a callback can return the result.
///
/// `cause`, which may be NULL, is kept with the error, for appmint_error_cause; `drop`, which may be
/// NULL, is called with it exactly once. Outside of a callback this function does nothing else.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_callback_failed(
    text: *const c_char,
    text_len: usize,
    is_retryable: c_int,
    cause: *mut c_void,
    drop: appmint_drop,
) -> c_int {
    let cause = Userdata::take(cause, drop);
    panics::or(
        || (),
        || {
            let text = convert::optional_text("text", text, text_len).ok().flatten();
            note(Failure { text: text.map(str::to_owned), is_retryable: is_retryable != 0, cause });
        },
    );
    -1
}

/// A `userdata` that the library owns: dropping it calls the program's `drop`.
pub(crate) struct Userdata {
    start: *mut c_void,
    drop: appmint_drop,
}

// SAFETY: the header demands that callbacks can be called with it on several threads at once, and
// `drop` on any; it has no other use.
unsafe impl Send for Userdata {}
// SAFETY: as above.
unsafe impl Sync for Userdata {}

impl Userdata {
    pub(crate) fn take(start: *mut c_void, drop: appmint_drop) -> Self {
        Self { start, drop }
    }

    pub(crate) fn start(&self) -> *mut c_void {
        self.start
    }
}

impl Drop for Userdata {
    fn drop(&mut self) {
        if let Some(drop) = self.drop {
            // SAFETY: this is its only owner, so this is the only call.
            unsafe { drop(self.start) };
        }
    }
}

/// The reason that a callback gave for its failure.
pub(crate) struct Failure {
    pub(crate) text: Option<String>,
    is_retryable: bool,
    cause: Userdata,
}

thread_local! {
    /// Of the callback that runs on this thread: the outer `Option` is there while one runs.
    static RUNNING: RefCell<Option<Option<Failure>>> = const { RefCell::new(None) };
}

fn note(failure: Failure) {
    let before = RUNNING.with_borrow_mut(|running| match running {
        Some(noted) => noted.replace(failure),
        None => Some(failure),
    });
    drop(before); // it may call the program
}

/// Runs a callback: its result, and what it said if it said that it failed.
pub(crate) fn run<T>(call: impl FnOnce() -> T) -> (T, Option<Failure>) {
    // A callback may make a call that runs another callback on this thread.
    let outer = RUNNING.replace(Some(None));
    let result = call();
    (result, RUNNING.replace(outer).flatten())
}

/// The error of a callback that failed: `how` it did if it did not say why.
pub(crate) fn failed(who: &str, how: &str, failure: Option<Failure>) -> Error {
    let Some(failure) = failure else {
        return Error::new(ErrorKind::Callback, format!("{who} {how}"));
    };
    let message = match &failure.text {
        Some(text) => format!("{who} failed: {text}"),
        None => format!("{who} {how}"),
    };
    failure.explain(Error::new(ErrorKind::Callback, message))
}

impl Failure {
    /// The error with what the callback said beside the text.
    pub(crate) fn explain(self, error: Error) -> Error {
        let error = if self.is_retryable { error.passing() } else { error };
        if self.cause.start().is_null() { error } else { error.caused_by(Cause(self.cause)) }
    }
}

/// The object that a callback left for the receiver of the error.
struct Cause(Userdata);

/// The object that a callback left with an error, or NULL.
pub(crate) fn cause_of(error: &Error) -> *mut c_void {
    let mut layer = StdError::source(error);
    while let Some(error) = layer {
        if let Some(cause) = error.downcast_ref::<Cause>() {
            return cause.0.start();
        }
        layer = error.source();
    }
    std::ptr::null_mut()
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cause")
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a callback failed")
    }
}

impl StdError for Cause {}
