//! The threads that run tasks: few, started when needed and ended when idle.
//!
//! There are two lanes, so that a caller's slow requests never keep a token from being minted: appmint's
//! own work, and the requests of callers.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    Completion, Deadline, PerProcess, Shared, Stage, Task, contained,
    on_caller::{Callers, Kept, is_on_caller, keep},
    queue::{AtThreadEnd, Job, MAX_THREADS, Queue, closed},
    threads::{self, no_thread},
    timed_out,
    timer::Timer,
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
    lane: Lane,
    /// The time that a task has when its caller names none.
    timeout: Duration,
    at_thread_end: Option<AtThreadEnd>,
    /// Nothing of the program's is called by this work, so that a caller's thread may do it.
    may_run_on_caller: bool,
}

/// A pool that may have ended.
#[derive(Clone)]
pub(super) struct WeakPool {
    workers: Weak<PerProcess<Workers>>,
    pool: (Lane, Duration, Option<AtThreadEnd>),
}

/// A task whose work waits for a thread.
pub(super) trait Queued: Send + Sync {
    /// There is no thread for it.
    fn refuse(&self, error: Error);

    fn is_queued(&self) -> &AtomicBool;
}

impl<T: Clone + Send + 'static> Queued for Shared<T> {
    fn refuse(&self, error: Error) {
        self.complete(&Err(error));
    }

    fn is_queued(&self) -> &AtomicBool {
        &self.is_queued
    }
}

/// The work that shares threads.
#[derive(Clone, Copy)]
enum Lane {
    /// Minting, refreshing, looking up.
    Own,
    /// Requests that callers make.
    Calls,
}

#[derive(Default)]
struct Workers {
    own: Arc<Queue>,
    calls: Arc<Queue>,
    timer: Arc<Timer>,
    callers: Arc<Callers>,
}

impl Pool {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self {
            workers: Arc::default(),
            lane: Lane::Own,
            timeout,
            at_thread_end: None,
            may_run_on_caller: false,
        }
    }

    /// Each thread calls this when it ends because there is no work for it.
    pub(crate) fn at_thread_end(self, call: impl Fn() + Send + Sync + 'static) -> Self {
        Self { at_thread_end: Some(Arc::new(call)), ..self }
    }

    /// A caller that waits may do the work itself.
    pub(crate) fn may_run_on_caller(self, may: bool) -> Self {
        Self { may_run_on_caller: may, ..self }
    }

    /// The threads for the requests of callers.
    pub(crate) fn for_calls(&self) -> Self {
        Self { lane: Lane::Calls, ..self.clone() }
    }

    /// The deadline of a call that begins now, with its caller's timeout or the default.
    pub(crate) fn deadline(&self, timeout: Option<Duration>) -> Deadline {
        Deadline::after(timeout.unwrap_or(self.timeout))
    }

    /// Ends the threads when their work is done; new tasks are refused.
    pub(crate) fn close(&self) {
        self.workers.get_or_default().close();
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
        let (target, completion) = (Arc::clone(&shared), Completion::of(&shared));
        self.push(&shared, move || completion.complete(&run_queued(work, &target)));
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
        let (target, completion) = (Arc::clone(&shared), Completion::of(&shared));
        let started = if self.queue().is_closed() {
            Err(closed())
        } else {
            let job = move || completion.complete(&run(work, target.deadline));
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
        let (pool, completion) = (self.clone(), Completion::of(&shared));
        first.on_complete(move |result| match result {
            Err(error) => completion.complete(&Err(error)),
            Ok(value) => {
                let (again, target) = (pool.clone(), Arc::clone(&shared));
                let job = move || {
                    let run = run_queued(|deadline| Ok(work(value, deadline)), &target);
                    let result = match run {
                        Ok(Step::Await(task)) => {
                            completion.leave();
                            return again.follow(task, target, work);
                        }
                        Ok(Step::Done(result)) => result,
                        Err(error) => Err(error),
                    };
                    contained(|| drop(work)); // it is free before anybody is called back
                    completion.complete(&result);
                };
                pool.push(&shared, job);
            }
        });
    }

    /// Calls `job`, which must be quick, after this time, or when the pool is closed.
    ///
    /// # Errors
    /// If the pool is closed, or no thread could be started.
    pub(crate) fn after(&self, wait: Duration, job: impl FnOnce() + Send + 'static) -> Result<()> {
        self.workers.get_or_default().timer.after(wait, Box::new(job)).map(drop)
    }

    /// Whether new tasks are refused.
    pub(crate) fn is_closed(&self) -> bool {
        self.queue().is_closed()
    }

    /// Queues the work of a task, unless the caller does it.
    fn push<T: Clone + Send + 'static>(
        &self,
        shared: &Arc<Shared<T>>,
        job: impl FnOnce() + Send + 'static,
    ) {
        let job: Job = Box::new(job);
        if !self.may_run_on_caller || self.is_closed() {
            return self.queue_job(&**shared, job);
        }
        let task = Arc::clone(shared) as Arc<dyn Queued>;
        if let Some(Kept { job, task, pool }) = keep(Kept { job, task, pool: self.clone() }) {
            pool.queue_job(&*task, job);
        }
    }

    /// Queues the work of a task.
    pub(super) fn queue_job(&self, task: &dyn Queued, job: Job) {
        if let Err((error, job)) =
            self.queue().push(job, task.is_queued(), self.at_thread_end.as_ref())
        {
            task.refuse(error);
            contained(|| drop(job));
        }
    }

    /// Does the work at once, but never on the thread of a caller.
    pub(crate) fn off_caller(&self, work: impl FnOnce() + Send + 'static) {
        if !is_on_caller() {
            return work();
        }
        let done = self.spawn(move |_| {
            work();
            Ok(())
        });
        drop(done);
    }

    pub(super) fn callers(&self) -> Arc<Callers> {
        Arc::clone(&self.workers.get_or_default().callers)
    }

    pub(super) fn weak(&self) -> WeakPool {
        WeakPool {
            workers: Arc::downgrade(&self.workers),
            pool: (self.lane, self.timeout, self.at_thread_end.clone()),
        }
    }

    fn queue(&self) -> Arc<Queue> {
        let workers = self.workers.get_or_default();
        Arc::clone(match self.lane {
            Lane::Own => &workers.own,
            Lane::Calls => &workers.calls,
        })
    }
}

