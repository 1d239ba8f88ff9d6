//! Calls of a store that are waited for only so long.
//!
//! A store may be a program's own, a file that another program has locked, or a server that does not
//! answer. Each call runs on a thread of its own, so that whoever needs the store goes on without it, or
//! can say that it was the store. A call that was given up goes on by itself: a write may still be done.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::Store;
use crate::{
    error::{Error, ErrorKind, Result},
    tasks::{
        Deadline, Owned, PerProcess, lock,
        sync::{Condvar, Mutex},
        threads,
    },
    time::Timestamp,
};

/// A store whose calls are waited for until a deadline, and for [`CALL_TIMEOUT`] at most.
#[derive(Clone, Debug)]
pub(crate) struct TimedStore {
    store: Arc<dyn Store>,
    until: Option<Deadline>,
    /// How many calls were given up and have not returned.
    given_up: Arc<PerProcess<AtomicUsize>>,
}

impl TimedStore {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, until: None, given_up: Arc::default() }
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
        let given_up = self.given_up.get_or_default();
        if given_up.load(Ordering::SeqCst) >= MAX_GIVEN_UP {
            return Err(hangs());
        }
        let call = Arc::new(Call { answer: Mutex::new(Answer::Awaited), came: Condvar::new() });
        let (store, on_its_way) = (Arc::clone(&self.store), Arc::clone(&call));
        let count = Arc::clone(&given_up);
        let started = threads::start("appmint-store", move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&*store)));
            drop(store); // before anybody can end the app and expect its store to have ended
            on_its_way.complete(outcome.unwrap_or_else(|_| Err(panicked())), &count);
        });
        started.map_err(no_thread)?;
        call.wait_for(self.time(), &given_up)
    }

    fn time(&self) -> Duration {
        let left = self.until.map_or(CALL_TIMEOUT, Deadline::remaining);
        left.clamp(MIN_TIME, CALL_TIMEOUT)
    }
}

/// A call of the store, for the thread that makes it and for the one that waits.
struct Call<T> {
    answer: Mutex<Answer<T>>,
    came: Condvar,
}

enum Answer<T> {
    Awaited,
    Came(Result<T>),
    GivenUp,
}

impl<T> Call<T> {
    fn complete(&self, outcome: Result<T>, given_up: &Owned<AtomicUsize>) {
        let mut answer = lock(&self.answer);
        match *answer {
            Answer::GivenUp => drop(given_up.fetch_sub(1, Ordering::SeqCst)),
            _ => *answer = Answer::Came(outcome),
        }
        self.came.notify_all();
    }

    fn wait_for(&self, time: Duration, given_up: &Owned<AtomicUsize>) -> Result<T> {
        let is_awaited = |answer: &mut Answer<T>| matches!(answer, Answer::Awaited);
        let waited = self.came.wait_timeout_while(lock(&self.answer), time, is_awaited);
        let (mut answer, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match mem::replace(&mut *answer, Answer::GivenUp) {
            Answer::Came(outcome) => outcome,
            _ => {
                given_up.fetch_add(1, Ordering::SeqCst);
                Err(no_answer(time))
            }
        }
    }
}

fn no_answer(time: Duration) -> Error {
    let message = format!("the store did not answer within {} ms", time.as_millis());
    Error::new(ErrorKind::Store, message).advise(ADVICE)
}

fn hangs() -> Error {
    let message = format!("{MAX_GIVEN_UP} earlier calls to the store have not returned");
    Error::new(ErrorKind::Store, message).advise(ADVICE)
}

fn panicked() -> Error {
    Error::new(ErrorKind::Callback, "the store panicked")
}

fn no_thread(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Store, "no thread could be started for the store").caused_by(error)
}

const ADVICE: &str = "Check that the store is reachable and that no other program keeps it locked.";
/// More than the stores that appmint has itself wait for, so that they can say what they waited for.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// A caller without time left still gets an answer that comes at once; this is less than the time that a
/// task has beyond its deadline.
const MIN_TIME: Duration = Duration::from_millis(100);
/// Each of them keeps a thread.
const MAX_GIVEN_UP: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    /// A store in which `get` waits until it is released.
    #[derive(Debug, Default)]
    struct Gated {
        inner: MemoryStore,
        is_open: Mutex<bool>,
        opened: Condvar,
    }

    impl Store for Gated {
        fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
            assert_ne!(name, "panic", "on purpose");
            drop(self.opened.wait_while(lock(&self.is_open), |is_open| !*is_open));
            self.inner.get(name)
        }

        fn put(
            &self,
            name: &str,
            value: &[u8],
            expected: Option<&[u8]>,
            keep_until: Option<Timestamp>,
        ) -> Result<bool> {
            self.inner.put(name, value, expected, keep_until)
        }

        fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
            self.inner.remove(name, expected)
        }

        fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
            self.inner.lock(name, owner, lease)
        }

        fn unlock(&self, name: &str, owner: &str) -> Result<()> {
            self.inner.unlock(name, owner)
        }
    }

    fn refused(store: &TimedStore) -> String {
        let error = store.until(Deadline::after(Duration::ZERO)).get("n").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        error.to_string()
    }

    #[test]
    fn a_call_that_blocks_is_given_up_and_few_threads_wait_for_it() {
        let gated = Arc::new(Gated::default());
        let store = TimedStore::new(Arc::clone(&gated) as Arc<dyn Store>);
        for _ in 0..MAX_GIVEN_UP {
            assert!(refused(&store).contains("the store did not answer within 100 ms"));
        }
        assert!(refused(&store).contains("8 earlier calls to the store have not returned"));
        *lock(&gated.is_open) = true;
        gated.opened.notify_all();
        let give_up = Deadline::after(Duration::from_secs(20));
        while store.get("n").is_err() {
            assert!(!give_up.remaining().is_zero(), "those that have returned are not forgotten");
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_a_store_answers_comes_back_and_its_panic_is_an_error() {
        let gated = Gated { is_open: Mutex::new(true), ..Gated::default() };
        let store = TimedStore::new(Arc::new(gated));
        assert!(store.put("n", b"a", None, None).unwrap());
        assert_eq!(store.get("n").unwrap().as_deref(), Some(b"a".as_slice()));
        assert!(store.lock("n", "one", CALL_TIMEOUT).unwrap());
        assert!(!store.lock("n", "two", CALL_TIMEOUT).unwrap());
        assert_eq!(store.get("panic").unwrap_err().kind(), ErrorKind::Callback);
    }
}
