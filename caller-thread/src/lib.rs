//! Works on a thread of the program without the program noticing.
//!
//! A thread of the program has its own signal mask, a stack of any size, and may be cancelled by another one. Work that
//! writes to connections and holds locks needs all three to be as on a thread of its own: [`has_stack`] asks whether the
//! stack suffices, [`undisturbed`] sees to the rest and puts everything back.

#[cfg(unix)]
use std::{cell::Cell, mem::MaybeUninit, ops::Range, ptr};

/// Whether this thread has so many bytes of stack left. No, where that is not known: on another stack than the thread's
/// own, as coroutines and signal handlers have, and on systems other than Linux and macOS.
#[must_use]
pub fn has_stack(bytes: usize) -> bool {
    #[cfg(unix)]
    {
        let here = 0_u8;
        let here = ptr::from_ref(&here).addr();
        STACK
            .try_with(|known| {
                let stack = known.get().or_else(|| {
                    known.set(Some(bounds()));
                    known.get()
                });
                stack.is_some_and(|(low, high)| low.saturating_add(bytes) <= here && here < high)
            })
            .unwrap_or(false)
    }
    #[cfg(not(unix))]
    {
        let _ = bytes;
        false
    }
}

/// Does the work while writing to a closed connection raises no `SIGPIPE` and `pthread_cancel` waits.
///
/// Other signals reach the thread as always.
pub fn undisturbed<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    let _guards = (NoCancellation::begin(), NoSigpipe::begin());
    work()
}

#[cfg(unix)]
thread_local! {
    /// The lowest and the highest address of this thread's stack.
    static STACK: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
}

/// An empty range where the system does not say.
#[cfg(unix)]
fn bounds() -> (usize, usize) {
    let Range { start, end } = system::stack().unwrap_or(0..0);
    (start, end)
}

#[cfg(target_os = "linux")]
mod system {
    use super::{MaybeUninit, Range, ptr};

    /// The addresses of this thread's stack.
    pub(super) fn stack() -> Option<Range<usize>> {
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
        // SAFETY: it writes the attributes of a thread that runs, or fails.
        if unsafe { libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) } != 0 {
            return None;
        }
        let (mut lowest, mut size) = (ptr::null_mut(), 0);
        // SAFETY: the attributes were written, and are given back once.
        let failed = unsafe {
            let failed =
                libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut lowest, &raw mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            failed
        };
        (failed == 0).then(|| lowest.addr()..lowest.addr() + size)
    }

    pub(super) const CANCEL_DISABLE: libc::c_int = 1;
}

#[cfg(target_os = "macos")]
mod system {
    use super::Range;

    /// The addresses of this thread's stack.
    pub(super) fn stack() -> Option<Range<usize>> {
        // SAFETY: both only read what is known of a thread that runs.
        let (highest, size) = unsafe {
            let this = libc::pthread_self();
            (libc::pthread_get_stackaddr_np(this).addr(), libc::pthread_get_stacksize_np(this))
        };
        Some(highest - size..highest)
    }

    pub(super) const CANCEL_DISABLE: libc::c_int = 0;
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "macos"))))]
mod system {
    use super::Range;

    /// Not known.
    pub(super) fn stack() -> Option<Range<usize>> {
        None
    }

    pub(super) const CANCEL_DISABLE: libc::c_int = 1;
}

/// `pthread_cancel` of this thread waits until this is dropped: it would end the thread in the middle of code that cannot
/// be unwound.
#[cfg(unix)]
struct NoCancellation(libc::c_int);

#[cfg(unix)]
impl NoCancellation {
    fn begin() -> Self {
        let mut before = 0;
        // SAFETY: it changes this thread's own state, and `before` is a place to write to.
        unsafe { pthread_setcancelstate(system::CANCEL_DISABLE, &raw mut before) };
        Self(before)
    }
}

#[cfg(unix)]
impl Drop for NoCancellation {
    fn drop(&mut self) {
        let mut disabled = 0;
        // SAFETY: as above.
        unsafe { pthread_setcancelstate(self.0, &raw mut disabled) };
    }
}

