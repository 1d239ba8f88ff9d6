//! Installations that are looked up when they are first needed.

use std::sync::Arc;

use super::key::TokenKey;
use crate::{
    auth::Scope,
    cache::{Bounded, Current, Entry, Evictable, InFlight, Observer, Observers},
    error::Result,
    resources::Lookup,
    tasks::{
        Owned, PerProcess, Task, lock,
        sync::{ArcSwapOption, Mutex},
    },
    time::ClockReading,
};

/// An installation by its lookup, and the entry of its tokens once it was found.
pub(crate) struct LookedUp {
    pub(crate) lookup: Lookup,
    pub(crate) scope: Scope,
    entry: ArcSwapOption<Entry<TokenKey>>,
    in_flight: PerProcess<Mutex<Option<InFlight<FoundEntry>>>>,
    observers: Observers,
}

type FoundEntry = Arc<Entry<TokenKey>>;

/// All lookups of an app, so that equal ones share their result.
pub(crate) struct Lookups {
    by_lookup: PerProcess<Mutex<ByLookup>>,
    /// The number of lookups above which unused ones are removed.
    capacity: usize,
}

type ByLookup = Bounded<(Lookup, Scope), LookedUp>;

impl Lookups {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { by_lookup: PerProcess::new(Mutex::new(Bounded::new(capacity))), capacity }
    }

    pub(crate) fn get(&self, lookup: Lookup, scope: Scope, now: ClockReading) -> Arc<LookedUp> {
        let all = self.all();
        let mut all = lock(&all);
        let key = (lookup, scope);
        if let Some(looked_up) = all.find(&key) {
            return Arc::clone(looked_up);
        }
        let looked_up = Arc::new(LookedUp::new(key.0.clone(), key.1.clone()));
        all.insert(key, Arc::clone(&looked_up), now);
        looked_up
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        lock(&self.all()).len()
    }

    /// Forgets the results that fulfil a condition.
    pub(crate) fn forget(&self, is_outdated: impl Fn(&TokenKey) -> bool) {
        lock(&self.all()).values().for_each(|looked_up| looked_up.forget_if(&is_outdated));
    }

    fn all(&self) -> Arc<Owned<Mutex<ByLookup>>> {
        self.by_lookup.get(|parent| Bounded::of_child(parent, self.capacity))
    }
}

impl Evictable for LookedUp {
    /// A lookup that runs refers to it.
    fn is_unused(this: &Arc<Self>) -> bool {
        Arc::strong_count(this) == 1 && this.observers.is_empty()
    }

    fn remaining_ms(&self, now: ClockReading) -> i64 {
        self.entry().map_or(0, |entry| entry.remaining_ms(now))
    }
}

impl LookedUp {
    fn new(lookup: Lookup, scope: Scope) -> Self {
        Self {
            lookup,
            scope,
            entry: ArcSwapOption::empty(),
            in_flight: PerProcess::default(),
            observers: Observers::default(),
        }
    }

    /// The entry of the installation that was found.
    pub(crate) fn entry(&self) -> Option<FoundEntry> {
        self.entry.load_full()
    }

    /// The lookup in flight, or a new one that `begin` starts.
    pub(crate) fn resolve(
        &self,
        now: ClockReading,
        begin: impl FnOnce() -> Task<FoundEntry>,
    ) -> Task<FoundEntry> {
        let in_flight = self.in_flight.get_or_default();
        let mut in_flight = lock(&in_flight);
        match in_flight.as_ref().and_then(|it| it.current(now)) {
            Some(Current::Running(task)) => task,
            Some(Current::BackingOff(error)) => Task::ready(Err(error)),
            None => {
                let task = begin();
                *in_flight = Some(InFlight::Running(task.clone()));
                task
            }
        }
    }

    /// Records the result of a lookup.
    pub(crate) fn finish(&self, found: &Result<FoundEntry>, now: ClockReading) {
        if let Ok(entry) = found {
            self.entry.store(Some(Arc::clone(entry)));
            self.observers.all().iter().for_each(|it| entry.observers.add(it));
        }
        let in_flight = found.as_ref().err().map(|error| InFlight::failed(error, now));
        *lock(&self.in_flight.get_or_default()) = in_flight;
    }

    pub(crate) fn observe(&self, observer: &Arc<Observer>) {
        self.observers.add(observer);
        if let Some(entry) = self.entry() {
            entry.observers.add(observer);
        }
    }

    /// Ends the pause after a lookup that failed.
    pub(crate) fn end_back_off(&self) {
        let in_flight = self.in_flight.get_or_default();
        let mut in_flight = lock(&in_flight);
        if matches!(*in_flight, Some(InFlight::BackingOff(..))) {
            *in_flight = None;
        }
    }

    /// Forgets the result if it fulfils a condition: it is looked up again when it is next needed.
    pub(crate) fn forget_if(&self, is_outdated: impl Fn(&TokenKey) -> bool) {
        let found = self.entry.load();
        if found.as_ref().is_some_and(|entry| is_outdated(entry.key())) {
            self.entry.compare_and_swap(&*found, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::SystemClock, http::clock_offset::PlatformClock};

    #[test]
    fn lookups_that_nobody_uses_are_removed_above_the_capacity() {
        let now = PlatformClock::new(Arc::new(SystemClock), None).reading();
        let lookups = Lookups::new(100);
        let get = |n: usize| lookups.get(Lookup::Account(n.to_string()), Scope::all(), now);
        let used: Vec<_> = (0..10).map(get).collect();
        (10..5000).for_each(|n| drop(get(n)));
        assert!(lookups.len() <= 100, "{}", lookups.len());
        assert!(used.iter().enumerate().all(|(n, it)| Arc::ptr_eq(it, &get(n))));
    }
}
