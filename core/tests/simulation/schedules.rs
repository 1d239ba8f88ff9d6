//! Runs schedules: ten thousand, or as many as there is time for, or the one of a seed.

use std::{
    collections::HashSet,
    env,
    fmt::Write as _,
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
    fn run(&mut self, seed: u64) {
        match simulate(seed) {
            Ok(summary) => {
                self.schedules += 1;
                self.points += summary.points;
                self.time += summary.time;
                self.interleavings.insert(summary.interleaving);
            }
            Err(failure) => panic!("{}", report(seed, self.schedules, &failure)),
        }
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
    let (mut totals, begun) = (Totals::default(), Instant::now());
    if let Some(seed) = setting("APPMINT_SIMULATION_SEED") {
        totals.run(seed);
    } else if let Some(seconds) = setting("APPMINT_SIMULATION_SECONDS") {
        let first = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
        let seeds = (first << 24)..;
        for seed in seeds.take_while(|_| begun.elapsed() < Duration::from_secs(seconds)) {
            totals.run(seed);
        }
    } else {
        (0..SCHEDULES).for_each(|seed| totals.run(seed));
    }
    totals.print(begun.elapsed());
}

#[test]
fn the_schedule_of_a_seed_is_always_the_same() {
    for seed in 0..40 {
        let interleaving = || simulate(seed).map(|summary| summary.interleaving).ok();
        assert_eq!(interleaving(), interleaving(), "seed {seed}");
    }
}

const SCHEDULES: u64 = 10_000;
