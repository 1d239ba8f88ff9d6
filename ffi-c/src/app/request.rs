//! Calls of the platform's API, and their responses.

use std::{
    ffi::{c_char, c_int, c_void},
    mem::{self, MaybeUninit},
    ptr,
    sync::Arc,
};

use appmint_core::{Call, Response, Result, Task};

use crate::{
    access::{free, new, read, text_and_len_of},
    app::{app_of, appmint_app},
    call::{new_object, wait_for},
    convert::{bytes, milliseconds, optional_text, required, text},
    draft::{self, Draft},
    errors::{appmint_error, appmint_status},
    installations::items::appmint_items,
    once::Once,
    text::OnceText,
    values::appmint_map,
};

/// A call of the platform's API: see appmint_app_request, appmint_app_paginate, appmint_source_request
/// and appmint_source_paginate. It can be sent any number of times.
pub struct appmint_request(Draft<Call>);

impl appmint_request {
    /// The call, unless a setter had a wrong argument.
    pub(crate) fn call(request: Option<&Self>) -> Result<Call> {
        required("request", request)?.0.checked().cloned()
    }

    /// The call for the pages of a list, and the place of the items in them.
    pub(crate) fn pages(
        request: Option<&Self>,
        items: *const c_char,
        items_len: usize,
    ) -> Result<(Call, Option<&str>)> {
        Ok((Self::call(request)?, optional_text("items", items, items_len)?))
    }
}

/// Changes a call by one of its own methods.
fn set<T>(
    request: Option<&mut appmint_request>,
    read: impl FnOnce() -> Result<T>,
    change: impl FnOnce(Call, T) -> Call,
) {
    draft::set(request.map(|request| &mut request.0), |call| {
        let argument = read()?;
        *call = change(mem::replace(call, Call::get("")), argument);
        Ok(())
    });
}

/// A response of the platform's API, of any status. Its body is zeroized when it is freed.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9110#section-15
pub struct appmint_response {
    core: Arc<Response>,
    headers: Once<appmint_map>,
    text: OnceText,
}

impl From<Arc<Response>> for appmint_response {
    fn from(core: Arc<Response>) -> Self {
        Self { core, headers: Once::new(), text: OnceText::default() }
    }
}

/// A call of any method, such as "GET". `path` begins with "/" and is relative to the API, or is a
/// URL on one of the platform's own hosts. A query may follow it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_new(
    method: *const c_char,
    method_len: usize,
    path: *const c_char,
    path_len: usize,
) -> Option<Box<appmint_request>> {
    new(|| {
        let mut draft = Draft::new(Call::get(""));
        draft.change(|call| {
            *call = Call::new(text("method", method, method_len)?, text("path", path, path_len)?);
            Ok(())
        });
        appmint_request(draft)
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
) {
    let header = || Ok((text("name", name, name_len)?, text("value", value, value_len)?));
    set(request, header, |call, (name, value)| call.header(name, value));
}

/// JSON text that is sent, instead of a body of another kind. Default: no body.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_set_json(
    request: Option<&mut appmint_request>,
    json: *const c_char,
    json_len: usize,
) {
    set(request, || text("json", json, json_len), Call::json_text);
}

/// Bytes to send, instead of `json`; their type belongs into a Content-Type header. Default: no
/// body.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_set_body(
    request: Option<&mut appmint_request>,
    body: *const c_void,
    body_len: usize,
) {
    set(request, || bytes("body", body, body_len), Call::body);
}

/// The token to authenticate with, such as a user's. Not for a source, which has its own. Default:
/// the credential that the platform wants for the path, such as the app's JWT.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_set_token(
    request: Option<&mut appmint_request>,
    token: *const c_char,
    token_len: usize,
) {
    set(request, || text("token", token, token_len), Call::token);
}

/// The time for the whole call with its retries, in milliseconds. Default: the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_set_timeout_ms(
    request: Option<&mut appmint_request>,
    timeout_ms: i64,
) {
    set(request, || milliseconds("timeout_ms", timeout_ms), Call::timeout);
}

/// Zeroizes the token in a request and frees it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_request_free(request: Option<Box<appmint_request>>) {
    free(request);
}

