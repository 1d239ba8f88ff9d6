//! Where a token comes from that is not in memory: the store, where another process may have put
//! it, or the platform.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::App;
use crate::{
    cell::{Cell, Held},
    error::{Error, Result},
    event::{Event, EventKind},
    flight::Deadline,
    retry::jittered,
    store::{Found, Vault},
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
        let mint = || self.mint_for(cell, purpose, deadline);
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
        if let Some(token) = self.good(vault.find(name)?, cell, min_valid) {
            return Ok(Some(Ok(token)));
        }
        let Some(lock) = vault.lock(name, MINTING_LEASE)? else { return Ok(None) };
        let before = vault.find(name)?;
        if let Some(token) = self.good(before.clone(), cell, min_valid) {
            return Ok(Some(Ok(token)));
        }
        let minted = mint();
        if let Ok(token) = &minted
            && let Err(trouble) = vault.put(name, token, &before)
        {
            self.tell_store_failed(cell, &trouble);
        }
        drop(lock);
        Ok(Some(minted))
    }

    fn good(&self, found: Found, cell: &Cell, min_valid: Duration) -> Option<Token> {
        let token = found.token.filter(|token| !cell.has_forgotten(token))?;
        let now = self.moment();
        let is_good = Held::new(token.clone(), now).is_worth_taking(min_valid, now);
        let event = Event::new(EventKind::TakenFromStore);
        is_good.then(|| self.tell(&event.of(cell.key().installation_id.as_deref())));
        is_good.then_some(token)
    }

    fn mint_for(&self, cell: &Cell, purpose: EventKind, deadline: Deadline) -> Result<Token> {
        let begun = Instant::now();
        let minted = self.as_app(|jwt| self.mint_now(cell.key(), jwt, deadline));
        let kind = if minted.is_ok() { purpose } else { EventKind::MintFailed };
        let event = Event::new(kind).of(cell.key().installation_id.as_deref());
        self.tell(&event.lasting(begun.elapsed()).because(minted.as_ref().err()));
        minted
    }

    fn tell_store_failed(&self, cell: &Cell, trouble: &Error) {
        let event = Event::new(EventKind::StoreFailed).because(Some(trouble));
        self.tell(&event.of(cell.key().installation_id.as_deref()));
    }
}

/// Minting takes a fraction of it. When its holder died, the next one waits so long; when its
/// holder is slower, two tokens are minted, which does no harm.
const MINTING_LEASE: Duration = Duration::from_secs(5);
const STORE_POLL: Duration = Duration::from_millis(60);
