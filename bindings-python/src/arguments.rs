//! Arguments as the core takes them. A value of another type is a `TypeError`, a value out of range
//! an `InvalidArgumentError`; both name the argument and what it must be, and never show the value.

use std::time::Duration;

use appmint_core::{Secret, Timestamp};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{
        PyBool, PyByteArray, PyBytes, PyDateTime, PyDelta, PyDeltaAccess as _, PyFloat, PyInt,
        PyMemoryView, PyString,
    },
};
use zeroize::Zeroizing;

use crate::{
    errors::invalid_argument,
    time::{DAY_MS, epoch},
};

/// An argument as Python passed it.
pub(crate) type Argument<'a, 'py> = &'a Bound<'py, PyAny>;

/// An argument that may be missing or None.
pub(crate) type Optional<'a, 'py> = Option<Argument<'a, 'py>>;

type Value<'py> = Bound<'py, PyAny>;

/// Converts an argument unless it is missing.
pub(crate) fn optional<'py, T>(
    name: &str,
    value: Option<&Value<'py>>,
    convert: impl FnOnce(&str, &Value<'py>) -> PyResult<T>,
) -> PyResult<Option<T>> {
    value.map(|value| convert(name, value)).transpose()
}

/// A `str`.
pub(crate) fn text(name: &str, value: &Value<'_>) -> PyResult<String> {
    let text = value.cast::<PyString>().map_err(|_| wrong_type(name, "a str", value))?;
    utf8(name, text)
}

/// A `str` that is secret.
pub(crate) fn secret(name: &str, value: &Value<'_>) -> PyResult<Secret> {
    text(name, value).map(Secret::new)
}

/// A `bool`. The truth of any other value need not be the one that is meant.
pub(crate) fn flag(name: &str, value: &Value<'_>) -> PyResult<bool> {
    let flag = value.cast::<PyBool>().map_err(|_| wrong_type(name, "a bool", value))?;
    Ok(flag.is_true())
}

/// An id: a `str`, or an `int` as platforms' pages show it.
pub(crate) fn id(name: &str, value: &Value<'_>) -> PyResult<String> {
    if !is_int(value) {
        let text = value.cast::<PyString>();
        return utf8(name, text.map_err(|_| wrong_type(name, "an int or a str", value))?);
    }
    let number = value.extract::<i128>();
    number.map(|number| number.to_string()).map_err(|_| {
        invalid_argument(value.py(), format!("{name} must be a str, or an int of up to 128 bits"))
    })
}

/// A `timedelta`, or seconds.
pub(crate) fn duration(name: &str, value: &Value<'_>) -> PyResult<Duration> {
    let out_of_range =
        || invalid_argument(value.py(), format!("{name} must be 0 seconds or more, and finite"));
    if let Ok(delta) = value.cast::<PyDelta>() {
        return positive(delta).ok_or_else(out_of_range);
    }
    if !is_int(value) && !value.is_instance_of::<PyFloat>() {
        return Err(wrong_type(name, "a timedelta or a number of seconds", value));
    }
    let seconds = value.extract::<f64>().map_err(|_| out_of_range())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| out_of_range())
}

/// A `datetime` with a time zone, or milliseconds since 1970.
pub(crate) fn timestamp(name: &str, value: &Value<'_>) -> PyResult<Timestamp> {
    if let Ok(datetime) = value.cast::<PyDateTime>() {
        return zoned(name, datetime);
    }
    if !value.is_exact_instance_of::<PyInt>() {
        return Err(wrong_type(name, "a datetime, or an int of milliseconds since 1970", value));
    }
    let millis = value.extract();
    millis.map(Timestamp::from_millis).map_err(|_| {
        invalid_argument(
            value.py(),
            format!("{name} must be an int of milliseconds of up to 64 bits"),
        )
    })
}

/// An `int` from 0 up.
pub(crate) fn count<T: Count>(name: &str, value: &Value<'_>) -> PyResult<T> {
    if !is_int(value) {
        return Err(wrong_type(name, "an int", value));
    }
    let count = value.extract::<u64>().ok().and_then(|count| T::try_from(count).ok());
    count.ok_or_else(|| {
        invalid_argument(value.py(), format!("{name} must be an int from 0 to {}", T::MAX))
    })
}

