//! A source keeps one token valid: from memory while it lives long enough, else newly minted, by
//! one caller for all who ask meanwhile.

use std::{
    fmt, mem,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::{
    app::App,
    call::Call,
    error::{Error, ErrorKind, Reason, Result},
    flight::{Deadline, Flight, Step, lock},
    http::Response,
    listing::Listing,
    repository::Repository,
    scope::Scope,
    secret::Secret,
    time::Timestamp,
    token::Token,
};

/// Tokens for one installation, or for the app itself. Cheap to clone; sources of one installation share one token.
#[derive(Clone)]
pub struct TokenSource {
    app: App,
    cell: Arc<Cell>,
}

/// Where the token of one key lives. Its lock is held for the look only, never across a call.
pub(crate) struct Cell {
    key: Key,
    held: Mutex<Held>,
}

/// What a token is for. Two sources are one when these are equal, member by member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The installation; `None` is the app itself.
    pub(crate) installation_id: Option<String>,
    pub(crate) scope: Scope,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    flight: Option<Flight<Token>>,
    /// Counts what was held, so that a flight which began before an invalidation stores nothing.
    generation: u64,
}

impl TokenSource {
    pub(crate) fn new(app: App, cell: Arc<Cell>) -> Self {
        Self { app, cell }
    }

    /// The installation's id; `None` for the app's own tokens.
    #[must_use]
    pub fn installation_id(&self) -> Option<&str> {
        self.cell.key.installation_id.as_deref()
    }

    /// A token that lives at least `min_valid` longer (default 60 s): from memory, or newly minted.
    ///
    /// A platform whose tokens live shorter than that gives a new one each time.
    pub fn token(&self, min_valid: Option<Duration>) -> Flight<Token> {
        let needed_until = self.app.now().after(min_valid.unwrap_or(MIN_VALID));
        let mut held = lock(&self.cell.held);
        if let Some(token) = held.token.as_ref().filter(|token| token.lives_past(needed_until)) {
            return Flight::landed(Ok(token.clone()));
        }
        // One that landed without a token is over, even if it never came to fill the cell.
        if let Some(flight) = held.flight.as_ref().filter(|flight| !flight.has_landed()) {
            return flight.clone();
        }
        let flight = self.app.mint(Arc::clone(&self.cell), held.generation);
        held.flight = Some(flight.clone());
        flight
    }

    /// The value for an `Authorization` header, with such a [`token`](Self::token).
    pub fn authorization(&self, min_valid: Option<Duration>) -> Flight<Secret> {
        self.token(min_valid).map(|token| token.authorization())
    }

