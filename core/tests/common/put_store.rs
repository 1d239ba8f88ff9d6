//! A store in memory whose writes a test decides.

use std::{fmt, time::Duration};

use appmint_core::{
    Result, Timestamp,
    store::{MemoryStore, Store},
};

/// The arguments of a write.
#[derive(Clone, Copy)]
pub(crate) struct Put<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a [u8],
    pub(crate) expected: Option<&'a [u8]>,
    pub(crate) keep_until: Option<Timestamp>,
}

impl Put<'_> {
    pub(crate) fn done_in(self, store: &MemoryStore) -> Result<bool> {
        store.put(self.name, self.value, self.expected, self.keep_until)
    }
}

/// A store in memory that calls a function for each write.
pub(crate) struct PutStore<F> {
    inner: MemoryStore,
    put: F,
}

impl<F: Fn(&MemoryStore, Put<'_>) -> Result<bool> + Send + Sync> PutStore<F> {
    pub(crate) fn new(put: F) -> Self {
        Self { inner: MemoryStore::default(), put }
    }
}

impl<F> fmt::Debug for PutStore<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PutStore")
    }
}

impl<F: Fn(&MemoryStore, Put<'_>) -> Result<bool> + Send + Sync> Store for PutStore<F> {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.inner.get(name)
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        (self.put)(&self.inner, Put { name, value, expected, keep_until })
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.inner.remove(name, expected)
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        self.inner.lock(name, owner, lease)
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.inner.unlock(name, owner)
    }
}
