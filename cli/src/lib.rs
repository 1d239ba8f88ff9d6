//! appmint on the command line: two programs over [`appmint_core`].
//!
//! `appmint` has a command for each thing that people try, script or debug; `git-credential-appmint`
//! answers git. [`arguments`] is what may be typed, [`settings`] finds the app's settings and knows where
//! each one comes from, [`commands`] has one file for each command, and each returns a [`report`] that is
//! printed as text or as JSON. [`failure`] makes an exit code of an error. [`git`] speaks git's credential
//! protocol, [`run`] gives a command a token that ends with it.
//!
//! A decision about tokens, platforms or sessions belongs to the core, and is made there.

mod arguments;
mod commands;
mod failure;
mod files;
mod git;
mod report;
mod run;
mod settings;

use std::{env, ffi::OsString, process::ExitCode};

use clap::{CommandFactory as _, Parser as _};

use self::arguments::{Arguments, GitArguments};

/// Wipes all memory that is freed, so that no copy of a secret is left in it.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// Runs `appmint` with this process's arguments.
#[must_use]
pub fn appmint() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => commands::run(arguments),
        Err(error) => failure::usage(&error),
    }
}

/// Runs `git-credential-appmint` with this process's arguments.
#[must_use]
pub fn git_credential() -> ExitCode {
    match GitArguments::try_parse() {
        Ok(arguments) => git::run(&arguments),
        Err(error) => failure::usage(&error),
    }
}

/// The definition of `appmint`, from which its completions and man pages are made.
fn definition() -> clap::Command {
    Arguments::command()
}

/// An environment variable that is set and not empty.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
