//! A map that is held to a number of values by removing those that nobody needs.

use std::{borrow::Borrow, collections::HashMap, hash::Hash, sync::Arc};

use crate::{tasks::sync::Mutex, time::ClockReading};

/// A value that a full map may remove.
pub(crate) trait Evictable {
    /// Whether nobody needs it.
    fn is_unused(this: &Arc<Self>) -> bool;

    /// The milliseconds until it expires: the next to expire are removed first.
    fn remaining_ms(&self, now: ClockReading) -> i64;
}

/// Values by key. Above the capacity a sixteenth of it is removed at once, so that inserting looks at
/// sixteen values in the mean. Values that are needed may exceed the capacity; then it looks again
/// after a sixteenth more.
pub(crate) struct Bounded<K, V> {
    capacity: usize,
    values: HashMap<K, Arc<V>>,
    /// The number of values at which unused ones are removed.
    evicts_at: usize,
    /// How many values it has looked at to remove some.
    #[cfg(test)]
    pub(super) looked_at: usize,
}

impl<K: Eq + Hash, V: Evictable> Bounded<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            values: HashMap::new(),
            evicts_at: capacity,
            #[cfg(test)]
            looked_at: 0,
        }
    }

    /// The map of a child that was just forked: a copy, or an empty one if the parent held the lock.
    pub(crate) fn of_child(parent: &Mutex<Self>, capacity: usize) -> Mutex<Self>
    where
        K: Clone,
    {
        let mut child = Self::new(capacity);
        if let Ok(parent) = parent.try_lock() {
            (child.values, child.evicts_at) = (parent.values.clone(), parent.evicts_at);
        }
        Mutex::new(child)
    }

    pub(crate) fn find<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&Arc<V>>
    where
        K: Borrow<Q>,
    {
        self.values.get(key)
    }

    pub(crate) fn insert(&mut self, key: K, value: Arc<V>, now: ClockReading) {
        if self.values.len() >= self.evicts_at {
            self.evict(now);
        }
        self.values.insert(key, value);
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Arc<V>> {
        self.values.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Removes unused values until a sixteenth of the capacity is free, the next to expire first.
    fn evict(&mut self, now: ClockReading) {
        #[cfg(test)]
        {
            self.looked_at += self.values.len();
        }
        let unused = self.values.values().filter(|it| V::is_unused(it));
        let mut lives: Vec<_> = unused.map(|it| it.remaining_ms(now)).collect();
        let surplus = self.values.len().saturating_sub(self.capacity);
        let mut surplus = (surplus + (self.capacity / 16).max(1)).min(lives.len());
        if surplus > 0 {
            let (_, bound, _) = lives.select_nth_unstable(surplus - 1);
            let bound = (*bound).max(0);
            self.values.retain(|_, value| {
                let is_evicted =
                    surplus > 0 && V::is_unused(value) && value.remaining_ms(now) <= bound;
                surplus -= usize::from(is_evicted);
                !is_evicted
            });
        }
        let len = self.values.len();
        self.evicts_at = self.capacity.max(len + (len / 16).max(1));
    }
}
