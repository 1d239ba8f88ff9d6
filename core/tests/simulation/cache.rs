//! One process whose threads ask for an installation's token: single flight, back-off, invalidation.

use std::{sync::Arc, time::Duration};

use appmint_core::{
    Call, Lookup, Token, TokenSource,
    simulation::{self, Random, sleep},
    store::Store,
};

use crate::{
    platform::{Kind, Platform},
    process::{Process, Source, TIMEOUT},
    sessions::SessionLog,
    store::SharedStore,
    world::{CLOCK_OFFSETS_MS, Conditions, Machine, World},
};

/// One process, without a store.
pub(crate) fn one_process(random: Random, conditions: Conditions) {
    run(random, conditions, 1, false);
}

/// Two processes that share a store.
pub(crate) fn fleet(random: Random, conditions: Conditions) {
    run(random, conditions, 2, true);
}

fn run(mut random: Random, conditions: Conditions, processes: usize, has_store: bool) {
    let life = Duration::from_secs(random.one_of(&[3600, 600, 90]));
    let world = World::new(conditions, Platform::new(Kind::Strict, life));
    let sessions = SessionLog::new();
    let store = has_store.then(|| SharedStore::new(&world, &sessions) as Arc<dyn Store>);
    let machine = Machine::new(1);
    let start = |group| Process::new(group, &machine, &world, &sessions, store.clone());
    let processes: Vec<_> = (1..=processes).map(start).collect();
    let is_looked_up = random.percent(25);
    let mut is_countable = world.conditions.is_calm;
    for moment in 0..1 + random.below(3) {
        if moment > 0 {
            let_time_pass(&mut random, life, &world, &machine);
        }
        let callers = Callers::new(&mut random, is_looked_up, life);
        callers.ask_all(&processes, &mut random);
        is_countable &= !callers.invalidate && !callers.revoke && !callers.close;
        if is_countable {
            check_count(&world, moment + 1);
        }
    }
    recover(&world, &processes, is_looked_up);
    drop(processes);
    world.end();
}

/// All callers of a moment, in all processes, cause one minting at most.
fn check_count(world: &World, moments: u64) {
    let count = world.mints.count();
    if count == 0 || count > moments {
        simulation::fail(format!("{count} mintings for the callers of {moments} moments"));
    }
}

/// Time passes, to a moment at which something begins or ends.
fn let_time_pass(random: &mut Random, life: Duration, world: &World, machine: &Machine) {
    let part = random.one_of(&[0.0, 0.3, 0.6, 0.76, 0.98, 0.999, 1.01]);
    sleep(life.mul_f64(part) + Duration::from_millis(random.below(1500)));
    if world.conditions.sets_clocks {
        machine.set_offset_ms(random.one_of(&CLOCK_OFFSETS_MS));
    }
}

/// The calls of the threads of one moment.
struct Callers {
    is_looked_up: bool,
    invalidate: bool,
    revoke: bool,
    close: bool,
    stays_valid_for: Duration,
}

impl Callers {
    fn new(random: &mut Random, is_looked_up: bool, life: Duration) -> Self {
        Self {
            is_looked_up,
            invalidate: random.percent(25),
            revoke: random.percent(15),
            close: random.percent(5),
            // The platform documents the life, and a longer one is refused.
            stays_valid_for: Duration::from_secs(random.one_of(&[60, 60, 0, 300])).min(life / 2),
        }
    }

    fn ask_all(&self, processes: &[Arc<Process>], random: &mut Random) {
        let mut all = Vec::new();
        for process in processes.iter().filter(|it| it.is_open()) {
            for caller in 0..2 + random.below(3) {
                let (kind, stays_valid_for) = (self.kind(caller), self.stays_valid_for);
                let is_looked_up = self.is_looked_up;
                let work = move |process: &Arc<Process>| {
                    let source = source(process, is_looked_up);
                    call(process, &source, kind, stays_valid_for);
                };
                all.push((process.group, process.spawn(work)));
            }
        }
        for (group, caller) in all {
            join(group, processes, &caller);
        }
    }

