//! Connections: HTTP/1.1 on two ports, one for the token endpoint and one for everything else.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request as HyperRequest, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, watch};

use super::endpoints::{self, Grant, Handled, Sending};
use super::state::State;
use crate::clock::Clock;
use crate::http::{Reply, Request};
use crate::server::{ReplyBody, Transmission, read, send};

/// Everything that the connections share.
pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) clock: Clock,
    slow: Duration,
    outage: Duration,
    outage_every: u32,
    /// Requests at the token endpoint.
    token_requests: AtomicU32,
    /// All requests, which tells whether somebody is still there.
    pub(super) requests: AtomicU64,
    outage_begins: Notify,
}

impl Shared {
    pub(super) fn new(state: State, clock: Clock) -> Self {
        let options = &state.options;
        Self {
            slow: Duration::from_millis(options.slow_ms),
            outage: Duration::from_millis(options.outage_ms),
            outage_every: options.outage_every,
            state: Mutex::new(state),
            clock,
            token_requests: AtomicU32::new(0),
            requests: AtomicU64::new(0),
            outage_begins: Notify::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count_token_request(&self) {
        let count = self.token_requests.fetch_add(1, Ordering::Relaxed) + 1;
        if self.outage_every > 0 && count.is_multiple_of(self.outage_every) {
            self.outage_begins.notify_one();
        }
    }
}

/// Accepts connections for the API and the control endpoints.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let (_open, end) = watch::channel(());
    accept_until(&listener, &shared, Port::Api, &end, &Notify::new()).await;
}

/// A port that stays ours while nobody listens on it.
pub(super) struct ReservedPort {
    _socket: TcpSocket,
    pub(super) address: SocketAddr,
}

impl ReservedPort {
    pub(super) fn new(address: SocketAddr) -> io::Result<Self> {
        let socket = bound(address)?;
        let address = socket.local_addr()?;
        Ok(Self { _socket: socket, address })
    }

    fn listen(&self) -> io::Result<TcpListener> {
        bound(self.address)?.listen(1024)
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Accepts connections for the token endpoint. During an outage nobody listens, so that connections are refused.
pub(super) async fn accept_with_outages(port: ReservedPort, shared: Arc<Shared>) -> io::Result<()> {
    loop {
        let listener = port.listen()?;
        let (open, end) = watch::channel(());
        accept_until(&listener, &shared, Port::Token, &end, &shared.outage_begins).await;
        drop(listener);
        drop(open);
        tokio::time::sleep(shared.outage).await;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Port {
    Api,
    Token,
}

async fn accept_until(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    port: Port,
    end: &watch::Receiver<()>,
    stop: &Notify,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.notified() => return,
        };
        let Ok((stream, _)) = accepted else {
            // Most often too many open files, which passes when other connections end.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream, Arc::clone(shared), port, end.clone()));
    }
}

/// Serves a connection until it ends. When the end comes, it is closed as soon as it is idle.
async fn serve(stream: TcpStream, shared: Arc<Shared>, port: Port, mut end: watch::Receiver<()>) {
    let connection = Arc::new(Connection::default());
    let handler = service_fn(|incoming| {
        respond(Arc::clone(&shared), Arc::clone(&connection), port, incoming)
    });
    let stream = Resettable { stream, connection: Arc::clone(&connection) };
    let serving =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), handler);
    let mut serving = std::pin::pin!(serving);
    // A connection ends with an error if a fault or the client cut it; neither is reported.
    tokio::select! {
        _ = serving.as_mut() => {}
        _ = end.changed() => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}

#[derive(Default)]
struct Connection {
    /// Whether it served a request before.
    is_reused: AtomicBool,
    /// Whether it ends with a reset.
    resets: AtomicBool,
}

async fn respond(
    shared: Arc<Shared>,
    connection: Arc<Connection>,
    port: Port,
    incoming: HyperRequest<Incoming>,
) -> io::Result<Response<ReplyBody>> {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let Ok(request) = read(incoming).await else {
        let reply = Reply::message(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large");
        return send(Transmission::Whole(reply));
    };
    let reused = connection.is_reused.swap(true, Ordering::Relaxed);
    let handled = handle(&shared, port, &request, reused).await;
    if handled.sending == Sending::Reset {
        connection.resets.store(true, Ordering::Relaxed);
    }
    if let Some(answer) = handled.answer {
        // hyper drops this future if the client hangs up before.
        shared.state().note_delivery(shared.clock.now_ms(), answer);
    }
    send(match handled.sending {
        Sending::Whole => Transmission::Whole(handled.reply),
        Sending::Truncated(keep) => Transmission::Truncated(handled.reply, keep),
        Sending::Closed | Sending::Reset => Transmission::Cut,
    })
}

async fn handle(shared: &Arc<Shared>, port: Port, request: &Request, reused: bool) -> Handled {
    if shared.state().is_over(shared.clock.now_ms())
        && !request.path.starts_with("/_sandbox/torture/score")
    {
        return Reply::message(StatusCode::GONE, "the round is over").into();
    }
    if port == Port::Api {
        return endpoints::answer(&mut shared.state(), shared.clock.now_ms(), request);
    }
    if !TOKEN_PATHS.contains(&request.path.as_str()) || request.method != "POST" {
        return Reply::message(StatusCode::NOT_FOUND, "Not Found").into();
    }
    shared.count_token_request();
    let read = endpoints::read_grant(&mut shared.state(), request, reused);
    match read {
        Ok(Grant::Refresh(refresh)) if refresh.is_slow() => {
            handle_slowly(Arc::clone(shared), refresh).await
        }
        Ok(Grant::Refresh(refresh)) => {
            endpoints::refresh(&mut shared.state(), shared.clock.now_ms(), &refresh)
        }
        Ok(Grant::Code(code)) => {
            endpoints::exchange_code(&mut shared.state(), shared.clock.now_ms(), &code)
        }
        Err(refusal) => (*refusal).into(),
    }
}

/// Handles a refresh after a delay. It goes on if the client hangs up, as it would on any platform.
async fn handle_slowly(shared: Arc<Shared>, refresh: endpoints::Refresh) -> Handled {
    let work = tokio::spawn(async move {
        tokio::time::sleep(shared.slow).await;
        let now_ms = shared.clock.now_ms();
        let mut state = shared.state();
        if state.is_over(now_ms) {
            return Reply::message(StatusCode::GONE, "the round is over").into();
        }
        endpoints::refresh(&mut state, now_ms, &refresh)
    });
    work.await.unwrap_or_else(|_| {
        Reply::message(StatusCode::INTERNAL_SERVER_ERROR, "the sandbox failed").into()
    })
}

/// A connection that can end with a reset instead of an orderly close.
struct Resettable {
    stream: TcpStream,
    connection: Arc<Connection>,
}

impl Drop for Resettable {
    fn drop(&mut self) {
        if self.connection.resets.load(Ordering::Relaxed) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Resettable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Resettable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.connection.resets.load(Ordering::Relaxed) {
            // An orderly close first would tell the client more than a reset does.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

const TOKEN_PATHS: [&str; 2] = ["/token", "/login/oauth/access_token"];
