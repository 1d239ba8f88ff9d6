//! The arguments of an API call.

use appmint_core::Call;
use pyo3::prelude::*;

use crate::{
    convert::{body, given, pairs, text},
    json,
};

/// A call of the platform's API, all but its token.
pub(crate) fn read(
    method: &Bound<'_, PyAny>,
    path: &Bound<'_, PyAny>,
    headers: Option<&Bound<'_, PyAny>>,
    json_value: Option<&Bound<'_, PyAny>>,
    bytes: Option<&Bound<'_, PyAny>>,
) -> PyResult<Call> {
    let call = Call::new(text("method", method)?, text("path", path)?);
    let headers = given("headers", headers, pairs)?.unwrap_or_default();
    let call = headers.into_iter().fold(call, |call, (name, value)| call.header(name, value));
    let call = given("json", json_value, json::dump)?.into_iter().fold(call, Call::json_text);
    Ok(given("body", bytes, body)?.into_iter().fold(call, Call::body))
}
