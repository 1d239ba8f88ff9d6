//! The socket side: connections in, HTTP/1.1 with or without TLS, and the ways a reply can fail to arrive.

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
use hyper::{Request as Incomer, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::exchange::{Pairs, Reply, Request};
use crate::house::House;

/// How long a reply is held back, and how it is sent then.
pub(crate) struct Departure {
    pub(crate) wait: Wait,
    pub(crate) wire: Wire,
}

pub(crate) enum Wait {
    No,
    For(Duration),
    UntilReleased(watch::Receiver<u64>),
}

pub(crate) enum Wire {
    Whole(Reply),
    Truncated(Reply, usize),
    Cut,
}

impl Wire {
    /// The status a client sees.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Whole(reply) | Self::Truncated(reply, _) => Some(reply.status.as_u16()),
            Self::Cut => None,
        }
    }
}

/// Accepts connections for as long as the future is kept.
pub(crate) async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, house: Arc<House>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Most often too many open files, which passes when other connections end.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (tls, house) = (tls.clone(), Arc::clone(&house));
        tokio::spawn(async move {
            match tls {
                None => converse(stream, house).await,
                Some(tls) => {
                    // A client that does not trust the CA ends the handshake; that is its right.
                    if let Ok(stream) = tls.accept(stream).await {
                        converse(stream, house).await;
                    }
                }
            }
        });
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, house: Arc<House>) {
    let service = service_fn(|incoming| respond(Arc::clone(&house), incoming));
    // A connection that was cut on purpose ends with an error, one that was cut by the client too.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn respond(house: Arc<House>, incoming: Incomer<Incoming>) -> io::Result<Response<Outgoing>> {
    let departure = match read(incoming).await {
        Ok(request) => house.receive(&request),
        Err(Unreadable) => Departure { wait: Wait::No, wire: Wire::Whole(too_large()) },
    };
    hold(departure.wait).await;
    send(departure.wire)
}

async fn read(incoming: Incomer<Incoming>) -> Result<Request, Unreadable> {
    let (head, body) = incoming.into_parts();
    let body = Limited::new(body, LARGEST_REQUEST).collect().await.map_err(|_| Unreadable)?;
    Ok(Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        target: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        query: Pairs::parse(head.uri.query().unwrap_or_default().as_bytes()),
        headers: head.headers,
        body: body.to_bytes(),
    })
}

/// A request whose body is too large, or never arrived.
struct Unreadable;

fn too_large() -> Reply {
    Reply::message(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large")
}

async fn hold(wait: Wait) {
    match wait {
        Wait::No => {}
        Wait::For(time) => tokio::time::sleep(time).await,
        // An error means that the sandbox is going away, which releases everybody.
        Wait::UntilReleased(mut releases) => drop(releases.changed().await),
    }
}

fn send(wire: Wire) -> io::Result<Response<Outgoing>> {
    match wire {
        Wire::Whole(reply) => {
            let body = reply.body.clone();
            Ok(response(reply, Outgoing::Whole(Full::new(body))))
        }
        Wire::Truncated(mut reply, keep) => {
            let announced = HeaderValue::from(reply.body.len());
            reply.headers.insert(CONTENT_LENGTH, announced);
            let beginning = Outgoing::Beginning(reply.body.slice(..keep));
            Ok(response(reply, beginning))
        }
        // hyper closes the connection without a word when a service fails.
        Wire::Cut => Err(cut()),
    }
}

fn response(reply: Reply, body: Outgoing) -> Response<Outgoing> {
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

/// A body that arrives, or only its beginning does.
enum Outgoing {
    Whole(Full<Bytes>),
    Beginning(Bytes),
    /// The beginning was handed over and has to reach the socket before the cut.
    Flushing,
    Cut,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut *self {
            Self::Whole(body) => Pin::new(body).poll_frame(context).map_err(never),
            Self::Beginning(bytes) => {
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

const LARGEST_REQUEST: usize = 1 << 20;
