//! The commands: one file for each, or for a few that belong together. A command reads its arguments, makes
//! its calls of the library, and returns a report.

mod api;
mod doctor;
mod generated;
mod installations;
mod keys;
mod login;
mod platforms;
mod sandbox;
mod token;
mod webhook;

use std::process::ExitCode;

use appmint_core::Result;

pub(crate) use self::token::OTHERWISE as TOKEN_VARIABLE;
use crate::{
    arguments::{
        Arguments, Command, ConfigCommand, GitSubcommand, KeyCommand, PlatformCommand,
        SettingArguments, WebhookCommand,
    },
    failure, git,
    report::Report,
    run,
    settings::Settings,
};

/// Carries a command out, prints its report or error, and returns the exit code.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    let (settings, as_json) = (arguments.settings, arguments.json);
    let outcome = match arguments.command {
        Command::Git(GitSubcommand::Credential(credential)) => {
            return git::answer(&settings, &credential);
        }
        Command::Run(command) => return run::command(&settings, &command, as_json),
        Command::Sandbox(command) => return sandbox::run(&settings, &command, as_json),
        command => report(command, &settings),
    };
    let printed = outcome.and_then(|report| report.print(as_json).map(|()| report));
    match printed {
        Ok(report) if report.found_problem() => ExitCode::from(1),
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error, as_json),
    }
}

fn report(command: Command, arguments: &SettingArguments) -> Result<Report> {
    let settings = || Settings::read(arguments);
    match command {
        Command::Key(KeyCommand::Check { file }) => keys::check(arguments, &file),
        Command::Jwt => token::jwt(&settings()?),
        Command::Installations => installations::all(&settings()?),
        Command::Installation(lookup) => installations::one(&settings()?, &lookup),
        Command::Token(command) => token::token(&settings()?, &command),
        Command::Api(command) => api::call(&settings()?, &command),
        Command::Revoke(command) => token::revoke(&settings()?, &command),
        Command::Webhook(WebhookCommand::Verify(command)) => {
            webhook::verify(&settings()?, &command)
        }
        Command::Discover { issuer } => platforms::discover(&settings()?, &issuer),
        Command::Platforms => platforms::all(),
        Command::Platform(PlatformCommand::Check { file }) => platforms::check(&file),
        Command::Config(ConfigCommand::Explain) => Ok(settings()?.explained()),
        Command::Git(GitSubcommand::Setup(command)) => {
            git::setup(&settings()?, arguments, &command)
        }
        Command::Login(command) => login::login(&settings()?, &command),
        Command::Sessions(command) => login::sessions(&settings()?, &command),
        Command::Logout(command) => login::logout(&settings()?, &command),
        Command::Doctor(lookup) => doctor::examine(&settings()?, &lookup),
        Command::Completions { shell } => Ok(generated::completions(shell)),
        Command::Man { folder } => generated::man_pages(&folder),
        // `run` has carried these out.
        Command::Git(GitSubcommand::Credential(_)) | Command::Run(_) | Command::Sandbox(_) => {
            Ok(Report::raw(""))
        }
    }
}
