//! A transport of the program's own: its HTTP client, or a callable, which sends the requests.
//!
//! The package's module `_transports` makes one function of each; it takes a request's parts, and returns a
//! response's parts or raises one of appmint's own exceptions, whose kind and reason say what is known.

use std::{fmt, sync::Arc, time::Duration};

use appmint_core::{
    Deadline, Error, ErrorKind, Reason, Result,
    http::{Repeat, Request, Response, SendBy, Transport},
};
use pyo3::{prelude::*, types::PyBytes};

use crate::{
    callback::{Callback, Callbacks, Raised, class_name, ended},
    imports::ERROR,
    interpreter,
};

/// The transport that an app calls instead of the built-in HTTP client.
pub(crate) fn transport(
    value: &Bound<'_, PyAny>,
    callbacks: &Bound<'_, Callbacks>,
) -> PyResult<Arc<dyn Transport>> {
    let send = value.py().import("appmint._transports")?.call_method1("sender", (value,))?;
    Ok(Arc::new(PythonTransport(Callbacks::add(callbacks, &send)?)))
}

struct PythonTransport(Callback);

impl Transport for PythonTransport {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        if request.send_by.as_ref().is_some_and(SendBy::is_over) {
            return Err(Error::new(ErrorKind::Timeout, "the time to send the request was over")
                .because(Reason::Unreachable));
        }
        self.0.attach(|send| call(send, request, deadline)).unwrap_or_else(|| Err(ended(NAME)))
    }
}

fn call(send: &Bound<'_, PyAny>, request: &Request, deadline: Deadline) -> Result<Response> {
    let py = send.py();
    let timeout = deadline.remaining();
    let connect = request.send_by.as_ref().map_or(Duration::MAX, SendBy::remaining).min(timeout);
    let is_repeatable = request.repeat != Repeat::Never;
    let headers: Vec<_> = request.fields().collect();
    let body = request.content().map(|body| PyBytes::new(py, body));
    let times = (timeout.as_secs_f64(), connect.as_secs_f64());
    let arguments = (
        request.method.as_str(),
        request.url.as_str(),
        headers,
        body,
        times,
        is_repeatable,
        request.response_limit,
    );
    let answer = interpreter::call(send, arguments, None).and_then(|answer| answer.extract());
    let (status, headers, body): (u16, Vec<(String, String)>, Vec<u8>) =
        answer.map_err(|exception| failed(py, exception))?;
    Ok(Response::from_parts(status, headers, body))
}

/// The error of a transport that raised an exception. One of appmint's own says what is known; after any
/// other the request may have been sent.
fn failed(py: Python<'_>, exception: PyErr) -> Error {
    let (kind, reason, message) = known(py, &exception).unwrap_or_else(|| {
        let class = class_name(exception.value(py));
        (ErrorKind::Transport, Some(Reason::ConnectionLost), format!("{NAME} raised {class}"))
    });
    // The module's own exceptions stand for those of an HTTP client.
    let cause = exception.cause(py).unwrap_or(exception);
    let error = Error::new(kind, message).caused_by(Raised::new(py, cause));
    reason.into_iter().fold(error, Error::because)
}

fn known(py: Python<'_>, exception: &PyErr) -> Option<(ErrorKind, Option<Reason>, String)> {
    let value = exception.value(py);
    if !value.is_instance(ERROR.get(py).ok()?).ok()? {
        return None;
    }
    let text = |name: &str| value.getattr(name).ok()?.extract::<Option<String>>().ok()?;
    let (kind, reason) = (text("kind")?, text("reason"));
    let kind = KINDS.into_iter().find(|each| each.name() == kind)?;
    let reason =
        reason.and_then(|name| Reason::ALL.iter().find(|each| each.name() == name).copied());
    Some((kind, reason, text("message")?))
}

impl fmt::Debug for PythonTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport(Python)")
    }
}

/// The kinds of a failure on the way.
const KINDS: [ErrorKind; 3] = [ErrorKind::Transport, ErrorKind::Timeout, ErrorKind::Protocol];

/// The transport in errors.
const NAME: &str = "the transport";
