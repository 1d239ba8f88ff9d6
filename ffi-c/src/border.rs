//! Where C's pointers become Rust's types, and where errors and panics become statuses.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr, slice,
    time::Duration,
};

use appmint_core::{Error, ErrorKind, Listing, Result, Secret};

use crate::{
    error::{appmint_error, appmint_status},
    text::Text,
};

/// A place for a handle that the caller will own.
pub(crate) type Out<'a, T> = Option<&'a mut MaybeUninit<*mut T>>;

/// Does the work; what goes wrong becomes a status, and an error object where there is a place.
pub(crate) fn answer(
    error: Out<'_, appmint_error>,
    work: impl FnOnce() -> Result<()>,
) -> appmint_status {
    let Err(wrong) = caught(work) else { return 0 };
    let status = wrong.kind().number();
    if let Some(place) = error {
        place.write(Box::into_raw(Box::new(wrong.into())));
    }
    status
}

/// Does the work and hands its result over; a missing place for it is found before any work.
pub(crate) fn make<T, R: Into<T>>(
    name: &str,
    place: Out<'_, T>,
    error: Out<'_, appmint_error>,
    work: impl FnOnce() -> Result<R>,
) -> appmint_status {
    answer(error, || {
        let place = place.ok_or_else(|| null(name))?;
        place.write(Box::into_raw(Box::new(work()?.into())));
        Ok(())
    })
}

/// Waits for a listing's next item and hands it over: NULL after the last.
pub(crate) fn next<C: Clone + Send + 'static, T: From<C>>(
    name: &str,
    place: Out<'_, T>,
    error: Out<'_, appmint_error>,
    listing: Option<&Listing<C>>,
) -> appmint_status {
    answer(error, || {
        let place = place.ok_or_else(|| null(name))?;
        let item = given("listing", listing)?.wait_for_next()?;
        place.write(item.map_or(ptr::null_mut(), |item| Box::into_raw(Box::new(item.into()))));
        Ok(())
    })
}

/// Looks at a handle; `absent` answers for NULL.
pub(crate) fn look<H, R>(handle: Option<H>, absent: R, work: impl FnOnce(H) -> R) -> R {
    catch_unwind(AssertUnwindSafe(|| handle.map(work))).ok().flatten().unwrap_or(absent)
}

/// Looks at a handle's text, which lives as long as the handle.
pub(crate) fn show<'a, T>(
    handle: Option<&'a T>,
    work: impl FnOnce(&'a T) -> Option<&'a Text>,
) -> *const c_char {
    Text::pointer(look(handle, None, work))
}

/// Like [`show`], and tells the length.
pub(crate) fn show_with_len<'a, T>(
    handle: Option<&'a T>,
    len: Option<&mut MaybeUninit<usize>>,
    work: impl FnOnce(&'a T) -> Option<&'a Text>,
) -> *const c_char {
    let text = look(handle, None, work);
    if let Some(len) = len {
        len.write(text.map_or(0, Text::len));
    }
    Text::pointer(text)
}

/// Ends a handle's life; nothing to do for NULL.
pub(crate) fn free<T>(handle: Option<Box<T>>) {
    look(handle, (), drop);
}

/// A handle that must be there.
pub(crate) fn given<H>(name: &str, handle: Option<H>) -> Result<H> {
    handle.ok_or_else(|| null(name))
}

/// Text that must be there and be UTF-8.
pub(crate) fn text<'a>(name: &str, start: *const c_char, len: usize) -> Result<&'a str> {
    let bytes = bytes(name, start.cast(), len)?;
    str::from_utf8(bytes).map_err(|_| Error::invalid(format!("{name} is not UTF-8")))
}

/// Text that is absent when it is NULL.
pub(crate) fn optional_text<'a>(
    name: &str,
    start: *const c_char,
    len: usize,
) -> Result<Option<&'a str>> {
    (!start.is_null()).then(|| text(name, start, len)).transpose()
}

/// Text that must be there, end with a NUL and be UTF-8.
pub(crate) fn ended_text<'a>(name: &str, start: *const c_char) -> Result<&'a str> {
    text(name, start, NUL_TERMINATED)
}

/// An array, which may be NULL where it holds nothing.
pub(crate) fn slice<'a, T>(name: &str, start: *const T, count: usize) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    if start.is_null() {
        return Err(null(name));
    }
    if isize::try_from(count.saturating_mul(size_of::<T>())).is_err() {
        return Err(Error::invalid(format!("the number of {name} is not one")));
    }
    // SAFETY: the header demands `count` readable elements; every caller is done with them before
    // the C function that was given them returns.
    Ok(unsafe { slice::from_raw_parts(start, count) })
}

/// Bytes that must be there.
pub(crate) fn bytes<'a>(name: &str, start: *const c_void, len: usize) -> Result<&'a [u8]> {
    if start.is_null() {
        return Err(null(name));
    }
    if len == NUL_TERMINATED {
        // SAFETY: the header demands a NUL at the end of what APPMINT_NTS is said of.
        return Ok(unsafe { CStr::from_ptr(start.cast()) }.to_bytes());
    }
    if isize::try_from(len).is_err() {
        return Err(Error::invalid(format!("the length of {name} is not one")));
    }
    // SAFETY: the header demands `len` readable bytes; every caller is done with them before the
    // C function that was given them returns.
    Ok(unsafe { slice::from_raw_parts(start.cast(), len) })
}

/// Secrets, each of which ends with a NUL.
pub(crate) fn secrets(
    names: &str,
    name: &str,
    start: *const *const c_char,
    count: usize,
) -> Result<Vec<Secret>> {
    let read = |secret: &*const c_char| ended_text(name, *secret).map(Secret::from);
    slice(names, start, count)?.iter().map(read).collect()
}

/// Texts, each of which ends with a NUL.
pub(crate) fn texts(
    names: &str,
    name: &str,
    start: *const *const c_char,
    count: usize,
) -> Result<Vec<String>> {
    let read = |text: &*const c_char| ended_text(name, *text).map(str::to_owned);
    slice(names, start, count)?.iter().map(read).collect()
}

/// Milliseconds; what is negative stands for the default.
pub(crate) fn span(ms: i64) -> Option<Duration> {
    u64::try_from(ms).ok().map(Duration::from_millis)
}

/// Yes, no, or -1 for what is not known.
pub(crate) fn flag(flag: Option<bool>) -> c_int {
    flag.map_or(-1, c_int::from)
}

fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "appmint panicked")
            .advise("This is a bug in appmint; please report it."))
    })
}

fn null(name: &str) -> Error {
    Error::invalid(format!("{name} is NULL"))
}

/// `APPMINT_NTS`
const NUL_TERMINATED: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_error() {
        let mut place = MaybeUninit::<*mut appmint_error>::new(ptr::null_mut());
        let status = answer(Some(&mut place), || panic!("on purpose"));
        assert_eq!(status, ErrorKind::Internal.number());
        // SAFETY: the status says that an error was written; nobody else has it.
        drop(unsafe { Box::from_raw(place.assume_init()) });
        assert_eq!(look(Some(()), 7, |()| panic!("on purpose")), 7);
    }

    #[test]
    fn an_impossible_length_is_refused() {
        let error = bytes("body", c"x".as_ptr().cast(), usize::MAX - 1).unwrap_err();
        assert_eq!(error.message(), "the length of body is not one");
        let error = slice("secrets", [0_u64].as_ptr(), usize::MAX / 8).unwrap_err();
        assert_eq!(error.message(), "the number of secrets is not one");
    }
}
