//! A caller that waits does the work itself.
//!
//! To hand a call to a thread of the pool and its result back takes two switches between threads, which cost more than the
//! exchange of a mint. So a blocking call keeps the job that it would have queued, and does it on its own thread. The task
//! is the same: others share it, its deadline holds, and what follows it runs on the pool.

use std::{
    cell::{Cell, RefCell},
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use appmint_caller_thread::{has_stack, undisturbed};
use tokio::runtime::Handle;

use super::{
    Task, contained,
    pool::{Pool, Queued, WeakPool},
    queue::{IDLE_TIMEOUT, Job, MAX_THREADS},
};
use crate::error::Result;

impl<T: Clone + Send + 'static> Task<T> {
    /// Starts a call and blocks until it completes, at most until its deadline:
    /// `Task::block_on(|| source.token())`.
    ///
    /// The same as starting it and [waiting](Task::wait), with less effort: where nothing speaks against it, this thread
    /// does the work that a thread of appmint would have done. It needs half a megabyte of stack for that.
    /// At most 64 threads work so for an app at once; the calls of further ones wait for its threads.
    ///
    /// # Errors
    /// The call's own, or [`Timeout`](crate::ErrorKind::Timeout).
    pub fn block_on(start: impl FnOnce() -> Self) -> Result<T> {
        if !has_stack(STACK) || Handle::try_current().is_ok() {
            return start().wait();
        }
        let keeping = Keeping::begin();
        let task = start();
        if let Some(kept) = keeping.end() {
            kept.work_unless(task.is_finished());
        }
        task.wait()
    }
}

/// Whether this is a caller's thread that does the work of a task.
pub(super) fn is_on_caller() -> bool {
    IS_WORKING.try_with(Cell::get).unwrap_or(false)
}

thread_local! {
    static IS_WORKING: Cell<bool> = const { Cell::new(false) };
    /// The job that a call would have queued, which this thread starts; `None` while it starts none.
    static KEPT: RefCell<Option<Option<Kept>>> = const { RefCell::new(None) };
}

/// A job, and whose it is.
pub(super) struct Kept {
    pub(super) job: Job,
    pub(super) task: Arc<dyn Queued>,
    pub(super) pool: Pool,
}

impl Kept {
    /// Works for the call, unless it does not need the job, or enough callers work already.
    fn work_unless(self, is_finished: bool) {
        let callers = self.pool.callers();
        if is_finished || !callers.begin(&self.pool) {
            return self.queue();
        }
        // The jobs that this one starts are queued, also if another call is being started on this thread.
        let starting = KEPT.with(|place| place.replace(None));
        let before = IS_WORKING.replace(true);
        undisturbed(|| contained(self.job));
        IS_WORKING.set(before);
        KEPT.with(|place| place.replace(starting));
        callers.end();
    }

    fn queue(self) {
        let Self { job, task, pool } = self;
        pool.queue_job(&*task, job);
    }
}

/// Keeps a job for the caller of [`Task::block_on`], if this thread is starting a call for it. A call may start several
/// tasks; the last one is what the others are for.
pub(super) fn keep(kept: Kept) -> Option<Kept> {
    let replaced = KEPT.try_with(|place| match place.borrow_mut().as_mut() {
        Some(place) => place.replace(kept),
        None => Some(kept),
    });
    replaced.ok().flatten()
}

/// Queues the job that this thread has kept: it is about to block, and would wait for itself.
pub(super) fn release() {
    let kept = KEPT.try_with(|place| place.borrow_mut().as_mut().and_then(Option::take));
    if let Some(kept) = kept.ok().flatten() {
        kept.queue();
    }
}

/// This thread starts a call for [`Task::block_on`]; inside of what it did before.
struct Keeping(Option<Option<Kept>>);

impl Keeping {
    fn begin() -> Self {
        Self(KEPT.with(|place| place.replace(Some(None))))
    }

    fn end(mut self) -> Option<Kept> {
        let kept = self.restore();
        mem::forget(self);
        kept
    }

    fn restore(&mut self) -> Option<Kept> {
        let before = self.0.take();
        KEPT.try_with(|place| place.replace(before)).ok().flatten().flatten()
    }
}

impl Drop for Keeping {
    /// After a panic the job goes where it would have gone.
    fn drop(&mut self) {
        if let Some(kept) = self.restore() {
            kept.queue();
        }
    }
}

