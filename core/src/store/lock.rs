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
