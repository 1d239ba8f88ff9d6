//! An app that is closed while the store has yet to take a session's tokens.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use appmint_core::{
    Error, ErrorKind, Result, Timestamp,
    simulation::{self, Plan, Random, sleep},
    store::{MemoryStore, Store},
};

use crate::{
    platform::{Kind, Platform},
    process::Process,
    sessions::SessionLog,
    world::{Conditions, Machine, World},
};

/// A store that takes no record while it is full.
struct FullStore {
    sessions: Arc<SessionLog>,
    records: MemoryStore,
    is_full: AtomicBool,
    /// Is full after the next record.
    fills: AtomicBool,
}

impl fmt::Debug for FullStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FullStore")
    }
}

impl FullStore {
    fn new(sessions: &Arc<SessionLog>) -> Arc<Self> {
        let (is_full, fills) = (AtomicBool::new(false), AtomicBool::new(false));
        let sessions = Arc::clone(sessions);
        Arc::new(Self { sessions, records: MemoryStore::default(), is_full, fills })
    }
}

impl Store for FullStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.records.get(name)
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Store, "the store is full"));
        }
        self.is_full.store(self.fills.load(Ordering::SeqCst), Ordering::SeqCst);
        self.sessions.wrote(value);
        self.records.put(name, value, expected, keep_until)
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.records.remove(name, expected)
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        self.records.lock(name, owner, lease)
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.records.unlock(name, owner)
    }
}

#[test]
fn closing_offers_the_store_what_it_did_not_take() {
    simulation::run(1, Plan::new(&mut Random::new(1), false), || {
        let world = World::new(Conditions::default(), Platform::new(Kind::Strict, HOUR));
        let (machine, sessions) = (Machine::new(1), SessionLog::new());
        let store = FullStore::new(&sessions);
        let start =
            |group| Process::new(group, &machine, &world, &sessions, Some(Arc::clone(&store) as _));
        let process = start(1);
        let login = process.app.exchange_code("c").wait().unwrap();
        process.app.start_session("alice", login).wait().unwrap();
        sleep(HOUR * 2);
        store.fills.store(true, Ordering::SeqCst); // it takes the intent, and not the answer
        let source = process.app.session("alice").unwrap();
        for _ in 0..2 {
            assert!(source.token().wait().is_err());
            sleep(HOUR / 2); // after a while nobody offers it any more
        }
        store.fills.store(false, Ordering::SeqCst);
        store.is_full.store(false, Ordering::SeqCst);
        process.app.close();
        sleep(HOUR / 12);
        let token = start(2).app.session("alice").unwrap().token().wait();
        assert!(token.is_ok(), "{token:?}");
        drop(process);
        world.end();
    })
    .unwrap();
}

const HOUR: Duration = Duration::from_secs(3600);