impl WeakPool {
    pub(super) fn upgrade(&self) -> Option<Pool> {
        let (lane, timeout, at_thread_end) = self.pool.clone();
        let workers = self.workers.upgrade()?;
        Some(Pool { workers, lane, timeout, at_thread_end, may_run_on_caller: false })
    }

    /// As if so many threads had ended.
    pub(super) fn threads_end(&self, count: usize) {
        if let (_, _, Some(call)) = &self.pool {
            (0..count).for_each(|_| contained(|| call()).unwrap_or_default());
        }
    }
}

/// Runs the work of a task that waited for a thread.
fn run_queued<T, U: Clone + Send + 'static>(
    work: impl FnOnce(Deadline) -> Result<T>,
    shared: &Shared<U>,
) -> Result<T> {
    if shared.deadline.remaining().is_zero() {
        contained(|| drop(work));
        return Err(shared.late());
    }
    shared.is_queued.store(false, Ordering::Relaxed);
    run(work, shared.deadline)
}

fn run<T>(work: impl FnOnce(Deadline) -> Result<T>, deadline: Deadline) -> Result<T> {
    if deadline.remaining().is_zero() {
        contained(|| drop(work));
        return Err(timed_out());
    }
    contained(|| work(deadline)).unwrap_or_else(|| {
        Err(Error::new(ErrorKind::Internal, "appmint panicked while it made this call")
            .advise("This is a bug in appmint; please report it."))
    })
}

impl Workers {
    fn close(&self) {
        self.own.close();
        self.calls.close();
        self.timer.close();
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.close();
    }
}

/// The error of a task that no thread began before its deadline.
pub(super) fn no_thread_in_time() -> Error {
    let message = format!("no thread was free before the deadline: {MAX_THREADS} other calls run");
    Error::new(ErrorKind::Timeout, message)
        .advise("Nothing was sent. Make fewer calls at once, or raise `timeout`.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(20))
    }

    /// Panics when it is dropped, with a value that does so, too.
    struct PanicsOnDrop;

    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                std::panic::panic_any(Self);
            }
        }
    }

    #[test]
    fn the_threads_of_a_pool_end_with_it() {
        let pool = Pool::new(Duration::from_secs(20));
        let (queue, weak) = (pool.queue(), pool.weak());
        assert!(weak.upgrade().is_some() && !queue.is_closed());
        drop(pool);
        assert!(weak.upgrade().is_none() && queue.is_closed());
    }

    #[test]
    fn a_destructor_that_panics_costs_no_thread_and_no_result() {
        let pool = Pool::new(Duration::from_secs(20));
        for _ in 0..200 {
            let (late, ran) = (PanicsOnDrop, PanicsOnDrop);
            let past = Deadline::after(Duration::ZERO);
            let expired: Task<()> = pool.spawn_until(past, move |_| {
                drop(late);
                Ok(())
            });
            let run = pool.spawn_until(soon(), move |_| {
                drop(ran);
                Ok(1)
            });
            assert_eq!(
                expired.wait_for(soon().remaining()).unwrap().unwrap_err().kind(),
                ErrorKind::Timeout
            );
            assert_eq!(run.wait().unwrap_err().kind(), ErrorKind::Internal);
        }
        let first = pool.spawn_until(soon(), |_| Ok(1));
        let kept = PanicsOnDrop;
        let then = pool.spawn_after(first, soon(), move |n, _| {
            let _kept = &kept;
            Step::<i32, i32>::Done(Ok(n + 1))
        });
        assert_eq!(then.wait().unwrap(), 2);
        assert_eq!(pool.spawn_until(soon(), |_| Ok(3)).wait().unwrap(), 3);
    }
}