/// The callers that work themselves: as with threads of the pool, a connection is closed when one of them is not needed
/// any more.
#[derive(Default)]
pub(super) struct Callers {
    now: AtomicUsize,
    /// The most at once since the last look.
    peak: AtomicUsize,
    /// The most at the look before.
    counted: AtomicUsize,
    is_watched: AtomicBool,
}

impl Callers {
    /// One more caller works, unless there are enough.
    fn begin(self: &Arc<Self>, pool: &Pool) -> bool {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        if now > MAX_THREADS {
            self.end();
            return false;
        }
        if self.peak.load(Ordering::Relaxed) < now {
            self.peak.fetch_max(now, Ordering::Relaxed);
        }
        if !self.is_watched.load(Ordering::Relaxed)
            && !self.is_watched.swap(true, Ordering::Relaxed)
        {
            self.look_later(&pool.weak());
        }
        true
    }

    fn end(&self) {
        self.now.fetch_sub(1, Ordering::Relaxed);
    }

    fn look_later(self: &Arc<Self>, pool: &WeakPool) {
        let (this, again) = (Arc::clone(self), pool.clone());
        let later = |pool: Pool| pool.after(IDLE_TIMEOUT, move || this.look(&again));
        if pool.upgrade().is_none_or(|pool| later(pool).is_err()) {
            self.is_watched.store(false, Ordering::Relaxed);
        }
    }

    /// As a thread that has had no work for a while: what it used is closed.
    fn look(self: &Arc<Self>, pool: &WeakPool) {
        let peak = self.peak.swap(self.now.load(Ordering::Relaxed), Ordering::Relaxed);
        let before = self.counted.swap(peak, Ordering::Relaxed);
        pool.threads_end(before.saturating_sub(peak));
        if peak > 0 {
            self.look_later(pool);
        } else {
            self.is_watched.store(false, Ordering::Relaxed);
        }
    }
}

/// A mint goes through TLS and HTTP on this stack; without optimisation it takes most of it.
const STACK: usize = 512 << 10;

#[cfg(test)]
mod tests {
    use std::{
        thread::{self, Builder, ThreadId},
        time::Duration,
    };

    use super::*;
    use crate::{
        error::ErrorKind,
        tasks::{Deadline, Step},
    };

    fn pool() -> Pool {
        Pool::new(Duration::from_secs(20)).may_run_on_caller(true)
    }

    fn working_thread(pool: &Pool) -> Task<ThreadId> {
        pool.spawn(|_| Ok(thread::current().id()))
    }

    #[test]
    fn a_caller_that_waits_does_the_work_itself() {
        let pool = pool();
        let here = thread::current().id();
        assert_eq!(Task::block_on(|| working_thread(&pool)).unwrap(), here);
        assert_ne!(working_thread(&pool).wait().unwrap(), here);
    }

    #[test]
    fn a_pool_whose_work_calls_the_program_keeps_it() {
        let pool = pool().may_run_on_caller(false);
        let worked = Task::block_on(|| working_thread(&pool)).unwrap();
        assert_ne!(worked, thread::current().id());
    }

    #[test]
    fn a_small_stack_is_not_used() {
        let small = Builder::new().stack_size(128 << 10);
        let call = || (Task::block_on(|| working_thread(&pool())).unwrap(), thread::current().id());
        let (worked, called) = small.spawn(call).unwrap().join().unwrap();
        assert_ne!(worked, called);
    }

