//! Starts threads in somebody else's process: the signals of that process are not theirs.
//!
//! A thread that does not block a signal may be chosen to handle it. The program's handler would then run
//! on a thread that it does not know, a `sigwait` of the program would wait in vain, and a write to a
//! connection that its server has hung up would end the process by `SIGPIPE`. A new thread inherits the
//! signal mask, so signals are blocked around the start: they are blocked from its first instruction.

use std::{io, panic::resume_unwind, time::Duration};

use super::{Deadline, Task, sync::thread};
use crate::error::{Error, Result, resource_exhausted};

/// Starts a thread that handles no signal of the program, and neither does a thread that it starts.
///
/// # Errors
/// If the operating system has no more threads.
#[cfg_attr(feature = "simulation", track_caller)]
pub fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let builder = thread::Builder::new().name(name.to_owned());
    with_signals_blocked(|| builder.spawn(work).map(drop))
}

/// Does work that needs more stack than a caller's thread may have: reading keys, certificates and
/// documents. A program may give its threads as little as 16 KiB.
///
/// # Errors
/// Its own, or [`ResourceExhausted`](crate::ErrorKind::ResourceExhausted) if the operating system has no more threads.
#[cfg_attr(feature = "simulation", track_caller)]
pub(crate) fn on_own_stack<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let builder = thread::Builder::new().name("appmint-reading".to_owned());
    let thread = with_signals_blocked(|| builder.spawn(work)).map_err(no_thread)?;
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// The task of work that has a thread of its own, and no deadline.
pub(crate) fn on_thread<T: Clone + Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Task<T> {
    let (task, completion) = Task::pending(Deadline::after(Duration::MAX));
    match start(name, move || completion.complete(&work())) {
        Ok(()) => task,
        Err(error) => Task::ready(Err(no_thread(error))),
    }
}

pub(crate) fn no_thread(error: io::Error) -> Error {
    resource_exhausted("no thread could be started", &error).caused_by(error)
}

/// Starts the threads of a library, which has its own way to do so.
#[cfg_attr(feature = "simulation", track_caller)]
pub(crate) fn with_signals_blocked<T>(work: impl FnOnce() -> T) -> T {
    let _blocked = BlockedSignals::block();
    work()
}

/// The signals of this thread are blocked until it is dropped.
#[cfg(unix)]
struct BlockedSignals(Option<nix::sys::signal::SigSet>);

#[cfg(unix)]
impl BlockedSignals {
    fn block() -> Self {
        use nix::sys::signal::{SigSet, SigmaskHow};

        let mut blocked = SigSet::all();
        FAULTS.into_iter().for_each(|fault| blocked.remove(fault));
        Self(blocked.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok())
    }
}

#[cfg(unix)]
impl Drop for BlockedSignals {
    fn drop(&mut self) {
        if let Some(before) = self.0.take() {
            let _ = before.thread_set_mask(); // fails for an invalid argument only
        }
    }
}

#[cfg(not(unix))]
struct BlockedSignals;

#[cfg(not(unix))]
impl BlockedSignals {
    fn block() -> Self {
        Self
    }
}

/// The kernel raises these for a thread's own mistakes, and never chooses another thread. A program's
/// crash reporter must see them, and so must the runtime (a JVM, .NET) of a callback that handles them.
#[cfg(unix)]
const FAULTS: [nix::sys::signal::Signal; 6] = {
    use nix::sys::signal::Signal;
    [
        Signal::SIGSEGV,
        Signal::SIGBUS,
        Signal::SIGFPE,
        Signal::SIGILL,
        Signal::SIGTRAP,
        Signal::SIGSYS,
    ]
};

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{sync::mpsc, thread::Builder};

    use nix::sys::signal::{SigSet, Signal};

    use super::*;

    fn mask() -> SigSet {
        SigSet::thread_get_mask().unwrap()
    }

    fn mask_of_a_started_thread() -> SigSet {
        let (sender, received) = mpsc::channel();
        start("appmint-test", move || sender.send(mask()).unwrap()).unwrap();
        received.recv().unwrap()
    }

    #[test]
    fn a_started_thread_blocks_every_signal_but_its_own_faults() {
        let blocked = mask_of_a_started_thread();
        let unblockable = [Signal::SIGKILL, Signal::SIGSTOP];
        let expected = |it: &Signal| !FAULTS.contains(it) && !unblockable.contains(it);
        for signal in Signal::iterator() {
            assert_eq!(blocked.contains(signal), expected(&signal), "{signal}");
        }
    }

    #[test]
    fn the_starting_thread_has_its_own_mask_again() {
        let own = SigSet::from_iter([Signal::SIGUSR2]);
        own.thread_block().unwrap();
        let before = mask();
        mask_of_a_started_thread();
        assert_eq!(mask(), before);
        assert!(mask().contains(Signal::SIGUSR2) && !mask().contains(Signal::SIGALRM));
    }

    #[test]
    fn work_on_its_own_stack_needs_none_of_the_caller_s() {
        let small = Builder::new().stack_size(64 << 10);
        let add = || Ok(std::hint::black_box([1_u8; 1 << 18]).iter().map(|n| u64::from(*n)).sum());
        let sum = move || on_own_stack(add);
        let sum: u64 = small.spawn(sum).unwrap().join().unwrap().unwrap();
        assert_eq!(sum, 1 << 18);
    }

    #[test]
    fn a_panic_on_its_own_stack_reaches_the_caller() {
        let caught =
            std::panic::catch_unwind(|| on_own_stack(|| -> Result<()> { panic!("on purpose") }));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"on purpose"));
    }

    #[test]
    fn a_panic_restores_the_mask() {
        let before = mask();
        let caught = std::panic::catch_unwind(|| with_signals_blocked(|| panic!("on purpose")));
        assert!(caught.is_err());
        assert_eq!(mask(), before);
    }
}
