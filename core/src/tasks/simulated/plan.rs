//! How a simulation schedules: what its seed decides once, at the beginning.

use std::time::Duration;

use super::random::Random;

/// The habits of one simulation's scheduler.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How often of sixteen times a thread that can go on does.
    goes_on_of_16: u64,
    /// The thread with the highest priority runs, and at times one loses its priority (Burckhardt et
    /// al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", 2010).
    pub(super) by_priority: bool,
    /// One scheduling point of so many begins a stall.
    stall_one_in: u64,
    stalls_left: u32,
    is_late_at_times: bool,
    /// Nobody is left aside for now.
    pub(super) is_even: bool,
}

impl Plan {
    /// The plan of a seed. With `stalls` threads and whole processes are left aside at times although
    /// they could go on.
    #[must_use]
    pub fn new(random: &mut Random, stalls: bool) -> Self {
        Self {
            goes_on_of_16: random.one_of(&[0, 8, 12, 14]),
            by_priority: random.percent(33),
            stall_one_in: random.one_of(&[20, 60, 200]),
            stalls_left: if stalls { random.one_of(&[0, 1, 2, 4]) } else { 0 },
            is_late_at_times: stalls && random.percent(50),
            is_even: false,
        }
    }

    pub(super) fn goes_on(&self, random: &mut Random) -> bool {
        !self.by_priority && random.below(16) < self.goes_on_of_16
    }

    pub(super) fn changes_priority(&self, random: &mut Random) -> bool {
        random.percent(4)
    }

    /// The length of a stall that begins now.
    pub(super) fn stall(&mut self, random: &mut Random) -> Option<Duration> {
        if self.is_even || self.stalls_left == 0 || random.below(self.stall_one_in) > 0 {
            return None;
        }
        self.stalls_left -= 1;
        Some(Duration::from_millis(random.one_of(&STALLS_MS)))
    }

    /// How much later than asked for a thread wakes.
    pub(super) fn late(&self, random: &mut Random) -> Duration {
        if self.is_late_at_times && !self.is_even && random.percent(6) {
            return Duration::from_millis(random.one_of(&[1, 20, 300]));
        }
        Duration::ZERO
    }
}

/// A busy machine, a swapped page, a stopped process, a suspended machine.
const STALLS_MS: [u64; 7] = [1, 50, 900, 4000, 6000, 20_000, 45_000];
