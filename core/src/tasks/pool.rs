//! The threads that run tasks: few, started when needed and ended when idle.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::Duration,
};

use super::{
    Deadline, PerProcess, Shared, Stage, Task, lock,
    sync::{Condvar, Mutex},
    threads::{self, no_thread},
    timed_out,
};
use crate::error::{Error, ErrorKind, Result};

/// The continuation of a task that has the value it waited for.
pub(crate) enum Step<A, T> {
    /// It completes.
    Done(Result<T>),
    /// It waits for one more value of that kind.
    Await(Task<A>),
}

/// A few threads that run tasks. Clones share them.
#[derive(Clone)]
pub(crate) struct Pool {
    workers: Arc<PerProcess<Workers>>,
    /// The time that a task has when its caller names none.
    timeout: Duration,
}

#[derive(Default)]
struct Workers {
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Queue {
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

type Job = Box<dyn FnOnce() + Send>;

impl Pool {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { workers: Arc::default(), timeout }
    }

    /// The deadline of a call that begins now, with its caller's timeout or the default.
    pub(crate) fn deadline(&self, timeout: Option<Duration>) -> Deadline {
        Deadline::after(timeout.unwrap_or(self.timeout))
    }

    /// Ends the threads when their work is done; new tasks are refused.
    pub(crate) fn close(&self) {
        self.queue().close();
    }

    /// Starts a task that has the default timeout.
    pub(crate) fn spawn<T: Clone + Send + 'static>(
        &self,
        work: impl FnOnce(Deadline) -> Result<T> + Send + 'static,
    ) -> Task<T> {
        self.spawn_until(self.deadline(None), work)
    }

    /// Starts a task.
    pub(crate) fn spawn_until<T: Clone + Send + 'static>(
        &self,
        deadline: Deadline,
        work: impl FnOnce(Deadline) -> Result<T> + Send + 'static,
    ) -> Task<T> {
        let shared = Shared::new(deadline);
        let target = Arc::clone(&shared);
        let job = Box::new(move || target.complete(&run(work, target.deadline)));
        if let Err(error) = self.queue().push(job) {
            shared.complete(&Err(error));
        }
        Task(Stage::Running(shared))
    }

    /// Starts a task on a thread of its own: one that waits for a person would keep a thread of the
    /// pool from all other calls.
    pub(crate) fn spawn_dedicated<T: Clone + Send + 'static>(
        &self,
        deadline: Deadline,
        work: impl FnOnce(Deadline) -> Result<T> + Send + 'static,
    ) -> Task<T> {
        let shared = Shared::new(deadline);
        let target = Arc::clone(&shared);
        let started = if self.queue().is_closed() {
            Err(closed())
        } else {
            let job = move || target.complete(&run(work, target.deadline));
            threads::start("appmint-waiting", job).map_err(no_thread)
        };
        if let Err(error) = started {
            shared.complete(&Err(error));
        }
        Task(Stage::Running(shared))
    }

    /// Starts a task that runs once another one has completed well, and occupies no thread before.
    /// It may wait for one more value of that kind.
    pub(crate) fn spawn_after<A: Clone + Send + 'static, T: Clone + Send + 'static>(
        &self,
        first: Task<A>,
        deadline: Deadline,
        work: impl FnMut(A, Deadline) -> Step<A, T> + Send + 'static,
    ) -> Task<T> {
        let shared = Shared::new(deadline);
        self.follow(first, Arc::clone(&shared), work);
        Task(Stage::Running(shared))
    }

    fn follow<A: Clone + Send + 'static, T: Clone + Send + 'static>(
        &self,
        first: Task<A>,
        shared: Arc<Shared<T>>,
        mut work: impl FnMut(A, Deadline) -> Step<A, T> + Send + 'static,
    ) {
        let pool = self.clone();
        first.on_complete(move |result| match result {
            Err(error) => shared.complete(&Err(error)),
            Ok(value) => {
                let (again, target) = (pool.clone(), Arc::clone(&shared));
                let job = move || {
                    let result = match run(|deadline| Ok(work(value, deadline)), target.deadline) {
                        Ok(Step::Await(task)) => return again.follow(task, target, work),
                        Ok(Step::Done(result)) => result,
                        Err(error) => Err(error),
                    };
                    drop(work); // what it holds is free before anybody is called back
                    target.complete(&result);
                };
                if let Err(error) = pool.queue().push(Box::new(job)) {
                    shared.complete(&Err(error));
                }
            }
        });
    }

    fn queue(&self) -> Arc<Queue> {
        Arc::clone(&self.workers.get_or_default().queue)
    }
}

fn run<T>(work: impl FnOnce(Deadline) -> Result<T>, deadline: Deadline) -> Result<T> {
    if deadline.remaining().is_zero() {
        return Err(timed_out());
    }
    catch_unwind(AssertUnwindSafe(|| work(deadline))).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "appmint panicked while it made this call")
            .advise("This is a bug in appmint; please report it."))
    })
}

impl Queue {
    fn push(self: &Arc<Self>, job: Job) -> Result<()> {
        let mut state = lock(&self.state);
        if state.is_closed {
            return Err(closed());
        }
        state.jobs.push_back(job);
        if state.jobs.len() <= state.idle || state.threads >= MAX_THREADS {
            self.changed.notify_one();
            return Ok(());
        }
        match self.start_thread() {
            Ok(()) => state.threads += 1,
            Err(_) if state.threads > 0 => {} // the threads that run will take the job
            Err(error) => {
                state.jobs.pop_back();
                return Err(no_thread(error));
            }
        }
        Ok(())
    }

    fn is_closed(&self) -> bool {
        lock(&self.state).is_closed
    }

    fn close(&self) {
        lock(&self.state).is_closed = true;
        self.changed.notify_all();
    }

    fn start_thread(self: &Arc<Self>) -> std::io::Result<()> {
        let queue = Arc::clone(self);
        threads::start("appmint-worker", move || queue.work())
    }

    fn work(&self) {
        while let Some(job) = self.next_job() {
            job();
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

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn closed() -> Error {
    Error::invalid("the app is closed").advise("Make a new one.")
}

/// Calls wait on the network, not on the processor, so there may be more threads than cores.
const MAX_THREADS: usize = 64;
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
