//! Panics end here, before they reach C.

use std::panic::{AssertUnwindSafe, catch_unwind};

use appmint_core::{Error, ErrorKind, Result};

/// The result of `work`; a panic becomes an error of kind `internal`.
pub(crate) fn catch<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    or(
        || {
            Err(Error::new(ErrorKind::Internal, "appmint panicked")
                .advise("This is a bug in appmint; please report it."))
        },
        work,
    )
}

/// The result of `work`, or `absent` if it panics.
pub(crate) fn or<T>(absent: impl FnOnce() -> T, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| absent())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_error() {
        let error = catch(|| -> Result<()> { panic!("on purpose") }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert_eq!(or(|| 7, || panic!("on purpose")), 7);
    }
}