    #[test]
    fn a_thread_that_drives_an_event_loop_is_not_used() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let worked =
            runtime.block_on(async { Task::block_on(|| working_thread(&pool())).unwrap() });
        assert_ne!(worked, thread::current().id());
    }

    #[test]
    fn of_two_tasks_that_a_call_starts_the_pool_has_the_first() {
        let pool = pool();
        let mut first = None;
        let second = Task::block_on(|| {
            first = Some(working_thread(&pool));
            working_thread(&pool)
        });
        let here = thread::current().id();
        assert_eq!(second.unwrap(), here);
        assert_ne!(first.unwrap().wait().unwrap(), here);
    }

    #[test]
    fn what_a_call_starts_on_the_side_goes_to_the_pool() {
        let pool = pool();
        let mut aside = None;
        let answer = Task::block_on(|| {
            aside = Some(working_thread(&pool));
            Task::ready(Ok(1))
        });
        assert_eq!(answer.unwrap(), 1);
        assert_ne!(aside.unwrap().wait().unwrap(), thread::current().id());
    }

    #[test]
    fn a_call_that_panics_while_it_starts_loses_no_job() {
        let pool = pool();
        let mut started = None;
        let call = std::panic::AssertUnwindSafe(|| {
            Task::block_on(|| -> Task<()> {
                started = Some(working_thread(&pool));
                panic!("on purpose")
            })
        });
        assert!(std::panic::catch_unwind(call).is_err());
        // This thread does not wait: what it kept would be queued then.
        for task in [started.unwrap(), working_thread(&pool)] {
            let worked = thread::spawn(move || task.wait().unwrap()).join().unwrap();
            assert_ne!(worked, thread::current().id());
        }
    }

    #[test]
    fn panics_and_a_closed_pool_are_errors_as_ever() {
        let pool = pool();
        let panicked = Task::block_on(|| pool.spawn(|_| -> Result<()> { panic!("on purpose") }));
        assert_eq!(panicked.unwrap_err().kind(), ErrorKind::Internal);
        pool.close();
        let refused = Task::block_on(|| working_thread(&pool)).unwrap_err();
        assert!(refused.message().contains("closed"));
    }

    #[test]
    fn what_calls_the_program_leaves_the_caller_s_thread() {
        let pool = pool();
        let again = pool.clone();
        let (sender, received) = std::sync::mpsc::channel();
        let on_caller = Task::block_on(|| {
            pool.spawn(move |_| {
                again.off_caller(move || sender.send(thread::current().id()).unwrap());
                Ok(thread::current().id())
            })
        });
        assert_ne!(received.recv().unwrap(), on_caller.unwrap());
    }

    #[test]
    fn what_calls_the_program_stays_on_a_thread_of_the_pool() {
        let pool = pool();
        let again = pool.clone();
        let (sender, received) = std::sync::mpsc::channel();
        let worked = pool.spawn(move |_| {
            again.off_caller(move || sender.send(()).unwrap());
            Ok(received.try_recv().is_ok())
        });
        assert!(worked.wait().unwrap(), "it was called at once");
    }

    #[test]
    fn callers_are_watched_while_they_work_and_once() {
        let pool = pool();
        let (callers, weak) = (pool.callers(), pool.weak());
        assert!(callers.begin(&pool) && callers.is_watched.load(Ordering::Relaxed));
        callers.end();
        callers.look(&weak);
        assert!(callers.is_watched.load(Ordering::Relaxed), "one worked since the last look");
        callers.look(&weak);
        assert!(!callers.is_watched.load(Ordering::Relaxed));
        // Nobody looks later on a closed pool.
        pool.close();
        assert!(callers.begin(&pool) && !callers.is_watched.load(Ordering::Relaxed));
    }

    #[test]
    fn what_callers_used_is_given_back_after_a_while() {
        let (sender, ended) = std::sync::mpsc::channel();
        let pool = pool().at_thread_end(move || sender.send(()).unwrap());
        Task::block_on(|| working_thread(&pool)).unwrap();
        let callers = pool.callers();
        let weak = pool.weak();
        callers.look(&weak); // as after the first wait
        assert!(ended.try_recv().is_err());
        callers.look(&weak);
        assert!(ended.try_recv().is_ok() && ended.try_recv().is_err());
        assert!(
            pool.spawn_until(Deadline::after(Duration::from_secs(20)), |_| Ok(())).wait().is_ok()
        );
    }

    #[test]
    fn a_call_inside_of_the_start_of_another_one_waits_for_nobody_s_job() {
        let pool = pool();
        let follow = |first: Task<ThreadId>| {
            pool.spawn_after(first, Deadline::after(Duration::from_secs(20)), |id, _| {
                Step::Done(Ok(id))
            })
        };
        let here = thread::current().id();
        let outer = Task::block_on(|| {
            assert_eq!(Task::block_on(|| follow(working_thread(&pool))).unwrap(), here);
            assert_ne!(working_thread(&pool).wait().unwrap(), here);
            working_thread(&pool)
        });
        assert_eq!(outer.unwrap(), here);
    }

    #[test]
    fn no_more_callers_work_at_once_than_threads_of_a_pool() {
        let pool = pool();
        let callers = pool.callers();
        for _ in 0..MAX_THREADS {
            assert!(callers.begin(&pool));
        }
        let here = thread::current().id();
        assert_ne!(Task::block_on(|| working_thread(&pool)).unwrap(), here);
        callers.end();
        assert_eq!(Task::block_on(|| working_thread(&pool)).unwrap(), here);
    }
}
