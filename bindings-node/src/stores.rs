//! A store of the program's own: a JavaScript object that keeps tokens between processes.

use std::{fmt, sync::Arc, time::Duration};

use appmint_core::{ErrorKind, Result, Timestamp};
use napi::Env;
use napi_derive::napi;

use crate::{
    durations::{from_millis, to_millis},
    js_callbacks::{Argument, JsCallback, JsFunction},
};

/// A store whose methods JavaScript provides.
#[napi]
pub struct Store(Arc<JsCallback>);

#[napi]
impl Store {
    /// A store that calls `function` with the name of a method and its arguments, and waits for each
    /// reply for at most `timeout_ms`.
    ///
    /// # Errors
    /// If Node cannot make the queue.
    #[napi(catch_unwind, constructor)]
    pub fn new(env: Env, function: JsFunction<'_>, timeout_ms: f64) -> napi::Result<Self> {
        let timeout = from_millis(timeout_ms);
        Ok(Self(JsCallback::new(env, function, timeout, "the store", ErrorKind::Store)?))
    }

    pub(crate) fn shared(&self) -> Arc<dyn appmint_core::store::Store> {
        Arc::new(JsStore(Arc::clone(&self.0)))
    }
}

/// The core's side of a [`Store`].
struct JsStore(Arc<JsCallback>);

impl appmint_core::store::Store for JsStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.0.call("get", vec![text(name)])
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        let expected = expected.map_or(Argument::Null, bytes);
        // Times stay far below 2^53 milliseconds.
        let keep_until = keep_until
            .map_or(Argument::Null, |time| Argument::Milliseconds(time.as_millis() as f64));
        Ok(self.0.call("put", vec![text(name), bytes(value), expected, keep_until])?.is_some())
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.0.call("remove", vec![text(name), bytes(expected)]).map(drop)
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        let lease = Argument::Milliseconds(to_millis(lease));
        Ok(self.0.call("lock", vec![text(name), text(owner), lease])?.is_some())
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.0.call("unlock", vec![text(name), text(owner)]).map(drop)
    }
}

impl fmt::Debug for JsStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store(JavaScript)")
    }
}

fn text(text: &str) -> Argument {
    Argument::Text(text.to_owned())
}

fn bytes(bytes: &[u8]) -> Argument {
    Argument::Bytes(bytes.to_vec())
}
