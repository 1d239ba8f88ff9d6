//! Tokens for those who ask: from memory, or minted by one for all.

use std::{sync::Arc, time::Duration};

use super::App;
use crate::{
    cell::{Cell, Held, Key, Mintings, Moment, Slot, Subject},
    error::{Error, ErrorKind, Result},
    event::{Event, EventKind},
    flight::{Flight, lock},
    installation::Installation,
    lookup::Lookup,
    scope::Scope,
    source::Sought,
    token::Token,
    webhook::WebhookEvent,
};

impl App {
    /// Forgets the tokens that a webhook says are worth asking for anew: the installation was
    /// suspended, deleted, or given other permissions or repositories. Returns how many.
    ///
    /// What nobody sent can forget tokens at the worst, so the event's name need not be signed.
    pub fn apply_webhook(&self, webhook: &WebhookEvent) -> usize {
        let rules = self.platform().descriptor().webhook.as_ref();
        let changes = rules.map_or(&[][..], |rules| &rules.changes);
        let Some(id) = webhook.installation_id.as_deref() else { return 0 };
        if !webhook.name.as_ref().is_some_and(|event| changes.contains(event)) {
            return 0;
        }
        let directory = self.directory();
        let directory = lock(&directory);
        let is_it = |cell: &Cell| cell.key().installation_id() == Some(id);
        directory.sought.values().for_each(|sought| sought.forget_if(is_it));
        let cells: Vec<_> = directory.cells.values().filter(|cell| is_it(cell)).cloned().collect();
        drop(directory);
        cells.iter().filter(|cell| self.take(cell).is_some()).count()
    }

    pub(crate) fn moment(&self) -> Moment {
        let monotonic = self.0.config.clock.monotonic().as_millis();
        let monotonic = i64::try_from(monotonic).unwrap_or(i64::MAX); // since boot
        Moment { wall: self.now().as_millis(), monotonic }
    }

    /// A token of a cell: from memory, or on its way.
    pub(crate) fn token_of(&self, cell: &Arc<Cell>, min_valid: Duration) -> Flight<Token> {
        match self.at_hand(cell, min_valid) {
            Some(token) => Flight::landed(Ok(token)),
            None => self.mint(cell, min_valid),
        }
    }

    /// The token in memory if it lives long enough; near its end somebody is sent for the next.
    pub(crate) fn at_hand(&self, cell: &Arc<Cell>, min_valid: Duration) -> Option<Token> {
        let held = cell.held();
        let held = held.as_ref()?;
        let now = self.moment();
        let (left, margin) = (held.left_ms(now), held.margin_ms(min_valid));
        if left <= margin {
            return None;
        }
        if held.begins_renewal(left, margin, now) {
            self.renew(cell, min_valid);
        }
        Some(held.token.clone())
    }