    /// When the token in memory stops working; `None` without one, or if the platform did not say.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        lock(&self.cell.held).token.as_ref()?.expires_at()
    }

    /// Forgets the token: the next call mints. A token already handed out still works.
    pub fn invalidate(&self) {
        self.cell.take();
    }

    /// Forgets the token in memory and has the platform end it, wherever it was handed out. One
    /// that is not valid any more counts as ended; one that is being minted is not waited for.
    pub fn revoke(&self) -> Flight<()> {
        if let Err(error) = self.app.can_revoke() {
            return Flight::landed(Err(error));
        }
        match self.cell.take().filter(|token| token.lives_past(self.app.now())) {
            Some(token) => self.app.revoke_installation_token(token.reveal()),
            None => Flight::landed(Ok(())),
        }
    }

    /// The repositories that the token reaches.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not list them.
    pub fn repositories(&self) -> Result<Listing<Repository>> {
        Listing::new(&self.app, Some(self))
    }

    /// An API call as the installation; any status is an answer. A path that the platform keeps
    /// for the app or its OAuth client gets that credential.
    pub fn request(&self, call: Call) -> Flight<Arc<Response>> {
        if call.own_token().is_some() {
            return Flight::landed(Err(Error::invalid("a call as an installation has its token")
                .advise("Make a call with a token of your own as the app.")));
        }
        if !self.app.wants_caller(&call) {
            return self.app.request(call);
        }
        let (app, timeout) = (self.app.clone(), call.own_timeout());
        self.with_token(timeout, move |token, deadline| app.try_call(&call, token, deadline))
    }

    /// Does something with the token. One that was minted a moment ago is given a little time to
    /// become known; an older one that the platform refuses is replaced once.
    pub(crate) fn with_token<T: Clone + Send + 'static>(
        &self,
        timeout: Option<Duration>,
        mut ask: impl FnMut(&Token, Deadline) -> Tried<T> + Send + 'static,
    ) -> Flight<T> {
        let (this, mut is_replaced) = (self.clone(), false);
        self.app.launch_with(self.token(None), timeout, move |token, deadline| {
            let Tried { outcome, doubt } = this.ask_patiently(&token, deadline, &mut ask);
            if doubt == Some(401) && !is_replaced && this.replaces(&token) {
                is_replaced = true;
                return Step::After(this.token(None));
            }
            Step::Land(outcome)
        })
    }

    fn ask_patiently<T>(
        &self,
        token: &Token,
        deadline: Deadline,
        mut ask: impl FnMut(&Token, Deadline) -> Tried<T>,
    ) -> Tried<T> {
        let mut attempt = 0;
        loop {
            let tried = ask(token, deadline);
            let wait = self.app.retry().wait_for_token(attempt);
            match wait.filter(|_| tried.doubt.is_some() && self.is_new(token)) {
                Some(wait) if wait < deadline.remaining() => thread::sleep(wait),
                _ => return tried,
            }
            attempt += 1;
        }
    }

    /// Forgets a token that was refused, if another one may do better.
    fn replaces(&self, token: &Token) -> bool {
        let may = self.app.retry().is_on() && !self.is_new(token);
        if may {
            self.cell.drop_token(token);
        }
        may
    }

    fn is_new(&self, token: &Token) -> bool {
        token.age(self.app.now()).is_some_and(|age| age < LAG)
    }
}

/// What came of something that was done with a token.
pub(crate) struct Tried<T> {
    pub(crate) outcome: Result<T>,
    /// The status of a refusal that another token, or this one a little later, may not meet.
    pub(crate) doubt: Option<u16>,
}

impl<T> Tried<T> {
    pub(crate) fn of(outcome: Result<T>) -> Self {
        let doubt = outcome.as_ref().err().and_then(doubt);
        Self { outcome, doubt }
    }
}

/// The status of a refusal that may be about the token rather than about what was asked.
pub(crate) fn doubt(error: &Error) -> Option<u16> {
    let status = error.status()?;
    let is_in_doubt = match (status, error.kind()) {
        (401, ErrorKind::Unauthorized) => matches!(error.reason(), None | Some(Reason::BadToken)),
        (403, ErrorKind::Forbidden) => error.reason().is_none(),
        (404, ErrorKind::NotFound) => true,
        _ => false,
    };
    is_in_doubt.then_some(status)
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("installation_id", &self.installation_id())
            .finish_non_exhaustive()
    }
}

impl Cell {
    pub(crate) fn new(key: Key) -> Self {
        Self { key, held: Mutex::default() }
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// The token, which is not held any more; neither is one that is on its way.
    fn take(&self) -> Option<Token> {
        let mut held = lock(&self.held);
        let generation = held.generation + 1;
        mem::replace(&mut *held, Held { generation, ..Held::default() }).token
    }

    /// Forgets this very token; another one may have come already.
    fn drop_token(&self, token: &Token) {
        let mut held = lock(&self.held);
        if held.token.as_ref() == Some(token) {
            held.token = None;
        }
    }

    /// Takes what a flight brought, unless what it was started for has been invalidated since.
    pub(crate) fn fill(&self, generation: u64, minted: &Result<Token>) {
        let mut held = lock(&self.held);
        if held.generation != generation {
            return;
        }
        held.flight = None;
        if let Ok(token) = minted {
            held.token = Some(token.clone());
        }
    }
}

/// How long a new token may be unknown to a part of the platform; octokit.js waits half of it.
const LAG: Duration = Duration::from_secs(10);

/// Long enough for the request that the token is fetched for.
const MIN_VALID: Duration = Duration::from_secs(60);
