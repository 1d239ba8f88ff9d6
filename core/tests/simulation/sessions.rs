//! Processes that share a user's session, on a platform of each kind.

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

use appmint_core::{
    ErrorKind, Result, Token, TokenSource,
    http::Response,
    simulation::{self, Random, sleep},
    store::Store,
};
use serde_json::Value;

use crate::{
    cache::{is_stalled, join},
    platform::{GRACE, Kind, Platform},
    process::{Process, Source},
    store::SharedStore,
    world::{CLOCK_OFFSETS_MS, Conditions, Machine, World, lock, now},
};

/// The true history of the sessions.
#[derive(Default)]
pub(crate) struct SessionLog(Mutex<Facts>);

#[derive(Default)]
struct Facts {
    /// The record that the store holds.
    record: Value,
    /// The tokens of the records before it, and until when the store held them.
    before: Vec<(Duration, Value)>,
    access_tokens: HashSet<String>,
    /// Refresh tokens in records with an intent.
    intents: HashSet<String>,
    /// When each process began the refresh that is running there.
    running: HashMap<usize, Duration>,
    /// When the outcome of a refresh was not known to the process that sent it, or came late.
    doubts: Vec<Duration>,
    /// When a process could not write. An intent may be in it that was never sent, which only one process knows.
    store_failures: Vec<(usize, Duration)>,
    /// The logins that a session was started with, by their codes.
    started: Vec<String>,
    /// Those whose tokens a process must not return any more: it put another one in their place.
    replaced: HashSet<(usize, String)>,
    logins: u64,
}

impl SessionLog {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// A record was written.
    pub(crate) fn wrote(&self, value: &[u8]) {
        let json = value.strip_prefix(b"appmint0").unwrap_or_default();
        let Ok(record) = serde_json::from_slice::<Value>(json) else { return };
        simulation::note(format!(
            "written: {} with {}, intent {}, ended {}",
            record["token"]["secret"],
            record["token"]["refresh_token"],
            record["intent"]["id"],
            record["ended"]
        ));
        let mut facts = lock(&self.0);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        facts.access_tokens.extend(text(&record["token"]["secret"]));
        if record["intent"].is_object() {
            facts.intents.extend(text(&record["token"]["refresh_token"]));
        }
        let before = mem::replace(&mut facts.record, record);
        facts.before.push((simulation::time(), before["token"].clone()));
    }

    pub(crate) fn put_fails(&self) {
        lock(&self.0).store_failures.push((simulation::group(), simulation::time()));
    }

    /// A refresh token is about to be sent: the intent comes first.
    pub(crate) fn refresh_begins(&self, refresh_token: &str) {
        let mut facts = lock(&self.0);
        facts.running.insert(simulation::group(), simulation::time());
        if !facts.intents.contains(refresh_token) {
            simulation::fail(format!("{refresh_token} is sent, and no intent was written"));
        }
    }

    pub(crate) fn refresh_ends(&self, outcome: &Result<Response>) {
        let is_known = match outcome {
            Ok(response) => response.status < 500,
            Err(error) => error.reason().is_some_and(|it| it.name() == "unreachable"),
        };
        let (mut facts, now) = (lock(&self.0), simulation::time());
        let begun = facts.running.remove(&simulation::group()).unwrap_or(now);
        if !is_known || begun + LONGEST_CERTAINTY < now {
            facts.doubts.push(now);
        }
    }

    /// The life that is left to the access token in the store.
    fn life_left(&self, world: &World) -> Duration {
        let facts = lock(&self.0);
        let token = facts.record["token"]["secret"].as_str().unwrap_or_default();
        world.platform().expires_at(token).map_or(Duration::ZERO, |at| now().until(at))
    }

    /// The logins whose tokens a process must not return any more.
    fn replaced(&self, group: usize) -> Vec<String> {
        let facts = lock(&self.0);
        let here = facts.replaced.iter().filter(|(replaced_in, _)| *replaced_in == group);
        here.map(|(_, login)| login.clone()).collect()
    }

    fn next_code(&self) -> String {
        let mut facts = lock(&self.0);
        facts.logins += 1;
        format!("code{}", facts.logins)
    }

