//! Panics, which must not end a thread that others need.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// The result of work; `None` if it panicked, or a destructor of what it holds did.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    let panic = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => return Some(value),
        Err(panic) => panic,
    };
    // The value of a panic has a destructor, too.
    if let Err(again) = catch_unwind(AssertUnwindSafe(move || drop(panic))) {
        mem::forget(again);
    }
    None
}
