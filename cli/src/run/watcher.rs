//! The process that revokes: it outlives the one that runs the command.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, PipeReader, PipeWriter, Write as _, pipe},
    sync::{Mutex, PoisonError},
};

use appmint_core::{App, Error, ErrorKind, Result, Secret, Token};
use nix::{
    sys::wait::{WaitStatus, waitpid},
    unistd::{ForkResult, Pid, fork, setsid},
};

use super::pending::{self, Pending};
use crate::settings::Settings;

/// The other process, as the one that runs the command sees it.
pub(super) struct Watcher {
    pid: Pid,
    /// The pipe's writing end; its end is the watcher's signal to revoke.
    state: Mutex<State>,
}

struct State {
    pipe: Option<PipeWriter>,
    tokens: Vec<Pending>,
}

impl Watcher {
    /// Forks. Must be called before this process has a second thread.
    pub(super) fn start(settings: &Settings) -> Result<Self> {
        // The command does not inherit it: a process that outlives the command must not keep the pipe open.
        let (reading, writing) = pipe().map_err(unable)?;
        // SAFETY: this process has one thread, so the child may do anything; it never returns from here.
        match unsafe { fork() }.map_err(|error| unable(error.into()))? {
            ForkResult::Child => {
                drop(writing);
                std::process::exit(watch(settings, reading));
            }
            ForkResult::Parent { child } => {
                drop(reading);
                let state = State { pipe: Some(writing), tokens: Vec::new() };
                Ok(Self { pid: child, state: Mutex::new(state) })
            }
        }
    }

    /// Tells the watcher of a token. What is in the pipe is read even if this process is killed next.
    pub(super) fn tell(&self, token: &Token) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let token = Pending::of(token);
        if let Some(pipe) = &mut state.pipe {
            // A watcher that was killed reads nothing; `finish` finds that out.
            let _ = pipe.write_all(token.line().reveal().as_bytes());
        }
        state.tokens.push(token);
    }

    /// Has the tokens revoked, by the watcher or, if it is gone, by this process.
    pub(super) fn finish(&self, app: &App) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        drop(state.pipe.take());
        match waitpid(self.pid, None) {
            Ok(WaitStatus::Exited(_, REVOKED)) => Ok(()),
            Ok(WaitStatus::Exited(_, SAVED)) => Err(not_revoked()),
            _ => revoke_or_save(app, &state.tokens),
        }
    }
}

/// The watcher's whole life: reads tokens until the pipe ends, and revokes them.
fn watch(settings: &Settings, reading: PipeReader) -> i32 {
    // The terminal's signals are for the command; and whoever waits for the output must not wait for this.
    let _ = setsid();
    silence();
    let mut tokens = Vec::new();
    for line in BufReader::new(reading).lines() {
        let Ok(line) = line.map(Secret::new) else { break };
        tokens.extend(Pending::read(&line));
    }
    if tokens.is_empty() {
        return REVOKED;
    }
    let revoked = settings.bare_app().and_then(|app| revoke_or_save(&app, &tokens));
    if revoked.is_ok() { REVOKED } else { SAVED }
}

/// Standard input and output become /dev/null; standard error stays for a last word.
fn silence() {
    if let Ok(null) = File::options().read(true).write(true).open("/dev/null") {
        let _ = nix::unistd::dup2_stdin(&null);
        let _ = nix::unistd::dup2_stdout(&null);
    }
}

/// Revokes tokens; those that could not be revoked are kept for the next start.
fn revoke_or_save(app: &App, tokens: &[Pending]) -> Result<()> {
    let mut outcome = Ok(());
    for token in tokens.iter().filter(|token| !token.has_expired()) {
        match app.revoke_installation_token(token.secret()).wait() {
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            Err(_) => {
                outcome = pending::save(app, token).and_then(|()| Err(not_revoked()));
            }
            Ok(()) => {}
        }
    }
    outcome
}

fn not_revoked() -> Error {
    Error::new(ErrorKind::Server, "a token of the command could not be revoked")
        .advise("The next `appmint run` tries again; the token expires by itself.")
}

fn unable(error: io::Error) -> Error {
    let message = format!("the process that revokes could not be started: {error}");
    Error::new(ErrorKind::ResourceExhausted, message)
        .advise("Try again: this machine has no process or file descriptor left.")
        .caused_by(error)
}

/// Exit codes of the watcher.
const REVOKED: i32 = 0;
const SAVED: i32 = 1;
