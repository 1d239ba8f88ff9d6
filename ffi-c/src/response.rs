//! The platform's answer to a call, as C reads it.

use std::{
    ffi::c_int,
    mem::MaybeUninit,
    ptr,
    sync::{Arc, OnceLock},
};

use appmint_core::Response;

use crate::{
    border::{free, look},
    text::appmint_map,
};

/// An answer, whatever its status. Its body is zeroized when freed.
pub struct appmint_response {
    core: Arc<Response>,
    headers: OnceLock<appmint_map>,
}

impl From<Arc<Response>> for appmint_response {
    fn from(core: Arc<Response>) -> Self {
        Self { core, headers: OnceLock::new() }
    }
}

/// The HTTP status. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_response_status(response: Option<&appmint_response>) -> c_int {
    look(response, 0, |response| c_int::from(response.core.status))
}

/// The headers, names in lower case. Borrowed until `response` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_response_headers(
    response: Option<&appmint_response>,
) -> Option<&appmint_map> {
    let map = |response: &appmint_response| (&response.core.headers).into();
    look(response, None, |response| Some(response.headers.get_or_init(|| map(response))))
}

/// The body: bytes without a NUL at their end. Their number goes to `len` unless that is NULL.
/// Borrowed until `response` is freed; not NULL even where the body is empty.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_response_body(
    response: Option<&appmint_response>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const u8 {
    let body = look(response, None, |response| Some(response.core.body.as_slice()));
    if let Some(len) = len {
        len.write(body.map_or(0, <[u8]>::len));
    }
    body.map_or(ptr::null(), <[u8]>::as_ptr)
}

/// Frees a response. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_response_free(response: Option<Box<appmint_response>>) {
    free(response);
}
