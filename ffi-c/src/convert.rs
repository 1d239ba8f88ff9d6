//! Arguments of C become Rust's types, and Rust's values become C's numbers.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    slice,
    time::Duration,
};

use appmint_core::{Error, Result, Timestamp};

/// An object that must be there.
pub(crate) fn required<H>(name: &str, object: Option<H>) -> Result<H> {
    object.ok_or_else(|| null(name))
}

/// Text that must be there, be UTF-8 and contain no NUL.
pub(crate) fn text<'a>(name: &str, start: *const c_char, len: usize) -> Result<&'a str> {
    let bytes = bytes(name, start.cast(), len)?;
    if bytes.contains(&0) {
        return Err(Error::invalid(format!("{name} contains a NUL")));
    }
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

/// An array of texts. Without `lens` each text ends with a NUL.
pub(crate) fn texts<'a, T: From<&'a str>>(
    names: &str,
    name: &str,
    starts: *const *const c_char,
    lens: *const usize,
    count: usize,
) -> Result<Vec<T>> {
    let starts = slice(names, starts, count)?;
    let lens = if lens.is_null() { &[] } else { slice(names, lens, count)? };
    let read = |(i, start): (usize, &*const c_char)| {
        let len = lens.get(i).copied().unwrap_or(NUL_TERMINATED);
        text(name, *start, len).map(T::from)
    };
    starts.iter().enumerate().map(read).collect()
}

/// An array, which may be NULL if it is empty.
pub(crate) fn slice<'a, T>(name: &str, start: *const T, count: usize) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    if start.is_null() {
        return Err(null(name));
    }
    if isize::try_from(count.saturating_mul(size_of::<T>())).is_err() {
        return Err(Error::invalid(format!("the number of {name} is not a valid number")));
    }
    // SAFETY: the header demands `count` readable elements. No caller uses them after the C
    // function that they were passed to returns.
    Ok(unsafe { slice::from_raw_parts(start, count) })
}

/// Bytes that must be there.
pub(crate) fn bytes<'a>(name: &str, start: *const c_void, len: usize) -> Result<&'a [u8]> {
    if start.is_null() {
        return Err(null(name));
    }
    if len == NUL_TERMINATED {
        // SAFETY: the header demands a NUL at the end of text whose length is APPMINT_NTS.
        return Ok(unsafe { CStr::from_ptr(start.cast()) }.to_bytes());
    }
    if isize::try_from(len).is_err() {
        return Err(Error::invalid(format!("the length of {name} is not a valid length")));
    }
    // SAFETY: the header demands `len` readable bytes. No caller uses them after the C function
    // that they were passed to returns.
    Ok(unsafe { slice::from_raw_parts(start.cast(), len) })
}

/// A duration in milliseconds, which must not be negative.
pub(crate) fn milliseconds(name: &str, ms: i64) -> Result<Duration> {
    unsigned(name, ms).map(Duration::from_millis)
}

/// A duration in seconds, which must not be negative.
pub(crate) fn seconds(name: &str, s: i64) -> Result<Duration> {
    unsigned(name, s).map(Duration::from_secs)
}

/// A duration in milliseconds; `None` for `APPMINT_DEFAULT`.
pub(crate) fn milliseconds_or_default(name: &str, ms: i64) -> Result<Option<Duration>> {
    (ms != DEFAULT)
        .then(|| milliseconds(name, ms))
        .transpose()
        .map_err(|error| error.advise("Pass APPMINT_DEFAULT for the default."))
}

fn unsigned(name: &str, number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| Error::invalid(format!("{name} is negative")))
}

/// A time in milliseconds since 1970, or `APPMINT_NO_TIME`.
pub(crate) fn time_ms(time: Option<Timestamp>) -> i64 {
    time.map_or(NO_TIME, Timestamp::as_millis)
}

/// A duration in milliseconds, or -1 if there is none.
pub(crate) fn duration_ms(duration: Option<Duration>) -> i64 {
    duration.map_or(-1, |duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

/// 1, 0, or -1 if it is not known.
pub(crate) fn flag(flag: Option<bool>) -> c_int {
    flag.map_or(-1, c_int::from)
}

fn null(name: &str) -> Error {
    Error::invalid(format!("{name} is NULL"))
}

/// `APPMINT_NO_TIME`
pub(crate) const NO_TIME: i64 = i64::MIN;

/// `APPMINT_DEFAULT`
pub(crate) const DEFAULT: i64 = -1;

/// `APPMINT_NTS`
const NUL_TERMINATED: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    #[test]
    fn an_impossible_length_is_refused() {
        let error = bytes("body", c"x".as_ptr().cast(), usize::MAX - 1).unwrap_err();
        assert_eq!(error.message(), "the length of body is not a valid length");
        let error = slice("secrets", [0_u64].as_ptr(), usize::MAX / 8).unwrap_err();
        assert_eq!(error.message(), "the number of secrets is not a valid number");
    }

    #[test]
    fn a_nul_inside_a_text_is_refused() {
        let error = text("app_id", c"75".as_ptr(), 3).unwrap_err();
        assert_eq!(error.message(), "app_id contains a NUL");
    }

    #[test]
    fn texts_have_lengths_or_end_with_a_nul() {
        let starts = [c"one and more".as_ptr(), c"two".as_ptr()];
        let read = |lens| texts::<String>("scopes", "scope", starts.as_ptr(), lens, 2).unwrap();
        assert_eq!(read(ptr::null()), ["one and more", "two"]);
        assert_eq!(read([3, NUL_TERMINATED].as_ptr()), ["one", "two"]);
    }

    #[test]
    fn a_negative_duration_is_the_default_or_refused() {
        assert_eq!(milliseconds_or_default("timeout_ms", DEFAULT).unwrap(), None);
        let error = milliseconds_or_default("timeout_ms", -2).unwrap_err();
        assert_eq!(error.message(), "timeout_ms is negative");
        assert!(milliseconds("timeout_ms", DEFAULT).is_err());
    }
}
