//! Two processes that finish one authorization: its code is sent once.

use std::{sync::Arc, time::Duration};

use appmint_core::{
    oauth::{Authorization, AuthorizationRequest},
    simulation::{self, Random, sleep},
    store::Store,
};

use crate::{
    cache::{is_alive, join},
    platform::{Kind, Platform},
    process::{Process, TIMEOUT},
    sessions::SessionLog,
    store::SharedStore,
    world::{Conditions, Machine, World},
};

pub(crate) fn one_authorization(mut random: Random, conditions: Conditions) {
    let world = World::new(conditions, Platform::new(Kind::Strict, Duration::from_secs(3600)));
    let sessions = SessionLog::new();
    let store: Arc<dyn Store> = SharedStore::new(&world, &sessions);
    let machine = Machine::new(1);
    let start = |group| Process::new(group, &machine, &world, &sessions, Some(Arc::clone(&store)));
    let processes: Vec<_> = (1..=2).map(start).collect();
    let authorization = processes[0].app.authorize(&AuthorizationRequest::default());
    let authorization = authorization.expect("the request is valid");
    let mut all = Vec::new();
    for process in &processes {
        for _ in 0..1 + random.below(2) {
            let authorization = authorization.clone();
            let caller = process.spawn(move |process| finish(process, &authorization));
            all.push((process.group, caller));
        }
    }
    for (group, caller) in all {
        join(group, &processes, &caller);
    }
    let is_calm = world.conditions.is_calm && processes.iter().all(is_alive);
    if is_calm && world.platform().codes() != 1 {
        simulation::fail("nothing failed, and the code was not exchanged".to_owned());
    }
    drop(processes);
    world.end();
}

/// Tries again while the error says that it may.
fn finish(process: &Process, authorization: &Authorization) {
    let callback = format!("https://app.example/?code=c&state={}", authorization.state());
    for _ in 0..3 {
        let asked = simulation::time();
        let outcome = process.app.finish_authorization(authorization, &callback).wait();
        process.check_time(asked, TIMEOUT);
        if !outcome.is_err_and(|error| error.is_retryable()) {
            return;
        }
        sleep(Duration::from_millis(500));
    }
}
