//! A store that ends with the process: for sessions that need not outlive it, and for tests.

use std::{
    collections::HashMap,
    fmt,
    time::{Duration, Instant},
};

use super::{SWEEP_MARGIN, Store};
use crate::{
    clock::{Clock as _, SystemClock},
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
    values: HashMap<String, Value>,
    /// The number of values from which on those that may be dropped are.
    sweep_at: usize,
    locks: HashMap<String, (String, Instant)>,
}

struct Value {
    bytes: Vec<u8>,
    keep_until: Option<Timestamp>,
}

impl Records {
    fn value(&self, name: &str) -> Option<&[u8]> {
        self.values.get(name).map(|value| value.bytes.as_slice())
    }

    /// Drops what may be dropped, whenever there are twice as many values as after the last time.
    fn sweep(&mut self) {
        if self.values.len() < self.sweep_at.max(MIN_SWEEP) {
            return;
        }
        let bound = SystemClock.now().before(SWEEP_MARGIN);
        self.values.retain(|_, value| value.keep_until.is_none_or(|until| until >= bound));
        self.sweep_at = self.values.len() * 2;
        let now = sync::now();
        self.locks.retain(|_, (_, until)| *until > now);
    }
}

impl MemoryStore {
    fn with<T>(&self, work: impl FnOnce(&mut Records) -> T) -> Result<T> {
        let records = self.0.get_or_default();
        Ok(work(&mut lock(&records)))
    }
}

impl Store for MemoryStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.with(|records| records.value(name).map(<[u8]>::to_vec))
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        self.with(|records| {
            let is_expected = records.value(name) == expected;
            if is_expected {
                let value = Value { bytes: value.to_owned(), keep_until };
                records.values.insert(name.to_owned(), value);
                records.sweep();
            }
            is_expected
        })
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.with(|records| {
            if records.value(name) == Some(expected) {
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

const MIN_SWEEP: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_may_be_dropped_do_not_pile_up() {
        let store = MemoryStore::default();
        let long_ago = SystemClock.now().before(SWEEP_MARGIN * 2);
        assert!(store.put("kept", b"a", None, None).unwrap());
        for n in 0..10_000 {
            let until = (n % 1000 != 0).then_some(long_ago);
            assert!(store.put(&n.to_string(), b"a", None, until).unwrap());
        }
        let count = store.with(|records| records.values.len()).unwrap();
        assert!(count < MIN_SWEEP + 22, "{count}");
        assert!(store.get("kept").unwrap().is_some() && store.get("9000").unwrap().is_some());
    }

    #[test]
    fn few_values_are_left_alone() {
        let store = MemoryStore::default();
        let long_ago = SystemClock.now().before(SWEEP_MARGIN * 2);
        for n in 0..MIN_SWEEP - 1 {
            assert!(store.put(&n.to_string(), b"a", None, Some(long_ago)).unwrap());
        }
        assert_eq!(store.with(|records| records.values.len()).unwrap(), MIN_SWEEP - 1);
    }

    #[test]
    fn locks_whose_lease_is_over_do_not_pile_up() {
        let store = MemoryStore::default();
        let hour = Duration::from_secs(3600);
        assert!(store.lock("held", "a", hour).unwrap());
        for n in 0..10_000 {
            assert!(store.lock(&n.to_string(), "a", Duration::ZERO).unwrap());
            assert!(store.put(&n.to_string(), b"a", None, None).unwrap());
        }
        let count = store.with(|records| records.locks.len()).unwrap();
        assert!(count < 6000, "{count}");
        assert!(!store.lock("held", "b", hour).unwrap());
    }
}
