//! Work for later: one thread of an app begins all of it.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use super::{
    contained, lock,
    queue::{IDLE_TIMEOUT, Job, closed},
    sync::{self, Condvar, Mutex},
    threads::{self, no_thread},
};
use crate::error::Result;

/// Begins work later. The thread is started when there is any, and ends when there is none.
#[derive(Default)]
pub(super) struct Timer {
    state: Mutex<State>,
    changed: Condvar,
}

/// When a job is due, and how many came before it.
pub(super) type Due = (Instant, u64);

#[derive(Default)]
struct State {
    /// By the moment when they are due, and in the order in which they came.
    jobs: BTreeMap<Due, Job>,
    added: u64,
    is_running: bool,
    is_closed: bool,
}

impl Timer {
    /// Calls `job`, which must be quick, after this time, or when the timer is closed. The result is what
    /// [`forget`](Self::forget) takes.
    ///
    /// # Errors
    /// If the timer is closed, or no thread could be started.
    pub(super) fn after(self: &Arc<Self>, wait: Duration, job: Job) -> Result<Due> {
        let mut state = lock(&self.state);
        if state.is_closed {
            return Err(closed());
        }
        if !state.is_running {
            self.start()?;
            state.is_running = true;
        }
        state.added += 1;
        let due = (sync::now() + wait, state.added);
        state.jobs.insert(due, job);
        self.changed.notify_one();
        Ok(due)
    }

    /// Drops a job that was not begun yet.
    pub(super) fn forget(&self, due: Due) {
        let job = lock(&self.state).jobs.remove(&due);
        drop(job); // not under the lock
    }

    /// Begins all work now.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.is_closed = true;
        let jobs = mem::take(&mut state.jobs);
        drop(state);
        self.changed.notify_all();
        for job in jobs.into_values() {
            contained(job);
        }
    }

    fn start(self: &Arc<Self>) -> Result<()> {
        let timer = Arc::clone(self);
        threads::start("appmint-timer", move || timer.work()).map_err(no_thread)
    }

    fn work(&self) {
        while let Some(job) = self.next_job() {
            contained(job);
        }
    }

    /// The next job when it is due; `None` when there was none for a while.
    fn next_job(&self) -> Option<Job> {
        let mut state = lock(&self.state);
        loop {
            let due = state.jobs.first_key_value().map(|((at, _), _)| *at);
            let wait = due.map(|at| at.saturating_duration_since(sync::now()));
            if wait.is_some_and(|wait| wait.is_zero()) {
                return state.jobs.pop_first().map(|(_, job)| job);
            }
            let count = state.added;
            let waited =
                self.changed.wait_timeout_while(state, wait.unwrap_or(IDLE_TIMEOUT), |state| {
                    state.added == count && !state.is_closed
                });
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if state.jobs.is_empty() && (due.is_none() || state.is_closed) {
                state.is_running = false;
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const SOON: Duration = Duration::from_millis(1);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn work_is_begun_in_the_order_in_which_it_is_due() {
        let (timer, (send, received)) = (Arc::new(Timer::default()), mpsc::channel());
        for n in [3_u32, 1, 2] {
            let send = send.clone();
            timer.after(SOON * 20 * n, Box::new(move || send.send(n).unwrap())).unwrap();
        }
        assert_eq!([0; 3].map(|_| received.recv().unwrap()), [1, 2, 3]);
    }

    #[test]
    fn closing_begins_everything_and_later_work_is_refused() {
        let (timer, (send, received)) = (Arc::new(Timer::default()), mpsc::channel());
        let again = send.clone();
        timer.after(HOUR, Box::new(move || again.send(1).unwrap())).unwrap();
        timer.close();
        assert!(timer.after(HOUR, Box::new(move || send.send(2).unwrap())).is_err());
        assert_eq!(received.try_iter().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_is_forgotten_is_dropped_and_not_begun() {
        let (timer, (send, received)) = (Arc::new(Timer::default()), mpsc::channel());
        let due = timer.after(HOUR, Box::new(move || send.send(()).unwrap())).unwrap();
        timer.forget(due);
        assert!(received.recv().is_err());
        assert!(lock(&timer.state).jobs.is_empty());
        timer.close();
    }

    #[test]
    fn the_thread_ends_when_there_was_nothing_to_do_for_a_while() {
        let (timer, (send, received)) = (Arc::new(Timer::default()), mpsc::channel());
        timer.after(SOON, Box::new(move || send.send(()).unwrap())).unwrap();
        received.recv().unwrap();
        while lock(&timer.state).is_running {
            std::thread::sleep(SOON * 50);
        }
        timer.close();
    }

    #[test]
    fn a_panic_does_not_end_the_timer() {
        let (timer, (send, received)) = (Arc::new(Timer::default()), mpsc::channel());
        timer.after(SOON, Box::new(|| panic!("on purpose"))).unwrap();
        timer.after(SOON * 20, Box::new(move || send.send(()).unwrap())).unwrap();
        received.recv().unwrap();
    }
}