/// The types that [`count`] converts to.
pub(crate) trait Count: TryFrom<u64> {
    const MAX: u64;
}

impl Count for u16 {
    const MAX: u64 = Self::MAX as u64;
}

impl Count for u32 {
    const MAX: u64 = Self::MAX as u64;
}

impl Count for usize {
    const MAX: u64 = Self::MAX as u64;
}

/// Bytes, or text, or the path of a file with them.
pub(crate) fn file(name: &str, value: &Value<'_>) -> PyResult<Zeroizing<Vec<u8>>> {
    if let Ok(text) = value.cast::<PyString>() {
        return utf8(name, text).map(|text| Zeroizing::new(text.into_bytes()));
    }
    if value.hasattr("__fspath__")? {
        return read(value);
    }
    let bytes = bytes(value)?.ok_or_else(|| wrong_type(name, "a str, bytes or a Path", value))?;
    Ok(Zeroizing::new(bytes))
}

/// The same, of what is no secret.
pub(crate) fn bytes_file(name: &str, value: &Value<'_>) -> PyResult<Vec<u8>> {
    file(name, value).map(|bytes| bytes.to_vec())
}

/// Bytes that a signature covers. Text was decoded on its way, and encoding it again may yield
/// other bytes.
pub(crate) fn raw_body(name: &str, value: &Value<'_>) -> PyResult<Vec<u8>> {
    bytes(value)?.ok_or_else(|| {
        wrong_type(name, "the raw bytes of the request, before they are decoded or parsed", value)
    })
}

/// Bytes, or text that is sent as UTF-8.
pub(crate) fn body(name: &str, value: &Value<'_>) -> PyResult<Vec<u8>> {
    match value.cast::<PyString>() {
        Ok(text) => utf8(name, text).map(String::into_bytes),
        Err(_) => bytes(value)?.ok_or_else(|| wrong_type(name, "bytes or a str", value)),
    }
}

/// `bytes`, a `bytearray` or a `memoryview`; `None` for a value of another type.
pub(crate) fn bytes(value: &Value<'_>) -> PyResult<Option<Vec<u8>>> {
    if value.is_instance_of::<PyMemoryView>() {
        let copy = value.call_method0("tobytes")?;
        return Ok(Some(copy.cast::<PyBytes>()?.as_bytes().to_vec()));
    }
    Ok(match value.cast::<PyBytes>() {
        Ok(bytes) => Some(bytes.as_bytes().to_vec()),
        Err(_) => value.cast::<PyByteArray>().ok().map(PyByteArrayMethods::to_vec),
    })
}

/// Several `str`.
pub(crate) fn texts(name: &str, value: &Value<'_>) -> PyResult<Vec<String>> {
    items(name, "str", value, text)
}

/// Several ids.
pub(crate) fn ids(name: &str, value: &Value<'_>) -> PyResult<Vec<String>> {
    items(name, "int or str", value, id)
}

/// Several ports.
pub(crate) fn ports(name: &str, value: &Value<'_>) -> PyResult<Vec<u16>> {
    items(name, "int", value, count)
}

/// One secret, or several.
pub(crate) fn secrets(name: &str, value: &Value<'_>) -> PyResult<Vec<Secret>> {
    if value.is_instance_of::<PyString>() {
        return Ok(vec![secret(name, value)?]);
    }
    items(name, "str", value, secret)
}

