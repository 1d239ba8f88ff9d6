//! A store that several processes share: slow, forgetful about acknowledgements, restarted.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use appmint_core::{
    Error, ErrorKind, Result, Timestamp,
    simulation::{self, sleep},
    store::Store,
};

use crate::{
    sessions::SessionLog,
    world::{World, lock},
};

/// The store of one simulation.
pub(crate) struct SharedStore {
    world: Arc<World>,
    sessions: Arc<SessionLog>,
    records: Mutex<Records>,
    /// Whether the last operation failed.
    has_failed: AtomicBool,
}

#[derive(Default)]
struct Records {
    values: HashMap<String, Vec<u8>>,
    locks: HashMap<String, (String, Duration)>,
}

/// The outcome of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Done,
    /// It is not done.
    Failed,
    /// It is done, and nobody says so.
    Unacknowledged,
}

impl SharedStore {
    pub(crate) fn new(world: &Arc<World>, sessions: &Arc<SessionLog>) -> Arc<Self> {
        let (world, sessions) = (Arc::clone(world), Arc::clone(sessions));
        let (records, has_failed) = (Mutex::default(), AtomicBool::new(false));
        Arc::new(Self { world, sessions, records, has_failed })
    }

    fn operate<T>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Records) -> T,
    ) -> Result<T> {
        let fate = self.fate(operation)?;
        let done = (fate != Fate::Failed).then(|| work(&mut lock(&self.records)));
        self.world.interrupt(2, "after an operation of the store");
        match (fate, done) {
            (Fate::Done, Some(done)) => Ok(done),
            _ => {
                simulation::note(format!("{operation}: {fate:?}"));
                self.has_failed.store(true, Ordering::SeqCst);
                if operation == "put" {
                    self.sessions.put_fails();
                }
                Err(failed())
            }
        }
    }

    fn fate(&self, operation: &'static str) -> Result<Fate> {
        simulation::point(operation);
        if self.world.is_over() {
            return Err(failed());
        }
        sleep(Duration::from_millis(simulation::below(30)));
        self.world.interrupt(2, "before an operation of the store");
        let percent = self.world.conditions.store_percent;
        // Failures come together.
        let percent = if self.has_failed.swap(false, Ordering::SeqCst) { 50 } else { percent };
        if !self.world.happens(percent) {
            return Ok(Fate::Done);
        }
        match simulation::below(6) {
            0 | 1 => Ok(Fate::Failed),
            2 | 3 => Ok(Fate::Unacknowledged),
            4 => {
                sleep(Duration::from_millis(simulation::below(4000)));
                Ok(Fate::Done)
            }
            _ => {
                simulation::note("the store is restarted, without its locks".to_owned());
                lock(&self.records).locks.clear();
                Ok(Fate::Failed)
            }
        }
    }
}

impl Store for SharedStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.operate("get", |records| records.values.get(name).cloned())
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        _keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        self.operate("put", |records| {
            let is_expected = records.values.get(name).map(Vec::as_slice) == expected;
            if is_expected {
                records.values.insert(name.to_owned(), value.to_owned());
                self.sessions.wrote(value);
            }
            is_expected
        })
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.operate("remove", |records| {
            if records.values.get(name).is_some_and(|value| value == expected) {
                records.values.remove(name);
            }
        })
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        self.operate("take a lock", |records| {
            let now = simulation::time();
            let held = records.locks.get(name);
            let is_free = held.is_none_or(|(holder, until)| holder == owner || *until <= now);
            if is_free {
                records.locks.insert(name.to_owned(), (owner.to_owned(), now + lease));
            }
            is_free
        })
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.operate("release a lock", |records| {
            if records.locks.get(name).is_some_and(|(holder, _)| holder == owner) {
                records.locks.remove(name);
            }
        })
    }
}

impl fmt::Debug for SharedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedStore")
    }
}

fn failed() -> Error {
    Error::new(ErrorKind::Store, "the store failed")
}
