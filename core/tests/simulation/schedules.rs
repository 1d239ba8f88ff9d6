//! Runs schedules: ten thousand, or as many as there is time for, or the one of a seed.

use std::{
    collections::HashSet,
    env,
    fmt::Write as _,
    iter,
    num::NonZero,
    panic::resume_unwind,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use appmint_core::simulation::{self, Failure, Plan, Random, Summary};

use crate::{cache, logins, sessions, world::Conditions};

type Scenario = fn(Random, Conditions);

/// Each as often as it stands here.
const SCENARIOS: [Scenario; 9] = [
    cache::one_process,
    cache::one_process,
    cache::fleet,
    sessions::two_processes,
    sessions::two_processes,
    sessions::two_processes,
    sessions::two_processes,
    sessions::a_process_dies,
    logins::one_authorization,
];

/// Runs the schedule of a seed.
fn simulate(seed: u64) -> Result<Summary, Failure> {
    let mut random = Random::new(seed);
    let scenario = random.one_of(&SCENARIOS);
    let conditions = Conditions::new(&mut random);
    let plan = Plan::new(&mut random, !conditions.is_calm);
    simulation::run(random.bits(), plan, move || scenario(random, conditions))
}

/// The sums over many schedules.
#[derive(Default)]
struct Totals {
    schedules: u64,
    points: u64,
    time: Duration,
    interleavings: HashSet<u64>,
}

impl Totals {
    /// Adds the schedule of a seed.
    fn run(&mut self, seed: u64) -> Result<(), Failure> {
        let summary = simulate(seed)?;
        self.schedules += 1;
        self.points += summary.points;
        self.time += summary.time;
        self.interleavings.insert(summary.interleaving);
        Ok(())
    }

    fn and(mut self, other: Self) -> Self {
        self.schedules += other.schedules;
        self.points += other.points;
        self.time += other.time;
        self.interleavings.extend(other.interleavings);
        self
    }

    fn print(&self, took: Duration) {
        let Self { schedules, points, time, interleavings } = self;
        let (rate, days) = (*schedules as f64 / took.as_secs_f64(), time.as_secs() / 86_400);
        println!(
            "{schedules} schedules, {} distinct interleavings, {points} scheduling points, \
             {days} simulated days in {took:.1?}: {rate:.0} schedules/s",
            interleavings.len()
        );
    }
}

/// Runs the schedules of the seeds, one on each processor at a time, until one fails.
fn run_all(seeds: impl Iterator<Item = u64> + Send) -> Result<Totals, String> {
    let (seeds, has_failed, done) = (Mutex::new(seeds), AtomicBool::new(false), AtomicU64::new(0));
    let next = || {
        let mut seeds = seeds.lock().unwrap_or_else(PoisonError::into_inner);
        if has_failed.load(Ordering::Relaxed) { None } else { seeds.next() }
    };
    let worker = || {
        let mut totals = Totals::default();
        while let Some(seed) = next() {
            totals.run(seed).map_err(|failure| {
                has_failed.store(true, Ordering::Relaxed);
                report(seed, done.load(Ordering::Relaxed), &failure)
            })?;
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(totals)
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(worker)).collect();
        let results =
            workers.into_iter().map(|it| it.join().unwrap_or_else(|panic| resume_unwind(panic)));
        results.reduce(|one, other| Ok(one?.and(other?))).unwrap_or_else(|| Ok(Totals::default()))
    })
}

fn report(seed: u64, before: u64, failure: &Failure) -> String {
    let mut text = format!("seed {seed}, after {before} schedules that went well: {failure}\n");
    let command = "cargo test -p appmint-core --features simulation --test simulation";
    let _ = write!(text, "run it again: APPMINT_SIMULATION_SEED={seed} {command}");
    text
}

fn setting(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    let number = text.parse().ok();
    Some(number.unwrap_or_else(|| panic!("{name} is {text:?}, which is not a number")))
}

#[test]
fn no_schedule_breaks_a_promise() {
    let begun = Instant::now();
    let totals = if let Some(seed) = setting("APPMINT_SIMULATION_SEED") {
        run_all(iter::once(seed))
    } else if let Some(seconds) = setting("APPMINT_SIMULATION_SECONDS") {
        let first = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
        let seeds = (first << 24)..;
        run_all(seeds.take_while(|_| begun.elapsed() < Duration::from_secs(seconds)))
    } else {
        run_all(0..SCHEDULES)
    };
    totals.unwrap_or_else(|failure| panic!("{failure}")).print(begun.elapsed());
}

#[test]
fn the_schedule_of_a_seed_is_always_the_same() {
    for seed in 0..40 {
        let interleaving = || simulate(seed).map(|summary| summary.interleaving).ok();
        assert_eq!(interleaving(), interleaving(), "seed {seed}");
    }
}

const SCHEDULES: u64 = 10_000;