/// Calls the platform's API as the app, or with a token. Every HTTP status is a response and no
/// error. A read is sent again after a lost connection, 502 to 504, and a rate limit; a write after
/// a rate limit only. A path that the platform reserves for the OAuth client is called with its id
/// and secret.
///
/// The arguments are set on `request`, which can be sent any number of times. Blocks at most for
/// its timeout.
///
/// Free `*response` with appmint_response_free.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if the method, path, headers or body cannot be sent.
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_FOREIGN_HOST) if the URL is on another host
///   than the platform's.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_request(
    app: Option<&appmint_app>,
    request: Option<&appmint_request>,
    response: Option<&mut MaybeUninit<*mut appmint_response>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("response", response, error, || wait_for(|| request_task(app, request)))
}

/// Lists the items of any endpoint of the API, as the app, or with a token. The items are the list
/// that the endpoint answers, or the only member of its answer that is a list, such as
/// "repositories" beside a "total_count". Each one is a JSON value: the order of its members, and
/// the digits of a number beyond 64 bits, are not kept.
///
/// A next page is the one that the answer's Link header names, which must be on the same host and
/// for the same credential, or as api.paging of the platform's descriptor says: by its number,
/// until a page has no items or those of the page before, or by a cursor. As many items are asked
/// for at once as the platform allows, unless the path's query has that parameter already. An item
/// that moves to another page while the list is read may come twice, or not at all.
///
/// A page that is refused is an error after the items of the pages before it. So is a link to
/// another host, to which nothing is sent, and one to a page that was read already. Pages are
/// requested as the items are asked for, none before.
///
/// The path and the other arguments are those of `request`, a GET without a body. Each item is the
/// JSON text of a value, in an appmint_text.
///
/// Free `*listing` with appmint_items_free.
///
/// - `items`: The member of an answer that is the list, or a JSON pointer to it (RFC 6901), where
///   an answer has several lists. Default: the only list in the answer.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if the path or headers cannot be sent, or the name of the
///   member is empty.
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_FOREIGN_HOST) if the URL is on another host
///   than the platform's.
///
/// Source: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api,
/// https://www.rfc-editor.org/rfc/rfc8288#section-3
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_paginate(
    app: Option<&appmint_app>,
    request: Option<&appmint_request>,
    items: *const c_char,
    items_len: usize,
    listing: Option<&mut MaybeUninit<*mut appmint_items>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("listing", listing, error, || {
        let (call, items) = appmint_request::pages(request, items, items_len)?;
        app_of(app)?.paginate(call, items)
    })
}

/// The HTTP status.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_response_status(response: Option<&appmint_response>) -> c_int {
    read(response, 0, |response| c_int::from(response.core.status))
}

/// The headers, with names in lower case.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_response_headers(
    response: Option<&appmint_response>,
) -> Option<&appmint_map> {
    let map = |response: &appmint_response| (&response.core.headers).into();
    read(response, None, |response| Some(response.headers.get_or_init(|| map(response))))
}

/// The whole body. Bytes without a NUL at their end. Not NULL even if the body is empty.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_response_body(
    response: Option<&appmint_response>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const u8 {
    let body = read(response, None, |response| Some(response.core.body.as_slice()));
    if let Some(len) = len {
        len.write(body.map_or(0, <[u8]>::len));
    }
    body.map_or(ptr::null(), <[u8]>::as_ptr)
}

/// The body as text, in its charset and without a byte order mark. UTF-8, UTF-16 by its byte order
/// mark or its declared charset, or ISO-8859-1 where that is declared. Bytes that are not valid are
/// replaced by U+FFFD.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_response_text(
    response: Option<&appmint_response>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    text_and_len_of(response, len, |response| response.text.required(|| response.core.text()))
}

/// Frees a response.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_response_free(response: Option<Box<appmint_response>>) {
    free(response);
}

pub(crate) fn request_task(
    app: Option<&appmint_app>,
    request: Option<&appmint_request>,
) -> Result<Task<Arc<Response>>> {
    let call = appmint_request::call(request)?;
    Ok(app_of(app)?.request(call))
}
