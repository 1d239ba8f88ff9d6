//! An app that is closed while the store has yet to take a session's tokens.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use appmint_core::{
    Error, ErrorKind,
    simulation::{self, Plan, Random, sleep},
    store::Store,
};

use crate::{
    platform::{Kind, Platform},
    process::Process,
    put_store::PutStore,
    sessions::SessionLog,
    world::{Conditions, Machine, World},
};

/// Whether the store takes another record.
#[derive(Default)]
struct Fullness {
    is_full: AtomicBool,
    /// It is full after the next record.
    fills: AtomicBool,
}

fn store(state: &Arc<Fullness>, sessions: &Arc<SessionLog>) -> impl Store + use<> {
    let (state, sessions) = (Arc::clone(state), Arc::clone(sessions));
    PutStore::new(move |inner, put| {
        if state.is_full.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Store, "the store is full"));
        }
        state.is_full.store(state.fills.load(Ordering::SeqCst), Ordering::SeqCst);
        sessions.wrote(put.value);
        put.done_in(inner)
    })
}

#[test]
fn closing_offers_the_store_what_it_did_not_take() {
    simulation::run(1, Plan::new(&mut Random::new(1), false), || {
        let world = World::new(Conditions::default(), Platform::new(Kind::Strict, HOUR));
        let (machine, sessions) = (Machine::new(1), SessionLog::new());
        let state = Arc::new(Fullness::default());
        let store = Arc::new(store(&state, &sessions));
        let start =
            |group| Process::new(group, &machine, &world, &sessions, Some(Arc::clone(&store) as _));
        let process = start(1);
        let login = process.app.exchange_code("c").wait().unwrap();
        process.app.start_session("alice", login, None).wait().unwrap();
        sleep(HOUR * 2);
        state.fills.store(true, Ordering::SeqCst); // it takes the intent, and not the answer
        let source = process.app.session("alice").unwrap();
        for _ in 0..2 {
            assert!(source.token().wait().is_err());
            sleep(HOUR / 2); // after a while nobody offers it any more
        }
        state.fills.store(false, Ordering::SeqCst);
        state.is_full.store(false, Ordering::SeqCst);
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
