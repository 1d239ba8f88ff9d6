//! Git over HTTPS: `git-credential-appmint` answers git's credential protocol, and `appmint git setup`
//! configures git to ask it.
//!
//! [`protocol`] is the protocol as values, [`target`] finds the profile and the installation that a request
//! is about, [`configuration`] writes git's configuration.

mod configuration;
mod protocol;
mod target;

use std::{io, process::ExitCode};

use appmint_core::{Clock as _, Error, ErrorKind, Result, Secret, SystemClock, Token, TokenSource};

use self::target::Target;
pub(crate) use self::{
    configuration::{quoted, setup, variables},
    protocol::{Answer, Request},
    target::place,
};
use crate::{
    arguments::{CredentialArguments, GitArguments, GitCommand, SettingArguments},
    failure, run,
};

/// Runs `git-credential-appmint`.
pub(crate) fn run(arguments: &GitArguments) -> ExitCode {
    answer(&arguments.settings, &arguments.credential)
}

/// Answers one request of git.
///
/// An error about a host that is the app's ends git's asking (`quit`): a prompt for a password would help
/// nobody, and stops whatever runs without a terminal.
pub(crate) fn answer(settings: &SettingArguments, arguments: &CredentialArguments) -> ExitCode {
    let answered = match arguments.command {
        GitCommand::Store => Ok(Answer::nothing()),
        GitCommand::Capability => Ok(Answer::capabilities()),
        GitCommand::Get => get(settings, arguments),
        GitCommand::Erase => erase(settings, arguments).map(|()| Answer::nothing()),
    };
    let answer = answered.unwrap_or_else(|error| {
        failure::print(&error, false);
        Answer::quit()
    });
    match answer.write(&mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE, // git has gone
    }
}

fn get(settings: &SettingArguments, arguments: &CredentialArguments) -> Result<Answer> {
    let request = Request::read(io::stdin().lock())?;
    if let Some(answer) = run::answered_by_running(&request) {
        return answer;
    }
    let Some(target) = Target::of(&request, settings, arguments)? else {
        return Ok(Answer::nothing());
    };
    let source = target.source()?;
    let token = token(&source, &request).map_err(|error| of_target(&target, error))?;
    Ok(Answer::credential(&request, &target.username()?, &token))
}

/// A token other than the one that the server has refused just now.
pub(crate) fn token(source: &TokenSource, request: &Request) -> Result<Token> {
    let token = source.token().wait()?;
    if !request.has_refused(&token) {
        return Ok(token);
    }
    if request.has_refused_enough(SystemClock.now()) {
        return Err(Error::new(ErrorKind::Forbidden, "the server has refused two tokens in a row").advise(
            "Check that the installation includes the repository, and that its permissions, or those in `git_permissions`, let git in.",
        ));
    }
    forget(source, &token)?;
    source.token().wait()
}

fn forget(source: &TokenSource, token: &Token) -> Result<()> {
    match source.forget_token(token).wait() {
        // A session's record is kept: it holds the refresh token.
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            source.invalidate_token(token);
            Ok(())
        }
        outcome => outcome,
    }
}

/// Forgets the token that was refused. A session gets another one, as its record is not forgotten.
fn erase(settings: &SettingArguments, arguments: &CredentialArguments) -> Result<()> {
    let request = Request::read(io::stdin().lock())?;
    let Some(token) = request.token() else { return Ok(()) };
    if run::erased_by_running(&request) {
        return Ok(());
    }
    let Some(target) = Target::of(&request, settings, arguments)? else { return Ok(()) };
    let source = target.source()?;
    if target.is_session() {
        return renew(&source, &token);
    }
    source.forget_token(token).wait()
}

fn renew(source: &TokenSource, refused: &Secret) -> Result<()> {
    let current = source.token().wait()?;
    if current.reveal() == refused.reveal() {
        source.invalidate_token(&current);
        source.token().wait()?;
    }
    Ok(())
}

fn of_target(target: &Target, error: Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => error.advise(format!(
            "Install the app on `{}`, or leave this host's other repositories to another helper: `owners` of the profile names those that are the app's.",
            target.owner().unwrap_or_default()
        )),
        _ => error,
    }
}
