//! The program `git-credential-appmint`, which git runs when `credential.helper` is `appmint`.

use std::process::ExitCode;

fn main() -> ExitCode {
    appmint_cli::git_credential()
}
