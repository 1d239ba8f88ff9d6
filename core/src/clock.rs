//! The current time, as an argument: every rule about time takes it, so that no test sleeps.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
#[cfg(not(target_os = "linux"))]
use std::{
    sync::OnceLock,
    time::{Instant, SystemTime},
};

#[cfg(target_os = "linux")]
use rustix::time::{ClockId, clock_gettime};

use crate::time::{ClockReading, Timestamp};

/// A source of the current time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// The time since some fixed moment, by a clock that is never set. A token counts as expired as
    /// soon as either clock says so.
    fn monotonic(&self) -> Duration {
        Timestamp::from_millis(0).until(self.now())
    }
}

/// Both times that a clock shows.
pub(crate) fn reading(clock: &dyn Clock) -> ClockReading {
    ClockReading::new(clock.now(), clock.monotonic())
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// The kernel's coarse clocks advance every few milliseconds and are read in a few nanoseconds;
/// nothing here needs more precision.
#[cfg(target_os = "linux")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(coarse(ClockId::RealtimeCoarse))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(coarse(ClockId::MonotonicCoarse)).unwrap_or(0)) // since boot
    }
}

#[cfg(target_os = "linux")]
fn coarse(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec.saturating_mul(1000).saturating_add(time.tv_nsec / 1_000_000)
}

#[cfg(not(target_os = "linux"))]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }

    fn monotonic(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

/// A clock that stands still until a test moves it. Clones share one time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<ManualTime>);

#[derive(Debug)]
struct ManualTime {
    now: AtomicI64,
    monotonic: AtomicU64,
}

impl ManualClock {
    /// A clock whose time is `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let (now, monotonic) = (AtomicI64::new(now.as_millis()), AtomicU64::new(0));
        Self(Arc::new(ManualTime { now, monotonic }))
    }

    /// Sets the wall clock, forwards or back, as a person or a time server does; the monotonic clock
    /// stays.
    pub fn set(&self, now: Timestamp) {
        self.0.now.store(now.as_millis(), Ordering::SeqCst);
    }

    /// Moves both clocks forward.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX); // saturates
        self.0.monotonic.fetch_add(millis, Ordering::SeqCst);
        self.set(self.now().after(by));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.now.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.monotonic.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_one_time() {
        let clock = ManualClock::new(Timestamp::from_secs(10));
        let same = clock.clone();
        clock.advance(Duration::from_secs(5));
        assert_eq!(same.now(), Timestamp::from_secs(15));
    }
}
