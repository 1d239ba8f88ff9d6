//! Calls of code that is not appmint's, which are waited for only so long.
//!
//! A store may be a file that another program has locked, a signer a service that does not answer, and
//! either may be a callback that never returns. Each call runs on a thread of its own, so that whoever
//! needs the answer goes on without it, or can say what it was that did not answer. A call that was given
//! up goes on by itself.

use std::{
    io, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    Owned, PerProcess, lock,
    sync::{Condvar, Mutex},
    threads,
};

/// The calls of one store or signer.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForeignCalls {
    /// How many calls were given up and have not returned.
    given_up: Arc<PerProcess<AtomicUsize>>,
}

/// The reason why a call has no answer.
pub(crate) enum Unanswered {
    /// The operating system has no more threads.
    NoThread(io::Error),
    /// It has not returned in this time.
    Late(Duration),
    /// So many earlier calls have not returned.
    Hangs(usize),
    Panicked,
}

impl ForeignCalls {
    /// Does the work on a thread of this name, and waits for it for this time.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        thread: &str,
        time: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unanswered> {
        let given_up = self.given_up.get_or_default();
        if given_up.load(Ordering::SeqCst) >= MAX_GIVEN_UP {
            return Err(Unanswered::Hangs(MAX_GIVEN_UP));
        }
        let call = Arc::new(Call { answer: Mutex::new(Answer::Awaited), came: Condvar::new() });
        let (on_its_way, count) = (Arc::clone(&call), Arc::clone(&given_up));
        // What the work holds is dropped before it is answered: whoever gets the answer may end the app
        // and expect its store to have ended.
        let started = threads::start(thread, move || {
            let outcome = catch_unwind(AssertUnwindSafe(work));
            on_its_way.complete(outcome.map_err(|_| Unanswered::Panicked), &count);
        });
        started.map_err(Unanswered::NoThread)?;
        call.wait_for(time, &given_up)
    }
}

/// A call, for the thread that makes it and for the one that waits.
struct Call<T> {
    answer: Mutex<Answer<T>>,
    came: Condvar,
}

enum Answer<T> {
    Awaited,
    Came(Result<T, Unanswered>),
    GivenUp,
}

impl<T> Call<T> {
    fn complete(&self, outcome: Result<T, Unanswered>, given_up: &Owned<AtomicUsize>) {
        let mut answer = lock(&self.answer);
        match *answer {
            Answer::GivenUp => drop(given_up.fetch_sub(1, Ordering::SeqCst)),
            _ => *answer = Answer::Came(outcome),
        }
        self.came.notify_all();
    }

    fn wait_for(&self, time: Duration, given_up: &Owned<AtomicUsize>) -> Result<T, Unanswered> {
        let is_awaited = |answer: &mut Answer<T>| matches!(answer, Answer::Awaited);
        let waited = self.came.wait_timeout_while(lock(&self.answer), time, is_awaited);
        let (mut answer, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match mem::replace(&mut *answer, Answer::GivenUp) {
            Answer::Came(outcome) => outcome,
            _ => {
                given_up.fetch_add(1, Ordering::SeqCst);
                Err(Unanswered::Late(time))
            }
        }
    }
}

/// Each of them keeps a thread.
const MAX_GIVEN_UP: usize = 8;
