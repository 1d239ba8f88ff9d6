//! Login of a person at this machine (RFC 8252): their browser comes back to a listener on the
//! loopback interface.

use std::{
    fmt,
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    app::App,
    error::{Error, ErrorKind, Reason, Result},
    flight::{Deadline, Flight, lock},
    oauth::{Authorization, AuthorizationRequest},
    token::Token,
};

/// What a login asks for.
#[derive(Clone, Debug, Default)]
pub struct LoginRequest {
    /// OAuth scopes, where the platform takes them.
    pub scopes: Vec<String>,
    /// The account to suggest, where the platform takes it.
    pub login_hint: Option<String>,
    /// Ports of 127.0.0.1 to come back to, the first free one counting; default any free port.
    pub ports: Vec<u16>,
    /// The path to come back to; default `/callback`.
    pub path: Option<String>,
}

/// A login that waits for a browser to come back.
#[derive(Clone)]
pub struct Login(Arc<Inner>);

struct Inner {
    app: App,
    authorization: Authorization,
    host: String,
    path: String,
    redirect_uri: String,
    listener: Mutex<Option<TcpListener>>,
    is_cancelled: AtomicBool,
}

impl Login {
    pub(crate) fn start(app: &App, request: LoginRequest) -> Result<Self> {
        let path = request.path.unwrap_or_else(|| "/callback".to_owned());
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
        if !path.starts_with('/') || !path.chars().all(is_plain) {
            return Err(Error::invalid("the login's path is not a plain path")
                .advise("Give something like `/callback`."));
        }
        let listener = listen(&request.ports)?;
        let address = listener.local_addr().map_err(no_listener)?;
        let host = address.to_string();
        let redirect_uri = format!("http://{host}{path}");
        let authorization = app.authorize(&AuthorizationRequest {
            redirect_uri: Some(redirect_uri.clone()),
            scopes: request.scopes,
            login_hint: request.login_hint,
            ..AuthorizationRequest::default()
        })?;
        let (app, listener) = (app.clone(), Mutex::new(Some(listener)));
        let is_cancelled = AtomicBool::new(false);
        let inner = Inner { app, authorization, host, path, redirect_uri, listener, is_cancelled };
        Ok(Self(Arc::new(inner)))
    }

    /// Where the person is to go.
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.authorization.url()
    }

    /// Where the browser comes back to.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.0.redirect_uri
    }

    /// Opens the person's browser there.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) where there is none; show the URL instead.
    pub fn open_browser(&self) -> Result<()> {
        open::that_detached(self.url()).map_err(|error| {
            Error::new(ErrorKind::Unsupported, "no browser could be opened")
                .advise("Show the person the URL instead.")
                .caused_by(error)
        })
    }

    /// The person's token, once the browser has come back; the listener then closes. Requests of
    /// strangers, and those that belong to another login, are turned away and waited past.
    ///
    /// [`Timeout`](ErrorKind::Timeout) after that time (default five minutes),
    /// [`Denied`](ErrorKind::Denied) when the person said no.
    pub fn wait(&self, timeout: Option<Duration>) -> Flight<Token> {
        if self.0.is_cancelled.load(Ordering::Relaxed) {
            return Flight::landed(Err(cancelled()));
        }
        let Some(listener) = lock(&self.0.listener).take() else {
            return Flight::landed(Err(Error::invalid("this login has been waited for already")));
        };
        let this = self.clone();
        let patience = timeout.unwrap_or(PATIENCE);
        self.0.app.fly_apart(patience, move |deadline| this.serve(&listener, deadline))
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
                return Err(Error::new(ErrorKind::Timeout, "nobody came back from the login page"));
            }
            match listener.accept() {
                Ok((stream, _)) => {
                    if let Some(outcome) = self.receive(stream, deadline) {
                        return outcome;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    thread::sleep(SLICE.min(deadline.remaining()));
                }
                Err(_) => thread::sleep(SLICE), // a connection that was given up again
            }
        }
    }

    /// What a request brings, if it is the one that is waited for.
    fn receive(&self, mut stream: TcpStream, deadline: Deadline) -> Option<Result<Token>> {
        let outcome = self.read(&mut stream);
        let (page, result) = match outcome {
            Ok(target) => match self.0.app.check_callback(&self.0.authorization, &target) {
                Err(error) if error.reason() == Some(Reason::StateMismatch) => {
                    (Some(Page::Stranger), None)
                }
                Err(error) => (Some(Page::of(&error)), Some(Err(error))),
                Ok(code) => {
                    let outcome = self.0.app.finish_now(&self.0.authorization, &code, deadline);
                    (Some(outcome.as_ref().map_or_else(Page::of, |_| Page::Done)), Some(outcome))
                }
            },
            Err(page) => (page, None),
        };
        // The person sees what became of it; if the browser has gone, nothing is lost.
        let _ = page.map(|page| page.write(&mut stream));
        result
    }

    /// The path and query of a request for the callback, or what to answer in its stead.
    fn read(&self, stream: &mut TcpStream) -> std::result::Result<String, Option<Page>> {
        let _ = stream.set_nonblocking(false);
        let _ = stream.set_read_timeout(Some(REQUEST_PATIENCE));
        let _ = stream.set_write_timeout(Some(REQUEST_PATIENCE));
        let mut head = Vec::new();
        let mut buffer = [0; 2048];
        let until = Deadline::after(WHOLE_REQUEST_PATIENCE);
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut request = httparse::Request::new(&mut headers);
            match request.parse(&head) {
                Ok(httparse::Status::Complete(_)) => return self.target(&request).map_err(Some),
                Ok(httparse::Status::Partial)
                    if head.len() < LONGEST_HEAD && !until.remaining().is_zero() => {}
                _ => return Err(Some(Page::Stranger)),
            }
            match stream.read(&mut buffer) {
                Ok(1..) if head.len() > LONGEST_HEAD => return Err(Some(Page::Stranger)),
                Ok(count @ 1..) => head.extend_from_slice(&buffer[..count]),
                // Chromium connects ahead, and takes what it finds on such a connection for the
                // answer to what it asks there later.
                _ if head.is_empty() => return Err(None),
                _ => return Err(Some(Page::Stranger)),
            }
        }
    }

    fn target(&self, request: &httparse::Request<'_, '_>) -> std::result::Result<String, Page> {
        let host = request.headers.iter().find(|it| it.name.eq_ignore_ascii_case("host"));
        // Another name for this machine is a web page that wants to be taken for the browser.
        let is_ours = host.is_some_and(|it| it.value == self.0.host.as_bytes());
        let target = request.path.unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        if request.method != Some("GET") || !is_ours {
            return Err(Page::Stranger);
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

/// What the browser is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Done,
    Denied,
    Failed,
    Stranger,
    NotFound,
}

impl Page {
    fn of(error: &Error) -> Self {
        if error.kind() == ErrorKind::Denied { Self::Denied } else { Self::Failed }
    }

    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Done => ("200 OK", "You are logged in", "You can close this page."),
            Self::Denied => {
                ("200 OK", "You said no", "Nothing was authorized. You can close this page.")
            }
            Self::Failed => (
                "200 OK",
                "That did not work",
                "The program that you came from says why. You can close this page.",
            ),
            Self::Stranger => {
                ("400 Bad Request", "Nobody waits for this", "Start the login again.")
            }
            Self::NotFound => ("404 Not Found", "There is nothing here", "Start the login again."),
        }
    }

    fn write(self, stream: &mut TcpStream) -> io::Result<()> {
        let (status, title, text) = self.texts();
        let body =
            PAGE.replace("{title}", title).replace("{text}", text).replace("{script}", SCRIPT);
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\
             Content-Length: {length}\r\nConnection: close\r\nCache-Control: no-store\r\n\
             Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'sha256-{SCRIPT_SHA256}'\r\n\r\n{body}"
        )?;
        stream.flush()
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
    Err(no_listener(error).advise("All of the login's ports are in use: give others."))
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the login was cancelled")
}

