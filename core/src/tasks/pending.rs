//! A task whose work runs on the thread of one of those who need its result.

use std::sync::Arc;

use super::{Deadline, Shared, Stage, Task};
use crate::error::{Error, ErrorKind, Result};

/// The half of a task that completes it. A task whose half is dropped completes with an error, so that
/// nobody waits for a thread that panicked.
pub(crate) struct Completion<T: Clone + Send + 'static>(Option<Arc<Shared<T>>>);

impl<T: Clone + Send + 'static> Task<T> {
    /// A task that the returned half completes.
    pub(crate) fn pending(deadline: Deadline) -> (Self, Completion<T>) {
        let shared = Shared::new(deadline);
        (Self(Stage::Running(Arc::clone(&shared))), Completion(Some(shared)))
    }
}

impl<T: Clone + Send + 'static> Completion<T> {
    pub(crate) fn complete(mut self, result: &Result<T>) {
        if let Some(shared) = self.0.take() {
            shared.complete(result);
        }
    }
}

impl<T: Clone + Send + 'static> Drop for Completion<T> {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared
                .complete(&Err(Error::new(ErrorKind::Internal, "the call ended without a result")));
        }
    }
}
