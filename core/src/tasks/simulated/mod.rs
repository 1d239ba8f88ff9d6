//! A simulation: threads, locks, condition variables, sleeps, deadlines, time and random bytes, decided
//! by a seed.
//!
//! [`run`] runs a function as the first thread of a simulation. Whatever that thread and those that it
//! starts take from [`super::sync`] is then the scheduler's: one thread runs at a time, each operation is
//! a place where another one may go on, and time passes only when nobody can. The same seed makes the
//! same decisions, so that a failure can be repeated. Threads of no simulation get the standard library.
//!
//! Threads belong to groups, which stand for processes: a group can be stopped, for good or for a while.

mod current;
mod lock;
mod plan;
mod random;
mod report;
mod scheduler;
mod state;
mod thread;

use std::{
    ops::Deref,
    panic::Location,
    sync::OnceLock,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use aws_lc_rs::error::Unspecified;

use self::{current::Current, scheduler::Scheduler};
pub use self::{
    lock::{Condvar, Mutex, MutexGuard, WaitTimeoutResult},
    plan::Plan,
    random::Random,
    report::{Failure, Summary},
    thread::{Builder, JoinHandle, sleep},
};

/// Runs a function as the first thread of a simulation, of group 0, until all its threads have finished.
///
/// # Errors
/// The failure that was reported first: a panic, [`fail`], threads that wait for each other, or no end.
#[track_caller]
pub fn run(
    seed: u64,
    plan: Plan,
    main: impl FnOnce() + Send + 'static,
) -> Result<Summary, Failure> {
    let scheduler = Scheduler::new(seed, plan);
    let started = thread::start(&scheduler, "main".to_owned(), 0, Location::caller(), main);
    started.expect("the operating system has a thread for the simulation");
    scheduler.run()
}

/// The time since the simulation began.
#[must_use]
pub fn time() -> Duration {
    here().now()
}

/// A number below `bound` of the simulation's own.
#[must_use]
pub fn below(bound: u64) -> u64 {
    here().scheduler.state().random.below(bound)
}

/// The group of the current thread.
#[must_use]
pub fn group() -> usize {
    here().group()
}

/// The names of the other threads that have not finished.
#[must_use]
pub fn others() -> Vec<String> {
    let here = here();
    here.scheduler.state().unfinished(here.me)
}

/// A place where another thread may go on.
#[track_caller]
pub fn point(operation: &'static str) {
    here().point(operation, Location::caller());
}

/// Writes a line into the trace that a failure shows.
pub fn note(text: String) {
    let here = here();
    let mut state = here.scheduler.state();
    let now = state.now;
    state.trace.note(now, text);
}

/// Ends the simulation with a failure.
pub fn fail(message: String) -> ! {
    here().scheduler.fail(message)
}

/// Lets no thread of a group run any more, until [`resume`].
pub fn stop(group: usize) {
    here().scheduler.state().set_stopped(group, true);
    point("stop");
}

/// Lets the threads of a group go on.
pub fn resume(group: usize) {
    here().scheduler.state().set_stopped(group, false);
}

/// Lets no thread of a group run for a while.
pub fn stall(group: usize, length: Duration) {
    here().scheduler.state().stall_group(group, length);
    point("stall");
}

/// Whether the scheduler leaves threads aside at times, if its plan does.
pub fn allow_stalls(is_allowed: bool) {
    here().scheduler.state().plan.is_even = !is_allowed;
}

/// The lengths of all stalls of a group that ended at this moment or later.
#[must_use]
pub fn stalled_since(group: usize, from: Duration) -> Duration {
    here().scheduler.state().stalled_since(group, from)
}

fn here() -> Current {
    Current::get().expect("this thread belongs to a simulation")
}

/// The current time of the clock that deadlines and leases are measured by.
pub(crate) fn now() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    match Current::get() {
        None => Instant::now(),
        Some(current) => *START.get_or_init(Instant::now) + current.now(),
    }
}

/// Fills a buffer with random bytes.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), Unspecified> {
    match Current::get() {
        None => getrandom::fill(bytes).map_err(|_| Unspecified),
        Some(current) => {
            current.scheduler.state().random.fill(bytes);
            Ok(())
        }
    }
}

/// An `ArcSwapOption` each of whose uses is a scheduling point.
#[derive(Debug)]
pub(crate) struct Swapped<T>(ArcSwapOption<T>);

impl<T> Swapped<T> {
    pub(crate) fn empty() -> Self {
        Self(ArcSwapOption::empty())
    }
}

impl<T> Deref for Swapped<T> {
    type Target = ArcSwapOption<T>;

    #[track_caller]
    fn deref(&self) -> &ArcSwapOption<T> {
        if let Some(current) = Current::get() {
            current.point("swap or load", Location::caller());
        }
        &self.0
    }
}
