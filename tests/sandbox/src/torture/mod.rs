//! A hostile platform for clients that refresh rotating refresh tokens, and a score for any such client.
//!
//! `plan` holds the faults, `tokens` the rules for tokens, `state` both with the score; none of them knows a clock or a
//! socket. `endpoints` and `answers` speak OAuth, and `connections` serves it. `TORTURE.md` describes the protocol for the
//! client under test.

mod answers;
mod connections;
mod endpoints;
mod options;
mod plan;
mod score;
mod state;
mod tokens;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;

use self::connections::{ReservedPort, Shared};
use self::endpoints::{CLIENT_ID, CLIENT_SECRET};
pub use self::options::{Length, Policy, TortureOptions};
pub use self::score::Score;
use self::state::State;
use crate::clock::Clock;

/// A hostile platform that runs on this machine. Dropping it stops the server and closes its ports.
pub struct Torture {
    shared: Arc<Shared>,
    options: TortureOptions,
    url: String,
    token_url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Torture {
    /// Starts the platform on two ports of 127.0.0.1. The clock decides about lifetimes; delays and outages take real time.
    ///
    /// # Errors
    ///
    /// An option makes no sense, or the ports cannot be bound.
    pub fn start(options: TortureOptions, clock: Clock) -> io::Result<Self> {
        options.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let free_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime.block_on(TcpListener::bind(free_port))?;
        let token_port = runtime.block_on(async { ReservedPort::new(free_port) })?;
        let url = format!("http://{}", listener.local_addr()?);
        let token_url = format!("http://{}", token_port.address);
        let shared = Arc::new(Shared::new(State::new(options.clone()), clock));
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("appmint-sandbox".to_owned())
            .spawn(move || serve(&runtime, listener, token_port, &serving, stopped))?;
        Ok(Self { shared, options, url, token_url, stop: Some(stop), thread: Some(thread) })
    }

    /// The base URL of the API, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything that a client needs, as the ready file holds it.
    pub fn ready(&self) -> Value {
        json!({
            "url": self.url,
            "api_url": self.url,
            "web_url": self.token_url,
            "token_url": format!("{}/token", self.token_url),
            "user_url": format!("{}/user", self.url),
            "introspection_url": format!("{}/introspect", self.url),
            "login_url": format!("{}/_sandbox/torture/users", self.url),
            "admin_url": format!("{}/_sandbox", self.url),
            "platform": "torture",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "users": self.options.user_names(),
            "policy": self.options.policy.name(),
            "grace_ms": self.options.grace_ms,
            "life_ms": self.options.life_ms,
            "seed": self.options.seed,
            "pid": std::process::id(),
        })
    }

    /// The score up to now.
    pub fn score(&self) -> Score {
        self.shared.state().score(self.shared.clock.now_ms())
    }

    /// Whether the round is over.
    pub fn is_over(&self) -> bool {
        self.shared.state().is_over(self.shared.clock.now_ms())
    }

    /// The number of requests so far, those after the end of the round included.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }
}

impl Drop for Torture {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    runtime: &Runtime,
    listener: TcpListener,
    token_port: ReservedPort,
    shared: &Arc<Shared>,
    stopped: oneshot::Receiver<()>,
) {
    runtime.block_on(async {
        tokio::select! {
            () = connections::accept(listener, Arc::clone(shared)) => {}
            _ = connections::accept_with_outages(token_port, Arc::clone(shared)) => {}
            _ = stopped => {}
        }
    });
}
