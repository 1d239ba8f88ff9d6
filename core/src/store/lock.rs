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
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::{
        store::{MemoryStore, Store},
        time::Timestamp,
    };

    const LEASE: Duration = Duration::from_secs(6);

    /// Tells of each lock that is taken or renewed whether its lease had ended before.
    #[derive(Debug)]
    struct Watched(MemoryStore, Mutex<Sender<bool>>);

    impl Store for Watched {
        fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
            self.0.get(name)
        }

        fn put(
            &self,
            name: &str,
            value: &[u8],
            expected: Option<&[u8]>,
            keep_until: Option<Timestamp>,
        ) -> Result<bool> {
            self.0.put(name, value, expected, keep_until)
        }

        fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
            self.0.remove(name, expected)
        }

        fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
            let had_ended = self.0.lock(name, "another", Duration::ZERO)?;
            lock(&self.1).send(had_ended).unwrap();
            self.0.lock(name, owner, lease)
        }

        fn unlock(&self, name: &str, owner: &str) -> Result<()> {
            self.0.unlock(name, owner)
        }
    }

    fn taken() -> (TimedStore, Lock, Receiver<bool>) {
        let (sender, had_ended) = channel();
        let store = TimedStore::new(Arc::new(Watched(MemoryStore::default(), Mutex::new(sender))));
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
