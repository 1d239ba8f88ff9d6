//! A transport that is a callback of the program: its own HTTP client sends the requests.

use std::{
    ffi::{c_char, c_int, c_void},
    fmt,
    mem::{MaybeUninit, offset_of},
    ptr,
    sync::Arc,
};

use appmint_core::{
    Deadline, Error, ErrorKind, Reason, Result,
    http::{Repeat, Request, Response, SendBy, Transport},
};
use zeroize::Zeroizing;

use crate::{
    call::try_call,
    callback::{self, Failure, Userdata, appmint_drop},
    convert::{bytes, duration_ms, required, text},
    errors::{appmint_error, appmint_status},
    settings::{appmint_config, set},
    sized::{self, SizedStruct},
    values::appmint_header,
};

/// How a transport's `send` ended.
#[repr(C)]
pub enum appmint_transport_code {
    /// There is a response, whatever its status.
    APPMINT_TRANSPORT_OK = 0,
    /// There was no connection, and not one byte of the request was sent. A refresh token whose request
    /// ends so is sent again: return it only if that is certain.
    APPMINT_TRANSPORT_NOT_SENT = 1,
    /// TLS was not agreed upon, so that the request was not sent, and later attempts will fail, too.
    APPMINT_TRANSPORT_TLS = 2,
    /// The time was over before there was a connection: not one byte was sent.
    APPMINT_TRANSPORT_NOT_SENT_IN_TIME = 3,
    /// The time was over before there was a complete response. The request may have been carried out.
    APPMINT_TRANSPORT_TIMEOUT = 4,
    /// Anything else. The request may have been carried out.
    APPMINT_TRANSPORT_MAYBE_SENT = 5,
}

/// A request that a transport sends. Later versions of the library may add members at its end.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct appmint_transport_request {
    /// The size of the struct in the library.
    pub size: usize,
    /// "GET", "POST", ...
    pub method: *const c_char,
    /// An absolute URL.
    pub url: *const c_char,
    /// All headers but Host and Content-Length, with the credential. Send no other credential.
    pub headers: *const appmint_header,
    /// How many.
    pub headers_count: usize,
    /// The body, or NULL. Then send `Content-Length: 0` with a POST, PUT or PATCH.
    pub body: *const u8,
    /// Its length.
    pub body_len: usize,
    /// The time for the response, in milliseconds. Nobody waits for a later one.
    pub timeout_ms: i64,
    /// The time for the connection, in milliseconds: the request must not be sent after that.
    pub send_within_ms: i64,
    /// Not 0: it may be sent a second time, on a new connection after one that was kept. 0: it spends
    /// what it sends. Send it on a new connection, and not twice, whatever comes.
    pub may_repeat: c_int,
    /// The largest body of a response, in bytes.
    pub max_response_body: usize,
}

/// The place for the response: see appmint_transport_response_set_status.
pub struct appmint_transport_response {
    status: c_int,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
    limit: usize,
}

/// Sends the app's requests with the program's own HTTP client: see appmint_config_set_transport.
///
/// Set `size` to sizeof(appmint_transport), as with appmint_signer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct appmint_transport {
    /// sizeof(appmint_transport)
    pub size: usize,
    /// Sends `request` once and fills in `response`, both of which are borrowed until it returns. Returns
    /// a value of enum appmint_transport_code; it may say more by appmint_callback_failed.
    ///
    /// It runs on the library's threads, on several at once, and blocks until there is a response or the
    /// time is over. It must not follow redirects, retry, or decode `Content-Encoding` without removing
    /// that header; and it must verify the server's certificate, since the request holds credentials.
    pub send: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            request: *const appmint_transport_request,
            response: *mut appmint_transport_response,
        ) -> c_int,
    >,
    /// Closes idle connections: the app is closed. It may be used again. May be NULL.
    pub close: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: it begins with its size, and zeros are NULL pointers.
unsafe impl SizedStruct for appmint_transport {
    const NAMES: (&'static str, &'static str) = ("transport", "appmint_transport");
    const FIRST_SIZE: usize = offset_of!(Self, close) + size_of::<usize>();
}

