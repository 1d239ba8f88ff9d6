//! A task is a call on its way: started once, completed once, shared by everybody who waits for it.
//!
//! The work runs on the app's own few threads ([`pool`]). A caller either waits ([`Task::wait`]), is
//! called back ([`Task::on_complete`]) or awaits it. A caller that stops waiting stops only its own
//! waiting: the task goes on and completes for the others. This one mechanism gives deadlines,
//! sharing and the non-blocking forms, so no binding brings a pool or a runtime of
//! its own.

mod foreign;
mod future;
mod late;
mod on_caller;
mod panics;
mod pending;
mod per_process;
mod pool;
mod queue;
#[cfg(feature = "simulation")]
#[allow(unreachable_pub, reason = "`lib.rs` shows it under another name")]
pub mod simulated;
pub(crate) mod sync;
pub(crate) mod threads;
mod timer;
mod waiter;

use std::{
    fmt, mem,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

pub(crate) use self::{
    foreign::{ForeignCalls, Unanswered},
    late::no_time,
    pending::Completion,
    pool::{Pool, Step},
    queue::closed,
};
pub use self::{
    future::TaskFuture,
    per_process::{Owned, PerProcess, Process},
    waiter::Waiter,
};
use self::{
    late::timed_out,
    panics::contained,
    sync::{Condvar, Mutex, MutexGuard},
};
use crate::error::{Error, Result};

/// The moment by which a call must have come to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// This long from now.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        let now = sync::now();
        Self(now.checked_add(duration).unwrap_or(now + FAR_FUTURE))
    }

    /// The time left; zero once the deadline has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(sync::now())
    }
}

/// A call on its way. Clones are the same call and complete together.
///
/// It can also be awaited, on any executor: `source.token().await`.
#[must_use = "a task runs by itself; wait for it, await it, or be called back when it completes"]
pub struct Task<T>(Stage<T>);

enum Stage<T> {
    Complete(Result<T>),
    Running(Arc<Shared<T>>),
}

/// The state that a running task shares with everybody who waits for it.
struct Shared<T> {
    state: Mutex<State<T>>,
    completed: Condvar,
    /// Whether a thread has waited for it, written under the lock: to wake nobody is a system call, too.
    was_waited_for: AtomicBool,
    deadline: Deadline,
    /// A little after the deadline: until then the task may still complete with an error of its own.
    give_up_at: Deadline,
    /// The work waits until other work ends: no thread is free.
    is_queued: AtomicBool,
}

enum State<T> {
    Running(Vec<Callback<T>>),
    Complete(Result<T>),
}

type Callback<T> = Box<dyn FnOnce(Result<T>) + Send>;

impl<T: Clone + Send + 'static> Task<T> {
    /// A task that is complete from the start.
    pub fn ready(result: Result<T>) -> Self {
        Self(Stage::Complete(result))
    }

    /// Blocks until the task completes, at most until its deadline.
    ///
    /// # Errors
    /// The call's own, or [`Timeout`](crate::ErrorKind::Timeout).
    pub fn wait(self) -> Result<T> {
        match self.0 {
            Stage::Complete(result) => result,
            Stage::Running(shared) => {
                shared.wait_for(shared.give_up_at.remaining()).unwrap_or_else(|| Err(shared.late()))
            }
        }
    }

    /// Blocks for at most `timeout`; `None` if the task is still running then and its deadline has
    /// not passed.
    #[doc(hidden)]
    #[must_use]
    pub fn wait_for(&self, timeout: Duration) -> Option<Result<T>> {
        match &self.0 {
            Stage::Complete(result) => Some(result.clone()),
            Stage::Running(shared) => shared.wait_for(timeout),
        }
    }

    /// Blocks for at most `timeout`, while the task goes on for others; without one, as
    /// [`wait`](Self::wait).
    ///
    /// # Errors
    /// The call's own, or [`Timeout`](crate::ErrorKind::Timeout).
    #[doc(hidden)]
    pub fn wait_within(self, timeout: Option<Duration>) -> Result<T> {
        match timeout {
            Some(Duration::ZERO) => self.wait_for(Duration::ZERO).unwrap_or_else(|| Err(no_time())),
            Some(timeout) => self.wait_for(timeout).unwrap_or_else(|| Err(self.late())),
            None => self.wait(),
        }
    }

    fn late(&self) -> Error {
        match &self.0 {
            Stage::Complete(_) => timed_out(),
            Stage::Running(shared) => shared.late(),
        }
    }

    /// The task of the same call whose result is made of this one's.
    pub(crate) fn map<U: Clone + Send + 'static>(
        self,
        make: impl FnOnce(T) -> U + Send + 'static,
    ) -> Task<U> {
        match self.0 {
            Stage::Complete(result) => Task::ready(result.map(make)),
            Stage::Running(ref shared) => {
                let mapped = Shared::new(shared.deadline);
                let target = Arc::clone(&mapped);
                self.on_complete(move |result| target.complete(&result.map(make)));
                Task(Stage::Running(mapped))
            }
        }
    }

    /// The task that follows once this one has completed; `next` chooses it, on the thread that
    /// completes this one.
    pub(crate) fn then<U: Clone + Send + 'static>(
        self,
        deadline: Deadline,
        next: impl FnOnce(Result<T>) -> Task<U> + Send + 'static,
    ) -> Task<U> {
        let shared = match self.0 {
            Stage::Complete(result) => return next(result),
            Stage::Running(_) => Shared::new(deadline),
        };
        let target = Arc::clone(&shared);
        self.on_complete(move |result| {
            next(result).on_complete(move |last| target.complete(&last));
        });
        Task(Stage::Running(shared))
    }

    /// Whether the task has completed, with a result or an error.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        match &self.0 {
            Stage::Complete(_) => true,
            Stage::Running(shared) => matches!(*lock(&shared.state), State::Complete(_)),
        }
    }

    /// Calls back once when the task completes: at once if it has, else on the thread that completes
    /// it.
    ///
    /// The callback must not block; a panic in it is caught.
    pub fn on_complete(self, callback: impl FnOnce(Result<T>) + Send + 'static) {
        match self.0 {
            Stage::Complete(result) => call(Box::new(callback), result),
            Stage::Running(shared) => shared.subscribe(Box::new(callback)),
        }
    }
}

