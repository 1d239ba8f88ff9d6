//! Python values as the core takes them. A value of a wrong type is a `TypeError`, a value that
//! makes no sense an `InvalidArgumentError`; both name the argument and never show the value.

use std::time::Duration;

use appmint_core::Secret;
use pyo3::{
    exceptions::{PyOverflowError, PyTypeError},
    prelude::*,
    types::{
        PyBool, PyByteArray, PyBytes, PyDelta, PyDeltaAccess as _, PyFloat, PyInt, PyMemoryView,
        PyString,
    },
};
use zeroize::Zeroizing;

use crate::{error::invalid, json, token::Token};

/// An argument as Python gave it.
pub(crate) type Argument<'a, 'py> = &'a Bound<'py, PyAny>;

/// One that may be left out.
pub(crate) type Given<'a, 'py> = Option<Argument<'a, 'py>>;

type Value<'py> = Bound<'py, PyAny>;

/// Reads an argument that may be left out.
pub(crate) fn given<'py, T>(
    name: &str,
    value: Option<&Value<'py>>,
    read: impl FnOnce(&str, &Value<'py>) -> PyResult<T>,
) -> PyResult<Option<T>> {
    value.map(|value| read(name, value)).transpose()
}

/// A `str`.
pub(crate) fn text(name: &str, value: &Value<'_>) -> PyResult<String> {
    let text = value.cast::<PyString>().map_err(|_| wrong(name, "a str", value))?;
    utf8(name, text)
}

/// A `str` that is secret.
pub(crate) fn secret(name: &str, value: &Value<'_>) -> PyResult<Secret> {
    text(name, value).map(Secret::new)
}

/// A token's own secret: of a `Token`, or a `str`.
pub(crate) fn token(name: &str, value: &Value<'_>) -> PyResult<Secret> {
    match value.cast::<Token>() {
        Ok(token) => Ok(token.get().0.reveal().into()),
        Err(_) if value.is_instance_of::<PyString>() => secret(name, value),
        Err(_) => Err(wrong(name, "a str or a Token", value)),
    }
}

/// A refresh token: that of a `Token`, or a `str`.
pub(crate) fn refresh_token(name: &str, value: &Value<'_>) -> PyResult<Secret> {
    let Ok(token) = value.cast::<Token>() else { return secret(name, value) };
    let refresh_token = token.get().0.refresh_token().cloned();
    refresh_token.ok_or_else(|| invalid(value.py(), "this token came without a refresh token"))
}

/// A `bool`. Anything else has a truth of its own, which need not be the one that is meant.
pub(crate) fn flag(name: &str, value: &Value<'_>) -> PyResult<bool> {
    value.cast::<PyBool>().map(PyBoolMethods::is_true).map_err(|_| wrong(name, "a bool", value))
}

/// A `str`, or an `int` as platforms' pages show ids.
pub(crate) fn id(name: &str, value: &Value<'_>) -> PyResult<String> {
    if !is_int(value) {
        let text = value.cast::<PyString>().map_err(|_| wrong(name, "an int or a str", value))?;
        return utf8(name, text);
    }
    let number = value.extract::<i128>().map_err(|_| out_of_range(name, value))?;
    Ok(number.to_string())
}

/// A `timedelta`, or seconds.
pub(crate) fn span(name: &str, value: &Value<'_>) -> PyResult<Duration> {
    if let Ok(delta) = value.cast::<PyDelta>() {
        return delta_span(delta).ok_or_else(|| out_of_range(name, value));
    }
    if !is_int(value) && !value.is_instance_of::<PyFloat>() {
        return Err(wrong(name, "a timedelta or a number of seconds", value));
    }
    let seconds = value.extract::<f64>().map_err(|_| out_of_range(name, value))?;
    Duration::try_from_secs_f64(seconds).map_err(|_| out_of_range(name, value))
}

/// An `int` from 0 on.
pub(crate) fn count<T>(name: &str, value: &Value<'_>) -> PyResult<T>
where
    T: for<'a, 'py> FromPyObject<'a, 'py, Error = PyErr>,
{
    if !is_int(value) {
        return Err(wrong(name, "an int", value));
    }
    value.extract().map_err(|error: PyErr| {
        let is_range = error.is_instance_of::<PyOverflowError>(value.py());
        if is_range { out_of_range(name, value) } else { error }
    })
}

/// Bytes, or text, or the path of a file that holds them.
pub(crate) fn file(name: &str, value: &Value<'_>) -> PyResult<Zeroizing<Vec<u8>>> {
    if let Ok(text) = value.cast::<PyString>() {
        return utf8(name, text).map(|text| Zeroizing::new(text.into_bytes()));
    }
    if value.hasattr("__fspath__")? {
        return read(value);
    }
    let bytes = bytes(value)?.ok_or_else(|| wrong(name, "a str, bytes or a Path", value))?;
    Ok(Zeroizing::new(bytes))
}

/// Text, or the path of a file that holds it.
pub(crate) fn text_file(name: &str, value: &Value<'_>) -> PyResult<String> {
    String::from_utf8(file(name, value)?.to_vec())
        .map_err(|_| invalid(value.py(), format!("{name} is not UTF-8 text")))
}

/// JSON as text, or a value to make JSON of.
pub(crate) fn json_text(name: &str, value: &Value<'_>) -> PyResult<String> {
    match value.cast::<PyString>() {
        Ok(text) => utf8(name, text),
        Err(_) => json::dump(name, value),
    }
}

/// Bytes as they came. Text was decoded on the way, and who encodes it again may get other bytes.
pub(crate) fn raw_body(name: &str, value: &Value<'_>) -> PyResult<Vec<u8>> {
    bytes(value)?.ok_or_else(|| {
        wrong(name, "the raw bytes as they came, before anything decoded or parsed them", value)
    })
}

/// Bytes, or text that goes out as UTF-8.
pub(crate) fn body(name: &str, value: &Value<'_>) -> PyResult<Vec<u8>> {
    match value.cast::<PyString>() {
        Ok(text) => utf8(name, text).map(String::into_bytes),
        Err(_) => bytes(value)?.ok_or_else(|| wrong(name, "bytes or a str", value)),
    }
}

/// `bytes`, a `bytearray` or a `memoryview`; `None` for anything else.
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
    several(name, value, text)
}