/// Sends all requests by the program's own HTTP client instead of the built-in one. It takes the
/// method, the URL, the headers, the body, the time that is left, and whether the request may be
/// sent twice, and returns the status, the headers and the body, or says how it failed: not sent,
/// or perhaps sent. It must not send a request a second time by itself that may be sent once only:
/// a refresh token would be spent twice. Proxies and certificates are those of the client, and the
/// settings for them are refused beside it.
///
/// It is called on worker threads, several at a time.
///
/// The struct is copied. `userdata`, the first argument of each callback, passes to the library.
/// `drop`, which may be NULL, is called exactly once: when neither the configuration nor an app
/// that was made with it needs `userdata`, or at once if the transport is refused. Default: the
/// built-in HTTP client.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_transport(
    config: Option<&mut appmint_config>,
    transport: *const appmint_transport,
    userdata: *mut c_void,
    drop: appmint_drop,
) {
    let own = OwnTransport::checked(transport, Userdata::take(userdata, drop));
    set(config, |settings| {
        settings.transport = Some(Arc::new(own?));
        Ok(())
    });
}

/// The HTTP status of the response: 100 to 599. Only for use in `send` of a transport, as the next two.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_transport_response_set_status(
    response: Option<&mut appmint_transport_response>,
    status: c_int,
) {
    if let Some(response) = response {
        response.status = status;
    }
}

/// Adds a header of the response. A name may come several times.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_transport_response_add_header(
    response: Option<&mut appmint_transport_response>,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || {
        let name = text("name", name, name_len)?.to_owned();
        let value = String::from_utf8_lossy(bytes("value", value.cast(), value_len)?).into_owned();
        required("response", response)?.headers.push((name, value));
        Ok(())
    })
}

/// Adds bytes to the response's body.
///
/// APPMINT_ERROR_PROTOCOL with APPMINT_REASON_BODY_TOO_LARGE for more than `max_response_body`: end the
/// request then. The call ends with that error, whatever `send` returns.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_transport_response_add_body(
    response: Option<&mut appmint_transport_response>,
    body: *const c_void,
    body_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || {
        let more = bytes("body", body, body_len)?;
        required("response", response)?.append(more)
    })
}

impl appmint_transport_response {
    fn append(&mut self, more: &[u8]) -> Result<()> {
        if more.len() > self.limit.saturating_sub(self.body.len()) {
            self.limit = 0;
            return Err(too_large());
        }
        if self.body.capacity() - self.body.len() < more.len() {
            // A vector that grows by itself leaves copies behind.
            let room = (self.body.len() + more.len()).next_power_of_two().max(FIRST_ROOM);
            let mut larger = Zeroizing::new(Vec::with_capacity(room));
            larger.extend_from_slice(&self.body);
            self.body = larger;
        }
        self.body.extend_from_slice(more);
        Ok(())
    }

    fn is_too_large(&self) -> bool {
        self.limit == 0
    }
}

/// The program's callbacks and their `userdata`.
struct OwnTransport {
    calls: appmint_transport,
    userdata: Userdata,
}

impl OwnTransport {
    fn checked(calls: *const appmint_transport, userdata: Userdata) -> Result<Self> {
        let copied = sized::read(calls)?;
        copied.check()?;
        match copied.value.send {
            Some(_) => Ok(Self { calls: copied.value, userdata }),
            None => Err(Error::invalid("the transport's `send` is NULL")),
        }
    }
}

impl Transport for OwnTransport {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let send = self.calls.send.ok_or_else(|| Error::invalid("the transport has no `send`"))?;
        let is_over = request.send_by.as_ref().is_some_and(SendBy::is_over);
        if is_over || deadline.remaining().is_zero() {
            return Err(not_sent_in_time());
        }
        let outgoing = Outgoing::of(request);
        let (raw, limit) = (outgoing.raw(request, deadline), request.response_limit.max(1));
        let (headers, body) = (Vec::new(), Zeroizing::default());
        let mut response = appmint_transport_response { status: 0, headers, body, limit };
        let (code, failure) = callback::run(|| {
            // SAFETY: both live as long as the call, and what the request points to, too.
            unsafe { send(self.userdata.start(), &raw const raw, &raw mut response) }
        });
        if response.is_too_large() {
            return Err(too_large());
        }
        if code != appmint_transport_code::APPMINT_TRANSPORT_OK as c_int {
            return Err(error_of(code, failure));
        }
        answer(response)
    }

    fn close(&self) {
        if let Some(close) = self.calls.close {
            // SAFETY: the header demands that it can be called on any thread.
            unsafe { close(self.userdata.start()) };
        }
    }
}

