//! `appmint run`: a command with a token that ends with it.
//!
//! Two processes. One mints the token, runs the command, and answers its git over a socket ([`server`]). The
//! other ([`watcher`]) is forked first, does nothing but read the tokens that it will have to revoke from a
//! pipe, and revokes them when the pipe ends, however its writer ended. If the watcher is killed instead, the
//! first process revokes. What could not be revoked is sealed in a file, and tried again at the next start
//! ([`pending`]). A command whose appmint is killed gets SIGTERM ([`child`]).

#[cfg(unix)]
mod child;
#[cfg(unix)]
mod pending;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod watcher;

use std::process::ExitCode;

#[cfg(not(unix))]
use appmint_core::ErrorKind;
use appmint_core::{Error, Result};

use crate::{
    arguments::{RunArguments, SettingArguments},
    failure,
    git::{Answer, Request},
};

/// Runs the command; its exit code is this one.
pub(crate) fn command(
    settings: &SettingArguments,
    arguments: &RunArguments,
    as_json: bool,
) -> ExitCode {
    run(settings, arguments).unwrap_or_else(|error| {
        failure::print(&error, as_json);
        ExitCode::from(FAILED)
    })
}

/// The answer to git within a command of `appmint run`; `None` elsewhere.
pub(crate) fn answered_by_running(request: &Request) -> Option<Result<Answer>> {
    #[cfg(unix)]
    return server::ask(request, "get");
    #[cfg(not(unix))]
    return None;
}

/// Whether git's complaint went to the `appmint run` that this process is in.
pub(crate) fn erased_by_running(request: &Request) -> bool {
    #[cfg(unix)]
    return server::ask(request, "erase").is_some();
    #[cfg(not(unix))]
    return false;
}

#[cfg(not(unix))]
fn run(_: &SettingArguments, _: &RunArguments) -> Result<ExitCode> {
    Err(Error::new(ErrorKind::Unsupported, "`appmint run` needs a Unix"))
}

#[cfg(unix)]
fn run(arguments: &SettingArguments, run: &RunArguments) -> Result<ExitCode> {
    use appmint_core::ErrorKind;

    use crate::settings::Settings;

    let settings = Settings::read(arguments)?;
    let lookup = run.lookup.required()?;
    // Before any thread is started: a fork copies only the thread that calls it.
    let signals = child::Signals::block()?;
    let watcher = watcher::Watcher::start(&settings)?;
    pending::retry(&settings);
    let app = settings.app_without_store()?;
    let source = app.installation(run.scope.of(lookup.clone()))?;
    let watcher = std::sync::Arc::new(watcher);
    let telling = std::sync::Arc::clone(&watcher);
    let _subscription = source.on_change(move |_, token| telling.tell(token));
    let token = source.token().wait()?;
    if !app.platform().features().contains(&("revoke_installation_token", true)) {
        let name = app.platform().display_name();
        let message = format!("{name} does not revoke tokens: this one lives after the command");
        failure::print(&Error::new(ErrorKind::Unsupported, message), false);
    }
    let mut command = child::command(&run.command);
    child::give_token(&mut command, &app, &token, &run.variable);
    let _server = match run.no_git {
        true => None,
        false => Some(server::Server::start(&app, source, &lookup, &settings, &mut command)?),
    };
    let ended = child::run(&mut command, &signals);
    let revoked = watcher.finish(&app);
    if let Err(error) = revoked {
        failure::print(&error, false);
    }
    Ok(ExitCode::from(ended))
}

/// appmint failed, as `env` and `timeout` say it.
const FAILED: u8 = 125;
