//! Calls on their way, and where their callbacks run once they have completed.
//!
//! A call completes once: the first outcome counts. If it has a callback, it is then put, under one lock,
//! from the calls that are running to those that are ready, and the callback runs on a thread that takes it
//! from there: one of the program's in appmint_queue_dispatch, or the library's own. No callback runs inside
//! of the function that starts, completes or cancels a call.

use std::{
    collections::{HashMap, VecDeque},
    ffi::c_int,
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use appmint_core::{
    Error, ErrorKind, Result, Waiter,
    binding::{Owned, PerProcess, Process, start_thread},
};
use once_cell::race::OnceBox;

use crate::{
    calls::{signal::Signal, value::Value},
    once::Once,
};

/// A call: its outcome, once it has one, and its callback.
pub(crate) struct CallState {
    process: Process,
    /// Read without a lock, which a fork could leave locked in the child.
    outcome: OnceBox<Result<Value>>,
    is_complete: Mutex<bool>,
    completed: Condvar,
    waiter: OnceBox<Waiter>,
    is_cancelled: AtomicBool,
    delivery: Option<Delivery>,
}

/// The callback of a call, and where it runs.
pub(crate) struct Delivery {
    completions: Arc<Owned<Completions>>,
    callback: Mutex<Option<Callback>>,
}

type Callback = Box<dyn FnOnce(&Arc<CallState>) + Send>;

impl Delivery {
    /// To the program's queue, or to a thread of the library.
    pub(crate) fn new(queue: Option<&Queue>, callback: Callback) -> Self {
        let completions = queue.map_or_else(Completions::of_library, Queue::completions);
        Self { completions, callback: Mutex::new(Some(callback)) }
    }
}

impl CallState {
    /// A call that is about to be made.
    ///
    /// # Errors
    /// If its callback could not run.
    pub(crate) fn new(delivery: Option<Delivery>) -> Result<Arc<Self>> {
        let (process, is_complete) = (Process::current(), Mutex::new(false));
        let (outcome, waiter, is_cancelled) = Default::default();
        let completed = Condvar::new();
        let call =
            Self { process, outcome, is_complete, completed, waiter, is_cancelled, delivery };
        let call = Arc::new(call);
        if let Some(delivery) = &call.delivery {
            Completions::admit(&delivery.completions, &call)?;
        }
        Ok(call)
    }

    /// Takes back a call that was not made.
    pub(crate) fn withdraw(self: &Arc<Self>) {
        if let Some(delivery) = &self.delivery {
            lock(&delivery.completions.calls).running.remove(&key(self));
        }
    }

    /// Keeps the way to cancel the call.
    pub(crate) fn set_waiter(&self, waiter: Waiter) {
        let waiter = self.waiter.get_or_init(|| Box::new(waiter));
        if self.is_cancelled.load(Ordering::SeqCst) {
            waiter.cancel();
        }
    }

    pub(crate) fn complete(self: &Arc<Self>, outcome: Result<Value>) {
        match &self.delivery {
            Some(delivery) => delivery.completions.complete(self, outcome),
            None => drop(self.settle(outcome)),
        }
    }

    pub(crate) fn cancel(&self) {
        if !self.is_of_this_process() {
            return;
        }
        self.is_cancelled.store(true, Ordering::SeqCst);
        if let Some(waiter) = self.waiter.get() {
            waiter.cancel();
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.outcome.get().is_some() || !self.is_of_this_process()
    }

    /// Blocks until the call has completed, at most for `timeout`; whether it has.
    pub(crate) fn wait(&self, timeout: Option<Duration>) -> bool {
        if self.is_complete() {
            return true;
        }
        let is_running = |is_complete: &mut bool| !*is_complete;
        let guard = lock(&self.is_complete);
        let guard = match timeout {
            Some(timeout) => {
                let waited = self.completed.wait_timeout_while(guard, timeout, is_running);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let waited = self.completed.wait_while(guard, is_running);
                waited.unwrap_or_else(PoisonError::into_inner)
            }
        };
        *guard
    }

    /// The outcome of a call that has completed.
    ///
    /// # Errors
    /// The call's own, or that it has not completed.
    pub(crate) fn outcome(&self) -> Result<&Value> {
        match self.outcome.get() {
            Some(outcome) => outcome.as_ref().map_err(Clone::clone),
            None if self.is_of_this_process() => Err(Error::invalid("the call has not completed")
                .advise("Wait for it, or read its result in its callback.")),
            None => Err(Error::new(
                ErrorKind::Cancelled,
                "the call was started before this process was forked",
            )
            .advise("It goes on in the parent. Make it again in the child.")),
        }
    }

    /// Whether this process started it. In the child of a `fork()` its locks may be locked for ever.
    pub(crate) fn is_of_this_process(&self) -> bool {
        self.process == Process::current()
    }

    /// Keeps the first outcome; gives a later one back.
    fn settle(&self, outcome: Result<Value>) -> std::result::Result<(), Box<Result<Value>>> {
        self.outcome.set(Box::new(outcome))?;
        *lock(&self.is_complete) = true;
        self.completed.notify_all();
        Ok(())
    }

    fn run(self: &Arc<Self>) {
        let callback = self.delivery.as_ref().and_then(|it| lock(&it.callback).take());
        if let Some(callback) = callback {
            callback(self);
        }
    }
}

/// A queue of the program. In the child of a `fork()` it is a new one.
pub(crate) struct Queue(PerProcess<Completions>);

impl Queue {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self(PerProcess::new(Completions::to_signal(Some(Signal::new()?)))))
    }

    /// The descriptor that is readable while callbacks wait.
    pub(crate) fn descriptor(&self) -> Option<c_int> {
        match &lock(&self.completions().calls).wake {
            Wake::Signal(signal) => signal.as_ref().map(Signal::descriptor),
            Wake::Thread { .. } => None,
        }
    }

    /// Runs the callbacks of the calls that have completed by now; their number.
    pub(crate) fn dispatch(&self) -> usize {
        let completions = self.completions();
        let count = lock(&completions.calls).ready.len();
        (0..count).take_while(|_| completions.run_next()).count()
    }

    /// Cancels the calls that are running, and runs the callbacks that are left.
    pub(crate) fn close(&self) {
        self.completions().close();
    }

    fn completions(&self) -> Arc<Owned<Completions>> {
        self.0.get(|_| Completions::to_signal(Signal::new().ok()))
    }
}

