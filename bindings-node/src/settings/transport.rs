//! A transport of the program's own: a JavaScript function that sends a request, such as one that calls `fetch`.

use std::{fmt, sync::Arc};

use appmint_core::{
    Deadline, Error, ErrorKind, Reason, Result,
    http::{Request, Response, SendBy},
};
use napi::Env;
use napi_derive::napi;

use crate::{
    durations::to_millis,
    js_callbacks::{Argument, JsCallback, JsFunction},
};

/// A transport that JavaScript provides.
#[napi]
pub struct Transport(Arc<JsCallback>);

#[napi]
impl Transport {
    /// A transport that calls `function` with each request. It replies with a head and a body: the first line is
    /// the status, and the others are headers; or the first line is the name of a failure, and the body says it in
    /// words. An empty line ends the head.
    ///
    /// # Errors
    /// If Node cannot make the queue.
    #[napi(catch_unwind, constructor)]
    pub fn new(env: Env, function: JsFunction<'_>, timeout_ms: f64) -> napi::Result<Self> {
        let timeout = crate::durations::from_millis(timeout_ms);
        let callback =
            JsCallback::new(env, function, timeout, "the transport", ErrorKind::Timeout)?;
        Ok(Self(callback))
    }

    pub(crate) fn shared(&self) -> Arc<dyn appmint_core::http::Transport> {
        Arc::new(JsTransport(Arc::clone(&self.0)))
    }
}

/// The core's side of a [`Transport`].
struct JsTransport(Arc<JsCallback>);

impl appmint_core::http::Transport for JsTransport {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let arguments = arguments(request, deadline);
        let reply =
            self.0.call_within(deadline.remaining(), "send", arguments).map_err(unproven)?;
        read(&reply.unwrap_or_default())
    }
}

fn arguments(request: &Request, deadline: Deadline) -> Vec<Argument> {
    let head = request.fields().map(|(name, value)| format!("{name}:{value}"));
    let body = request.content().map_or(Argument::Null, |it| Argument::Bytes(it.to_vec()));
    // The time is counted when JavaScript gets it: the event loop may have been busy meanwhile.
    let send_by = request.send_by.clone();
    let remaining = move || {
        let is_over = send_by.as_ref().is_some_and(SendBy::is_over);
        if is_over { 0.0 } else { to_millis(deadline.remaining()) }
    };
    vec![
        Argument::Text(request.method.clone()),
        Argument::Text(request.url.to_string()),
        Argument::Text(head.collect::<Vec<_>>().join("\n")),
        body,
        Argument::Count(request.response_limit),
        Argument::Now(Box::new(remaining)),
    ]
}

/// A failure of the call itself: the request may have been sent.
fn unproven(error: Error) -> Error {
    if error.kind() == ErrorKind::Timeout {
        return error;
    }
    Error::new(ErrorKind::Transport, error.message().to_owned())
        .because(Reason::ConnectionLost)
        .caused_by(error)
}

fn read(reply: &[u8]) -> Result<Response> {
    let end = reply.windows(2).position(|it| it == b"\n\n").ok_or_else(unreadable)?;
    let (head, body) = (String::from_utf8_lossy(&reply[..end]), &reply[end + 2..]);
    let mut lines = head.split('\n');
    let first = lines.next().unwrap_or_default();
    let Ok(status) = first.parse() else {
        return Err(failure(first, &String::from_utf8_lossy(body)));
    };
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Ok(Response::from_parts(status, headers, body.to_vec()))
}

/// The error of a failure that JavaScript has named.
fn failure(name: &str, message: &str) -> Error {
    let (kind, reason) = match name {
        "unreachable" => (ErrorKind::Transport, Some(Reason::Unreachable)),
        "tls" => (ErrorKind::Transport, Some(Reason::Tls)),
        "timeout" => (ErrorKind::Timeout, None),
        "unsent" => (ErrorKind::Timeout, Some(Reason::Unreachable)),
        "too_large" => (ErrorKind::Protocol, Some(Reason::BodyTooLarge)),
        _ => (ErrorKind::Transport, Some(Reason::ConnectionLost)),
    };
    reason.into_iter().fold(Error::new(kind, message), Error::because)
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Transport, "the transport replied without a head")
        .because(Reason::ConnectionLost)
}

impl fmt::Debug for JsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport(JavaScript)")
    }
}
