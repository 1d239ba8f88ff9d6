//! The sandbox as a program: it prints its URL and serves until a signal or the end of standard input stops it.
#![forbid(unsafe_code)]

mod files;
mod flags;
mod round;

use std::io::{self, Write};
use std::process::ExitCode;
use std::{fs, thread};

use appmint_sandbox::{Clock, Sandbox};
use tokio::sync::mpsc;

use crate::flags::{Command, Flags, HELP};

fn main() -> ExitCode {
    match flags::read().map_err(io::Error::other).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("appmint-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> io::Result<()> {
    match command {
        Command::Help => writeln!(io::stdout(), "{HELP}"),
        Command::Version => writeln!(io::stdout(), "appmint-sandbox {}", env!("CARGO_PKG_VERSION")),
        Command::Serve(flags) => serve(&flags),
        Command::Torture(flags, options) => round::run(&flags, options),
    }
}

fn serve(flags: &Flags) -> io::Result<()> {
    // Signal handlers are installed first: whoever reads the URL may send a signal at once.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stopped = runtime.block_on(async { stop_signal(flags.until_stdin_closes) })?;
    let sandbox = start(flags)?;
    files::write(&sandbox, flags)?;
    let mut out = io::stdout();
    writeln!(out, "appmint-sandbox listening on {}", sandbox.url())?;
    out.flush()?;
    runtime.block_on(stopped);
    Ok(())
}

fn start(flags: &Flags) -> io::Result<Sandbox> {
    let mut builder = Sandbox::builder().platform(flags.platform).listen(flags.listen);
    if flags.https {
        builder = builder.https();
    }
    if flags.allow_remote {
        builder = builder.allow_remote();
    }
    if let Some(path) = &flags.key {
        builder = builder.key_pem(&fs::read_to_string(path)?);
    }
    if let Some(at_ms) = flags.clock_ms {
        builder = builder.clock(Clock::frozen(at_ms));
    }
    for uri in &flags.redirect_uris {
        builder = builder.redirect_uri(uri);
    }
    builder.start()
}

/// A future that ends with the first signal or, if asked to, with the end of standard input.
pub(crate) fn stop_signal(until_stdin_closes: bool) -> io::Result<impl Future<Output = ()>> {
    let mut terminated = termination()?;
    let mut interrupted = interruption()?;
    let stdin = until_stdin_closes.then(stdin_end);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            () = end_of(stdin) => {}
        }
    })
}

/// A channel that closes when standard input ends.
fn stdin_end() -> mpsc::Receiver<()> {
    let (open, closed) = mpsc::channel(1);
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        drop(open);
    });
    closed
}

async fn end_of(stdin: Option<mpsc::Receiver<()>>) {
    match stdin {
        Some(mut closed) => drop(closed.recv().await),
        None => std::future::pending().await,
    }
}

#[cfg(unix)]
fn termination() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
}

#[cfg(unix)]
fn interruption() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn termination() -> io::Result<tokio::signal::windows::CtrlClose> {
    tokio::signal::windows::ctrl_close()
}

#[cfg(windows)]
fn interruption() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}
