//! Calls that can fail: errors and panics become statuses.

use std::{mem::MaybeUninit, ptr};

use appmint_core::{Listing, Result, Task};

use crate::{
    convert::required,
    errors::{appmint_error, appmint_status},
    panics::catch,
};

/// A place for an object that the caller will own.
pub(crate) type Out<'a, T> = Option<&'a mut MaybeUninit<*mut T>>;

/// Does the work. A failure becomes a status, and an error object where there is a place for one.
pub(crate) fn try_call(
    error: Out<'_, appmint_error>,
    work: impl FnOnce() -> Result<()>,
) -> appmint_status {
    let Err(failure) = catch(work) else { return 0 };
    let status = failure.kind().number();
    if let Some(place) = error {
        place.write(Box::into_raw(Box::new(failure.into())));
    }
    status
}

/// Does the work and writes its result to `place`. A missing place is refused before any work.
pub(crate) fn new_object<T, R: Into<T>>(
    name: &str,
    place: Out<'_, T>,
    error: Out<'_, appmint_error>,
    work: impl FnOnce() -> Result<R>,
) -> appmint_status {
    try_call(error, || {
        let place = required(name, place)?;
        place.write(Box::into_raw(Box::new(work()?.into())));
        Ok(())
    })
}

/// Starts a call and waits until it completes, on the caller's own thread where that is possible.
pub(crate) fn wait_for<T: Clone + Send + 'static>(
    start: impl FnOnce() -> Result<Task<T>>,
) -> Result<T> {
    Task::block_on(|| start().unwrap_or_else(|error| Task::ready(Err(error))))
}

/// Waits for a listing's next item and writes it to `place`: NULL after the last.
pub(crate) fn next_item<C: Clone + Send + 'static, T: From<C>>(
    name: &str,
    place: Out<'_, T>,
    error: Out<'_, appmint_error>,
    listing: Option<&Listing<C>>,
) -> appmint_status {
    try_call(error, || {
        let place = required(name, place)?;
        let item = required("listing", listing)?.wait_for_next()?;
        place.write(item.map_or(ptr::null_mut(), |item| Box::into_raw(Box::new(item.into()))));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use appmint_core::ErrorKind;

    use super::*;

    #[test]
    fn a_panic_becomes_a_status_and_an_error() {
        let mut place = MaybeUninit::<*mut appmint_error>::new(ptr::null_mut());
        let status = try_call(Some(&mut place), || panic!("on purpose"));
        assert_eq!(status, ErrorKind::Internal.number());
        // SAFETY: after this status there is an error in `place`, and this is its only owner.
        drop(unsafe { Box::from_raw(place.assume_init()) });
    }
}
