//! One round of `--torture refresh`: it serves until the round is over and the clients are gone, or as long as it is told to, and
//! prints the score. A client that waits for a refresh in doubt is silent for longer than one that is gone.

use std::io::{self, Write};
use std::time::Duration;

use appmint_sandbox::{Clock, Torture, TortureOptions};

use crate::files;
use crate::flags::Flags;
use crate::stop_signal;

pub(crate) fn run(flags: &Flags, options: TortureOptions) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stopped = runtime.block_on(async { stop_signal(flags.until_stdin_closes) })?;
    let torture = Torture::start(options, Clock::running())?;
    if let Some(path) = &flags.ready_file {
        files::write_json(path, &torture.ready())?;
    }
    let mut out = io::stdout();
    writeln!(out, "appmint-sandbox listening on {}", torture.url())?;
    out.flush()?;
    runtime.block_on(async {
        if flags.until_stdin_closes {
            return stopped.await;
        }
        tokio::select! {
            () = stopped => {}
            () = round_end(&torture) => {}
        }
    });
    let score = torture.score();
    if let Some(path) = &flags.score_file {
        files::write_json(path, &score)?;
    }
    write!(out, "{}", score.table())
}

/// Waits until the round is over and no client asks any more.
async fn round_end(torture: &Torture) {
    while !torture.is_over() {
        tokio::time::sleep(CHECK_INTERVAL).await;
    }
    let mut requests = torture.requests();
    loop {
        tokio::time::sleep(QUIET_TIME).await;
        match torture.requests() {
            now if now == requests => return,
            now => requests = now,
        }
    }
}

const CHECK_INTERVAL: Duration = Duration::from_millis(50);
/// Clients that got no 410 for so long are gone.
const QUIET_TIME: Duration = Duration::from_secs(2);
