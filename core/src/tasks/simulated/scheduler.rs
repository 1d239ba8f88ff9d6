//! Decides which thread runs, and how time passes.
//!
//! The threads are threads of the operating system, of which one runs at a time: it has the turn. At
//! each operation of [`super::sync`] the scheduler picks the thread that goes on. If no thread can, time
//! advances to the next moment for which one waits.

use std::{
    panic::Location,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    plan::Plan,
    report::{Failure, Summary},
    state::{State, ThreadState},
};

pub(super) struct Scheduler {
    state: Mutex<State>,
    has_ended: Condvar,
}

/// The right to run.
pub(super) struct Turn {
    is_here: AtomicBool,
    thread: thread::Thread,
}

impl Scheduler {
    pub(super) fn new(seed: u64, plan: Plan) -> Arc<Self> {
        let state = State::new(seed, plan);
        Arc::new(Self { state: Mutex::new(state), has_ended: Condvar::new() })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new thread, which runs on this thread of the operating system once it is picked.
    pub(super) fn add(
        &self,
        name: String,
        group: usize,
        runs_on: thread::Thread,
        place: &'static Location<'static>,
    ) -> usize {
        let turn = Arc::new(Turn { is_here: AtomicBool::new(false), thread: runs_on });
        self.state().add(name, group, turn, place)
    }

    /// Gives the first thread the turn, and blocks until the simulation has ended.
    pub(super) fn run(&self) -> Result<Summary, Failure> {
        self.pass_on(None, self.state());
        let mut state = self.state();
        loop {
            if let Some(result) = state.result.take() {
                return result;
            }
            state = self.has_ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Blocks until the thread has the turn for the first time.
    pub(super) fn begin(&self, me: usize) {
        let turn = Arc::clone(&self.state().threads[me].turn);
        turn.wait();
    }

    /// Any thread may go on here.
    pub(super) fn point(
        &self,
        me: usize,
        operation: &'static str,
        place: &'static Location<'static>,
    ) {
        let mut state = self.state();
        state.note_operation(me, operation, place);
        state.perhaps_stall(me);
        self.pass_on(Some(me), state);
    }

    /// Blocks until the address is woken or the moment has come; whether the moment has come.
    pub(super) fn wait(
        &self,
        me: usize,
        on: Option<usize>,
        until: Option<Duration>,
        operation: &'static str,
        place: &'static Location<'static>,
    ) -> bool {
        let mut state = self.state();
        state.note_operation(me, operation, place);
        let thread = &mut state.threads[me];
        thread.state = ThreadState::Waiting { on, until };
        thread.has_timed_out = false;
        self.pass_on(Some(me), state);
        self.state().threads[me].has_timed_out
    }

    /// Ends a thread.
    pub(super) fn finish(&self, me: usize, panic: Option<String>) {
        let mut state = self.state();
        state.threads[me].state = ThreadState::Finished;
        let address = state.threads[me].turn.address();
        state.wake(address, usize::MAX);
        if let Some(message) = panic {
            let name = state.threads[me].name.clone();
            state.end(format!("{name} panicked: {message}"));
        }
        self.pass_on(None, state);
    }

    /// Ends the simulation with a failure. The calling thread does not go on.
    pub(super) fn fail(&self, message: String) -> ! {
        let mut state = self.state();
        state.end(message);
        self.has_ended.notify_all();
        drop(state);
        park_forever()
    }

    pub(super) fn has_finished(&self, thread: usize) -> bool {
        self.state().threads[thread].state == ThreadState::Finished
    }

    /// The address that a thread's end wakes.
    pub(super) fn end_address(&self, thread: usize) -> usize {
        self.state().threads[thread].turn.address()
    }

    /// Picks the thread that runs now, and blocks until it is the calling one again (`None`: the calling
    /// one does not run any more).
    fn pass_on(&self, me: Option<usize>, mut state: MutexGuard<'_, State>) {
        let next = if state.result.is_some() { None } else { state.pick(me) };
        let Some(next) = next else {
            self.has_ended.notify_all();
            drop(state);
            if me.is_some() {
                park_forever();
            }
            return;
        };
        if me == Some(next) {
            return;
        }
        let turn = Arc::clone(&state.threads[next].turn);
        let mine = me.map(|me| Arc::clone(&state.threads[me].turn));
        drop(state);
        turn.give();
        if let Some(mine) = mine {
            mine.wait();
        }
    }
}

/// The simulation has ended with a failure in the middle of this thread, which holds locks.
fn park_forever() -> ! {
    loop {
        thread::park();
    }
}

impl Turn {
    fn give(&self) {
        self.is_here.store(true, Ordering::Release);
        self.thread.unpark();
    }

    fn wait(&self) {
        while !self.is_here.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }

    fn address(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self).addr()
    }
}
