//! A store in memory of which a test alters some calls.

use std::{fmt, time::Duration};

use super::{MemoryStore, Store};
use crate::{error::Result, time::Timestamp};

type Get = dyn Fn(&MemoryStore, &str) -> Result<Option<Vec<u8>>> + Send + Sync;
type Put = dyn Fn(&MemoryStore, &str, Option<&[u8]>) -> Result<bool> + Send + Sync;
type Lock = dyn Fn(&MemoryStore, &str, &str, Duration) -> Result<bool> + Send + Sync;

/// The store in memory answers a call for which no function is given.
#[derive(Default)]
pub(super) struct Altered {
    pub(super) inner: MemoryStore,
    pub(super) get: Option<Box<Get>>,
    pub(super) put: Option<Box<Put>>,
    pub(super) lock: Option<Box<Lock>>,
}

impl fmt::Debug for Altered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Altered")
    }
}

impl Store for Altered {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match &self.get {
            Some(get) => get(&self.inner, name),
            None => self.inner.get(name),
        }
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        match &self.put {
            Some(put) => put(&self.inner, name, expected),
            None => self.inner.put(name, value, expected, keep_until),
        }
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.inner.remove(name, expected)
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        match &self.lock {
            Some(lock) => lock(&self.inner, name, owner, lease),
            None => self.inner.lock(name, owner, lease),
        }
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.inner.unlock(name, owner)
    }
}
