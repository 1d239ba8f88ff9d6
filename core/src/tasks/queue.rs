//! The jobs of one lane, and the threads that do them.

use std::{
    collections::VecDeque,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    contained, lock,
    sync::{Condvar, Mutex},
    threads::{self, no_thread},
};
use crate::error::{Error, ErrorKind};

pub(super) type Job = Box<dyn FnOnce() + Send>;

/// Called by a thread that ends because there is no work for it.
pub(super) type AtThreadEnd = Arc<dyn Fn() + Send + Sync>;

#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    is_closed: bool,
}

impl Queue {
    /// Queues a job, and notes whether it has to wait until another one ends. Gives it back if it is
    /// refused: its destructor is not for the lock.
    pub(super) fn push(
        self: &Arc<Self>,
        job: Job,
        waits: &AtomicBool,
        at_thread_end: Option<&AtThreadEnd>,
    ) -> Result<(), (Error, Job)> {
        let mut state = lock(&self.state);
        if state.is_closed {
            return Err((closed(), job));
        }
        if state.jobs.len() >= MAX_QUEUED {
            return Err((queue_full(), job));
        }
        state.jobs.push_back(job);
        waits.store(
            state.jobs.len() > state.idle && state.threads >= MAX_THREADS,
            Ordering::Relaxed,
        );
        if state.jobs.len() <= state.idle || state.threads >= MAX_THREADS {
            self.changed.notify_one();
            return Ok(());
        }
        match self.start_thread(at_thread_end.cloned()) {
            Ok(()) => state.threads += 1,
            Err(_) if state.threads > 0 => {} // the threads that run will take the job
            Err(error) => {
                if let Some(job) = state.jobs.pop_back() {
                    return Err((no_thread(error), job));
                }
            }
        }
        Ok(())
    }

    pub(super) fn is_closed(&self) -> bool {
        lock(&self.state).is_closed
    }

    pub(super) fn close(&self) {
        lock(&self.state).is_closed = true;
        self.changed.notify_all();
    }

    fn start_thread(self: &Arc<Self>, at_end: Option<AtThreadEnd>) -> std::io::Result<()> {
        let queue = Arc::clone(self);
        threads::start("appmint-worker", move || {
            queue.work();
            at_end.map(|call| contained(|| call()));
        })
    }

    fn work(&self) {
        while let Some(job) = self.next_job() {
            contained(job);
        }
    }

    fn next_job(&self) -> Option<Job> {
        let mut state = lock(&self.state);
        state.idle += 1;
        let is_waiting = |state: &mut QueueState| state.jobs.is_empty() && !state.is_closed;
        let waited = self.changed.wait_timeout_while(state, IDLE_TIMEOUT, is_waiting);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
        let job = state.jobs.pop_front();
        if job.is_none() {
            state.threads -= 1;
        }
        job
    }
}

fn queue_full() -> Error {
    let message = format!("{MAX_QUEUED} other calls wait for a thread already");
    Error::new(ErrorKind::RateLimited, message)
        .with_retry_after(Some(Duration::from_secs(1)))
        .advise("Nothing was sent. Make fewer calls at once.")
}

pub(crate) fn closed() -> Error {
    Error::invalid("the app is closed").advise("Make a new one.")
}

/// Calls wait on the network, not on the processor, so there may be more threads than cores. Each lane
/// has as many.
pub(super) const MAX_THREADS: usize = 64;
/// More than the threads of a lane can serve within a call's usual timeout.
const MAX_QUEUED: usize = 65_536;
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::{
        sync::mpsc,
        thread::{self, ThreadId},
    };

    use super::*;

    fn push(queue: &Arc<Queue>, job: impl FnOnce() + Send + 'static) -> bool {
        let waits = AtomicBool::new(true);
        assert!(queue.push(Box::new(job), &waits, None).is_ok());
        waits.into_inner()
    }

    fn wait_until_idle(queue: &Queue) {
        while lock(&queue.state).idle == 0 {
            thread::yield_now();
        }
    }

    #[test]
    fn an_idle_thread_takes_the_next_job_and_another_is_started_beside_a_busy_one() {
        let (queue, (send, received)) = (Arc::<Queue>::default(), mpsc::channel::<ThreadId>());
        let job = || {
            let send = send.clone();
            move || send.send(thread::current().id()).unwrap()
        };
        push(&queue, job());
        let first = received.recv().unwrap();
        wait_until_idle(&queue);
        push(&queue, job());
        assert_eq!(received.recv().unwrap(), first);
        wait_until_idle(&queue);
        let (release, released) = mpsc::channel::<()>();
        let begin = job();
        push(&queue, move || {
            begin();
            released.recv().unwrap_or_default();
        });
        push(&queue, job());
        assert_ne!(received.recv().unwrap(), received.recv().unwrap());
        drop(release);
        queue.close();
    }

    #[test]
    fn a_thread_that_has_ended_is_not_counted() {
        let queue = Arc::<Queue>::default();
        push(&queue, || ());
        queue.close();
        while lock(&queue.state).threads != 0 {
            thread::yield_now();
        }
    }

    #[test]
    fn a_job_waits_for_another_one_if_no_thread_is_idle_and_none_can_be_started() {
        let queue = Arc::<Queue>::default();
        assert!(!push(&queue, || ()), "a thread was started for it");
        queue.close();
        let full = Arc::<Queue>::default();
        *lock(&full.state) = QueueState { threads: MAX_THREADS, idle: 1, ..QueueState::default() };
        assert!(!push(&full, || ()), "a thread is idle");
        assert!(push(&full, || ()));
    }
}
