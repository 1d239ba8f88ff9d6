//! Connections that are kept for the next request.
//!
//! A connection is driven on the thread that sends a request, like a blocking socket: a client of reqwest
//! and an event loop belong together, and whoever sends a request takes such a pair. So a request waits
//! for no other thread, and no thread exists for connections on which nothing happens. The connections of
//! a pair that nobody uses rest: what the server has sent meanwhile, its hang-up above all, is read
//! before the next request is written.

use std::time::Duration;

use tokio::{
    runtime::{Builder, Runtime},
    task::yield_now,
};

use super::{
    failure::{Way, no_runtime, timed_out},
    fresh::{exchange, until},
    message::{Request, Response},
};
use crate::{
    error::Result,
    tasks::{Deadline, lock, sync::Mutex},
};

/// The connections that nobody uses at the moment.
#[derive(Default)]
pub(super) struct Connections(Mutex<Vec<Driven>>);

/// A client that keeps its connections, and the event loop that drives them.
struct Driven {
    client: reqwest::Client,
    /// Always there until it is dropped.
    runtime: Option<Runtime>,
}

impl Connections {
    /// Sends a request on a connection that was kept, or on a new one of a client that `open` makes.
    pub(super) fn send(
        &self,
        open: impl FnOnce() -> Result<reqwest::Client>,
        outgoing: reqwest::Request,
        request: &Request,
        way: &Way<'_>,
        deadline: Deadline,
    ) -> Result<Response> {
        let kept = lock(&self.0).pop();
        let driven = kept.map_or_else(|| Driven::new(open()?), Ok)?;
        let sent = driven.send(outgoing, request.response_limit, way, deadline);
        // A connection in the middle of a request cannot serve the next one.
        if sent.is_ok() {
            self.keep(driven);
        }
        sent
    }

    /// Closes the connections that were not used for the longest time, unless they are the only ones.
    pub(super) fn shrink(&self) {
        let mut idle = lock(&self.0);
        let unused = (idle.len() > 1).then(|| idle.remove(0));
        drop(idle);
        drop(unused);
    }

    fn keep(&self, driven: Driven) {
        let mut idle = lock(&self.0);
        if idle.len() < MAX_IDLE {
            idle.push(driven);
        }
    }
}

impl Driven {
    fn new(client: reqwest::Client) -> Result<Self> {
        let mut builder = Builder::new_current_thread();
        // A look-up of a host's name has a thread of its own, which need not stay.
        builder.enable_all().thread_keep_alive(Duration::from_secs(1));
        let runtime = builder.build().map_err(no_runtime)?;
        Ok(Self { client, runtime: Some(runtime) })
    }

    fn send(
        &self,
        outgoing: reqwest::Request,
        limit: usize,
        way: &Way<'_>,
        deadline: Deadline,
    ) -> Result<Response> {
        let Some(runtime) = &self.runtime else { return Err(timed_out(way.url, "no answer came")) };
        let sent = async {
            // The first turn reads what came while the connections rested, the second one closes those
            // that the server has hung up.
            yield_now().await;
            yield_now().await;
            until(deadline, exchange(&self.client, outgoing, limit, way)).await
        };
        let outcome = runtime.block_on(sent);
        outcome.unwrap_or_else(|| Err(timed_out(way.url, "no complete answer came")))
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waits for nothing: a look-up of a host's name cannot be interrupted.
            runtime.shutdown_background();
        }
    }
}

/// As many as requests may be on their way at once.
const MAX_IDLE: usize = 128;