#[cfg(unix)]
unsafe extern "C" {
    // <https://pubs.opengroup.org/onlinepubs/9799919799/functions/pthread_setcancelstate.html>
    fn pthread_setcancelstate(state: libc::c_int, before: *mut libc::c_int) -> libc::c_int;
}

/// `SIGPIPE` is blocked until this is dropped, and one that was raised meanwhile is forgotten.
#[cfg(unix)]
struct NoSigpipe {
    before: libc::sigset_t,
    was_pending: bool,
}

#[cfg(unix)]
impl NoSigpipe {
    fn begin() -> Self {
        let was_pending = is_pending();
        let mut before = MaybeUninit::uninit();
        // SAFETY: it changes this thread's own mask, and writes the one before.
        let before = unsafe {
            libc::pthread_sigmask(
                libc::SIG_BLOCK,
                &raw const *sigpipe().as_ptr(),
                before.as_mut_ptr(),
            );
            before.assume_init()
        };
        Self { before, was_pending }
    }
}

#[cfg(unix)]
impl Drop for NoSigpipe {
    fn drop(&mut self) {
        if !self.was_pending && is_pending() {
            let mut number = 0;
            // SAFETY: the signal is blocked and pending, so that this takes it and does not wait.
            unsafe { libc::sigwait(sigpipe().as_ptr(), &raw mut number) };
        }
        // SAFETY: the mask is the one that this thread had.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, ptr::null_mut())
        };
    }
}

#[cfg(unix)]
fn is_pending() -> bool {
    let mut pending = MaybeUninit::uninit();
    // SAFETY: it writes the set, and a set that was written is read.
    unsafe {
        libc::sigpending(pending.as_mut_ptr()) == 0
            && libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1
    }
}

#[cfg(unix)]
fn sigpipe() -> MaybeUninit<libc::sigset_t> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: it writes an empty set, and a set that was written is added to.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
    }
    set
}

#[cfg(all(test, any(target_os = "linux", target_os = "macos")))]
mod tests {
    use std::thread::Builder;

    use super::*;

    // glibc may give a new thread the stack of one that has ended, if it is at most four times as large.
    #[test]
    fn a_thread_knows_the_stack_that_it_has() {
        for (size, wanted, expected) in
            [(1 << 20, 512 << 10, true), (128 << 10, 512 << 10, false), (256 << 10, 64 << 10, true)]
        {
            let asked = Builder::new().stack_size(size).spawn(move || has_stack(wanted));
            assert_eq!(asked.unwrap().join().unwrap(), expected, "{wanted} of {size}");
        }
        assert!(has_stack(0) && !has_stack(1 << 40));
    }

    #[test]
    fn a_broken_pipe_raises_no_signal_and_leaves_none() {
        // SAFETY: the default action ends the process: this test's only proof.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        let mut ends = [0; 2];
        // SAFETY: the pipe is this test's own.
        let (written, pending) = unsafe {
            libc::pipe(ends.as_mut_ptr());
            libc::close(ends[0]);
            let written = undisturbed(|| libc::write(ends[1], ends.as_ptr().cast(), 1));
            libc::close(ends[1]);
            (written, is_pending())
        };
        assert_eq!((written, pending), (-1, false));
        // SAFETY: as Rust's programs have it.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    }

    #[test]
    fn mask_and_cancellation_are_as_before() {
        let mask = || {
            let mut now = MaybeUninit::<libc::sigset_t>::uninit();
            // SAFETY: it only writes the mask that this thread has.
            unsafe {
                libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), now.as_mut_ptr());
                libc::sigismember(now.as_ptr(), libc::SIGPIPE)
            }
        };
        let before = mask();
        assert_eq!(undisturbed(mask), 1);
        assert!(std::panic::catch_unwind(|| undisturbed(|| panic!("on purpose"))).is_err());
        assert_eq!(mask(), before);
    }
}