    fn kind(&self, caller: u64) -> CallerKind {
        match caller {
            1 if self.invalidate => CallerKind::Invalidates,
            2 if self.revoke => CallerKind::MeetsRevocation,
            2 if self.close => CallerKind::Closes,
            3 => CallerKind::StopsWaiting,
            _ => CallerKind::Asks,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum CallerKind {
    Asks,
    Invalidates,
    /// The platform revokes its token, and it makes a call with it.
    MeetsRevocation,
    StopsWaiting,
    /// It closes the app.
    Closes,
}

fn call(process: &Process, source: &Source, kind: CallerKind, stays_valid_for: Duration) {
    match kind {
        CallerKind::Asks => drop(ask_twice(process, source, stays_valid_for)),
        CallerKind::StopsWaiting => {
            drop(source.tokens.token().wait_within(Some(Duration::from_millis(5))));
        }
        CallerKind::Closes => {
            drop(process.ask(source, stays_valid_for));
            process.close();
            drop(process.ask(source, stays_valid_for));
        }
        CallerKind::Invalidates => {
            if simulation::below(2) == 0 {
                drop(process.ask(source, stays_valid_for));
            } else {
                sleep(Duration::from_millis(simulation::below(400)));
            }
            invalidate(process, source);
            drop(process.ask(source, stays_valid_for));
        }
        CallerKind::MeetsRevocation => {
            let Ok(token) = process.ask(source, stays_valid_for) else { return };
            sleep(Duration::from_secs(11));
            process.world.mints.invalidation_begins(&key(process));
            process.world.platform().revoke(token.reveal());
            request(process, source);
            process.world.mints.invalidation_ends(&key(process));
        }
    }
}

fn ask_twice(process: &Process, source: &Source, stays_valid_for: Duration) -> Option<Token> {
    process.ask(source, stays_valid_for).ok()?;
    process.ask(source, stays_valid_for).ok()
}

/// After an invalidation nobody gets a token whose fetch began before it.
fn invalidate(process: &Process, source: &Source) {
    let held = held(source);
    let (begun, mints) = (simulation::time(), &process.world.mints);
    mints.invalidation_begins(&key(process));
    source.tokens.invalidate();
    mints.invalidation_ends(&key(process));
    let outcome = source.tokens.token().wait();
    process.check_time(begun, TIMEOUT);
    let Ok(token) = outcome else { return };
    // A store may hold the token of a fetch that was forgotten.
    let is_old = !process.has_store() && mints.began_before(&key(process), token.reveal(), begun);
    // `close` forgets which token was invalidated, also for a fetch that runs.
    if process.is_open() && (is_old || held.as_ref() == Some(&token)) {
        let token = token.reveal();
        simulation::fail(format!("{token} was returned after it was invalidated"));
    }
}

/// The token that is in memory.
fn held(source: &Source) -> Option<Token> {
    source.tokens.token().wait_within(Some(Duration::ZERO)).ok()
}

/// A call whose token was revoked brings another one, and succeeds.
fn request(process: &Process, source: &Source) {
    let asked = simulation::time();
    let outcome = source.tokens.request(Call::get("/user")).wait();
    process.check_time(asked, TIMEOUT);
    // The store may hold a token that another process's caller had revoked as well.
    if process.world.conditions.is_calm && process.retries() && !process.has_store() {
        let status = outcome.map(|response| response.status);
        if !matches!(status, Ok(200)) {
            simulation::fail(format!("a call whose token was revoked brought {status:?}"));
        }
    }
}

/// When nothing fails any more, every process gets a token.
fn recover(world: &Arc<World>, processes: &[Arc<Process>], is_looked_up: bool) {
    world.quieten();
    sleep(Duration::from_secs(61));
    for process in processes.iter().filter(|it| it.is_open()) {
        let work = move |process: &Arc<Process>| {
            let source = source(process, is_looked_up);
            process
                .ask(&source, TokenSource::MIN_VALID.min(process.world.mints.token_life / 2))
                .err()
        };
        let error = process.spawn(work).join().expect("it does not panic");
        if let Some(error) = error.filter(|_| !is_stalled(process)) {
            simulation::fail(format!("nothing fails, and {process:?} got {error}"));
        }
    }
}

/// Waits for a caller, unless its process has died.
pub(crate) fn join<T>(
    group: usize,
    processes: &[Arc<Process>],
    caller: &simulation::JoinHandle<T>,
) {
    let process = processes.iter().find(|process| process.group == group);
    let mut pause = Duration::from_millis(20);
    while !caller.is_finished() && process.is_some_and(is_alive) {
        sleep(pause);
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

pub(crate) fn is_alive(process: &Arc<Process>) -> bool {
    !process.world.has_died(process.group)
}

/// Whether a process stood still during the last minute.
pub(crate) fn is_stalled(process: &Process) -> bool {
    let from = simulation::time().saturating_sub(Duration::from_secs(60));
    !simulation::stalled_since(process.group, from).is_zero()
}

fn source(process: &Process, is_looked_up: bool) -> Source {
    let app = &process.app;
    let source = if is_looked_up {
        app.installation(Lookup::Organization("acme".to_owned()))
    } else {
        app.installation("14")
    };
    Source { tokens: source.expect("the installation is valid"), is_looked_up }
}

fn key(process: &Process) -> (usize, String) {
    (process.group, "14".to_owned())
}
