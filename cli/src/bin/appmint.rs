//! The program `appmint`.

use std::process::ExitCode;

fn main() -> ExitCode {
    appmint_cli::appmint()
}
