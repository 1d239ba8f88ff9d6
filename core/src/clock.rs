//! The current time, as an argument: every rule about time takes it, so that no test sleeps.

#[cfg(target_os = "linux")]
use std::fs;
#[cfg(not(target_os = "linux"))]
use std::time::{Instant, SystemTime};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use once_cell::race::OnceBox;
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

    /// A name for the moment from which [`monotonic`](Self::monotonic) counts, if other processes count
    /// from it too: of two readings with the same name, the later one is the larger one. `None` if a
    /// reading means nothing to another process.
    fn origin(&self) -> Option<&str> {
        None
    }

    /// Both times, as cheaply as they can be had: for each read of a cached token.
    #[doc(hidden)]
    fn coarse_reading(&self) -> ClockReading {
        ClockReading::new(self.now(), self.monotonic())
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    /// The start of this machine, from which all its processes count; `None` where the kernel does not
    /// say.
    pub(crate) fn machine() -> Option<&'static str> {
        #[cfg(target_os = "linux")]
        return boot();
        #[cfg(not(target_os = "linux"))]
        None
    }
}

/// The kernel's coarse clocks advance every few milliseconds and are read in three nanoseconds.
/// `CLOCK_BOOTTIME`, which goes on while the machine is suspended, has no coarse variant and takes 24.
#[cfg(target_os = "linux")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(millis(ClockId::RealtimeCoarse))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(millis(ClockId::Boottime)).unwrap_or(0)) // since boot
    }

    fn coarse_reading(&self) -> ClockReading {
        let awake_ms = millis(ClockId::MonotonicCoarse);
        let suspended_ms = SUSPENDED.total_ms(awake_ms, measured_suspension_ms);
        ClockReading {
            wall_ms: millis(ClockId::RealtimeCoarse),
            monotonic_ms: awake_ms.saturating_add(suspended_ms),
        }
    }

    fn origin(&self) -> Option<&str> {
        Self::machine()
    }
}

/// A time namespace has an offset of its own (time_namespaces(7)), so it is a part of the name.
#[cfg(target_os = "linux")]
fn boot() -> Option<&'static str> {
    static BOOT: OnceBox<Option<String>> = OnceBox::new();
    let read = || {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let namespace = fs::read_link("/proc/self/ns/time").unwrap_or_default();
        Some(format!("{} {}", id.trim(), namespace.display()))
    };
    BOOT.get_or_init(|| Box::new(read())).as_deref()
}

/// The difference of `CLOCK_BOOTTIME` and `CLOCK_MONOTONIC`.
#[cfg(target_os = "linux")]
static SUSPENDED: Suspension = Suspension::new();

/// The time that this machine has been suspended, measured again once the machine has been awake for
/// [`MEASURE_EVERY_MS`] more. For so long after a suspend a token in memory that ended meanwhile counts
/// as alive by the monotonic clock; the wall clock, which did go on, says otherwise.
#[cfg(target_os = "linux")]
struct Suspension {
    total_ms: AtomicI64,
    /// The time awake from which on it is measured again.
    next_ms: AtomicI64,
}

#[cfg(target_os = "linux")]
impl Suspension {
    const fn new() -> Self {
        Self { total_ms: AtomicI64::new(i64::MIN), next_ms: AtomicI64::new(i64::MIN) }
    }

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
        static START: OnceBox<Instant> = OnceBox::new();
        START.get_or_init(|| Box::new(Instant::now())).elapsed()
    }
}

/// A clock for tests, which shows the same time until it is moved.
///
/// Clones share one time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<ManualTime>);

#[derive(Debug)]
struct ManualTime {
    now: AtomicI64,
    monotonic: AtomicU64,
}

impl ManualClock {
    /// A clock whose time is `now`. Its monotonic time begins there, too, so that the clocks of several
    /// apps of one test can be compared.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let monotonic = AtomicU64::new(u64::try_from(now.as_millis()).unwrap_or(0));
        let now = AtomicI64::new(now.as_millis());
        Self(Arc::new(ManualTime { now, monotonic }))
    }

    /// Sets the time, forwards or backwards, for every app that was made with this clock.
    ///
    /// The monotonic clock stays.
    ///
    /// - `now`: The new time.
    pub fn set(&self, now: Timestamp) {
        self.0.now.store(now.as_millis(), Ordering::SeqCst);
    }

    /// Moves the time forwards, for every app that was made with this clock.
    ///
    /// - `by`: How far to move it.
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

    fn origin(&self) -> Option<&str> {
        Some("manual")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_machine_s_clock_counts_from_the_start_of_the_machine() {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        let machine = SystemClock::machine().unwrap();
        assert!(machine.starts_with(id.trim()) && machine.contains("time:["), "{machine}");
        assert_eq!(SystemClock.origin(), Some(machine));
        assert_eq!(ManualClock::new(Timestamp::from_secs(0)).origin(), Some("manual"));
        assert!(SystemClock.monotonic() > Duration::ZERO);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_suspension_is_added_once_the_machine_was_awake_for_a_moment() {
        let suspended = Suspension::new();
        let unmeasured = || unreachable!("it was measured a moment ago");
        assert_eq!(suspended.total_ms(0, || 7000), 7000);
        assert_eq!(suspended.total_ms(MEASURE_EVERY_MS - 1, unmeasured), 7000);
        // The coarse clock stood still while the machine was suspended for an hour.
        assert_eq!(suspended.total_ms(MEASURE_EVERY_MS, || 3_607_000), 3_607_000);
        assert_eq!(suspended.total_ms(2 * MEASURE_EVERY_MS, || 3_606_999), 3_607_000);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_coarse_reading_is_not_ahead_of_the_clock() {
        let coarse = SystemClock.coarse_reading();
        let exact = ClockReading::new(SystemClock.now(), SystemClock.monotonic());
        assert!(coarse.wall_ms <= exact.wall_ms);
        // The time suspended is a difference of two numbers that were rounded down.
        assert!(coarse.monotonic_ms <= exact.monotonic_ms + 1);
    }

    #[test]
    fn clones_share_one_time() {
        let clock = ManualClock::new(Timestamp::from_secs(10));
        let same = clock.clone();
        clock.advance(Duration::from_secs(5));
        assert_eq!(same.now(), Timestamp::from_secs(15));
    }
}
