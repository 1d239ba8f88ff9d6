//! The arguments of an API call.

use appmint_core::Call;
use pyo3::prelude::*;

use crate::{
    arguments::{Argument, Optional, body, duration, optional, pairs, text},
    json,
};

/// A call of the platform's API, without its token.
pub(crate) fn call(
    method: Argument<'_, '_>,
    path: Argument<'_, '_>,
    headers: Optional<'_, '_>,
    json_value: Optional<'_, '_>,
    bytes: Optional<'_, '_>,
    timeout: Optional<'_, '_>,
) -> PyResult<Call> {
    let mut call = Call::new(text("method", method)?, text("path", path)?);
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
