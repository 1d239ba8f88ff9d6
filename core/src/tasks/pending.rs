//! A task whose work runs on the thread of one of those who need its result.

use std::sync::Arc;

use super::{Deadline, Shared, Stage, State, Task, lock};
use crate::error::{Error, ErrorKind, Result};

/// The half of a task that completes it. A task whose half is dropped completes with an error, so that
/// nobody waits for a thread that panicked.
pub(crate) struct Completion<T: Clone + Send + 'static>(Option<Arc<Shared<T>>>);

impl<T: Clone + Send + 'static> Task<T> {
    /// A task that the returned half completes.
    pub(crate) fn pending(deadline: Deadline) -> (Self, Completion<T>) {
        let shared = Shared::new(deadline);
        let completion = Completion::of(&shared);
        (Self(Stage::Running(shared)), completion)
    }
}

impl<T: Clone + Send + 'static> Completion<T> {
    pub(super) fn of(shared: &Arc<Shared<T>>) -> Self {
        Self(Some(Arc::clone(shared)))
    }

    /// Leaves the completion to another half.
    pub(super) fn leave(mut self) {
        self.0 = None;
    }

    pub(crate) fn complete(mut self, result: &Result<T>) {
        if let Some(shared) = self.0.take() {
            shared.complete(result);
        }
    }
}

impl<T: Clone + Send + 'static> Drop for Completion<T> {
    fn drop(&mut self) {
        let is_running = |it: &Arc<Shared<T>>| matches!(*lock(&it.state), State::Running(_));
        if let Some(shared) = self.0.take().filter(is_running) {
            shared
                .complete(&Err(Error::new(ErrorKind::Internal, "the call ended without a result")));
        }
    }
}
