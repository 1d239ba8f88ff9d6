//! Login of the person at this machine (RFC 8252): the browser returns to a listener on the loopback
//! interface.

use std::{
    fmt, io, mem,
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
    time::Duration,
};

use super::{
    Authorizations,
    connections::{Connection, Connections},
    pages::Page,
};
use crate::{
    error::{Error, ErrorKind, Reason, Result, is_exhausted, resource_exhausted},
    oauth::{Authorization, AuthorizationRequest},
    secret::Secret,
    tasks::{
        Completion, Deadline, Pool, Process, Task, closed, lock,
        sync::{Mutex, thread},
        threads,
    },
    token::Token,
};

/// The parameters of a login.
#[derive(Clone, Debug, Default)]
pub struct LoginRequest {
    /// OAuth scopes, on a platform that takes them. Default: none.
    pub scopes: Vec<String>,
    /// The account to suggest, on a platform that takes it. Default: none.
    pub login_hint: Option<String>,
    /// The prompt that the user sees even when logged in, such as `select_account`, on a platform
    /// that takes it. Default: none.
    pub prompt: Option<String>,
    /// The ports of 127.0.0.1 to listen on, of which the first free one is used. Default: any free
    /// port.
    pub ports: Vec<u16>,
    /// The path of the redirect URI. Default: `/callback`.
    pub path: Option<String>,
    /// The host of the redirect URI, on a platform that compares it to the letter: `127.0.0.1` or
    /// `localhost`. The listener is on 127.0.0.1 either way. Default: `127.0.0.1`.
    pub host: Option<String>,
}

/// A login of a user in a browser on this machine, which waits for the browser to return.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8252#section-7.3>
#[derive(Clone)]
pub struct Login(Arc<Handle>);

/// The program's half of a login. The listener closes when nobody has it and nobody waits.
struct Handle(Arc<Inner>);

struct Inner {
    authorizations: Arc<Authorizations>,
    pool: Pool,
    authorization: Authorization,
    host: String,
    path: String,
    redirect_uri: String,
    process: Process,
    /// Open as long as the login goes on.
    listener: Mutex<Option<TcpListener>>,
    state: Mutex<State>,
}

struct State {
    /// The listener closes then.
    until: Deadline,
    /// The connections of browsers that have returned, while their code is being exchanged.
    returned: Vec<Connection>,
    progress: Progress,
    outcome: Option<Result<Token>>,
    is_cancelled: bool,
}

