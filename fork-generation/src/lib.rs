//! Tells a process from the one that it was forked from.
//!
//! The id of a process does not always: the first process of each PID namespace has the id 1, so a process
//! with that id may have a child with the same one. The system calls a handler in each child of a `fork()`,
//! which counts. A child of a bare `clone()` is not counted, because no handler runs there.

#[cfg(unix)]
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The number of forks since this was first called by an ancestor of this process; always 0 where there
/// is no `fork()`.
#[must_use]
pub fn current() -> u64 {
    #[cfg(unix)]
    {
        register();
        GENERATION.load(Ordering::Relaxed)
    }
    #[cfg(not(unix))]
    0
}

/// Registers the handler, once or a few times: a lock would stay locked in the child of a fork beside it,
/// and to count twice does no harm. Without memory for the handler the count stays as it is.
#[cfg(unix)]
fn register() {
    if REGISTERED.load(Ordering::Acquire) {
        return;
    }
    // SAFETY: the handler only adds to a number, which is allowed in the child of a process with threads,
    // and it stays valid: appmint's libraries are never unmapped.
    unsafe { libc::pthread_atfork(None, None, Some(count)) };
    REGISTERED.store(true, Ordering::Release);
}

#[cfg(unix)]
extern "C" fn count() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

#[cfg(unix)]
static REGISTERED: AtomicBool = AtomicBool::new(false);
#[cfg(unix)]
static GENERATION: AtomicU64 = AtomicU64::new(0);

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_child_has_another_generation_and_its_parent_the_same() {
        let before = current();
        // SAFETY: the child compares two numbers and leaves by `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: ends this process, which has nothing to clean up.
            unsafe { libc::_exit(i32::from(current() == before)) };
        }
        let mut status = -1;
        // SAFETY: waits for a child of ours; `status` outlives the call.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "{status}");
        assert_eq!(current(), before);
    }
}
