//! The sandbox's clock.
//!
//! Every expiry is compared with this clock, so that a test moves it instead of sleeping. It follows the system's clock until
//! it is frozen, and can be set in both states.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// A handle on the clock of a sandbox. Clones share the clock.
#[derive(Clone, Debug)]
pub struct Clock {
    state: Arc<Mutex<State>>,
    system: SystemClock,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Running { ahead_ms: i64 },
    Frozen { at_ms: i64 },
}

impl Clock {
    /// A clock that equals the system's.
    pub fn running() -> Self {
        Self::fast(0, 1)
    }

    /// A clock that equalled the system's at `since_ms` (milliseconds since 1970) and has run `times` as fast since.
    pub fn fast(since_ms: i64, times: u16) -> Self {
        Self::with(State::Running { ahead_ms: 0 }, SystemClock { since_ms, times })
    }

    /// A clock that stays at `at_ms` (milliseconds since 1970) until it is set or advanced.
    pub fn frozen(at_ms: i64) -> Self {
        Self::with(State::Frozen { at_ms }, SystemClock { since_ms: 0, times: 1 })
    }

    fn with(state: State, system: SystemClock) -> Self {
        Self { state: Arc::new(Mutex::new(state)), system }
    }

    /// Moves the clock by `ms`, backwards if negative. A frozen clock stays frozen.
    pub fn advance_ms(&self, ms: i64) {
        let mut state = self.lock();
        *state = match *state {
            State::Running { ahead_ms } => State::Running { ahead_ms: ahead_ms.saturating_add(ms) },
            State::Frozen { at_ms } => State::Frozen { at_ms: at_ms.saturating_add(ms) },
        };
    }

    /// Sets the clock to `at_ms`. A running clock continues from there.
    pub fn set_ms(&self, at_ms: i64) {
        let mut state = self.lock();
        *state = match *state {
            State::Running { .. } => {
                State::Running { ahead_ms: at_ms.saturating_sub(self.system.now_ms()) }
            }
            State::Frozen { .. } => State::Frozen { at_ms },
        };
    }

    /// Stops the clock at the present time.
    pub fn freeze(&self) {
        let mut state = self.lock();
        *state = State::Frozen { at_ms: state.now_ms(self.system) };
    }

    /// Lets a frozen clock continue from its time.
    pub fn thaw(&self) {
        let mut state = self.lock();
        let system_ms = self.system.now_ms();
        *state = State::Running { ahead_ms: state.now_ms(self.system).saturating_sub(system_ms) };
    }

    /// The time in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.lock().now_ms(self.system)
    }

    /// Whether the clock is frozen.
    pub fn is_frozen(&self) -> bool {
        matches!(*self.lock(), State::Frozen { .. })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn now_ms(self, system: SystemClock) -> i64 {
        match self {
            Self::Running { ahead_ms } => system.now_ms().saturating_add(ahead_ms),
            Self::Frozen { at_ms } => at_ms,
        }
    }
}

/// The system's clock, sped up by a factor since a point in time.
#[derive(Clone, Copy, Debug)]
struct SystemClock {
    since_ms: i64,
    times: u16,
}

impl SystemClock {
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
    fn a_frozen_clock_moves_only_on_request() {
        let clock = Clock::frozen(1_000);
        let twin = clock.clone();
        clock.advance_ms(500);
        assert_eq!(twin.now_ms(), 1_500);
        clock.set_ms(7);
        assert_eq!(twin.now_ms(), 7);
    }

    #[test]
    fn a_running_clock_can_be_frozen() {
        let clock = Clock::running();
        clock.freeze();
        assert!(clock.is_frozen());
        assert_eq!(clock.now_ms(), clock.now_ms());
        clock.thaw();
        assert!(!clock.is_frozen());
    }

    #[test]
    fn a_fast_clock_is_ahead_of_the_system() {
        let now_ms = Clock::running().now_ms();
        let fast = Clock::fast(now_ms - 60_000, 3);
        assert!(fast.now_ms() >= now_ms + 120_000);
        fast.set_ms(7);
        assert!((7..60_000).contains(&fast.now_ms()));
    }
}
