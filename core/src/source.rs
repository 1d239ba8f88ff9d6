//! A source keeps one token valid: from memory while it lives long enough, else newly minted, by
//! one caller for all who ask meanwhile.

use std::{
    fmt,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use arc_swap::ArcSwapOption;

use crate::{
    app::App,
    call::Call,
    cell::{self, Cell, Moment, Observer, Slot},
    error::{Error, ErrorKind, Reason, Result},
    flight::{Deadline, Flight, Step, lock},
    http::Response,
    listing::Listing,
    lookup::Lookup,
    process::{Owned, PerProcess},
    repository::Repository,
    scope::Scope,
    secret::Secret,
    time::Timestamp,
    token::Token,
};

/// Tokens for one installation, or for the app itself. Cheap to clone; sources of one installation
/// and scope share one token.
#[derive(Clone)]
pub struct TokenSource {
    app: App,
    place: Place,
}

#[derive(Clone)]
enum Place {
    Known(Arc<Cell>),
    Sought(Arc<Sought>),
}

/// An installation that is looked up when it is first needed.
pub(crate) struct Sought {
    lookup: Lookup,
    scope: Scope,
    cell: ArcSwapOption<Cell>,
    slot: PerProcess<Finding>,
    observers: ArcSwapOption<Vec<Observer>>,
}

/// The lookup that is on its way, or how it failed.
type Finding = Mutex<Option<Slot<Arc<Cell>>>>;

impl TokenSource {
    pub(crate) fn of(app: &App, cell: Arc<Cell>) -> Self {
        Self { app: app.clone(), place: Place::Known(cell) }
    }

    pub(crate) fn sought(app: &App, sought: Arc<Sought>) -> Self {
        Self { app: app.clone(), place: Place::Sought(sought) }
    }

    /// The installation's id; `None` for the app's own tokens, and for what was not looked up yet.
    #[must_use]
    pub fn installation_id(&self) -> Option<String> {
        self.cell()?.key().installation_id().map(str::to_owned)
    }

    /// A token that lives at least `min_valid` longer (default 60 s): from memory, or newly minted
    /// by one caller for all who ask meanwhile.
    ///
    /// A token is renewed in the background before it ends, and when that fails for a reason that
    /// will pass, the one that still works is handed out to its end. A platform's failure stands
    /// for a second for all who ask, and as long as the platform says for a rate limit, but at most
    /// a minute. No more than half of a token's life is ever asked for.
    pub fn token(&self, min_valid: Option<Duration>) -> Flight<Token> {
        let min_valid = min_valid.unwrap_or(MIN_VALID);
        match &self.place {
            Place::Known(cell) => self.app.token_of(cell, min_valid),
            Place::Sought(sought) => self.app.token_sought(sought, min_valid),
        }
    }

    /// Calls back with each new token, after the one whose place it takes, if this app had one; on
    /// the thread that fetched it: be quick. Ends with the app.
    ///
    /// What is looked up is told of once it has been found.
    pub fn on_change(&self, callback: impl Fn(Option<&Token>, &Token) + Send + Sync + 'static) {
        let observer: Observer = Arc::new(callback);
        match &self.place {
            Place::Known(cell) => cell.observe(&observer),
            Place::Sought(sought) => sought.observe(&observer),
        }
    }

    /// The value for an `Authorization` header, with such a [`token`](Self::token).
    pub fn authorization_header(&self, min_valid: Option<Duration>) -> Flight<Secret> {
        self.token(min_valid).map(|token| token.authorization_header())
    }

    /// When the token in memory stops working; `None` without one, or if the platform did not say.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.cell()?.held().as_ref()?.token.expires_at()
    }

    /// Forgets the token: the next call mints. A token already handed out still works.
    pub fn invalidate(&self) {
        if let Some(cell) = self.cell() {
            self.app.take(&cell);
        }
        if let Place::Sought(sought) = &self.place {
            sought.try_again();
        }
    }

    /// Forgets the token in memory and has the platform end it, wherever it was handed out. One
    /// that is not valid any more counts as ended; one that is being minted is not waited for.
    pub fn revoke(&self) -> Flight<()> {
        if let Err(error) = self.app.can_revoke() {
            return Flight::landed(Err(error));
        }
        let token = self.cell().and_then(|cell| self.app.take(&cell));
        match token.filter(|token| token.lives_past(self.app.now())) {
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
        if let Some(cell) = self.cell().filter(|_| may) {
            self.app.drop_refused(&cell, token);
        }
        may
    }

    fn cell(&self) -> Option<Arc<Cell>> {
        match &self.place {
            Place::Known(cell) => Some(Arc::clone(cell)),
            Place::Sought(sought) => sought.cell(),
        }
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
        (401, ErrorKind::Unauthorized) => {
            matches!(error.reason(), None | Some(Reason::InvalidToken))
        }
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

impl Sought {
    pub(crate) fn new((lookup, scope): &(Lookup, Scope)) -> Self {
        let (cell, slot, observers) = Default::default();
        Self { lookup: lookup.clone(), scope: scope.clone(), cell, slot, observers }
    }

    pub(crate) fn lookup(&self) -> &Lookup {
        &self.lookup
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(crate) fn cell(&self) -> Option<Arc<Cell>> {
        self.cell.load_full()
    }

    pub(crate) fn slot(&self) -> Arc<Owned<Finding>> {
        self.slot.get_or_default()
    }

    pub(crate) fn settle(&self, found: &Result<Arc<Cell>>, now: Moment) {
        if let Ok(cell) = found {
            self.cell.store(Some(Arc::clone(cell)));
            self.observers.load().iter().flat_map(|all| all.iter()).for_each(|it| cell.observe(it));
        }
        *lock(&self.slot()) = found.as_ref().err().map(|error| Slot::failed(error, now));
    }

    fn observe(&self, observer: &Observer) {
        cell::add(&self.observers, observer);
        if let Some(cell) = self.cell() {
            cell.observe(observer);
        }
    }

    /// A lookup that failed stands no longer.
    fn try_again(&self) {
        let slot = self.slot();
        let mut slot = lock(&slot);
        if matches!(*slot, Some(Slot::Resting(..))) {
            *slot = None;
        }
    }

    /// Is looked up again if this is what was found.
    pub(crate) fn forget_if(&self, is_it: impl Fn(&Cell) -> bool) {
        let found = self.cell.load();
        if found.as_ref().is_some_and(|cell| is_it(cell)) {
            self.cell.compare_and_swap(&*found, None);
        }
    }
}

/// How long a new token may be unknown to a part of the platform; octokit.js waits half of it.
const LAG: Duration = Duration::from_secs(10);

/// Long enough for the request that the token is fetched for.
const MIN_VALID: Duration = Duration::from_secs(60);
