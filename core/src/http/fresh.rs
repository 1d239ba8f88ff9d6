//! Sends a request that may be sent only once: on a connection of its own.
//!
//! A server may hang up an idle connection at the very moment at which a request is written to it
//! (RFC 9112 §9.3.1), and nobody knows afterwards whether it read the request. On a new connection a
//! failure tells more: as long as no connection was made, not one byte was sent. The request is driven
//! on the caller's thread, so that no other thread's state decides about it.

use std::{
    error::Error as StdError,
    fmt,
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{runtime, time::timeout};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    error::Result,
    http::{
        SendBy,
        failure::{Way, failure, no_runtime, not_connected, timed_out, too_large},
        message::{Request, Response},
        transport::readable_headers,
    },
    tasks::Deadline,
};

/// One attempt to send a request, as the connector sees it.
#[derive(Clone)]
struct Attempt {
    send_by: Option<SendBy>,
    is_connected: Arc<AtomicBool>,
}

tokio::task_local! {
    static ATTEMPT: Attempt;
}

/// Sends a request with a client that keeps no connections.
pub(super) fn send(
    client: &reqwest::Client,
    outgoing: reqwest::Request,
    request: &Request,
    way: &Way<'_>,
    deadline: Deadline,
) -> Result<Response> {
    let runtime =
        runtime::Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
    let attempt = Attempt {
        send_by: request.send_by.clone(),
        is_connected: Arc::new(AtomicBool::new(false)),
    };
    let exchange = exchange(client, outgoing, request.response_limit, way);
    let outcome =
        runtime.block_on(ATTEMPT.scope(attempt.clone(), attempt.until(deadline, exchange)));
    // A look-up of a host's name may still be running on a thread that nobody can interrupt.
    runtime.shutdown_background();
    match outcome {
        Some(outcome) => outcome,
        None if attempt.is_connected() => Err(timed_out(way.url, "no complete answer came")),
        None => Err(not_connected(way)),
    }
}

pub(super) async fn exchange(
    client: &reqwest::Client,
    outgoing: reqwest::Request,
    limit: usize,
    way: &Way<'_>,
) -> Result<Response> {
    let sent = client.execute(outgoing).await;
    let mut incoming = sent.map_err(|error| failure(error, way, "no answer came"))?;
    let status = incoming.status().as_u16();
    let headers = readable_headers(incoming.headers());
    let body = read_body(&mut incoming, limit, way).await;
    Ok(Response { status, headers, body: body.map_err(|error| error.with_status(status))? })
}

async fn read_body(
    incoming: &mut reqwest::Response,
    limit: usize,
    way: &Way<'_>,
) -> Result<Vec<u8>> {
    let announced = incoming.content_length().and_then(|length| usize::try_from(length).ok());
    let mut body = Vec::with_capacity(announced.unwrap_or(0).min(limit).min(MAX_RESERVED));
    while let Some(chunk) = incoming
        .chunk()
        .await
        .map_err(|error| failure(error, way, "the answer was not complete"))?
    {
        if chunk.len() > limit - body.len() {
            return Err(too_large(way.url, limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The most memory that is reserved for a body because its server announced that length, in bytes.
const MAX_RESERVED: usize = 1 << 20;

/// Notes that a connection was made, and refuses one that comes too late.
#[derive(Clone)]
pub(super) struct Watch;

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched(inner)
    }
}

#[derive(Clone)]
pub(super) struct Watched<S>(S);

impl<R, S> Service<R> for Watched<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<std::result::Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, to: R) -> Self::Future {
        let connecting = self.0.call(to);
        Box::pin(async move {
            let connection = connecting.await?;
            ATTEMPT.try_with(Attempt::connected).unwrap_or(Ok(()))?;
            Ok(connection)
        })
    }
}

impl Attempt {
    /// The outcome of an exchange, unless the deadline comes before, or the moment after which nothing
    /// must be sent comes before there is a connection.
    async fn until<T>(&self, deadline: Deadline, exchange: impl Future<Output = T>) -> Option<T> {
        let mut exchange = pin!(exchange);
        if let Some(send_by) = &self.send_by {
            let connecting = deadline.remaining().min(send_by.remaining());
            match timeout(connecting, exchange.as_mut()).await {
                Ok(outcome) => return Some(outcome),
                Err(_) if self.is_connected() => {}
                Err(_) => return None,
            }
        }
        until(deadline, exchange).await
    }

    fn is_connected(&self) -> bool {
        self.is_connected.load(Ordering::Relaxed)
    }

    fn connected(&self) -> std::result::Result<(), BoxError> {
        if self.send_by.as_ref().is_some_and(SendBy::is_over) {
            return Err(Box::new(TooLate));
        }
        self.is_connected.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// The outcome of an exchange, unless the deadline comes before.
pub(super) async fn until<T>(deadline: Deadline, exchange: impl Future<Output = T>) -> Option<T> {
    let mut exchange = pin!(exchange);
    if let Ok(outcome) = timeout(deadline.remaining(), exchange.as_mut()).await {
        return Some(outcome);
    }
    // After a process was stopped, the deadline is over and the answer is there at the same moment.
    timeout(LAST_LOOK, exchange).await.ok()
}

const LAST_LOOK: Duration = Duration::from_millis(50);

type BoxError = Box<dyn StdError + Send + Sync>;

#[derive(Debug)]
struct TooLate;

impl fmt::Display for TooLate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was made too late")
    }
}

impl StdError for TooLate {}
