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

    /// The time since some fixed moment, by a clock that is never set, and that goes on while the
    /// machine is suspended. A token counts as expired as soon as either clock says so.
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

/// The kernel's coarse clocks advance every few milliseconds and are read in three nanoseconds;
/// nothing here needs more precision. `CLOCK_BOOTTIME`, which goes on while the machine is suspended,
/// has no coarse variant and takes 25 ns, so [`SUSPENDED`] adds what the coarse clock lacks.
#[cfg(target_os = "linux")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(millis(ClockId::RealtimeCoarse))
    }

    fn monotonic(&self) -> Duration {
        let awake = millis(ClockId::MonotonicCoarse);
        let since_boot = awake.saturating_add(SUSPENDED.total_ms(awake, measured_suspension_ms));
        Duration::from_millis(u64::try_from(since_boot).unwrap_or(0)) // never negative
    }
}

/// The time that this machine has been suspended since it booted.
#[cfg(target_os = "linux")]
static SUSPENDED: Suspension =
    Suspension { total_ms: AtomicI64::new(0), next_ms: AtomicI64::new(i64::MIN) };

/// A total that is measured again once the machine has been awake for [`MEASURE_EVERY_MS`] more. For
/// so long after a suspend a token that ended meanwhile counts as alive by the monotonic clock; the
/// wall clock, which did go on, says otherwise.
#[cfg(target_os = "linux")]
struct Suspension {
    total_ms: AtomicI64,
    /// The time awake from which on it is measured again.
    next_ms: AtomicI64,
}

#[cfg(target_os = "linux")]
impl Suspension {
    fn total_ms(&self, awake_ms: i64, measure: impl FnOnce() -> i64) -> i64 {
        if awake_ms < self.next_ms.load(Ordering::Acquire) {
            return self.total_ms.load(Ordering::Relaxed);
        }
        let measured = measure();
        // The total only grows, so that the sum never goes back.
        let before = self.total_ms.fetch_max(measured, Ordering::Relaxed);
        self.next_ms.fetch_max(awake_ms.saturating_add(MEASURE_EVERY_MS), Ordering::Release);
        before.max(measured)
    }
}

/// A thread that is interrupted between the two readings measures too little, which the next
/// measurement corrects; the other order would measure too much.
#[cfg(target_os = "linux")]
fn measured_suspension_ms() -> i64 {
    let since_boot = millis(ClockId::Boottime);
    since_boot.saturating_sub(millis(ClockId::Monotonic))
}

#[cfg(target_os = "linux")]
fn millis(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec.saturating_mul(1000).saturating_add(time.tv_nsec / 1_000_000)
}

#[cfg(target_os = "linux")]
const MEASURE_EVERY_MS: i64 = 100;

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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_suspension_is_added_once_the_machine_was_awake_for_a_moment() {
        let suspended = Suspension { total_ms: AtomicI64::new(0), next_ms: AtomicI64::new(0) };
        let unmeasured = || unreachable!("it was measured a moment ago");
        assert_eq!(suspended.total_ms(0, || 7000), 7000);
        assert_eq!(suspended.total_ms(MEASURE_EVERY_MS - 1, unmeasured), 7000);
        // The coarse clock stood still while the machine was suspended for an hour.
        assert_eq!(suspended.total_ms(MEASURE_EVERY_MS, || 3_607_000), 3_607_000);
        assert_eq!(suspended.total_ms(2 * MEASURE_EVERY_MS, || 3_606_999), 3_607_000);
    }

    #[test]
    fn clones_share_one_time() {
        let clock = ManualClock::new(Timestamp::from_secs(10));
        let same = clock.clone();
        clock.advance(Duration::from_secs(5));
        assert_eq!(same.now(), Timestamp::from_secs(15));
    }
}
