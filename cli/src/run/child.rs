//! The command: its environment, its signals, and its end.

use std::{
    env,
    ffi::OsString,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    process::{Child, Command, ExitStatus},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use appmint_core::{App, Error, ErrorKind, Result, Token};
use nix::{
    sys::{
        signal::{SigSet, Signal, kill},
        wait::{Id, WaitPidFlag, waitid},
    },
    unistd::Pid,
};

use crate::{commands::TOKEN_VARIABLE, failure};

/// The signals that are passed on to the command. They are blocked, and waited for by a thread.
pub(super) struct Signals(SigSet);

impl Signals {
    /// Blocks them in this thread and in those that it starts.
    pub(super) fn block() -> Result<Self> {
        let mut set = SigSet::empty();
        for signal in PASSED_ON {
            set.add(signal);
        }
        set.thread_block().map_err(|error| {
            Error::new(ErrorKind::Internal, format!("the signals cannot be blocked: {error}"))
        })?;
        Ok(Self(set))
    }

    /// Passes signals on until the command has ended.
    fn pass_on(&self, command: &Arc<Mutex<Option<Pid>>>) {
        let (set, command) = (self.0, Arc::clone(command));
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stdin());
        thread::spawn(move || {
            while let Ok(signal) = set.wait() {
                // The terminal has sent these to the command as well.
                let is_terminals = terminal && matches!(signal, Signal::SIGINT | Signal::SIGQUIT);
                let running = command.lock().unwrap_or_else(PoisonError::into_inner);
                if let (Some(pid), false) = (*running, is_terminals) {
                    let _ = kill(pid, signal);
                }
            }
        });
    }
}

/// The command without the settings of appmint: its credentials are not the command's.
pub(super) fn command(words: &[OsString]) -> Command {
    let mut words = words.iter();
    let mut command = Command::new(words.next().cloned().unwrap_or_default());
    command.args(words);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("APPMINT_") {
            command.env_remove(name);
        }
    }
    command
}

/// Gives the token in the variables that were named, or in the platform's usual ones.
pub(super) fn give_token(command: &mut Command, app: &App, token: &Token, named: &[String]) {
    let usual = app.platform().token_variables();
    let otherwise = [TOKEN_VARIABLE.to_owned()];
    let names = match (named, usual) {
        ([], []) => &otherwise[..],
        ([], usual) => usual,
        (named, _) => named,
    };
    command.envs(names.iter().map(|name| (name, token.reveal())));
}

/// Runs the command; its exit code, or 128 and the number of the signal that ended it.
pub(super) fn run(command: &mut Command, signals: &Signals) -> u8 {
    prepare(command, signals);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return not_started(command, &error),
    };
    let pid = i32::try_from(child.id()).map(Pid::from_raw);
    let running = Arc::new(Mutex::new(pid.ok()));
    signals.pass_on(&running);
    let ended = wait(&mut child, &running);
    match ended {
        Ok(status) => code(status),
        Err(error) => {
            let message = format!("the command cannot be waited for: {error}");
            failure::print(&Error::new(ErrorKind::Internal, message), false);
            super::FAILED
        }
    }
}

/// Waits, and lets no signal reach whatever gets the command's process id after it.
fn wait(child: &mut Child, running: &Mutex<Option<Pid>>) -> std::io::Result<ExitStatus> {
    let pid = *running.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pid) = pid {
        let still_there = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while waitid(Id::Pid(pid), still_there) == Err(nix::errno::Errno::EINTR) {}
    }
    *running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    child.wait()
}

fn code(status: ExitStatus) -> u8 {
    let of_signal = || 128 + status.signal().unwrap_or(0);
    u8::try_from(status.code().unwrap_or_else(of_signal)).unwrap_or(super::FAILED)
}

/// As shells say it: 127 if there is no such command, 126 if it cannot be run.
fn not_started(command: &Command, error: &std::io::Error) -> u8 {
    let name = command.get_program().to_string_lossy().into_owned();
    failure::print(&Error::invalid(format!("{name} cannot be started: {error}")), false);
    if error.kind() == std::io::ErrorKind::NotFound { 127 } else { 126 }
}

/// The command takes signals as ever, and the kernel ends it if this process is killed: its token is revoked
/// then.
fn prepare(command: &mut Command, signals: &Signals) {
    let (blocked, parent) = (signals.0, nix::unistd::getpid());
    let prepare = move || {
        blocked.thread_unblock()?;
        end_with(parent)
    };
    // SAFETY: after a fork only functions may be called that are safe in a signal handler.
    // `pthread_sigmask`, `prctl` and `getppid` are, and an error is made of a number without allocating.
    unsafe {
        command.pre_exec(prepare);
    }
}

#[cfg(target_os = "linux")]
fn end_with(parent: Pid) -> std::io::Result<()> {
    nix::sys::prctl::set_pdeathsig(Signal::SIGTERM)?;
    // The parent may have been killed before.
    if nix::unistd::getppid() == parent {
        return Ok(());
    }
    Err(std::io::ErrorKind::Interrupted.into())
}

#[cfg(not(target_os = "linux"))]
fn end_with(_: Pid) -> std::io::Result<()> {
    Ok(())
}

const PASSED_ON: [Signal; 6] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
];
