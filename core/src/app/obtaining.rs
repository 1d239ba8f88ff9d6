//! Where a token comes from that is not in memory: the store, where another process may have put
//! it, or the platform.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::App;
use crate::{
    cell::{Cell, Held, Subject},
    error::{Error, Result},
    event::{Event, EventKind},
    flight::Deadline,
    retry::jittered,
    store::{Found, Record, Vault},
    token::Token,
};

impl App {
    /// A token for a cell: out of the store if a good one is there, else minted; by one process
    /// for all that share the store.
    pub(super) fn obtain(
        &self,
        cell: &Cell,
        purpose: EventKind,
        min_valid: Duration,
        deadline: Deadline,
    ) -> Result<Token> {
        if let Subject::Session(_) = &cell.key().subject {
            return self.tell_of(cell, purpose, || self.renew_session(cell, min_valid, deadline));
        }
        let mint = || self.tell_of(cell, purpose, || self.mint_now(cell.key(), deadline));
        let Some(vault) = &self.0.vault else { return mint() };
        let name = vault.name(cell.key());
        loop {
            match self.ask_store(vault, &name, cell, min_valid, mint) {
                Ok(Some(obtained)) => return obtained,
                Ok(None) => {}
                // An installation token can be had again: the store is not worth an error.
                Err(trouble) => {
                    self.tell_store_failed(cell, &trouble);
                    return mint();
                }
            }
            // Somebody has the lock; what they bring will lie in the store.
            thread::sleep(jittered(STORE_POLL).min(deadline.remaining()));
            if deadline.remaining().is_zero() {
                return mint();
            }
        }
    }

    /// A good token out of the store, or one that is minted under its lock; `None` while another
    /// one has the lock.
    fn ask_store(
        &self,
        vault: &Vault,
        name: &str,
        cell: &Cell,
        min_valid: Duration,
        mint: impl Fn() -> Result<Token>,
    ) -> Result<Option<Result<Token>>> {
        if let Some(token) = self.good(&vault.find(name)?, cell, min_valid) {
            return Ok(Some(Ok(token)));
        }
        let Some(lock) = vault.lock(name, MINTING_LEASE)? else { return Ok(None) };
        let before = vault.find(name)?;
        if let Some(token) = self.good(&before, cell, min_valid) {
            return Ok(Some(Ok(token)));
        }
        let minted = mint();
        if let Ok(token) = &minted
            && let Err(trouble) = vault.put(name, Record::of(token.clone()), &before)
        {
            self.tell_store_failed(cell, &trouble);
        }
        drop(lock);
        Ok(Some(minted))
    }

    /// The token that was found, if it is as good as a new one.
    pub(super) fn good(&self, found: &Found, cell: &Cell, min_valid: Duration) -> Option<Token> {
        let record = found.record.as_ref().filter(|it| self.is_settled(it))?;
        if cell.has_forgotten(&record.token) {
            return None;
        }
        let now = self.moment();
        let is_good = Held::new(record.token.clone(), now).is_worth_taking(min_valid, now);
        let event = Event::new(EventKind::TakenFromStore);
        is_good.then(|| self.tell(&event.of(cell.key().installation_id())));
        is_good.then(|| record.token.clone())
    }

    /// Whether what is written down is the last word: a refresh that is on its way may have ended
    /// the token already.
    fn is_settled(&self, record: &Record) -> bool {
        let ends_old = || self.platform().oauth().is_ok_and(|oauth| oauth.refresh.ends_old_token);
        record.over.is_none() && (record.intent.is_none() || !ends_old())
    }

    fn tell_of(
        &self,
        cell: &Cell,
        purpose: EventKind,
        mint: impl FnOnce() -> Result<Token>,
    ) -> Result<Token> {
        let begun = Instant::now();
        let minted = mint();
        let kind = if minted.is_ok() { purpose } else { EventKind::MintFailed };
        let event = Event::new(kind).of(cell.key().installation_id());
        self.tell(&event.lasting(begun.elapsed()).because(minted.as_ref().err()));
        minted
    }

    pub(super) fn tell_store_failed(&self, cell: &Cell, trouble: &Error) {
        let event = Event::new(EventKind::StoreFailed).because(Some(trouble));
        self.tell(&event.of(cell.key().installation_id()));
    }
}

/// Minting takes a fraction of it. When its holder died, the next one waits so long; when its
/// holder is slower, two tokens are minted, which does no harm.
const MINTING_LEASE: Duration = Duration::from_secs(5);
pub(super) const STORE_POLL: Duration = Duration::from_millis(60);
