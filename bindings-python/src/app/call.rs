//! The arguments of an API call.

use appmint_core::Call;
use pyo3::{
    prelude::*,
    types::{PyDict, PyString},
};

use crate::{
    arguments::{Argument, Optional, body, duration, optional, pairs, text, wrong_type},
    json,
};

/// A call of the platform's API, without its token.
pub(crate) fn call(
    method: Argument<'_, '_>,
    path: Argument<'_, '_>,
    headers: Optional<'_, '_>,
    json_value: Optional<'_, '_>,
    bytes: Optional<'_, '_>,
    params: Optional<'_, '_>,
    timeout: Optional<'_, '_>,
) -> PyResult<Call> {
    let path = with_params(text("path", path)?, params)?;
    let mut call = Call::new(text("method", method)?, path);
    for (name, value) in optional("headers", headers, pairs)?.unwrap_or_default() {
        call = call.header(name, value);
    }
    if let Some(text) = optional("json", json_value, json::dump)? {
        call = call.json_text(text);
    }
    if let Some(bytes) = optional("body", bytes, body)? {
        call = call.body(bytes);
    }
    if let Some(timeout) = optional("timeout", timeout, duration)? {
        call = call.timeout(timeout);
    }
    Ok(call)
}

/// A call for the pages of a list, without its token.
pub(crate) fn pages(
    path: Argument<'_, '_>,
    headers: Optional<'_, '_>,
    params: Optional<'_, '_>,
    timeout: Optional<'_, '_>,
) -> PyResult<Call> {
    let method = PyString::new(path.py(), "GET");
    call(method.as_any(), path, headers, None, None, params, timeout)
}

/// A path with further parameters in its query, encoded by Python's own module.
fn with_params(path: String, params: Optional<'_, '_>) -> PyResult<String> {
    let Some(params) = params else { return Ok(path) };
    let is_mapping = params.hasattr("items")?;
    if params.is_instance_of::<PyString>() || !(is_mapping || params.try_iter().is_ok()) {
        return Err(wrong_type("params", "a mapping or pairs of names and values", params));
    }
    let options = PyDict::new(params.py());
    options.set_item("doseq", true)?;
    let encode = params.py().import("urllib.parse")?.getattr("urlencode")?;
    let query: String = encode.call((params,), Some(&options))?.extract()?;
    let before = match (query.is_empty(), path.contains('?')) {
        (true, _) => return Ok(path),
        (false, false) => '?',
        (false, true) => '&',
    };
    Ok(format!("{path}{before}{query}"))
}