/// The items of an iterable. A lone `str` would be taken apart into letters, and bytes into
/// numbers, so both are refused.
pub(crate) fn items<T>(
    name: &str,
    of: &str,
    value: &Value<'_>,
    convert: impl Fn(&str, &Value<'_>) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    let is_one = value.is_instance_of::<PyString>() || bytes(value)?.is_some();
    let values = if is_one { None } else { value.try_iter().ok() };
    let values = values
        .ok_or_else(|| wrong_type(name, &format!("a list or another iterable of {of}"), value))?;
    let item = format!("each item of {name}");
    values.map(|value| convert(&item, &value?)).collect()
}

/// The keys and values of a mapping.
pub(crate) fn pairs(name: &str, value: &Value<'_>) -> PyResult<Vec<(String, String)>> {
    let items = value.call_method0("items");
    let items = items.map_err(|_| wrong_type(name, "a dict of str to str", value))?;
    let (each_key, each_value) = (format!("each key of {name}"), format!("each value of {name}"));
    let mut pairs = Vec::new();
    for item in items.try_iter()? {
        let (key, value) = item?.extract::<(Value<'_>, Value<'_>)>()?;
        pairs.push((text(&each_key, &key)?, text(&each_value, &value)?));
    }
    Ok(pairs)
}

/// The headers of a request: a mapping, or pairs of names and values, as text or as bytes (ASGI).
pub(crate) fn headers(name: &str, value: &Value<'_>) -> PyResult<Vec<(String, String)>> {
    let expected = "a mapping of names to values, or pairs of them";
    let items = if value.hasattr("items")? { value.call_method0("items")? } else { value.clone() };
    let is_text = items.is_instance_of::<PyString>() || bytes(&items)?.is_some();
    let pairs = if is_text { None } else { items.try_iter().ok() };
    let pairs = pairs.ok_or_else(|| wrong_type(name, expected, value))?;
    let (each_name, each_value) = (format!("each name in {name}"), format!("each value in {name}"));
    let read = |pair: PyResult<Value<'_>>| {
        let pair = pair?.extract::<(Value<'_>, Value<'_>)>();
        let (key, value) = pair.map_err(|_| wrong_type(name, expected, value))?;
        Ok((header_text(&each_name, &key)?, header_text(&each_value, &value)?))
    };
    pairs.map(read).collect()
}

/// Bytes are ISO-8859-1, as in WSGI (PEP 3333).
fn header_text(name: &str, value: &Value<'_>) -> PyResult<String> {
    match bytes(value)? {
        Some(bytes) => Ok(bytes.into_iter().map(char::from).collect()),
        None => text(name, value),
    }
}

/// Refuses a value that cannot be called.
pub(crate) fn callable(name: &str, takes: &str, value: &Value<'_>) -> PyResult<()> {
    if value.is_callable() {
        return Ok(());
    }
    Err(wrong_type(name, &format!("a callable that takes {takes}"), value))
}

/// Text without lone surrogates. Python's own error would show the text, which may be a secret.
pub(crate) fn utf8(name: &str, text: &Bound<'_, PyString>) -> PyResult<String> {
    text.to_cow().map(std::borrow::Cow::into_owned).map_err(|_| {
        let message = format!("{name} must be Unicode text, without lone surrogates");
        invalid_argument(text.py(), message)
    })
}

/// The `TypeError` for an argument of another type.
pub(crate) fn wrong_type(name: &str, expected: &str, value: &Value<'_>) -> PyErr {
    match value.get_type().name() {
        Ok(class) => PyTypeError::new_err(format!("{name} must be {expected}, not {class}")),
        Err(error) => error,
    }
}

/// Whether a value is an `int`. A `bool` is one in Python, but neither an id nor a number of
/// seconds.
fn is_int(value: &Value<'_>) -> bool {
    value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>()
}

fn positive(delta: &Bound<'_, PyDelta>) -> Option<Duration> {
    let days = u64::try_from(delta.get_days()).ok()?;
    let secs = u64::try_from(delta.get_seconds()).ok()?;
    let micros = u64::try_from(delta.get_microseconds()).ok()?;
    Some(Duration::from_secs(days * 86_400 + secs) + Duration::from_micros(micros))
}

fn zoned(name: &str, value: &Bound<'_, PyDateTime>) -> PyResult<Timestamp> {
    let py = value.py();
    if value.call_method0("utcoffset")?.is_none() {
        let message = format!("{name} must be a datetime with a time zone: it has none");
        return Err(invalid_argument(py, message));
    }
    let since = value.as_any().sub(epoch(py)?)?;
    let since = since.cast::<PyDelta>()?;
    let secs = i64::from(since.get_days()) * DAY_MS / 1000 + i64::from(since.get_seconds());
    Ok(Timestamp::from_millis(secs * 1000 + i64::from(since.get_microseconds()) / 1000))
}

/// Read by Python, whose `FileNotFoundError` names the file.
fn read(path: &Value<'_>) -> PyResult<Zeroizing<Vec<u8>>> {
    let file = path.py().import("io")?.call_method1("open", (path, "rb"))?;
    let content = file.call_method0("read");
    file.call_method0("close")?;
    Ok(Zeroizing::new(content?.cast::<PyBytes>()?.as_bytes().to_vec()))
}