impl<T: Clone> Clone for Task<T> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Stage::Complete(result) => Stage::Complete(result.clone()),
            Stage::Running(shared) => Stage::Running(Arc::clone(shared)),
        })
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Stage::Complete(_) => "Task(complete)",
            Stage::Running(_) => "Task(running)",
        })
    }
}

impl<T: Clone + Send + 'static> Shared<T> {
    fn new(deadline: Deadline) -> Arc<Self> {
        let state = Mutex::new(State::Running(Vec::new()));
        let give_up_at = Deadline(deadline.0.checked_add(GRACE).unwrap_or(deadline.0));
        let (completed, is_queued) = (Condvar::new(), AtomicBool::new(false));
        let was_waited_for = AtomicBool::new(false);
        Arc::new(Self { state, completed, was_waited_for, deadline, give_up_at, is_queued })
    }

    fn complete(&self, result: &Result<T>) {
        let before = mem::replace(&mut *lock(&self.state), State::Complete(result.clone()));
        if self.was_waited_for.load(Ordering::Relaxed) {
            self.completed.notify_all();
        }
        if let State::Running(callbacks) = before {
            callbacks.into_iter().for_each(|callback| call(callback, result.clone()));
        }
    }

    fn wait_for(&self, timeout: Duration) -> Option<Result<T>> {
        on_caller::release();
        let is_running = |state: &mut State<T>| matches!(state, State::Running(_));
        let left = self.give_up_at.remaining();
        let state = lock(&self.state);
        self.was_waited_for.store(true, Ordering::Relaxed);
        let waited = self.completed.wait_timeout_while(state, timeout.min(left), is_running);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Complete(result) => Some(result.clone()),
            State::Running(_) if timeout < left => None,
            State::Running(_) => Some(Err(self.late())),
        }
    }

    /// The error of a caller that waits no longer.
    fn late(&self) -> Error {
        if self.is_queued.load(Ordering::Relaxed) { pool::no_thread_in_time() } else { timed_out() }
    }

    fn subscribe(&self, callback: Callback<T>) {
        let mut state = lock(&self.state);
        match &mut *state {
            State::Running(callbacks) => callbacks.push(callback),
            State::Complete(result) => {
                let result = result.clone();
                drop(state); // a callback must be free to use the task
                call(callback, result);
            }
        }
    }
}

fn call<T>(callback: Callback<T>, result: Result<T>) {
    // A callback belongs to the host program; a panic in it must not end the thread's other work.
    contained(move || callback(result));
}