    /// The answer is in the store before anybody sees it.
    fn check_is_stored(&self, token: &Token) {
        if !lock(&self.0).access_tokens.contains(token.reveal()) {
            simulation::fail(format!("{} was returned, and is not stored", token.reveal()));
        }
    }

    /// Whether a process may have found the session lost since it was asked, by docs/rotation.md.
    fn may_be_lost(&self, world: &World, group: usize, asked: Duration) -> bool {
        let facts = lock(&self.0);
        let now = simulation::time();
        let crashes = world.crashed().into_iter().map(|(_, at)| at);
        // A process remembers the intents of its own that it did not send.
        let elsewhere = facts.store_failures.iter().filter(|(failed, _)| *failed != group);
        let late = facts.running.values().filter(|begun| **begun + LONGEST_CERTAINTY < now);
        let known = facts.doubts.iter().chain(late).chain(elsewhere.map(|(_, at)| at)).copied();
        let mut failures = known.chain(crashes);
        let was_stopped = |group| simulation::stalled_since(group, Duration::ZERO) > SHORT_STOP;
        let was_stopped = (1..=3).any(was_stopped);
        let has_failed = was_stopped || failures.clone().next().is_some();
        let platform = world.platform();
        match platform.kind {
            _ if facts.logins > 0 => true,
            Kind::Constant => false,
            Kind::Grace => {
                let before = now.saturating_sub(GRACE / 2);
                was_stopped || failures.any(|at| at <= before)
            }
            Kind::Checked => {
                let text = |token: &Value, member| token[member].as_str().unwrap_or("").to_owned();
                let is_over = |token: &Value| {
                    platform.spent_at(&text(token, "refresh_token")).is_some()
                        || has_failed && !platform.works(&text(token, "secret"))
                };
                // Whoever was stopped may have saved the session meanwhile.
                let earlier = facts.before.iter().filter(|(until, _)| *until >= asked);
                is_over(&facts.record["token"]) || earlier.into_iter().any(|(_, it)| is_over(it))
            }
            Kind::Strict => has_failed,
        }
    }
}

const NAME: &str = "alice";

/// Two processes on a platform of any kind.
pub(crate) fn two_processes(mut random: Random, conditions: Conditions) {
    let kind = random.one_of(&[Kind::Constant, Kind::Grace, Kind::Checked, Kind::Strict]);
    share_a_session(random, conditions, kind);
}

/// A process dies while its refresh is on its way for seconds, and the other one must not take the old
/// token, which still works, for a proof that the refresh token is unspent.
pub(crate) fn a_process_dies(random: Random, _: Conditions) {
    let conditions = Conditions { slow_percent: 70, crashes: 1, ..Conditions::default() };
    share_a_session(random, conditions, Kind::Checked);
}

/// Two processes, on one machine or two.
fn share_a_session(mut random: Random, mut conditions: Conditions, kind: Kind) {
    let life = Duration::from_secs(random.one_of(&[600, 600, 3600, 28_800]));
    let machines = [Machine::new(1), Machine::new(1 + random.below(4) / 3)];
    // Machines that share a store agree about the time.
    conditions.sets_clocks &= machines[1].is_same(&machines[0]);
    let world = World::new(conditions, Platform::new(kind, life));
    let sessions = SessionLog::new();
    let store: Arc<dyn Store> = SharedStore::new(&world, &sessions);
    let start = |group: usize, machine: &Arc<Machine>| {
        Process::new(group, machine, &world, &sessions, Some(Arc::clone(&store)))
    };
    let mut processes = vec![start(1, &machines[0]), start(2, &machines[1])];
    let scene = Scene { world: Arc::clone(&world), sessions: Arc::clone(&sessions) };
    scene.begin(&processes[0]);
    for _ in 0..2 + random.below(4) {
        scene.let_time_pass(&mut random, &machines[0]);
        scene.ask_all(&processes, &mut random);
    }
    processes.push(start(3, &machines[0]));
    scene.recover(&processes);
    drop(processes);
    world.end();
}

struct Scene {
    world: Arc<World>,
    sessions: Arc<SessionLog>,
}

