//! Queues, by which an event loop learns that calls have completed.

use std::{ffi::c_int, mem::MaybeUninit};

use crate::{
    access::{free, read},
    call::new_object,
    calls::completions::Queue,
    errors::{appmint_error, appmint_status},
};

/// Runs the callbacks of calls that have completed, on the threads that dispatch it.
pub struct appmint_queue(pub(crate) Queue);

impl From<Queue> for appmint_queue {
    fn from(core: Queue) -> Self {
        Self(core)
    }
}

/// A queue, which has a file descriptor. One is enough for an event loop.
///
/// APPMINT_ERROR_RESOURCE_EXHAUSTED if the process has no descriptor left.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_queue_new(
    queue: Option<&mut MaybeUninit<*mut appmint_queue>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("queue", queue, error, Queue::new)
}

/// The descriptor to watch: it is readable (POLLIN) while callbacks wait to be run, level-
/// triggered. It is closed on exec, and belongs to the queue: neither read nor close it. -1 if
/// there is none: in a child that had no descriptor left.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_queue_fd(queue: Option<&appmint_queue>) -> c_int {
    read(queue, None, |queue| queue.0.descriptor()).unwrap_or(-1)
}

/// Runs the callbacks of the calls that have completed by now, on this thread, in the order in
/// which they completed. Returns their number. It does not wait: 0 if there is none. A callback may
/// call this function, and every other.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_queue_dispatch(queue: Option<&appmint_queue>) -> usize {
    read(queue, 0, |queue| queue.0.dispatch())
}

/// Frees a queue. Calls that are running are cancelled, as by appmint_call_cancel, and the
/// callbacks that have not run yet run on this thread before the function returns. Take the
/// descriptor out of the event loop before.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_queue_free(queue: Option<Box<appmint_queue>>) {
    if let Some(queue) = &queue {
        read(Some(queue), (), |queue| queue.0.close());
    }
    free(queue);
}