/// The calls with callbacks that run at one place.
pub(crate) struct Completions {
    calls: Mutex<Calls>,
    changed: Condvar,
}

struct Calls {
    running: HashMap<usize, Arc<CallState>>,
    ready: VecDeque<Arc<CallState>>,
    wake: Wake,
    is_closed: bool,
}

/// How somebody is told that a callback is to be run.
enum Wake {
    /// By a descriptor that the program watches; none if the operating system had none for a child.
    Signal(Option<Signal>),
    /// A thread of the library waits, if it was started.
    Thread { is_running: bool },
}

impl Default for Completions {
    fn default() -> Self {
        Self::new(Wake::Thread { is_running: false })
    }
}

impl Completions {
    fn new(wake: Wake) -> Self {
        let (running, ready) = Default::default();
        let calls = Calls { running, ready, wake, is_closed: false };
        Self { calls: Mutex::new(calls), changed: Condvar::new() }
    }

    fn to_signal(signal: Option<Signal>) -> Self {
        Self::new(Wake::Signal(signal))
    }

    /// Those whose callbacks run on a thread of the library.
    fn of_library() -> Arc<Owned<Self>> {
        static ALL: Once<PerProcess<Completions>> = Once::new();
        ALL.get_or_init(PerProcess::default).get_or_default()
    }

    /// Takes in a call that is about to be made.
    fn admit(this: &Arc<Owned<Self>>, call: &Arc<CallState>) -> Result<()> {
        let mut calls = lock(&this.calls);
        if calls.is_closed {
            return Err(Error::invalid("the queue was freed"));
        }
        if let Wake::Thread { is_running: is_running @ false } = &mut calls.wake {
            let served = Arc::clone(this);
            start_thread("appmint-done", move || served.serve())
                .map_err(|error| no_thread(&error))?;
            *is_running = true;
        }
        calls.running.insert(key(call), Arc::clone(call));
        Ok(())
    }

    fn complete(&self, call: &Arc<CallState>, outcome: Result<Value>) {
        let mut calls = lock(&self.calls);
        let settled = call.settle(outcome);
        if settled.is_ok() {
            calls.running.remove(&key(call));
            calls.ready.push_back(Arc::clone(call));
            match &calls.wake {
                Wake::Signal(Some(signal)) if calls.ready.len() == 1 => signal.set(),
                Wake::Signal(_) => {}
                Wake::Thread { .. } => self.changed.notify_all(),
            }
        }
        drop(calls); // before an outcome that came too late
    }

    /// Runs one callback; whether there was one.
    fn run_next(&self) -> bool {
        let mut calls = lock(&self.calls);
        let next = calls.ready.pop_front();
        if let (true, Wake::Signal(Some(signal))) = (calls.ready.is_empty(), &calls.wake) {
            signal.clear();
        }
        drop(calls);
        next.inspect(CallState::run).is_some()
    }

    fn close(&self) {
        let mut calls = lock(&self.calls);
        calls.is_closed = true;
        calls.wake = Wake::Signal(None);
        let running = mem::take(&mut calls.running);
        for call in running.values() {
            if call.settle(Err(freed())).is_ok() {
                calls.ready.push_back(Arc::clone(call));
            }
        }
        drop(calls);
        running.values().for_each(|call| call.cancel());
        while self.run_next() {}
    }

    /// Runs callbacks until there was no call for a while.
    fn serve(&self) {
        while let Some(call) = self.next() {
            call.run();
        }
    }

    fn next(&self) -> Option<Arc<CallState>> {
        let mut calls = lock(&self.calls);
        loop {
            if let Some(call) = calls.ready.pop_front() {
                return Some(call);
            }
            if !calls.running.is_empty() {
                calls = self.changed.wait(calls).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let is_idle = |calls: &mut Calls| calls.ready.is_empty() && calls.running.is_empty();
            let waited = self.changed.wait_timeout_while(calls, IDLE_TIMEOUT, is_idle);
            let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            calls = guard;
            if timeout.timed_out() && calls.ready.is_empty() && calls.running.is_empty() {
                calls.wake = Wake::Thread { is_running: false };
                return None;
            }
        }
    }
}

fn key(call: &Arc<CallState>) -> usize {
    Arc::as_ptr(call).addr()
}

fn freed() -> Error {
    Error::new(ErrorKind::Cancelled, "the queue of the call was freed")
        .advise("A request that was sent before may still be carried out.")
}

fn no_thread(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::ResourceExhausted, format!("no thread could be started: {error}"))
        .advise("Raise the limits of this process, or pass a queue, which needs no thread.")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As long as the core's threads wait for work.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
