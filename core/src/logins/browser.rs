//! Login of the person at this machine (RFC 8252): the browser returns to a listener on the loopback
//! interface.

use std::{
    fmt,
    io::{self, Read as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{Authorizations, pages::Page};
use crate::{
    error::{Error, ErrorKind, Reason, Result},
    oauth::{Authorization, AuthorizationRequest},
    secret::Secret,
    tasks::{
        Deadline, Pool, Task, lock,
        sync::{Mutex, thread},
    },
    token::Token,
};

/// The parameters of a login.
#[derive(Clone, Debug, Default)]
pub struct LoginRequest {
    /// OAuth scopes, where the platform takes them.
    pub scopes: Vec<String>,
    /// The account that the login page suggests, where the platform takes one.
    pub login_hint: Option<String>,
    /// Ports of 127.0.0.1 for the listener; the first free one is used. Default: any free port.
    pub ports: Vec<u16>,
    /// The path of the redirect URI; default `/callback`.
    pub path: Option<String>,
}

/// A login that waits for the browser to return.
#[derive(Clone)]
pub struct Login(Arc<Inner>);

struct Inner {
    authorizations: Arc<Authorizations>,
    pool: Pool,
    authorization: Authorization,
    host: String,
    path: String,
    redirect_uri: String,
    listener: Mutex<Option<TcpListener>>,
    is_cancelled: AtomicBool,
}

impl Login {
    pub(crate) fn start(
        authorizations: &Arc<Authorizations>,
        pool: &Pool,
        request: LoginRequest,
    ) -> Result<Self> {
        let path = request.path.unwrap_or_else(|| "/callback".to_owned());
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
        if !path.starts_with('/') || !path.chars().all(is_plain) {
            return Err(Error::invalid("the login's path is not a URL path")
                .advise("Give a path such as `/callback`."));
        }
        let listener = listen(&request.ports)?;
        let address = listener.local_addr().map_err(no_listener)?;
        let host = address.to_string();
        let redirect_uri = format!("http://{host}{path}");
        let authorization = authorizations.begin(&AuthorizationRequest {
            redirect_uri: Some(redirect_uri.clone()),
            scopes: request.scopes,
            login_hint: request.login_hint,
            ..AuthorizationRequest::default()
        })?;
        Ok(Self(Arc::new(Inner {
            authorizations: Arc::clone(authorizations),
            pool: pool.clone(),
            authorization,
            host,
            path,
            redirect_uri,
            listener: Mutex::new(Some(listener)),
            is_cancelled: AtomicBool::new(false),
        })))
    }

    /// The URL that the person must open.
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.authorization.url()
    }

    /// The URL that the browser returns to.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.0.redirect_uri
    }

    /// Opens the URL in the person's browser.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) where there is no browser; show the URL instead.
    pub fn open_browser(&self) -> Result<()> {
        open::that_detached(self.url()).map_err(|error| {
            Error::new(ErrorKind::Unsupported, "no browser could be opened")
                .advise("Show the person the URL instead.")
                .caused_by(error)
        })
    }

    /// The person's token, once the browser has returned; then the listener closes. Requests that do
    /// not belong to this login are refused, and the login goes on. A login can be waited for once.
    ///
    /// # Errors
    /// [`Timeout`](ErrorKind::Timeout) after `timeout` (default five minutes),
    /// [`Denied`](ErrorKind::Denied) when the person declined,
    /// [`Cancelled`](ErrorKind::Cancelled) after [`cancel`](Self::cancel), and those of the code exchange.
    pub fn wait(&self, timeout: Option<Duration>) -> Task<Token> {
        if self.0.is_cancelled.load(Ordering::Relaxed) {
            return Task::ready(Err(cancelled()));
        }
        let Some(listener) = lock(&self.0.listener).take() else {
            return Task::ready(Err(Error::invalid("`wait` was already called on this login")));
        };
        let this = self.clone();
        let deadline = Deadline::after(timeout.unwrap_or(DEFAULT_TIMEOUT));
        self.0.pool.spawn_dedicated(deadline, move |deadline| this.serve(&listener, deadline))
    }

    /// Ends the waiting with [`Cancelled`](ErrorKind::Cancelled), and closes the listener.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
        drop(lock(&self.0.listener).take());
    }

    fn serve(&self, listener: &TcpListener, deadline: Deadline) -> Result<Token> {
        listener.set_nonblocking(true).map_err(no_listener)?;
        loop {
            if self.0.is_cancelled.load(Ordering::Relaxed) {
                return Err(cancelled());
            }
            if deadline.remaining().is_zero() {
                return Err(Error::new(
                    ErrorKind::Timeout,
                    "the browser did not return before the deadline",
                ));
            }
            match listener.accept() {
                Ok((stream, _)) => {
                    if let Some(outcome) = self.receive(stream, deadline) {
                        return outcome;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    thread::sleep(POLL_INTERVAL.min(deadline.remaining()));
                }
                Err(_) => thread::sleep(POLL_INTERVAL), // a connection that was aborted
            }
        }
    }

    /// The outcome of a request, if it is the one that is expected.
    fn receive(&self, mut stream: TcpStream, deadline: Deadline) -> Option<Result<Token>> {
        let outcome = self.read(&mut stream);
        let (page, result) = match outcome {
            Ok(target) => {
                match self.0.authorizations.check_callback(&self.0.authorization, &target) {
                    Err(error) if error.reason() == Some(Reason::StateMismatch) => {
                        (Some(Page::NotExpected), None)
                    }
                    Err(error) => (Some(Page::of_error(&error)), Some(Err(error))),
                    Ok(code) => {
                        let outcome = self.finish(&code, deadline);
                        (
                            Some(outcome.as_ref().map_or_else(Page::of_error, |_| Page::Done)),
                            Some(outcome),
                        )
                    }
                }
            }
            Err(page) => (page, None),
        };
        // The person sees the result; if the browser has gone, nothing is lost.
        let _ = page.map(|page| page.write(&mut stream));
        result
    }

    /// Exchanges the code; again after a failure that spent nothing, because the person would have to
    /// start anew.
    fn finish(&self, code: &Secret, deadline: Deadline) -> Result<Token> {
        for pause in FINISH_PAUSES {
            match self.0.authorizations.finish(&self.0.authorization, code, deadline) {
                Err(error) if error.is_retryable() && deadline.remaining() > pause => {
                    thread::sleep(pause);
                }
                outcome => return outcome,
            }
        }
        self.0.authorizations.finish(&self.0.authorization, code, deadline)
    }

    /// The path and query of a request for the callback, or the page to answer with.
    fn read(&self, stream: &mut TcpStream) -> std::result::Result<String, Option<Page>> {
        let _ = stream.set_nonblocking(false);
        let _ = stream.set_read_timeout(Some(READ_TIMEOUT));
        let _ = stream.set_write_timeout(Some(READ_TIMEOUT));
        let mut head = Vec::new();
        let mut buffer = [0; 2048];
        let until = Deadline::after(REQUEST_TIMEOUT);
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut request = httparse::Request::new(&mut headers);
            match request.parse(&head) {
                Ok(httparse::Status::Complete(_)) => return self.target(&request).map_err(Some),
                Ok(httparse::Status::Partial)
                    if head.len() < MAX_HEAD_BYTES && !until.remaining().is_zero() => {}
                _ => return Err(Some(Page::NotExpected)),
            }
            match stream.read(&mut buffer) {
                Ok(1..) if head.len() > MAX_HEAD_BYTES => return Err(Some(Page::NotExpected)),
                Ok(count @ 1..) => head.extend_from_slice(&buffer[..count]),
                // Chromium opens connections ahead of requests, and would take an answer on such a
                // connection for the answer to a later request.
                _ if head.is_empty() => return Err(None),
                _ => return Err(Some(Page::NotExpected)),
            }
        }
    }

    fn target(&self, request: &httparse::Request<'_, '_>) -> std::result::Result<String, Page> {
        let host = request.headers.iter().find(|it| it.name.eq_ignore_ascii_case("host"));
        // Another host name for this machine means a web page that tries to act as the browser.
        let is_ours = host.is_some_and(|it| it.value == self.0.host.as_bytes());
        let target = request.path.unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        if request.method != Some("GET") || !is_ours {
            return Err(Page::NotExpected);
        }
        if path != self.0.path {
            return Err(Page::NotFound);
        }
        Ok(target.to_owned())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("redirect_uri", &self.0.redirect_uri).finish_non_exhaustive()
    }
}

fn listen(ports: &[u16]) -> Result<TcpListener> {
    let any = [0];
    let ports = if ports.is_empty() { &any[..] } else { ports };
    let mut last = None;
    for port in ports {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, *port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(error),
        }
    }
    let error = last.unwrap_or_else(|| io::Error::other("there is no port"));
    Err(no_listener(error).advise("None of the login's ports can be used: give other ports."))
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the login was cancelled")
}

fn no_listener(error: io::Error) -> Error {
    Error::new(ErrorKind::Transport, "cannot listen on 127.0.0.1 for the login")
        .because(Reason::Unreachable)
        .caused_by(error)
}

/// The pauses between attempts to exchange a code that was not sent.
const FINISH_PAUSES: [Duration; 3] =
    [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(3)];
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
/// A client that sends slowly must not keep the person's browser waiting.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(1);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
const MAX_HEAD_BYTES: usize = 16 << 10;
