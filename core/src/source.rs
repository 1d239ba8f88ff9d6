//! A source keeps one token valid: from memory while it lives long enough, else newly minted, by
//! one caller for all who ask meanwhile.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::{
    app::App,
    call::Call,
    error::{Error, Result},
    flight::{Flight, lock},
    http::Response,
    scope::Scope,
    token::Token,
};

/// Tokens for one installation. Cheap to clone; sources of one installation share one token.
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
    pub(crate) installation_id: String,
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

    /// The installation's id.
    #[must_use]
    pub fn installation_id(&self) -> &str {
        &self.cell.key.installation_id
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

    /// Forgets the token: the next call mints. A token already handed out still works.
    pub fn invalidate(&self) {
        let mut held = lock(&self.cell.held);
        *held = Held { generation: held.generation + 1, ..Held::default() };
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
        self.app.call_with(self.token(None), call)
    }
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

/// Long enough for the request that the token is fetched for.
const MIN_VALID: Duration = Duration::from_secs(60);