/// Locks a mutex that guards plain values: a panic while it was held left nothing half-done.
#[cfg_attr(feature = "simulation", track_caller)]
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time a task gets beyond its deadline to complete with an error of its own, which says more
/// than "no answer before the deadline".
const GRACE: Duration = Duration::from_millis(250);
const FAR_FUTURE: Duration = Duration::from_secs(3600 * 24 * 365);

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::error::ErrorKind;

    fn pool() -> Pool {
        Pool::new(Duration::from_secs(20))
    }

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(20))
    }

    #[test]
    fn a_task_completes_for_everybody_who_waits() {
        let pool = pool();
        let task = pool.spawn_until(soon(), |_| Ok(7));
        let same = task.clone();
        let (sender, received) = mpsc::channel();
        task.clone().on_complete(move |result| sender.send(result.unwrap()).unwrap());
        assert_eq!(
            (task.wait().unwrap(), same.wait().unwrap(), received.recv().unwrap()),
            (7, 7, 7)
        );
    }

    #[test]
    fn a_panic_becomes_an_internal_error() {
        let pool = pool();
        let task: Task<()> = pool.spawn_until(soon(), |_| panic!("on purpose"));
        assert_eq!(task.wait().unwrap_err().kind(), ErrorKind::Internal);
        assert_eq!(pool.spawn_until(soon(), |_| Ok(1)).wait().unwrap(), 1);
    }

    #[test]
    fn waiting_ends_at_the_deadline_while_the_task_goes_on() {
        let pool = pool();
        let (release, released) = mpsc::channel::<()>();
        let task = pool.spawn_until(Deadline::after(Duration::from_millis(1)), move |_| {
            released.recv().ok();
            Ok(())
        });
        assert!(task.wait_for(Duration::ZERO).is_none());
        let waiting = task.clone();
        assert_eq!(waiting.wait().unwrap_err().kind(), ErrorKind::Timeout);
        let late = task.wait_for(Duration::from_secs(20)).unwrap();
        assert_eq!(late.unwrap_err().kind(), ErrorKind::Timeout);
        release.send(()).ok();
        let result = task.wait_for(Duration::from_secs(20)).unwrap();
        assert!(result.is_ok() || result.is_err_and(|e| e.kind() == ErrorKind::Timeout));
    }

    #[test]
    fn a_second_task_follows_the_first() {
        let pool = pool();
        let first = pool.spawn_until(soon(), |_| Ok(20));
        let second = pool.spawn_after(first, soon(), |n, _| Step::Done(Ok(n + 1)));
        assert_eq!(second.wait().unwrap(), 21);
    }

    #[test]
    fn a_task_may_wait_for_further_values() {
        let pool = pool();
        let again = pool.clone();
        let counted = pool.spawn_after(pool.spawn_until(soon(), |_| Ok(1)), soon(), move |n, _| {
            if n < 5 {
                return Step::Await(again.spawn_until(soon(), move |_| Ok(n + 1)));
            }
            Step::Done(Ok(n))
        });
        assert_eq!(counted.wait().unwrap(), 5);
    }

    #[test]
    fn a_second_task_is_not_run_when_the_first_fails() {
        let pool = pool();
        let first: Task<i32> = pool.spawn_until(soon(), |_| Err(Error::invalid("no")));
        let second = pool.spawn_after(first, soon(), |_, _| -> Step<i32, i32> { unreachable!() });
        assert_eq!(second.wait().unwrap_err().kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn more_tasks_than_threads_all_complete() {
        let pool = pool();
        let tasks: Vec<_> = (0..200).map(|n| pool.spawn_until(soon(), move |_| Ok(n))).collect();
        let sum: i32 = tasks.into_iter().map(|task| task.wait().unwrap()).sum();
        assert_eq!(sum, 199 * 200 / 2);
    }

    #[test]
    fn a_queue_that_is_full_says_so_and_leaves_the_other_lane_alone() {
        let pool = pool();
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let calls = pool.for_calls();
        let start = || {
            let gate = Arc::clone(&gate);
            calls.spawn_until(soon(), move |_| {
                drop(gate.1.wait_while(lock(&gate.0), |is_open| !*is_open));
                Ok(())
            })
        };
        let is_refused = |task: Task<()>| {
            let refused = task.wait_for(Duration::ZERO).and_then(Result::err);
            refused.is_some_and(|error| error.message().contains("wait for a thread"))
        };
        assert!((0..100_000).any(|_| is_refused(start())));
        assert_eq!(pool.spawn_until(soon(), |_| Ok(1)).wait().unwrap(), 1);
        *lock(&gate.0) = true;
        gate.1.notify_all();
    }
}
