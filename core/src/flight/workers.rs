//! Who does a flight's work: a few threads, started when needed and ended when idle.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use super::{Aloft, Deadline, Flight, Stage, lock, overdue};
use crate::{
    error::{Error, ErrorKind, Result},
    process::PerProcess,
};

/// How a flight goes on that has got what it waited for.
pub(crate) enum Step<A, T> {
    /// It lands.
    Land(Result<T>),
    /// It waits for one more.
    After(Flight<A>),
}

/// A few threads that run flights: started when needed, ended when idle.
#[derive(Clone)]
pub(crate) struct Workers(Arc<PerProcess<Crew>>);

#[derive(Default)]
struct Crew {
    shift: Arc<Shift>,
}

#[derive(Default)]
struct Shift {
    queue: Mutex<Queue>,
    work: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Box<dyn FnOnce() + Send>>,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl Workers {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Ends the threads when their work is done; nothing new is begun.
    pub(crate) fn close(&self) {
        self.0.get_or_default().shift.close();
    }

    /// Starts a flight.
    pub(crate) fn launch<T: Clone + Send + 'static>(
        &self,
        deadline: Deadline,
        work: impl FnOnce(Deadline) -> Result<T> + Send + 'static,
    ) -> Flight<T> {
        let aloft = Aloft::new(deadline);
        self.assign(&aloft, work);
        Flight(Stage::Aloft(aloft))
    }

    /// Starts a flight on a thread of its own: one that waits so long that it would keep a worker from
    /// the others.
    pub(crate) fn launch_apart<T: Clone + Send + 'static>(
        &self,
        deadline: Deadline,
        work: impl FnOnce(Deadline) -> Result<T> + Send + 'static,
    ) -> Flight<T> {
        let aloft = Aloft::new(deadline);
        let target = Arc::clone(&aloft);
        let started = if self.0.get_or_default().shift.is_closed() {
            Err(closed())
        } else {
            let builder = thread::Builder::new().name("appmint-waiting".to_owned());
            let started = builder.spawn(move || target.land(&run(work, target.deadline)));
            started.map(drop).map_err(no_thread)
        };
        if let Err(error) = started {
            aloft.land(&Err(error));
        }
        Flight(Stage::Aloft(aloft))
    }

    /// Starts a flight that takes off when another has landed well, and occupies no thread before.
    /// It may stop over to wait for one more of that kind.
    pub(crate) fn launch_with<A: Clone + Send + 'static, T: Clone + Send + 'static>(
        &self,
        first: Flight<A>,
        deadline: Deadline,
        work: impl FnMut(A, Deadline) -> Step<A, T> + Send + 'static,
    ) -> Flight<T> {
        let aloft = Aloft::new(deadline);
        self.follow(first, Arc::clone(&aloft), work);
        Flight(Stage::Aloft(aloft))
    }

    fn follow<A: Clone + Send + 'static, T: Clone + Send + 'static>(
        &self,
        first: Flight<A>,
        aloft: Arc<Aloft<T>>,
        mut work: impl FnMut(A, Deadline) -> Step<A, T> + Send + 'static,
    ) {
        let workers = self.clone();
        first.on_landing(move |landed| match landed {
            Err(error) => aloft.land(&Err(error)),
            Ok(value) => {
                let (crew, next, deadline) = (workers.clone(), Arc::clone(&aloft), aloft.deadline);
                let job = move || {
                    let result = match run(|deadline| Ok(work(value, deadline)), deadline) {
                        Ok(Step::After(flight)) => return crew.follow(flight, next, work),
                        Ok(Step::Land(result)) => result,
                        Err(error) => Err(error),
                    };
                    drop(work); // what it holds is free before anybody is told
                    next.land(&result);
                };
                if let Err(error) = workers.0.get_or_default().shift.enqueue(Box::new(job)) {
                    aloft.land(&Err(error));
                }
            }
        });
    }

    fn assign<T: Clone + Send + 'static>(
        &self,
        aloft: &Arc<Aloft<T>>,
        work: impl FnOnce(Deadline) -> Result<T> + Send + 'static,
    ) {
        let target = Arc::clone(aloft);
        let job = Box::new(move || target.land(&run(work, target.deadline)));
        if let Err(error) = self.0.get_or_default().shift.enqueue(job) {
            aloft.land(&Err(error));
        }
    }
}

fn run<T>(work: impl FnOnce(Deadline) -> Result<T>, deadline: Deadline) -> Result<T> {
    if deadline.remaining().is_zero() {
        return Err(overdue());
    }
    catch_unwind(AssertUnwindSafe(|| work(deadline))).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "appmint panicked while it made this call")
            .advise("This is a bug in appmint; please report it."))
    })
}

impl Shift {
    fn enqueue(self: &Arc<Self>, job: Box<dyn FnOnce() + Send>) -> Result<()> {
        let mut queue = lock(&self.queue);
        if queue.closed {
            return Err(closed());
        }
        queue.jobs.push_back(job);
        if queue.jobs.len() <= queue.idle || queue.threads >= MOST_THREADS {
            self.work.notify_one();
            return Ok(());
        }
        match self.start_thread() {
            Ok(()) => queue.threads += 1,
            Err(_) if queue.threads > 0 => {} // those that run will come to it
            Err(error) => {
                queue.jobs.pop_back();
                return Err(no_thread(error));
            }
        }
        Ok(())
    }

    fn is_closed(&self) -> bool {
        lock(&self.queue).closed
    }

    fn close(&self) {
        lock(&self.queue).closed = true;
        self.work.notify_all();
    }

    fn start_thread(self: &Arc<Self>) -> std::io::Result<()> {
        let shift = Arc::clone(self);
        let builder = thread::Builder::new().name("appmint-worker".to_owned());
        builder.spawn(move || shift.work()).map(drop)
    }

    fn work(&self) {
        while let Some(job) = self.next_job() {
            job();
        }
    }

    fn next_job(&self) -> Option<Box<dyn FnOnce() + Send>> {
        let mut queue = lock(&self.queue);
        queue.idle += 1;
        let waited = self
            .work
            .wait_timeout_while(queue, IDLE_LIFE, |queue| queue.jobs.is_empty() && !queue.closed);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        queue.idle -= 1;
        let job = queue.jobs.pop_front();
        if job.is_none() {
            queue.threads -= 1;
        }
        job
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shift.close();
    }
}

fn closed() -> Error {
    Error::invalid("the app is closed").advise("Make a new one.")
}

fn no_thread(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Internal, "no thread could be started").caused_by(error)
}

/// Calls wait on the network, not on the processor, so there may be more than there are cores.
const MOST_THREADS: usize = 64;
const IDLE_LIFE: Duration = Duration::from_secs(5);
