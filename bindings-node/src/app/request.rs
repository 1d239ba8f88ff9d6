//! API requests and their responses.

use std::sync::Arc;

use appmint_core::{Call, Response};
use napi::{
    Env,
    bindgen_prelude::{BufferSlice, ToNapiValue, Uint8Array},
    sys,
};
use napi_derive::napi;

use crate::durations::from_millis;

/// An API request.
#[napi(object, object_to_js = false)]
pub struct RequestRecord {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub json: Option<String>,
    pub body: Option<Uint8Array>,
    pub token: Option<String>,
    pub timeout_ms: Option<f64>,
}

impl From<RequestRecord> for Call {
    fn from(record: RequestRecord) -> Self {
        let mut call = Self::new(record.method, record.path);
        for (name, value) in record.headers {
            call = call.header(name, value);
        }
        let call = record.json.into_iter().fold(call, Self::json_text);
        let call = record.body.into_iter().fold(call, |call, body| call.body(body.to_vec()));
        let call = record.token.into_iter().fold(call, Self::token);
        record.timeout_ms.map(from_millis).into_iter().fold(call, Self::timeout)
    }
}

/// A response, whatever its status.
#[napi(object, object_from_js = false)]
pub struct ResponseRecord {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

impl From<Arc<Response>> for ResponseRecord {
    fn from(response: Arc<Response>) -> Self {
        Self { status: response.status, headers: response.headers.clone(), body: Body(response) }
    }
}

/// The body of a response. It is copied into a `Buffer`, since not every host allows external memory.
pub struct Body(Arc<Response>);

impl ToNapiValue for Body {
    unsafe fn to_napi_value(env: sys::napi_env, body: Self) -> napi::Result<sys::napi_value> {
        let copy = BufferSlice::copy_from(&Env::from_raw(env), &body.0.body)?;
        // SAFETY: `env` is the live environment that this was called with.
        unsafe { BufferSlice::to_napi_value(env, copy) }
    }
}