enum Progress {
    /// Nobody waits yet.
    Begun,
    Waiting(Completion<Token>),
    /// The outcome was returned, or will be by the task.
    Waited,
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
        let name = host_name(request.host.as_deref())?;
        let listener = listen(&request.ports)?;
        let port = listener.local_addr().map_err(no_listener)?.port();
        let host = format!("{name}:{port}");
        let redirect_uri = format!("http://{host}{path}");
        let authorization = authorizations.begin(&AuthorizationRequest {
            redirect_uri: Some(redirect_uri.clone()),
            scopes: request.scopes,
            login_hint: request.login_hint,
            prompt: request.prompt,
            ..AuthorizationRequest::default()
        })?;
        listener.set_nonblocking(true).map_err(no_listener)?;
        let inner = Arc::new(Inner {
            authorizations: Arc::clone(authorizations),
            pool: pool.clone(),
            authorization,
            host,
            path,
            redirect_uri,
            process: Process::current(),
            listener: Mutex::new(Some(listener)),
            state: Mutex::new(State::begun()),
        });
        let serving = Arc::clone(&inner);
        threads::start("appmint-login", move || serving.serve()).map_err(threads::no_thread)?;
        Ok(Self(Arc::new(Handle(inner))))
    }

    /// The URL to send the user's browser to.
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.0.authorization.url()
    }

    /// The URL on this machine to which the browser returns.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.0.0.redirect_uri
    }

    /// Opens the URL in the user's browser.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc8252#section-4.1>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if there is no browser; show the URL
    ///   instead.
    pub fn open_browser(&self) -> Result<()> {
        open::that_detached(self.url()).map_err(|error| {
            Error::new(ErrorKind::Unsupported, "no browser could be opened")
                .advise("Show the person the URL instead.")
                .caused_by(error)
        })
    }

    /// Waits until the browser returns, and exchanges its code for a token.
    ///
    /// The listener then closes; a login can be waited for once. Requests that do not belong to
    /// this login are refused, and the wait goes on. The browser is answered from the start of the
    /// login on, whether anybody waits or not. Each request for the token gets the app's
    /// [`timeout`](crate::AppBuilder::timeout), or what is left of this one.
    ///
    /// - `timeout`: How long to wait for the user. Default: 300 s.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc8252#section-7.3>
    ///
    /// # Errors
    /// - [`Denied`](crate::ErrorKind::Denied) (`access_denied`) if the user declined.
    /// - [`Timeout`](crate::ErrorKind::Timeout) if the browser did not return in time.
    /// - [`Cancelled`](crate::ErrorKind::Cancelled) if the login was cancelled.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if this login was waited for
    ///   before, or begun by another process.
    /// - Those of [`App::exchange_code`](crate::App::exchange_code).
    pub fn wait(&self, timeout: Option<Duration>) -> Task<Token> {
        let inner = &self.0.0;
        if inner.process != Process::current() {
            return Task::ready(Err(Error::invalid("the login was begun by another process")
                .advise("Call `start_login` in the process that waits.")));
        }
        inner.wait(Deadline::after(timeout.unwrap_or(DEFAULT_TIMEOUT)))
    }

    /// Ends a wait with an error of kind [`Cancelled`](crate::ErrorKind::Cancelled), and closes the
    /// listener.
    pub fn cancel(&self) {
        // A child that was forked has neither the listener's thread nor perhaps its locks.
        if self.0.0.process == Process::current() {
            lock(&self.0.0.state).is_cancelled = true;
            self.0.0.end(&Err(cancelled()));
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let is_begun = |state: &State| matches!(state.progress, Progress::Begun);
        if self.0.process == Process::current() && is_begun(&lock(&self.0.state)) {
            self.0.end(&Err(cancelled()));
        }
    }
}

impl State {
    fn begun() -> Self {
        Self {
            until: Deadline::after(LIFETIME),
            returned: Vec::new(),
            progress: Progress::Begun,
            outcome: None,
            is_cancelled: false,
        }
    }
}

impl Inner {
    fn wait(&self, deadline: Deadline) -> Task<Token> {
        let mut state = lock(&self.state);
        if state.is_cancelled {
            return Task::ready(Err(cancelled()));
        }
        if !matches!(state.progress, Progress::Begun) {
            return Task::ready(Err(Error::invalid("`wait` was already called on this login")));
        }
        state.progress = Progress::Waited;
        if let Some(outcome) = state.outcome.take() {
            return Task::ready(outcome);
        }
        let (task, completion) = Task::pending(deadline);
        (state.until, state.progress) = (deadline, Progress::Waiting(completion));
        task
    }

    /// Closes the listener and tells everybody the outcome, unless there is one.
    fn end(&self, outcome: &Result<Token>) {
        drop(lock(&self.listener).take());
        let mut state = lock(&self.state);
        let returned = mem::take(&mut state.returned);
        let before = match mem::replace(&mut state.progress, Progress::Waited) {
            Progress::Begun => {
                state.progress = Progress::Begun;
                // A token that nobody waited for is forgotten when the login is cancelled.
                if state.outcome.as_ref().is_none_or(|it| it.is_ok() && outcome.is_err()) {
                    state.outcome = Some(outcome.clone());
                }
                None
            }
            Progress::Waiting(completion) => Some(completion),
            Progress::Waited => None,
        };
        drop(state);
        // The person sees the result first; if the browser has gone, nothing is lost.
        let page = outcome.as_ref().map_or_else(Page::of_error, |_| Page::Done);
        returned.into_iter().for_each(|browser| browser.answer(page));
        if let Some(completion) = before {
            completion.complete(outcome);
        }
    }

