//! Installations that are looked up when they are first needed.

use std::{collections::HashMap, sync::Arc};

use super::key::TokenKey;
use crate::{
    auth::Scope,
    cache::{Current, Entry, InFlight, Observer, Observers},
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
#[derive(Default)]
pub(crate) struct Lookups(PerProcess<Mutex<ByLookup>>);

type ByLookup = HashMap<(Lookup, Scope), Arc<LookedUp>>;

impl Lookups {
    pub(crate) fn get(&self, lookup: Lookup, scope: Scope) -> Arc<LookedUp> {
        let all = self.all();
        let mut all = lock(&all);
        let new = |(lookup, scope): &(Lookup, Scope)| {
            Arc::new(LookedUp::new(lookup.clone(), scope.clone()))
        };
        Arc::clone(all.entry((lookup, scope)).or_insert_with_key(new))
    }

    /// Forgets the results that fulfil a condition.
    pub(crate) fn forget(&self, is_outdated: impl Fn(&TokenKey) -> bool) {
        lock(&self.all()).values().for_each(|looked_up| looked_up.forget_if(&is_outdated));
    }

    fn all(&self) -> Arc<Owned<Mutex<ByLookup>>> {
        // If the parent held the lock when it forked, the child starts empty.
        let copied = |parent: &Mutex<ByLookup>| {
            parent.try_lock().map_or_else(|_| Mutex::default(), |it| Mutex::new(it.clone()))
        };
        self.0.get(copied)
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