impl fmt::Debug for OwnTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnTransport")
    }
}

/// A header's name and value, each with a NUL at its end.
type Field = (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>);

/// The texts of a request, as C reads them.
struct Outgoing {
    method: Zeroizing<Vec<u8>>,
    url: Zeroizing<Vec<u8>>,
    /// The texts that the headers point to.
    _fields: Vec<Field>,
    headers: Vec<appmint_header>,
}

impl Outgoing {
    fn of(request: &Request) -> Self {
        let fields: Vec<_> =
            request.fields().map(|(name, value)| (terminated(name), terminated(value))).collect();
        let header = |(name, value): &Field| appmint_header {
            name: name.as_ptr().cast(),
            name_len: name.len() - 1,
            value: value.as_ptr().cast(),
            value_len: value.len() - 1,
        };
        let headers = fields.iter().map(header).collect();
        let (method, url) = (terminated(&request.method), terminated(request.url.as_str()));
        Self { method, url, _fields: fields, headers }
    }

    fn raw(&self, request: &Request, deadline: Deadline) -> appmint_transport_request {
        let body = request.content();
        let left = deadline.remaining();
        let connect = request.send_by.as_ref().map_or(left, |by| by.remaining().min(left));
        appmint_transport_request {
            size: size_of::<appmint_transport_request>(),
            method: self.method.as_ptr().cast(),
            url: self.url.as_ptr().cast(),
            headers: self.headers.as_ptr(),
            headers_count: self.headers.len(),
            body: body.map_or(ptr::null(), <[u8]>::as_ptr),
            body_len: body.map_or(0, <[u8]>::len),
            timeout_ms: duration_ms(Some(left)),
            send_within_ms: duration_ms(Some(connect)),
            may_repeat: c_int::from(request.repeat >= Repeat::Read),
            max_response_body: request.response_limit,
        }
    }
}

/// Text with a NUL at its end; headers and URLs of the core contain no other.
fn terminated(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
    Zeroizing::new(bytes)
}

fn answer(response: appmint_transport_response) -> Result<Response> {
    let status = u16::try_from(response.status).ok().filter(|it| (100..600).contains(it));
    let status = status.ok_or_else(|| {
        unproven(format!("the transport returned a response with the status {}", response.status))
    })?;
    Ok(Response::from_parts(status, response.headers, response.body.to_vec()))
}

/// The error of a request without a response. What is not certain proves nothing.
fn error_of(code: c_int, failure: Option<Failure>) -> Error {
    use ErrorKind::{Timeout, Transport};
    let (kind, reason, what) = match code {
        1 => (Transport, Some(Reason::Unreachable), "the transport did not reach the platform"),
        2 => (Transport, Some(Reason::Tls), "the transport did not agree upon TLS"),
        3 => (Timeout, Some(Reason::Unreachable), "the transport got no connection in time"),
        4 => (Timeout, None, "the transport got no response in time"),
        _ => (Transport, Some(Reason::ConnectionLost), "the transport failed"),
    };
    let said = failure.as_ref().and_then(|failure| failure.text.as_deref());
    let message = said.map_or_else(|| what.to_owned(), |said| format!("{what}: {said}"));
    let error = reason.into_iter().fold(Error::new(kind, message), Error::because);
    match failure {
        Some(failure) => failure.explain(error),
        None => error,
    }
}

fn unproven(message: String) -> Error {
    Error::new(ErrorKind::Transport, message).because(Reason::ConnectionLost)
}

fn not_sent_in_time() -> Error {
    Error::new(ErrorKind::Timeout, "there was no time left to send the request")
        .because(Reason::Unreachable)
}

fn too_large() -> Error {
    Error::new(ErrorKind::Protocol, "the response is larger than its limit")
        .because(Reason::BodyTooLarge)
}

const FIRST_ROOM: usize = 4096;