/// Several ids.
pub(crate) fn ids(name: &str, value: &Value<'_>) -> PyResult<Vec<String>> {
    several(name, value, id)
}

/// Several ports.
pub(crate) fn ports(name: &str, value: &Value<'_>) -> PyResult<Vec<u16>> {
    several(name, value, count)
}

/// A secret, or several.
pub(crate) fn secrets(name: &str, value: &Value<'_>) -> PyResult<Vec<Secret>> {
    if value.is_instance_of::<PyString>() {
        return Ok(vec![secret(name, value)?]);
    }
    several(name, value, secret)
}

/// Several tokens or other credentials.
pub(crate) fn tokens(name: &str, value: &Value<'_>) -> PyResult<Vec<Secret>> {
    several(name, value, token)
}

/// A lone `str` would be taken apart into letters, and bytes into numbers, so they are refused.
fn several<T>(
    name: &str,
    value: &Value<'_>,
    read: impl Fn(&str, &Value<'_>) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    let is_one = value.is_instance_of::<PyString>() || bytes(value)?.is_some();
    let values = if is_one { None } else { value.try_iter().ok() };
    let values = values.ok_or_else(|| wrong(name, "a list or tuple, even of one", value))?;
    values.map(|value| read(name, &value?)).collect()
}

/// Names and values of a mapping.
pub(crate) fn pairs(name: &str, value: &Value<'_>) -> PyResult<Vec<(String, String)>> {
    let items = value.call_method0("items").map_err(|_| wrong(name, "a dict of str", value))?;
    let mut pairs = Vec::new();
    for item in items.try_iter()? {
        let (key, value) = item?.extract::<(Value<'_>, Value<'_>)>()?;
        pairs.push((text(name, &key)?, text(name, &value)?));
    }
    Ok(pairs)
}

/// Refuses what cannot be called, and says how it would be.
pub(crate) fn callable(name: &str, how: &str, value: &Value<'_>) -> PyResult<()> {
    if value.is_callable() {
        return Ok(());
    }
    Err(wrong(name, &format!("callable: {how}"), value))
}

/// Python's own error would hold the text, and the text may be a secret.
pub(crate) fn utf8(name: &str, text: &Bound<'_, PyString>) -> PyResult<String> {
    text.to_cow().map(std::borrow::Cow::into_owned).map_err(|_| {
        invalid(text.py(), format!("{name} has a lone surrogate: it is no Unicode text"))
    })
}

pub(crate) fn wrong(name: &str, wanted: &str, value: &Value<'_>) -> PyErr {
    let given = value.get_type();
    match given.name() {
        Ok(given) => PyTypeError::new_err(format!("{name} must be {wanted}, not {given}")),
        Err(error) => error,
    }
}

fn out_of_range(name: &str, value: &Value<'_>) -> PyErr {
    invalid(value.py(), format!("{name} is negative, too large, or not a number"))
}

/// A `bool` is an `int` in Python, but no id and no number of seconds.
fn is_int(value: &Value<'_>) -> bool {
    value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>()
}

fn delta_span(delta: &Bound<'_, PyDelta>) -> Option<Duration> {
    let days = u64::try_from(delta.get_days()).ok()?;
    let secs = u64::try_from(delta.get_seconds()).ok()?;
    let micros = u64::try_from(delta.get_microseconds()).ok()?;
    Some(Duration::from_secs(days * 86_400 + secs) + Duration::from_micros(micros))
}

/// Read by Python, whose `FileNotFoundError` names the file.
fn read(path: &Value<'_>) -> PyResult<Zeroizing<Vec<u8>>> {
    let file = path.py().import("io")?.call_method1("open", (path, "rb"))?;
    let content = file.call_method0("read");
    file.call_method0("close")?;
    Ok(Zeroizing::new(content?.cast::<PyBytes>()?.as_bytes().to_vec()))
}
