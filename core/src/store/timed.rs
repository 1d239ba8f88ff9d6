//! Calls of a store that are waited for only so long.
//!
//! A store may be a program's own, a file that another program has locked, or a server that does not
//! answer. Whoever needs the store goes on without it, or can say that it was the store; a write that was
//! given up may still be done.

use std::{sync::Arc, time::Duration};

use super::Store;
use crate::{
    error::{Error, ErrorKind, Result, resource_exhausted},
    tasks::{Deadline, ForeignCalls, Unanswered},
    time::Timestamp,
};

/// A store whose calls are waited for until a deadline, and for [`CALL_TIMEOUT`] at most.
#[derive(Clone, Debug)]
pub(crate) struct TimedStore {
    store: Arc<dyn Store>,
    until: Option<Deadline>,
    calls: ForeignCalls,
}

impl TimedStore {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, until: None, calls: ForeignCalls::default() }
    }

    /// The same store, for whoever has time until then.
    pub(super) fn until(&self, deadline: Deadline) -> Self {
        Self { until: Some(deadline), ..self.clone() }
    }

    pub(super) fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let name = name.to_owned();
        self.call(move |store| store.get(&name))
    }

    pub(super) fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        let (name, value) = (name.to_owned(), value.to_owned());
        let expected = expected.map(<[u8]>::to_owned);
        self.call(move |store| store.put(&name, &value, expected.as_deref(), keep_until))
    }

    pub(super) fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        let (name, expected) = (name.to_owned(), expected.to_owned());
        self.call(move |store| store.remove(&name, &expected))
    }

    pub(super) fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        let (name, owner) = (name.to_owned(), owner.to_owned());
        self.call(move |store| store.lock(&name, &owner, lease))
    }

    pub(super) fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        let (name, owner) = (name.to_owned(), owner.to_owned());
        self.call(move |store| store.unlock(&name, &owner))
    }

    fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // A store that nobody else can read is this process's memory, and has nothing to wait for.
        if !self.store.is_shared() {
            return work(&*self.store);
        }
        let store = Arc::clone(&self.store);
        let answer = self.calls.call("appmint-store", self.time(), move || work(&*store));
        answer.unwrap_or_else(|unanswered| Err(error(unanswered)))
    }

    fn time(&self) -> Duration {
        let left = self.until.map_or(CALL_TIMEOUT, Deadline::remaining);
        left.clamp(MIN_TIME, CALL_TIMEOUT)
    }
}

fn error(unanswered: Unanswered) -> Error {
    match unanswered {
        Unanswered::NoThread(error) => {
            resource_exhausted("no thread could be started for the store", &error).caused_by(error)
        }
        Unanswered::Late(time) => {
            let message = format!("the store did not answer within {} ms", time.as_millis());
            Error::new(ErrorKind::Store, message).advise(ADVICE)
        }
        Unanswered::Hangs(count) => {
            let message = format!("{count} earlier calls to the store have not returned");
            Error::new(ErrorKind::Store, message).advise(ADVICE)
        }
        Unanswered::Panicked => Error::new(ErrorKind::Callback, "the store panicked"),
    }
}

const ADVICE: &str = "Check that the store is reachable and that no other program keeps it locked.";
/// More than the stores that appmint has itself wait for, so that they can say what they waited for.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// A caller without time left still gets an answer that comes at once; this is less than the time that a
/// task has beyond its deadline.
const MIN_TIME: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{MemoryStore, altered::Altered},
        tasks::{
            lock,
            sync::{Condvar, Mutex},
        },
    };

    #[derive(Default)]
    struct Gate {
        is_open: Mutex<bool>,
        opened: Condvar,
    }

    impl Gate {
        /// A store in which `get` waits until the gate is open.
        fn before(self: &Arc<Self>) -> TimedStore {
            let gate = Arc::clone(self);
            let get = move |inner: &MemoryStore, name: &str| {
                assert_ne!(name, "panic", "on purpose");
                drop(gate.opened.wait_while(lock(&gate.is_open), |is_open| !*is_open));
                inner.get(name)
            };
            TimedStore::new(Arc::new(Altered { get: Some(Box::new(get)), ..Altered::default() }))
        }
    }

    fn refused(store: &TimedStore) -> String {
        let error = store.until(Deadline::after(Duration::ZERO)).get("n").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        error.to_string()
    }

    #[test]
    fn a_call_that_blocks_is_given_up_and_few_threads_wait_for_it() {
        let gate = Arc::<Gate>::default();
        let store = gate.before();
        for _ in 0..8 {
            assert!(refused(&store).contains("the store did not answer within 100 ms"));
        }
        assert!(refused(&store).contains("8 earlier calls to the store have not returned"));
        *lock(&gate.is_open) = true;
        gate.opened.notify_all();
        let give_up = Deadline::after(Duration::from_secs(20));
        while store.get("n").is_err() {
            assert!(!give_up.remaining().is_zero(), "those that have returned are not forgotten");
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_a_store_answers_comes_back_and_its_panic_is_an_error() {
        let store = Arc::new(Gate { is_open: Mutex::new(true), ..Gate::default() }).before();
        assert!(store.put("n", b"a", None, None).unwrap());
        assert_eq!(store.get("n").unwrap().as_deref(), Some(b"a".as_slice()));
        assert!(store.lock("n", "one", CALL_TIMEOUT).unwrap());
        assert!(!store.lock("n", "two", CALL_TIMEOUT).unwrap());
        assert_eq!(store.get("panic").unwrap_err().kind(), ErrorKind::Callback);
    }
}
