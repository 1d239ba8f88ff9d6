//! The guides' programs: `appmint-guides start` runs start.rs. The app comes from the environment.

use std::{alloc::System, env, process::ExitCode};

use appmint_core::Result;
use zeroizing_alloc::ZeroAlloc;

mod descriptor;
mod discover;
mod errors;
mod fleet;
mod login_desktop;
mod login_web;
mod organization;
mod paginate;
mod signer;
mod start;
mod webhook;

// --8<-- [start:allocator]
/// Wipes whatever is freed: buffers of HTTP and JSON hold tokens for a moment, too.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);
// --8<-- [end:allocator]

fn main() -> ExitCode {
    let Some(program) = env::args().nth(1).and_then(|name| program(&name)) else {
        eprintln!("usage: appmint-guides PROGRAM");
        return ExitCode::from(2);
    };
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn program(name: &str) -> Option<fn() -> Result<()>> {
    Some(match name {
        "descriptor" => descriptor::run,
        "discover" => discover::run,
        "errors" => errors::run,
        "fleet" => fleet::run,
        "login_desktop" => login_desktop::run,
        "login_web" => login_web::run,
        "organization" => organization::run,
        "paginate" => paginate::run,
        "signer" => signer::run,
        "start" => start::run,
        "webhook" => webhook::run,
        _ => return None,
    })
}

/// An environment variable, or an empty text.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