    /// A token of what was looked up: its id is kept until the platform no longer knows it.
    pub(crate) fn token_sought(&self, sought: &Arc<Sought>, min_valid: Duration) -> Flight<Token> {
        let Some(cell) = sought.cell() else { return self.token_of_resolved(sought, min_valid) };
        if let Some(token) = self.at_hand(&cell, min_valid) {
            return Flight::landed(Ok(token));
        }
        let (app, sought) = (self.clone(), Arc::clone(sought));
        self.token_of(&cell, min_valid).then(self.deadline(None), move |result| match result {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                sought.forget_if(|known| known.key() == cell.key());
                app.token_of_resolved(&sought, min_valid)
            }
            result => Flight::landed(result),
        })
    }

    fn token_of_resolved(&self, sought: &Arc<Sought>, min_valid: Duration) -> Flight<Token> {
        let app = self.clone();
        self.resolve(sought).then(self.deadline(None), move |cell| match cell {
            Ok(cell) => app.token_of(&cell, min_valid),
            Err(error) => Flight::landed(Err(error)),
        })
    }

    /// Looks up which installation it is, once for all who ask meanwhile.
    fn resolve(&self, sought: &Arc<Sought>) -> Flight<Arc<Cell>> {
        let slot = sought.slot();
        let mut slot = lock(&slot);
        match slot.as_ref().and_then(|slot| slot.current(self.moment())) {
            Some(Ok(flight)) => return flight,
            Some(Err(error)) => return Flight::landed(Err(error)),
            None => {}
        }
        let wanted = Arc::clone(sought);
        let flight = self.fly(move |app, deadline| {
            let found = app.as_app(|jwt| app.find(wanted.lookup(), jwt, deadline));
            let subject = |it: Installation| Subject::Installation(it.id);
            let cell = found.map(|it| app.cell(subject(it), wanted.scope().clone()));
            wanted.settle(&cell, app.moment());
            cell
        });
        *slot = Some(Slot::Aloft(flight.clone()));
        flight
    }

    pub(super) fn cell(&self, subject: Subject, scope: Scope) -> Arc<Cell> {
        let (capacity, now) = (self.0.config.capacity, self.moment());
        lock(&self.directory()).cell(Key { subject, scope }, capacity, now)
    }

    pub(super) fn sought(&self, lookup: Lookup, scope: Scope) -> Arc<Sought> {
        let directory = self.directory();
        let mut directory = lock(&directory);
        let key = (lookup, scope);
        let new = || Arc::new(Sought::new(&key));
        Arc::clone(directory.sought.entry(key.clone()).or_insert_with(new))
    }

    /// Forgets a cell's token, and one that is on its way.
    pub(crate) fn take(&self, cell: &Arc<Cell>) -> Option<Token> {
        let mintings = self.mintings();
        let mut mintings = lock(&mintings);
        mintings.forget(cell);
        cell.take()
    }

    /// Forgets this very token, which the platform refused; another one may have come already.
    pub(crate) fn drop_refused(&self, cell: &Arc<Cell>, token: &Token) {
        let mintings = self.mintings();
        let guard = lock(&mintings);
        let is_it = cell.holds(token);
        if is_it {
            cell.take();
        }
        drop(guard); // who is told may ask for tokens
        if is_it {
            self.tell(&Event::new(EventKind::Refused).of(cell.key().installation_id()));
        }
    }

    /// Joins the minting that is on its way, is content with how the last one failed, or begins
    /// one.
    fn mint(&self, cell: &Arc<Cell>, min_valid: Duration) -> Flight<Token> {
        let now = self.moment();
        let mintings = self.mintings();
        let mut mintings = lock(&mintings);
        // Whoever landed while we came here has filled the cell under this lock.
        if let Some(held) = &*cell.held()
            && held.left_ms(now) > held.margin_ms(min_valid)
        {
            return Flight::landed(Ok(held.token.clone()));
        }
        match mintings.current(cell, now) {
            Some(Ok(flight)) => {
                self.0.teller.joined();
                flight
            }
            Some(Err(error)) => {
                drop(mintings); // who is told may ask for tokens
                Flight::landed(self.make_do(cell, now, Err(error)))
            }
            None => self.begin(&mut mintings, cell, EventKind::Minted, min_valid),
        }
    }

    fn renew(&self, cell: &Arc<Cell>, min_valid: Duration) {
        let now = self.moment();
        let mintings = self.mintings();
        let mut mintings = lock(&mintings);
        if mintings.current(cell, now).is_none() {
            drop(self.begin(&mut mintings, cell, EventKind::Renewed, min_valid));
        }
    }

    fn begin(
        &self,
        mintings: &mut Mintings,
        cell: &Arc<Cell>,
        purpose: EventKind,
        min_valid: Duration,
    ) -> Flight<Token> {
        let (number, target) = (mintings.number(), Arc::clone(cell));
        let flight = self.fly(move |app, deadline| {
            let obtained = app.obtain(&target, purpose, min_valid, deadline);
            app.settle(&target, number, purpose, obtained)
        });
        mintings.begin(cell, number, flight.clone(), self.moment());
        flight
    }

    /// Puts what came where it belongs, unless the cell was emptied since, and says what the
    /// waiters get.
    fn settle(
        &self,
        cell: &Arc<Cell>,
        number: u64,
        purpose: EventKind,
        minted: Result<Token>,
    ) -> Result<Token> {
        let now = self.moment();
        let mintings = self.mintings();
        let mut mintings = lock(&mintings);
        if !mintings.counts(cell, number) {
            return minted;
        }
        match &minted {
            Ok(token) => {
                let token = self.shared(token);
                let before = cell.fill(Held::new(token.clone(), now));
                mintings.forget(cell);
                drop(mintings);
                self.tell_observers(cell, before.as_ref(), &token);
                Ok(token)
            }
            Err(error) => {
                mintings.rest(cell, error, now);
                drop(mintings);
                match live_instead(cell, now, error) {
                    // Nobody waits for a renewal, so nobody was served beyond the margin.
                    Some(token) if purpose == EventKind::Renewed => Ok(token),
                    _ => self.make_do(cell, now, minted),
                }
            }
        }
    }

    /// The token with the details of the last one, if they are the same: a million are not told
    /// apart by what they may do.
    fn shared(&self, token: &Token) -> Token {
        if token.refresh_token().is_some() {
            return token.clone(); // a secret is nobody else's
        }
        let last = self.0.details.load();
        let shared = last.as_ref().map_or_else(|| token.clone(), |last| token.sharing(last));
        let is_other = last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, shared.details()));
        if is_other {
            self.0.details.store(Some(Arc::clone(shared.details())));
        }
        shared
    }

    /// A token that still works is better than an error that will pass.
    fn make_do(&self, cell: &Cell, now: Moment, minted: Result<Token>) -> Result<Token> {
        let Err(error) = &minted else { return minted };
        match live_instead(cell, now, error) {
            Some(token) => {
                let event = Event::new(EventKind::ServedStale);
                self.tell(&event.of(cell.key().installation_id()).because(Some(error)));
                Ok(token)
            }
            None => minted,
        }
    }

    pub(super) fn tell(&self, event: &Event) {
        self.0.teller.tell(event);
    }

    fn tell_observers(&self, cell: &Cell, before: Option<&Token>, token: &Token) {
        for observer in cell.observers().iter().flat_map(|all| all.iter()) {
            self.0.teller.call(|| observer(before, token));
        }
    }
}

/// The token that still works, where the error will pass.
fn live_instead(cell: &Cell, now: Moment, error: &Error) -> Option<Token> {
    cell.live(now).filter(|_| error.is_retryable())
}
