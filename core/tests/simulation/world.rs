//! The world around the processes of one simulation: what is true, whatever they believe.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use appmint_core::{
    Clock, Timestamp,
    simulation::{self, Random, sleep},
};

use crate::{mints::Mints, platform::Platform};

/// The events of a schedule, decided by its seed at the beginning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    /// Nothing fails and nobody is stopped, so that the exact number of requests is known.
    pub(crate) is_calm: bool,
    /// Of a hundred requests so many fail, and of a hundred uses of the store.
    pub(crate) network_percent: u64,
    pub(crate) store_percent: u64,
    /// Of a hundred requests so many are on their way for seconds.
    pub(crate) slow_percent: u64,
    /// So many processes die, at any operation of the network or the store.
    pub(crate) crashes: u64,
    /// So many are stopped for half a minute there.
    pub(crate) stops: u64,
    /// The wall clocks are set at times.
    pub(crate) sets_clocks: bool,
}

impl Conditions {
    pub(crate) fn new(random: &mut Random) -> Self {
        let is_calm = random.percent(25);
        let of = |random: &mut Random, values: &[u64]| {
            let chosen = random.one_of(values);
            if is_calm { 0 } else { chosen }
        };
        Self {
            is_calm,
            network_percent: of(random, &[0, 5, 20, 50]),
            store_percent: of(random, &[0, 5, 20]),
            slow_percent: of(random, &[0, 15, 30]),
            crashes: of(random, &[0, 0, 1, 2]),
            stops: of(random, &[0, 0, 1, 2]),
            sets_clocks: of(random, &[0, 1]) == 1,
        }
    }
}

/// Everything outside the processes.
pub(crate) struct World {
    pub(crate) conditions: Conditions,
    pub(crate) platform: Mutex<Platform>,
    pub(crate) mints: Mints,
    crashes_left: AtomicU64,
    stops_left: AtomicU64,
    /// From now on nothing fails.
    is_quiet: AtomicBool,
    /// From now on there is nothing outside the processes.
    is_over: AtomicBool,
    crashed: Mutex<Vec<(usize, Duration)>>,
}

impl World {
    pub(crate) fn new(conditions: Conditions, platform: Platform) -> Arc<Self> {
        let crashes_left = AtomicU64::new(conditions.crashes);
        let stops_left = AtomicU64::new(conditions.stops);
        let mints = Mints::new(!conditions.sets_clocks, platform.token_life);
        Arc::new(Self {
            platform: Mutex::new(platform),
            mints,
            crashes_left,
            stops_left,
            is_quiet: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            crashed: Mutex::new(Vec::new()),
            conditions,
        })
    }

    pub(crate) fn platform(&self) -> MutexGuard<'_, Platform> {
        lock(&self.platform)
    }

    /// True in so many of a hundred cases, until nothing fails any more.
    pub(crate) fn happens(&self, percent: u64) -> bool {
        !self.is_quiet.load(Ordering::SeqCst) && percent > 0 && simulation::below(100) < percent
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// In so many of a hundred cases the current process dies here, or is stopped for a while.
    pub(crate) fn interrupt(&self, percent: u64, place: &'static str) {
        let group = simulation::group();
        if group > 0 && self.happens_of(&self.stops_left, percent) {
            simulation::note(format!("process {group} is stopped {place}"));
            simulation::stall(group, Duration::from_secs(20 + simulation::below(30)));
        }
        if group > 0 && self.happens_of(&self.crashes_left, percent) {
            lock(&self.crashed).push((group, simulation::time()));
            simulation::note(format!("process {group} dies {place}"));
            simulation::stop(group);
        }
    }

    fn happens_of(&self, left: &AtomicU64, percent: u64) -> bool {
        let happens = left.load(Ordering::SeqCst) > 0 && self.happens(percent);
        left.fetch_sub(u64::from(happens), Ordering::SeqCst);
        happens
    }

    /// The processes that died, and when.
    pub(crate) fn crashed(&self) -> Vec<(usize, Duration)> {
        lock(&self.crashed).clone()
    }

    pub(crate) fn has_died(&self, group: usize) -> bool {
        lock(&self.crashed).iter().any(|(dead, _)| *dead == group)
    }

    /// From now on nothing fails.
    pub(crate) fn quieten(&self) {
        self.set_quiet(true);
        simulation::note("from now on nothing fails".to_owned());
    }

    /// Whether nothing fails for now.
    pub(crate) fn set_quiet(&self, is_quiet: bool) {
        self.is_quiet.store(is_quiet, Ordering::SeqCst);
        simulation::allow_stalls(!is_quiet);
    }

    /// Lets the threads of dead processes end, without an effect on anything. The apps were dropped, so
    /// nobody is left after a while.
    pub(crate) fn end(&self) {
        self.set_quiet(true);
        self.is_over.store(true, Ordering::SeqCst);
        self.crashed().into_iter().for_each(|(group, _)| simulation::resume(group));
        sleep(LONGEST_END);
        let left = simulation::others();
        if !left.is_empty() {
            simulation::fail(format!("the apps are dropped, and threads are left: {left:?}"));
        }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

/// The true time.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(EPOCH_MS).after(simulation::time())
}

/// The clocks of one machine.
#[derive(Debug)]
pub(crate) struct Machine {
    name: String,
    started: Duration,
    offset_ms: AtomicI64,
}

impl Machine {
    pub(crate) fn new(number: u64) -> Arc<Self> {
        let started = Duration::from_secs(number * 100_000);
        let name = format!("machine {number}");
        Arc::new(Self { name, started, offset_ms: AtomicI64::new(0) })
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name
    }

    /// Somebody sets the wall clock.
    pub(crate) fn set_offset_ms(&self, offset_ms: i64) {
        simulation::note(format!("{} is now {offset_ms} ms ahead", self.name));
        self.offset_ms.store(offset_ms, Ordering::SeqCst);
    }
}

/// A machine's clocks, as an app reads them.
#[derive(Debug)]
pub(crate) struct MachineClock(pub(crate) Arc<Machine>);

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let offset_ms = self.0.offset_ms.load(Ordering::SeqCst);
        Timestamp::from_millis(now().as_millis() + offset_ms)
    }

    fn monotonic(&self) -> Duration {
        self.0.started + simulation::time()
    }

    fn origin(&self) -> Option<&str> {
        Some(&self.0.name)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The error that a wall clock is set to, in milliseconds.
pub(crate) const CLOCK_OFFSETS_MS: [i64; 5] = [-3_600_000, -90_000, 0, 20_000, 7_200_000];
/// The furthest that it is set, and a second.
pub(crate) const CLOCK_RANGE: Duration = Duration::from_secs(10_801);
/// A refresh that was begun is sent twice and written for half a minute.
const LONGEST_END: Duration = Duration::from_secs(300);
/// A whole second, so that times in whole seconds lose nothing.
const EPOCH_MS: i64 = 1_800_000_000_000;
