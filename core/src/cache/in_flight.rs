//! Single flight: one fetch per key for everybody who asks, and a pause after one that failed.

use std::{collections::HashMap, sync::Arc};

use super::entry::Entry;
use crate::{error::Error, tasks::Task, time::ClockReading};

/// The state of a fetch that was begun.
pub(crate) enum InFlight<T> {
    Running(Task<T>),
    /// The fetch failed. Nobody fetches again before this time of the monotonic clock, in
    /// milliseconds.
    BackingOff(Error, i64),
}

/// A fetch to share, or the failure that still counts.
pub(crate) enum Current<T> {
    Running(Task<T>),
    BackingOff(Error),
}

impl<T: Clone + Send + 'static> InFlight<T> {
    /// The state of a fetch that failed. Everybody gets the failure for a while, so that a platform
    /// that is down is not called by each caller.
    pub(crate) fn failed(error: &Error, now: ClockReading) -> Self {
        let requested = error.retry_after().map_or(0, |wait| wait.as_millis());
        let requested = i64::try_from(requested).unwrap_or(i64::MAX);
        let pause = requested.clamp(MIN_BACK_OFF_MS, MAX_BACK_OFF_MS);
        Self::BackingOff(error.clone(), now.monotonic_ms.saturating_add(pause))
    }

    /// `None` if a new fetch may begin.
    pub(crate) fn current(&self, now: ClockReading) -> Option<Current<T>> {
        match self {
            // A task that completed and still stands here ended in a panic.
            Self::Running(task) => (!task.is_finished()).then(|| Current::Running(task.clone())),
            Self::BackingOff(error, until) => {
                (now.monotonic_ms < *until).then(|| Current::BackingOff(error.clone()))
            }
        }
    }
}

/// The fetches in flight, by entry.
pub(super) struct InFlightFetches<K, T> {
    begun: u64,
    fetches: HashMap<usize, Fetching<K, T>>,
    /// The number of fetches at which finished ones are removed.
    sweeps_at: usize,
    /// How many fetches it has looked at to remove some.
    #[cfg(test)]
    pub(super) looked_at: usize,
}

struct Fetching<K, T> {
    number: u64,
    /// Keeps the address from becoming another entry's.
    _entry: Arc<Entry<K>>,
    state: InFlight<T>,
}

impl<K, T> Default for InFlightFetches<K, T> {
    fn default() -> Self {
        Self {
            begun: 0,
            fetches: HashMap::new(),
            sweeps_at: MIN_SWEEP,
            #[cfg(test)]
            looked_at: 0,
        }
    }
}

impl<K, T: Clone + Send + 'static> InFlightFetches<K, T> {
    pub(super) fn current(&self, entry: &Arc<Entry<K>>, now: ClockReading) -> Option<Current<T>> {
        self.fetches.get(&address(entry))?.state.current(now)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.fetches.len()
    }

    /// A number for a fetch that begins.
    pub(super) fn next_number(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    pub(super) fn begin(
        &mut self,
        entry: &Arc<Entry<K>>,
        number: u64,
        task: Task<T>,
        now: ClockReading,
    ) {
        if self.fetches.len() >= self.sweeps_at {
            self.sweep(now);
        }
        let state = InFlight::Running(task);
        let fetching = Fetching { number, _entry: Arc::clone(entry), state };
        self.fetches.insert(address(entry), fetching);
    }

    /// Removes finished fetches. The next time comes at twice of what is left, so that a fetch that begins
    /// looks at two others in the mean, however many run.
    fn sweep(&mut self, now: ClockReading) {
        #[cfg(test)]
        {
            self.looked_at += self.fetches.len();
        }
        self.fetches.retain(|_, fetching| fetching.state.current(now).is_some());
        self.sweeps_at = MIN_SWEEP.max(2 * self.fetches.len());
    }

    /// Whether this fetch still counts: the entry may have been invalidated since it began.
    pub(super) fn is_current(&self, entry: &Arc<Entry<K>>, number: u64) -> bool {
        self.fetches.get(&address(entry)).is_some_and(|fetching| fetching.number == number)
    }

    pub(super) fn back_off(&mut self, entry: &Arc<Entry<K>>, error: &Error, now: ClockReading) {
        if let Some(fetching) = self.fetches.get_mut(&address(entry)) {
            fetching.state = InFlight::failed(error, now);
        }
    }

    pub(super) fn forget(&mut self, entry: &Arc<Entry<K>>) {
        self.fetches.remove(&address(entry));
    }
}

fn address<K>(entry: &Arc<Entry<K>>) -> usize {
    Arc::as_ptr(entry).addr()
}

/// The shortest time for which a failure counts for everybody.
const MIN_BACK_OFF_MS: i64 = 1000;
/// The longest, even if the platform asked for more.
const MAX_BACK_OFF_MS: i64 = 60_000;
/// With fewer fetches none are removed.
const MIN_SWEEP: usize = 4096;
