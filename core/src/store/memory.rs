//! A store that ends with the process: for sessions that need not outlive it, and for tests.

use std::{
    collections::HashMap,
    fmt,
    time::{Duration, Instant},
};

use super::Store;
use crate::{
    error::Result,
    tasks::{
        PerProcess, lock,
        sync::{self, Mutex},
    },
    time::Timestamp,
};

/// A store in this process's memory. A forked child begins with an empty one.
#[derive(Default)]
pub struct MemoryStore(PerProcess<Mutex<Records>>);

#[derive(Default)]
struct Records {
    values: HashMap<String, Vec<u8>>,
    locks: HashMap<String, (String, Instant)>,
}

impl MemoryStore {
    fn with<T>(&self, work: impl FnOnce(&mut Records) -> T) -> Result<T> {
        let records = self.0.get_or_default();
        Ok(work(&mut lock(&records)))
    }
}

impl Store for MemoryStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.with(|records| records.values.get(name).cloned())
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        _keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        self.with(|records| {
            let is_expected = records.values.get(name).map(Vec::as_slice) == expected;
            if is_expected {
                records.values.insert(name.to_owned(), value.to_owned());
            }
            is_expected
        })
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.with(|records| {
            if records.values.get(name).is_some_and(|value| value == expected) {
                records.values.remove(name);
            }
        })
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        self.with(|records| {
            let now = sync::now();
            let is_free = records
                .locks
                .get(name)
                .is_none_or(|(holder, until)| holder == owner || *until <= now);
            if is_free {
                records.locks.insert(name.to_owned(), (owner.to_owned(), now + lease));
            }
            is_free
        })
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.with(|records| {
            if records.locks.get(name).is_some_and(|(holder, _)| holder == owner) {
                records.locks.remove(name);
            }
        })
    }

    fn is_shared(&self) -> bool {
        false
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}
