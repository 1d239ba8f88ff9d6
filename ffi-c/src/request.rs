//! A call of the platform's API, as C describes it.

use std::{
    ffi::{c_char, c_void},
    mem::{self, MaybeUninit},
    time::Duration,
};

use appmint_core::{Call, Result};

use crate::{
    border::{Out, answer, bytes, free, given, make, text},
    error::{appmint_error, appmint_status},
};

/// A call of the platform's API: see appmint_app_request and appmint_source_request.
pub struct appmint_request {
    pub(crate) core: Call,
}

impl From<Call> for appmint_request {
    fn from(core: Call) -> Self {
        Self { core }
    }
}

fn change<T>(
    request: Option<&mut appmint_request>,
    error: Out<'_, appmint_error>,
    read: impl FnOnce() -> Result<T>,
    change: impl FnOnce(Call, T) -> Call,
) -> appmint_status {
    answer(error, || {
        let request = given("request", request)?;
        let argument = read()?; // before anything is taken out of the request
        let call = mem::replace(&mut request.core, Call::get(""));
        request.core = change(call, argument);
        Ok(())
    })
}

/// A call of any method, such as "GET". `path` begins with "/" and is relative to the API, or is a
/// URL on one of the platform's own hosts; a query may follow it. You own `*request`:
/// appmint_request_free. It can be sent any number of times.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_new(
    method: *const c_char,
    method_len: usize,
    path: *const c_char,
    path_len: usize,
    request: Option<&mut MaybeUninit<*mut appmint_request>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("request", request, error, || {
        Ok(Call::new(text("method", method, method_len)?, text("path", path, path_len)?))
    })
}

/// Adds a header.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_add_header(
    request: Option<&mut appmint_request>,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let header = || Ok((text("name", name, name_len)?, text("value", value, value_len)?));
    change(request, error, header, |call, (name, value)| call.header(name, value))
}

/// Carries JSON.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_set_json(
    request: Option<&mut appmint_request>,
    json: *const c_char,
    json_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    change(request, error, || text("json", json, json_len), Call::json_text)
}

/// Carries bytes; say what they are in a Content-Type header.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_set_body(
    request: Option<&mut appmint_request>,
    body: *const c_void,
    body_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    change(request, error, || bytes("body", body, body_len), Call::body)
}

/// Makes the call with this token: a user's, or any other that belongs to the platform. For
/// appmint_app_request only.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_set_token(
    request: Option<&mut appmint_request>,
    token: *const c_char,
    token_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    change(request, error, || text("token", token, token_len), Call::token)
}

/// Ends the whole call after this time in milliseconds, instead of the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_set_timeout_ms(
    request: Option<&mut appmint_request>,
    timeout_ms: u64,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    change(request, error, || Ok(Duration::from_millis(timeout_ms)), Call::timeout)
}

/// Zeroizes the token in a request and frees it. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_free(request: Option<Box<appmint_request>>) {
    free(request);
}
