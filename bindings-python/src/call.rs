//! The arguments of an API call.

use appmint_core::Call;
use pyo3::prelude::*;

use crate::{
    convert::{Argument, Given, body, given, pairs, span, text},
    json,
};

/// A call of the platform's API, all but its token.
pub(crate) fn read(
    method: Argument<'_, '_>,
    path: Argument<'_, '_>,
    headers: Given<'_, '_>,
    json_value: Given<'_, '_>,
    bytes: Given<'_, '_>,
    timeout: Given<'_, '_>,
) -> PyResult<Call> {
    let call = Call::new(text("method", method)?, text("path", path)?);
    let headers = given("headers", headers, pairs)?.unwrap_or_default();
    let call = headers.into_iter().fold(call, |call, (name, value)| call.header(name, value));
    let call = given("json", json_value, json::dump)?.into_iter().fold(call, Call::json_text);
    let call = given("body", bytes, body)?.into_iter().fold(call, Call::body);
    Ok(given("timeout", timeout, span)?.into_iter().fold(call, Call::timeout))
}