fn no_listener(error: io::Error) -> Error {
    Error::new(ErrorKind::Transport, "the login has nowhere to come back to")
        .because(Reason::Unreachable)
        .caused_by(error)
}

const PATIENCE: Duration = Duration::from_secs(300);
/// Who sends a byte a second is not waited for, as somebody else may be the person.
const WHOLE_REQUEST_PATIENCE: Duration = Duration::from_secs(5);
const REQUEST_PATIENCE: Duration = Duration::from_secs(1);
const SLICE: Duration = Duration::from_millis(20);
const LONGEST_HEAD: usize = 16 << 10;
const PAGE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>{title}</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 1.1rem/1.5 system-ui, sans-serif; color: #1c2733; background: #f4f6f8 }
  main { max-width: 26rem; margin: 1rem; padding: 2.5rem; border-radius: .75rem; background: #fff;
         box-shadow: 0 1px 4px #0002; text-align: center }
  h1 { margin: 0 0 .5rem; font-size: 1.5rem }
  p { margin: 0; color: #4a5a6a; text-wrap: balance }
  @media (prefers-color-scheme: dark) {
    body { color: #e6edf3; background: #10161d } main { background: #1a232d } p { color: #a9b7c4 }
  }
</style>
<main><h1>{title}</h1><p>{text}</p></main>
<script>{script}</script>
</html>
";
/// Takes code and state out of the address bar, where they would end up in bookmarks and on pictures.
const SCRIPT: &str = "history.replaceState(null, '', location.pathname)";
const SCRIPT_SHA256: &str = "ibnFCIB2ZpNSQiSXVhoXGNfZD4ulKmPwLHm6CPkHm1w=";

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;
    use crate::settings::Settings;

    #[test]
    fn who_says_nothing_is_answered_nothing() {
        let (platform, client_id) = (Some("github".into()), Some("Iv1.0".into()));
        let app = Settings { platform, client_id, ..Settings::default() }.app().unwrap();
        let login = app.start_login(LoginRequest::default()).unwrap();
        let waiting = login.wait(None);
        let mut answer = String::new();
        TcpStream::connect(&login.0.host).unwrap().read_to_string(&mut answer).unwrap();
        assert_eq!((answer.as_str(), waiting.has_landed()), ("", false));
        login.cancel();
    }

    #[test]
    fn browsers_run_the_script_and_no_other() {
        assert_eq!(STANDARD.encode(digest(&SHA256, SCRIPT.as_bytes())), SCRIPT_SHA256);
    }
}
