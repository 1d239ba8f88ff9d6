//! The processes that refresh, die and stop.

use std::{
    mem::MaybeUninit,
    ptr,
    thread::{self, JoinHandle},
    time::Duration,
};

use appmint_core::binding::Settings;
use libc::pid_t;

use super::{USERS, name, random::Random};

/// Processes that refresh all sessions again and again. They end with this value.
pub(crate) struct Workers {
    settings: Settings,
    processes: Vec<pid_t>,
    /// Those that stand still, with the thread that lets each go on: whoever stands still may hold a lock
    /// that everybody else waits for.
    stopped: Vec<(usize, JoinHandle<()>)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Strike {
    Killed,
    Stopped,
    /// The chosen one stood still already.
    Missed,
}

impl Workers {
    pub(crate) fn start(settings: &Settings) -> Self {
        let processes = (0..COUNT).map(|number| start(settings, number)).collect();
        Self { settings: settings.clone(), processes, stopped: Vec::new() }
    }

    /// Lets one die, or stand still for a while.
    pub(crate) fn strike(&mut self, random: &mut Random) -> Strike {
        let at = usize::try_from(random.below(COUNT as u64)).unwrap();
        self.stopped.retain(|(_, resumer)| !resumer.is_finished());
        if self.stopped.iter().any(|(stopped, _)| *stopped == at) {
            return Strike::Missed;
        }
        if random.below(5) == 0 {
            let time = Duration::from_millis(random.below(4000));
            self.stopped.push((at, stop(self.processes[at], time)));
            return Strike::Stopped;
        }
        end(self.processes[at]);
        self.processes[at] = start(&self.settings, at);
        Strike::Killed
    }

    /// For so long no file takes another byte from them.
    pub(crate) fn fill_disk(&self, time: Duration) {
        let limits: Vec<_> = self.processes.iter().map(|process| limit(*process, 0)).collect();
        thread::sleep(time);
        for (process, before) in self.processes.iter().zip(limits) {
            limit(*process, before);
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for (_, resumer) in self.stopped.drain(..) {
            let _ = resumer.join();
        }
        self.processes.iter().copied().for_each(end);
    }
}

fn start(settings: &Settings, number: usize) -> pid_t {
    // SAFETY: the child makes an app of its own and never returns.
    let child = unsafe { libc::fork() };
    assert_ne!(child, -1, "no process");
    if child == 0 {
        // SAFETY: ends this process if the test is gone, but not when a file cannot grow.
        unsafe {
            libc::alarm(600);
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        }
        let app = settings.clone().build().unwrap();
        for turn in number * 4.. {
            let session = app.session(name(turn % USERS)).unwrap();
            session.invalidate();
            let _ = session.token().wait();
        }
    }
    child
}

/// Limits the size of the files that a process writes; the limit before.
fn limit(process: pid_t, size: libc::rlim_t) -> libc::rlim_t {
    let mut limits = MaybeUninit::uninit();
    // SAFETY: the pointers are valid, and the process is a child that we have not waited for.
    unsafe {
        assert_eq!(libc::prlimit(process, libc::RLIMIT_FSIZE, ptr::null(), limits.as_mut_ptr()), 0);
        let mut limits = limits.assume_init();
        let before = std::mem::replace(&mut limits.rlim_cur, size);
        assert_eq!(
            libc::prlimit(process, libc::RLIMIT_FSIZE, &raw const limits, ptr::null_mut()),
            0
        );
        before
    }
}

/// Lets a process stand still for so long.
fn stop(process: pid_t, time: Duration) -> JoinHandle<()> {
    signal(process, libc::SIGSTOP);
    thread::spawn(move || {
        thread::sleep(time);
        signal(process, libc::SIGCONT);
    })
}

fn signal(child: pid_t, signal: libc::c_int) {
    // SAFETY: a signal to a child that we made and have not waited for yet.
    unsafe { libc::kill(child, signal) };
}

fn end(child: pid_t) {
    signal(child, libc::SIGKILL);
    let mut status = 0;
    // SAFETY: waits for a child of ours; `status` outlives the call.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
}

const COUNT: usize = 6;
