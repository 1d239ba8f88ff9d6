//! Connections: HTTP/1.1 with or without TLS, and replies that are delayed, truncated or never sent.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request as HyperRequest, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::http::{Pairs, Reply, Request};
use crate::service::Service;

/// A reply, how long it is delayed, and how it is sent.
pub(crate) struct ScheduledReply {
    pub(crate) wait: Wait,
    pub(crate) transmission: Transmission,
}

pub(crate) enum Wait {
    No,
    For(Duration),
    UntilReleased(watch::Receiver<u64>),
}

pub(crate) enum Transmission {
    Whole(Reply),
    Truncated(Reply, usize),
    Cut,
}

impl Transmission {
    /// The status that the client receives.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Whole(reply) | Self::Truncated(reply, _) => Some(reply.status.as_u16()),
            Self::Cut => None,
        }
    }
}

/// Accepts connections for as long as the future is kept.
pub(crate) async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, service: Arc<Service>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Most often too many open files, which passes when other connections end.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (tls, service) = (tls.clone(), Arc::clone(&service));
        tokio::spawn(async move {
            match tls {
                None => serve_connection(stream, service).await,
                Some(tls) => {
                    // A client that does not trust the CA ends the handshake.
                    if let Ok(stream) = tls.accept(stream).await {
                        serve_connection(stream, service).await;
                    }
                }
            }
        });
    }
}

async fn serve_connection(stream: impl AsyncRead + AsyncWrite + Unpin, service: Arc<Service>) {
    let handler = service_fn(|incoming| respond(Arc::clone(&service), incoming));
    // A connection ends with an error if a fault or the client cut it; neither is reported.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), handler)
        .await;
}

async fn respond(
    service: Arc<Service>,
    incoming: HyperRequest<Incoming>,
) -> io::Result<Response<ReplyBody>> {
    let scheduled = match read(incoming).await {
        Ok(request) => service.receive(&request),
        Err(Unreadable) => {
            ScheduledReply { wait: Wait::No, transmission: Transmission::Whole(too_large()) }
        }
    };
    wait(scheduled.wait).await;
    send(scheduled.transmission)
}

pub(crate) async fn read(incoming: HyperRequest<Incoming>) -> Result<Request, Unreadable> {
    let (head, body) = incoming.into_parts();
    let body = Limited::new(body, MAX_REQUEST_BYTES).collect().await.map_err(|_| Unreadable)?;
    Ok(Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        target: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        query: Pairs::parse(head.uri.query().unwrap_or_default().as_bytes()),
        headers: head.headers,
        body: body.to_bytes(),
    })
}

/// A request whose body is too large or did not arrive completely.
pub(crate) struct Unreadable;

fn too_large() -> Reply {
    Reply::message(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large")
}

async fn wait(wait: Wait) {
    match wait {
        Wait::No => {}
        Wait::For(time) => tokio::time::sleep(time).await,
        // An error means that the sandbox is being dropped, which ends the wait, too.
        Wait::UntilReleased(mut releases) => drop(releases.changed().await),
    }
}

pub(crate) fn send(transmission: Transmission) -> io::Result<Response<ReplyBody>> {
    match transmission {
        Transmission::Whole(reply) => {
            let body = reply.body.clone();
            Ok(response(reply, ReplyBody::Whole(Full::new(body))))
        }
        Transmission::Truncated(mut reply, keep) => {
            let announced = HeaderValue::from(reply.body.len());
            reply.headers.insert(CONTENT_LENGTH, announced);
            let prefix = ReplyBody::Prefix(reply.body.slice(..keep));
            Ok(response(reply, prefix))
        }
        // hyper closes the connection without a reply when the handler fails.
        Transmission::Cut => Err(cut()),
    }
}

fn response(reply: Reply, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

/// The body of a reply, complete or truncated.
pub(crate) enum ReplyBody {
    Whole(Full<Bytes>),
    Prefix(Bytes),
    /// The prefix was handed to hyper and has to reach the socket before the connection is cut.
    Flushing,
    Cut,
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut *self {
            Self::Whole(body) => Pin::new(body).poll_frame(context).map_err(never),
            Self::Prefix(bytes) => {
                let frame = Frame::data(std::mem::take(bytes));
                *self = Self::Flushing;
                Poll::Ready(Some(Ok(frame)))
            }
            Self::Flushing => {
                *self = Self::Cut;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Cut => Poll::Ready(Some(Err(cut()))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            _ => SizeHint::default(),
        }
    }
}

fn never(impossible: Infallible) -> io::Error {
    match impossible {}
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "cut on purpose")
}

const MAX_REQUEST_BYTES: usize = 1 << 20;
