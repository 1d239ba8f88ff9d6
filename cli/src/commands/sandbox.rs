//! `sandbox`: starts `appmint-sandbox`, and becomes it.

use std::{
    env,
    path::PathBuf,
    process::{Command, ExitCode},
};

use appmint_core::{Error, ErrorKind};

use crate::{
    arguments::{SandboxArguments, SettingArguments},
    failure,
};

/// `--platform` before other arguments is read as the setting of that name.
pub(crate) fn run(
    settings: &SettingArguments,
    arguments: &SandboxArguments,
    as_json: bool,
) -> ExitCode {
    let mut command = Command::new(beside().unwrap_or_else(|| NAME.into()));
    if let Some(platform) = &settings.platform {
        command.args(["--platform", platform]);
    }
    command.args(&arguments.arguments);
    failure::report(&started(&mut command), as_json)
}

/// The program beside this one, if there is one.
fn beside() -> Option<PathBuf> {
    let path = env::current_exe().ok()?.with_file_name(NAME);
    path.is_file().then_some(path)
}

/// Returns only if the program cannot be started.
#[cfg(unix)]
fn started(command: &mut Command) -> Error {
    use std::os::unix::process::CommandExt as _;
    absent(command.exec())
}

#[cfg(not(unix))]
fn started(command: &mut Command) -> Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => absent(error),
    }
}

fn absent(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{NAME} cannot be started: {error}"))
        .caused_by(error)
        .advise("Install it, or build it with `cargo build -p appmint-sandbox`.")
}

const NAME: &str = "appmint-sandbox";