    /// Serves connections until the login has ended.
    fn serve(self: &Arc<Self>) {
        let mut connections = Connections::default();
        while self.accept(&mut connections) {
            for (connection, target) in connections.read() {
                match target {
                    Ok(target) => self.receive(connection, &target),
                    Err(page) => connection.answer(page),
                }
            }
            if self.pool.is_closed() {
                self.end(&Err(closed()));
            } else if lock(&self.state).until.remaining().is_zero() {
                let message = "the browser did not return before the deadline";
                self.end(&Err(Error::new(ErrorKind::Timeout, message)));
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Takes the connections that wait to be accepted; whether the login goes on.
    fn accept(&self, connections: &mut Connections) -> bool {
        let listener = lock(&self.listener);
        let Some(listener) = &*listener else { return false };
        // An error is that of a connection that was aborted, or says that there is none.
        while let Ok((stream, _)) = listener.accept() {
            connections.add(stream, &self.host, &self.path);
        }
        true
    }

    /// Begins the exchange of the code, if the request is the one that is expected.
    fn receive(self: &Arc<Self>, browser: Connection, target: &str) {
        match self.authorizations.check_callback(&self.authorization, target) {
            Err(error) if error.reason() == Some(Reason::StateMismatch) => {
                browser.answer(Page::NotExpected);
            }
            Err(error) => {
                let is_exchanging = !lock(&self.state).returned.is_empty();
                browser.answer(Page::of_error(&error));
                if !is_exchanging {
                    self.end(&Err(error));
                }
            }
            Ok(code) => {
                let mut state = lock(&self.state);
                state.returned.push(browser);
                let is_first = state.returned.len() == 1;
                drop(state);
                // A browser that asks twice gets the answer to its first request.
                if is_first {
                    self.begin_exchange(code);
                }
            }
        }
    }

    fn begin_exchange(self: &Arc<Self>, code: Secret) {
        let (this, target) = (Arc::clone(self), Arc::clone(self));
        let deadline = lock(&self.state).until;
        // A token endpoint that hangs must not keep tokens from being minted.
        let task = self.pool.for_calls().spawn_until(deadline, move |_| this.exchange(&code));
        task.on_complete(move |outcome| target.end(&outcome));
    }

    /// Exchanges the code; again after a failure that spent nothing, because the person would have to
    /// start anew.
    fn exchange(&self, code: &Secret) -> Result<Token> {
        for pause in FINISH_PAUSES {
            match self.exchange_once(code) {
                Err(error) if error.is_retryable() && self.remaining() > pause => {
                    thread::sleep(pause);
                }
                outcome => return outcome,
            }
        }
        self.exchange_once(code)
    }

    fn exchange_once(&self, code: &Secret) -> Result<Token> {
        let until = lock(&self.state).until;
        let deadline = self.pool.deadline(None).min(until);
        self.authorizations.finish(&self.authorization, code, deadline)
    }

    /// The time left for the exchange; none once the login has ended.
    fn remaining(&self) -> Duration {
        let is_open = lock(&self.listener).is_some();
        if is_open { lock(&self.state).until.remaining() } else { Duration::ZERO }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("redirect_uri", &self.redirect_uri()).finish_non_exhaustive()
    }
}

/// The host of the redirect URI. Any other would have the browser return to another machine.
fn host_name(host: Option<&str>) -> Result<&str> {
    match host {
        None => Ok("127.0.0.1"),
        Some(name @ ("127.0.0.1" | "localhost")) => Ok(name),
        Some(_) => Err(Error::invalid("the login's host is not one of this machine's names")
            .advise("Give `localhost` or `127.0.0.1`; ports and path are settings of their own.")),
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
    if is_exhausted(&error) {
        return resource_exhausted("cannot listen on 127.0.0.1 for the login", &error);
    }
    Error::new(ErrorKind::Transport, "cannot listen on 127.0.0.1 for the login")
        .because(Reason::Unreachable)
        .caused_by(error)
}

/// The pauses between attempts to exchange a code that was not sent.
const FINISH_PAUSES: [Duration; 3] =
    [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(3)];
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
/// The time after which a login ends that nobody waits for: an authorization is valid for an hour.
const LIFETIME: Duration = Duration::from_secs(3600);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