impl Scene {
    /// The user logs in.
    fn begin(&self, process: &Arc<Process>) {
        self.world.set_quiet(true);
        let work = |process: &Arc<Process>| {
            let token = process.app.exchange_code("code").wait().expect("nothing fails yet");
            process.app.start_session(NAME, token, None).wait().expect("nothing fails yet");
        };
        process.spawn(work).join().expect("it does not panic");
        lock(&self.sessions.0).started.push("code".to_owned());
        self.world.set_quiet(false);
    }

    /// Time passes, to a moment at which the session is refreshed, or a little.
    fn let_time_pass(&self, random: &mut Random, machine: &Machine) {
        let left = self.sessions.life_left(&self.world);
        let before_end = Duration::from_secs(random.one_of(&[200, 120, 100, 80, 70, 61, 30, 1]));
        let wait = match random.below(6) {
            0 | 1 => Duration::from_secs(random.below(40)),
            // Longer than a grace period, if the token has ended.
            2 => Duration::from_secs(random.below(900)),
            3 => left + Duration::from_secs(random.below(3)),
            _ => left.saturating_sub(before_end),
        };
        sleep(wait + Duration::from_millis(random.below(1500)));
        if self.world.conditions.sets_clocks {
            machine.set_offset_ms(random.one_of(&CLOCK_OFFSETS_MS));
        }
    }

    fn ask_all(&self, processes: &[Arc<Process>], random: &mut Random) {
        let mut all = Vec::new();
        for process in processes.iter().filter(|it| it.is_open()) {
            for _ in 0..1 + random.below(2) {
                let sessions = Arc::clone(&self.sessions);
                let is_anew = !self.world.conditions.is_calm && random.percent(4);
                let work = move |process: &Arc<Process>| {
                    if is_anew {
                        start_anew(process, &sessions);
                    }
                    drop(ask(process, &sessions));
                };
                all.push((process.group, process.spawn(work)));
            }
        }
        for (group, caller) in all {
            join(group, processes, &caller);
        }
    }

    /// When nothing fails any more, and no request can arrive any more, every process gets a token, or
    /// all of them know that the session is lost.
    fn recover(&self, processes: &[Arc<Process>]) {
        self.world.quieten();
        sleep(Duration::from_secs(61));
        for process in processes.iter().filter(|it| it.is_open()) {
            let sessions = Arc::clone(&self.sessions);
            let asked = process.spawn(move |process| ask(process, &sessions));
            let outcome = asked.join().expect("it does not panic");
            let error = outcome.err().filter(|error| error.kind() != ErrorKind::Reauthorize);
            if let Some(error) = error.filter(|_| !is_stalled(process)) {
                simulation::fail(format!("nothing fails, and {process:?} got {error}"));
            }
        }
    }
}

/// The user logs in again. From then on this process returns no token of the logins before.
fn start_anew(process: &Process, sessions: &SessionLog) {
    let code = sessions.next_code();
    let Ok(token) = process.app.exchange_code(code.as_str()).wait() else { return };
    let before = lock(&sessions.0).started.clone();
    if process.app.start_session(NAME, token, None).wait().is_ok() {
        let mut facts = lock(&sessions.0);
        facts.started.push(code);
        facts.replaced.extend(before.into_iter().map(|login| (process.group, login)));
    }
}

/// A process that waits for so long for an answer is waited for by others, and a little longer.
const LONGEST_CERTAINTY: Duration = Duration::from_secs(20);
const SHORT_STOP: Duration = Duration::from_secs(5);

/// Asks for the session's token, and checks what comes.
fn ask(process: &Process, sessions: &SessionLog) -> Result<Token> {
    let tokens = process.app.session(NAME).expect("the session's name is valid");
    let source = Source { tokens, is_looked_up: false };
    let replaced = sessions.replaced(process.group);
    let asked = simulation::time();
    let outcome = process.ask(&source, TokenSource::MIN_VALID);
    match &outcome {
        _ if process.world.is_over() => {}
        Ok(token) => {
            sessions.check_is_stored(token);
            let login = process.world.platform().login(token.reveal());
            if replaced.contains(&login) {
                simulation::fail(format!("{} is of a login that was replaced", token.reveal()));
            }
        }
        Err(error) if error.kind() == ErrorKind::Reauthorize => {
            if !sessions.may_be_lost(&process.world, process.group, asked) {
                simulation::fail(format!("the session was lost without need: {error}"));
            }
        }
        Err(_) => {}
    }
    outcome
}
