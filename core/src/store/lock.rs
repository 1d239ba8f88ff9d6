//! A lock in a store: a lease that its holder renews for as long as it needs the lock.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use super::TimedStore;
use crate::{
    encoding::random_text,
    error::Result,
    tasks::{
        Deadline, lock,
        sync::{Condvar, Mutex},
        threads,
    },
};

/// A lock that is released when it is dropped. If releasing fails, its lease ends it.
pub(crate) struct Lock(Arc<Lease>);

struct Lease {
    store: TimedStore,
    name: String,
    owner: String,
    duration: Duration,
    /// Held while the store is called, so that no renewal takes a lock that was just released.
    is_released: Mutex<bool>,
    released: Condvar,
}

impl Lock {
    pub(super) fn take(store: &TimedStore, name: &str, lease: Duration) -> Result<Option<Self>> {
        let owner = random_text()?;
        let is_ours = store.lock(name, &owner, lease)?;
        Ok(is_ours.then(|| {
            Self(Arc::new(Lease {
                store: store.clone(),
                name: name.to_owned(),
                owner,
                duration: lease,
                is_released: Mutex::new(false),
                released: Condvar::new(),
            }))
        }))
    }

    /// Renews the lease from now on, until the lock is dropped: a process that dies, or is stopped,
    /// loses the lock after one lease, however long its work would have taken.
    pub(crate) fn keep(&self) {
        let lease = Arc::clone(&self.0);
        // Without a thread the lease ends early, which only costs others a look at the record.
        let _ = threads::start("appmint-lock", move || lease.renew_until_released());
    }
}

impl Lease {
    fn renew_until_released(&self) {
        let mut is_released = lock(&self.is_released);
        loop {
            let waited = self.released.wait_timeout_while(
                is_released,
                self.duration / RENEWALS_PER_LEASE,
                |is_released| !*is_released,
            );
            is_released = waited.unwrap_or_else(PoisonError::into_inner).0;
            if *is_released {
                return;
            }
            // If another process has the lock by now, or the store fails, there is nothing to do: the
            // record itself keeps two processes from sending the same refresh token.
            let until = Deadline::after(self.duration / RENEWALS_PER_LEASE);
            let _ = self.store.until(until).lock(&self.name, &self.owner, self.duration);
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut is_released = lock(&self.0.is_released);
        *is_released = true;
        self.0.released.notify_all();
        // Whoever is called back may need the lock. It is free a moment later if the store is slow.
        let at_once = self.0.store.until(Deadline::after(Duration::ZERO));
        let _ = at_once.unlock(&self.0.name, &self.0.owner);
    }
}

const RENEWALS_PER_LEASE: u32 = 3;

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::store::{MemoryStore, Store as _, altered::Altered};

    const LEASE: Duration = Duration::from_secs(6);

    /// A lock, and for each time that it is taken or renewed whether its lease had ended before.
    fn taken() -> (TimedStore, Lock, Receiver<bool>) {
        let (sender, had_ended) = channel();
        let sender = Mutex::new(sender);
        let told = move |inner: &MemoryStore, name: &str, owner: &str, lease| {
            let had_ended = inner.lock(name, "another", Duration::ZERO)?;
            lock(&sender).send(had_ended).unwrap();
            inner.lock(name, owner, lease)
        };
        let told = Altered { lock: Some(Box::new(told)), ..Altered::default() };
        let store = TimedStore::new(Arc::new(told));
        let lock = Lock::take(&store, "n", LEASE).unwrap().unwrap();
        assert!(had_ended.recv().unwrap(), "nobody had it");
        (store, lock, had_ended)
    }

    #[test]
    fn a_lock_that_is_kept_is_renewed_before_its_lease_ends() {
        let (_store, lock, had_ended) = taken();
        lock.keep();
        assert!(!had_ended.recv().unwrap() && !had_ended.recv().unwrap());
    }

    #[test]
    fn a_lock_that_is_dropped_is_free_and_not_renewed() {
        let (store, lock, had_ended) = taken();
        lock.keep();
        drop(lock);
        assert!(Lock::take(&store, "n", LEASE).unwrap().is_some());
        assert!(had_ended.recv().unwrap());
        drop(store);
        assert!(had_ended.recv().is_err(), "the thread that renewed it has ended");
    }
}
