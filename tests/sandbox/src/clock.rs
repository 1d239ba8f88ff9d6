//! The sandbox's own time.
//!
//! Every rule about time (is this assertion expired, is this code too old) asks this clock, so a test moves it
//! instead of sleeping. It runs with the system's clock until it is frozen, and can be moved while it runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// A handle on the time the sandbox believes in; clones move the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    pace: Arc<Mutex<Pace>>,
    machine: Machine,
}

#[derive(Clone, Copy, Debug)]
enum Pace {
    Running { ahead_ms: i64 },
    Frozen { at_ms: i64 },
}

impl Clock {
    /// A clock that agrees with the system's.
    pub fn running() -> Self {
        Self::fast(0, 1)
    }

    /// A clock that agreed with the system's at `since_ms` (milliseconds since 1970 in UTC) and runs so many times as
    /// fast since then.
    pub fn fast(since_ms: i64, times: u16) -> Self {
        Self::with(Pace::Running { ahead_ms: 0 }, Machine { since_ms, times })
    }

    /// A clock that stands still at `at_ms` (milliseconds since 1970 in UTC) until it is moved.
    pub fn frozen(at_ms: i64) -> Self {
        Self::with(Pace::Frozen { at_ms }, Machine { since_ms: 0, times: 1 })
    }

    fn with(pace: Pace, machine: Machine) -> Self {
        Self { pace: Arc::new(Mutex::new(pace)), machine }
    }

    /// Moves the clock by `ms`, backwards when negative. A frozen clock stays frozen.
    pub fn advance_ms(&self, ms: i64) {
        let mut pace = self.lock();
        *pace = match *pace {
            Pace::Running { ahead_ms } => Pace::Running { ahead_ms: ahead_ms.saturating_add(ms) },
            Pace::Frozen { at_ms } => Pace::Frozen { at_ms: at_ms.saturating_add(ms) },
        };
    }

    /// Moves the clock to `at_ms`. A running clock runs on from there.
    pub fn set_ms(&self, at_ms: i64) {
        let mut pace = self.lock();
        *pace = match *pace {
            Pace::Running { .. } => {
                Pace::Running { ahead_ms: at_ms.saturating_sub(self.machine.now_ms()) }
            }
            Pace::Frozen { .. } => Pace::Frozen { at_ms },
        };
    }

    /// Stops the clock where it is.
    pub fn freeze(&self) {
        let mut pace = self.lock();
        *pace = Pace::Frozen { at_ms: pace.now_ms(self.machine) };
    }

    /// Lets a frozen clock run on from where it stands.
    pub fn thaw(&self) {
        let mut pace = self.lock();
        let machine_ms = self.machine.now_ms();
        *pace = Pace::Running { ahead_ms: pace.now_ms(self.machine).saturating_sub(machine_ms) };
    }

    /// Milliseconds since 1970 in UTC.
    pub fn now_ms(&self) -> i64 {
        self.lock().now_ms(self.machine)
    }

    /// Whether the clock stands still.
    pub fn is_frozen(&self) -> bool {
        matches!(*self.lock(), Pace::Frozen { .. })
    }

    fn lock(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    fn now_ms(self, machine: Machine) -> i64 {
        match self {
            Self::Running { ahead_ms } => machine.now_ms().saturating_add(ahead_ms),
            Self::Frozen { at_ms } => at_ms,
        }
    }
}

/// The system's clock, and how much faster than that time goes by.
#[derive(Clone, Copy, Debug)]
struct Machine {
    since_ms: i64,
    times: u16,
}

impl Machine {
    fn now_ms(self) -> i64 {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_us = i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX);
        let passed_us = now_us.saturating_sub(self.since_ms.saturating_mul(1000));
        self.since_ms.saturating_add(passed_us.saturating_mul(i64::from(self.times)) / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let clock = Clock::frozen(1_000);
        let twin = clock.clone();
        clock.advance_ms(500);
        assert_eq!(twin.now_ms(), 1_500);
        clock.set_ms(7);
        assert_eq!(twin.now_ms(), 7);
    }

    #[test]
    fn a_running_clock_can_be_stopped_where_it_is() {
        let clock = Clock::running();
        clock.freeze();
        assert!(clock.is_frozen());
        assert_eq!(clock.now_ms(), clock.now_ms());
        clock.thaw();
        assert!(!clock.is_frozen());
    }

    #[test]
    fn a_fast_clock_has_come_further() {
        let now_ms = Clock::running().now_ms();
        let fast = Clock::fast(now_ms - 60_000, 3);
        assert!(fast.now_ms() >= now_ms + 120_000);
        fast.set_ms(7);
        assert!((7..60_000).contains(&fast.now_ms()));
    }
}
