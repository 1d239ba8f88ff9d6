//! A JavaScript object that keeps tokens between processes.

use std::{fmt, sync::Arc, time::Duration};

use appmint_core::{ErrorKind, Result, Timestamp};
use napi::Env;
use napi_derive::napi;

use crate::{
    clock::{in_millis, millis},
    desk::{Asked, Desk, Part},
};

/// A store that JavaScript answers for.
#[napi]
pub struct Store(Arc<Desk>);

#[napi]
impl Store {
    /// Calls `ask` with the name of a store's method and its arguments. An answer is waited for no
    /// longer than `patience` milliseconds.
    ///
    /// # Errors
    /// When Node makes no queue.
    #[napi(catch_unwind, constructor)]
    pub fn new(env: Env, ask: Asked<'_>, patience: f64) -> napi::Result<Self> {
        Ok(Self(Desk::open(env, ask, millis(patience), "the store", ErrorKind::Store)?))
    }

    pub(crate) fn shared(&self) -> Arc<dyn appmint_core::Store> {
        Arc::new(Asking(Arc::clone(&self.0)))
    }
}

/// The core's side of a [`Store`].
struct Asking(Arc<Desk>);

impl appmint_core::Store for Asking {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.0.ask("get", vec![text(name)])
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        let expected = expected.map_or(Part::Nothing, bytes);
        // Times stay far below 2^53 milliseconds.
        let keep_until = keep_until.map(|until| Part::Milliseconds(until.as_millis() as f64));
        let parts = vec![text(name), bytes(value), expected, keep_until.unwrap_or(Part::Nothing)];
        Ok(self.0.ask("put", parts)?.is_some())
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.0.ask("remove", vec![text(name), bytes(expected)]).map(drop)
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        let lease = Part::Milliseconds(in_millis(lease));
        Ok(self.0.ask("lock", vec![text(name), text(owner), lease])?.is_some())
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.0.ask("unlock", vec![text(name), text(owner)]).map(drop)
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store(JavaScript)")
    }
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn bytes(bytes: &[u8]) -> Part {
    Part::Bytes(bytes.to_vec())
}
