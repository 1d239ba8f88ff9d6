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
        let callers = Callers::new(&mut random, is_looked_up);
        callers.ask_all(&processes, &mut random);
        is_countable &= !callers.invalidate && !callers.revoke;
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

/// What the threads of one moment do.
struct Callers {
    is_looked_up: bool,
    invalidate: bool,
    revoke: bool,
    stays_valid_for: Duration,
}

impl Callers {
    fn new(random: &mut Random, is_looked_up: bool) -> Self {
        Self {
            is_looked_up,
            invalidate: random.percent(25),
            revoke: random.percent(15),
            stays_valid_for: Duration::from_secs(random.one_of(&[60, 60, 0, 300])),
        }
    }

    fn ask_all(&self, processes: &[Arc<Process>], random: &mut Random) {
        let mut all = Vec::new();
        for process in processes.iter().filter(|it| is_alive(it)) {
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
            join(group, processes, caller);
        }
    }

    fn kind(&self, caller: u64) -> CallerKind {
        match caller {
            1 if self.invalidate => CallerKind::Invalidates,
            2 if self.revoke => CallerKind::MeetsRevocation,
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
}

fn call(process: &Process, source: &Source, kind: CallerKind, stays_valid_for: Duration) {
    match kind {
        CallerKind::Asks => drop(ask_twice(process, source, stays_valid_for)),
        CallerKind::StopsWaiting => {
            drop(source.tokens.token().wait_within(Some(Duration::from_millis(5))));
        }
        CallerKind::Invalidates => {
            let before = process.ask(source, stays_valid_for).ok();
            invalidate(process, source, before.as_ref());
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

/// After an invalidation nobody gets the token of before.
fn invalidate(process: &Process, source: &Source, before: Option<&Token>) {
    let asked = simulation::time();
    process.world.mints.invalidation_begins(&key(process));
    source.tokens.invalidate();
    process.world.mints.invalidation_ends(&key(process));
    let outcome = source.tokens.token().wait();
    process.check_time(asked, TIMEOUT);
    if outcome.is_ok() && outcome.ok().as_ref() == before {
        simulation::fail("a token was returned after it was invalidated".to_owned());
    }
}

/// A call whose token was revoked brings another one, and succeeds.
fn request(process: &Process, source: &Source) {
    let asked = simulation::time();
    let outcome = source.tokens.request(Call::get("/user")).wait();
    process.check_time(asked, TIMEOUT);
    if process.world.conditions.is_calm && process.retries() {
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
    for process in processes.iter().filter(|it| is_alive(it)) {
        let work = move |process: &Arc<Process>| {
            let source = source(process, is_looked_up);
            process.ask(&source, TokenSource::MIN_VALID).err()
        };
        let error = process.spawn(work).join().expect("it does not panic");
        if let Some(error) = error.filter(|_| !is_stalled(process)) {
            simulation::fail(format!("nothing fails, and {process:?} got {error}"));
        }
    }
}

/// Waits for a caller, unless its process has died.
pub(crate) fn join<T>(group: usize, processes: &[Arc<Process>], caller: simulation::JoinHandle<T>) {
    let process = processes.iter().find(|process| process.group == group);
    let mut pause = Duration::from_millis(20);
    while !caller.is_finished() && process.is_some_and(|it| is_alive(it)) {
        sleep(pause);
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

pub(crate) fn is_alive(process: &Arc<Process>) -> bool {
    !process.world.crashed().iter().any(|(group, _)| *group == process.group)
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
