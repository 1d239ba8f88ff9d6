//! The simulation that the current thread belongs to.

use std::{cell::RefCell, panic::Location, sync::Arc, time::Duration};

use super::scheduler::Scheduler;

/// The current thread of a simulation.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) scheduler: Arc<Scheduler>,
    pub(super) me: usize,
}

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

impl Current {
    /// `None` if this thread does not belong to a simulation.
    pub(super) fn get() -> Option<Self> {
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    pub(super) fn set(current: Option<Self>) {
        CURRENT.with(|it| *it.borrow_mut() = current);
    }

    pub(super) fn point(&self, operation: &'static str, place: &'static Location<'static>) {
        self.scheduler.point(self.me, operation, place);
    }

    pub(super) fn wait(
        &self,
        on: Option<usize>,
        until: Option<Duration>,
        operation: &'static str,
        place: &'static Location<'static>,
    ) -> bool {
        self.scheduler.wait(self.me, on, until, operation, place)
    }

    pub(super) fn wake(&self, address: usize, count: usize) {
        self.scheduler.state().wake(address, count);
    }

    pub(super) fn now(&self) -> Duration {
        self.scheduler.state().now
    }

    pub(super) fn group(&self) -> usize {
        self.scheduler.state().threads[self.me].group
    }
}
