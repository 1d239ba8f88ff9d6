//! Threads: of a simulation for its threads, else of the standard library.
//!
//! Threads of the operating system are reused from one simulation to the next, since starting one takes
//! longer than most simulated threads live.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, Location, catch_unwind},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use super::{current::Current, scheduler::Scheduler};

/// Starts a thread.
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
    group: Option<usize>,
}

/// A thread that was started.
#[derive(Debug)]
pub struct JoinHandle<T>(Handle<T>);

#[derive(Debug)]
enum Handle<T> {
    Real(thread::JoinHandle<T>),
    Simulated { thread: usize, result: Arc<Mutex<Option<T>>> },
}

impl Builder {
    /// A thread without a name.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names it.
    #[must_use]
    pub fn name(self, name: String) -> Self {
        Self { name: Some(name), ..self }
    }

    /// Makes it a thread of this simulated process, instead of its parent's.
    #[must_use]
    pub fn group(self, group: usize) -> Self {
        Self { group: Some(group), ..self }
    }

    /// Starts it.
    ///
    /// # Errors
    /// If the operating system has no more threads.
    #[track_caller]
    pub fn spawn<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        let Some(current) = Current::get() else {
            let builder = self.name.into_iter().fold(thread::Builder::new(), thread::Builder::name);
            return builder.spawn(work).map(|thread| JoinHandle(Handle::Real(thread)));
        };
        let place = Location::caller();
        let name = self.name.unwrap_or_else(|| "thread".to_owned());
        let group = self.group.unwrap_or_else(|| current.group());
        let result = Arc::new(Mutex::new(None));
        let target = Arc::clone(&result);
        let work = move || *target.lock().unwrap_or_else(PoisonError::into_inner) = Some(work());
        let thread = start(&current.scheduler, name, group, place, work)?;
        current.point("spawn", place);
        Ok(JoinHandle(Handle::Simulated { thread, result }))
    }
}

impl<T> JoinHandle<T> {
    /// Whether it has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        match &self.0 {
            Handle::Real(real) => real.is_finished(),
            Handle::Simulated { thread, .. } => {
                Current::get().is_some_and(|current| current.scheduler.has_finished(*thread))
            }
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Its panic.
    #[track_caller]
    pub fn join(self) -> thread::Result<T> {
        let (thread, result) = match self.0 {
            Handle::Real(real) => return real.join(),
            Handle::Simulated { thread, result } => (thread, result),
        };
        let current = Current::get().ok_or_else(|| Box::new(NOT_HERE) as Box<dyn Any + Send>)?;
        let address = current.scheduler.end_address(thread);
        while !current.scheduler.has_finished(thread) {
            current.wait(Some(address), None, "join", Location::caller());
        }
        let result = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.ok_or_else(|| Box::new(NOT_HERE) as Box<dyn Any + Send>)
    }
}

/// Lets time pass.
#[track_caller]
pub fn sleep(duration: Duration) {
    match Current::get() {
        None => thread::sleep(duration),
        Some(current) => {
            let until = current.now().saturating_add(duration);
            current.wait(None, Some(until), "sleep", Location::caller());
        }
    }
}

/// Starts a thread of a simulation.
pub(super) fn start(
    scheduler: &Arc<Scheduler>,
    name: String,
    group: usize,
    place: &'static Location<'static>,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<usize> {
    let worker = Worker::idle()?;
    let me = scheduler.add(name, group, worker.thread.clone(), place);
    let current = Current { scheduler: Arc::clone(scheduler), me };
    let job: Job = Box::new(move || run(&current, work));
    worker.jobs.send(job).map_err(|_| io::Error::other("a worker has ended"))?;
    Ok(me)
}

fn run(current: &Current, work: impl FnOnce()) {
    current.scheduler.begin(current.me);
    Current::set(Some(current.clone()));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    Current::set(None);
    current.scheduler.finish(current.me, outcome.err().map(|panic| message(&*panic)));
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

type Job = Box<dyn FnOnce() + Send>;

/// A thread of the operating system that runs one job after the other.
struct Worker {
    jobs: mpsc::Sender<Job>,
    thread: thread::Thread,
}

static IDLE: Mutex<Vec<Worker>> = Mutex::new(Vec::new());

impl Worker {
    fn idle() -> io::Result<Self> {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(Self::start, Ok)
    }

    fn start() -> io::Result<Self> {
        let (jobs, received) = mpsc::channel::<Job>();
        let own = jobs.clone();
        let handle = thread::Builder::new().name("simulated".to_owned()).spawn(move || {
            for job in received {
                job();
                let worker = Self { jobs: own.clone(), thread: thread::current() };
                IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
            }
        })?;
        Ok(Self { jobs, thread: handle.thread().clone() })
    }
}

const NOT_HERE: &str = "the thread has no result for this thread";
