//! The sessions of an account end together when the user revokes the authorization of the app.

use std::sync::Arc;

use super::Sessions;
use crate::{
    error::Result,
    event::{Event, EventKind},
    tasks::Deadline,
};

impl Sessions {
    /// Ends the sessions of an account: at once for this process, in the background for others.
    pub(crate) fn end_account(self: &Arc<Self>, account_id: &str) {
        if self.store.is_none() {
            return;
        }
        self.revoked.note(account_id);
        let this = Arc::clone(self);
        drop(self.pool.spawn(move |deadline| {
            this.end_revoked(deadline).inspect_err(|error| {
                let event = Event::new(EventKind::StoreFailed).with_error(Some(error));
                this.events.emit(&event);
            })
        }));
    }

    /// Ends the sessions of the accounts that revoked their authorization, as far as that was not done.
    pub(super) fn end_revoked(&self, deadline: Deadline) -> Result<()> {
        let accounts = self.revoked.ids();
        accounts.iter().try_for_each(|account_id| {
            self.revoked.write(account_id, || self.end_sessions_of(account_id, deadline))
        })
    }

    /// Notes whose session this is, before it is written: a session is never there without it.
    pub(super) fn note_account(&self, name: &str, account_id: &str, by: Deadline) -> Result<()> {
        self.store()?.until(by).add_account_session(account_id, name)
    }

    fn end_sessions_of(&self, account_id: &str, deadline: Deadline) -> Result<()> {
        let store = self.store()?.until(deadline);
        let sessions = store.account_sessions(account_id)?;
        for name in &sessions.names {
            self.end_session_of(account_id, name, deadline)?;
        }
        store.forget_account(account_id, &sessions)
    }

    /// Removes a session if it still is this account's. A refresh may change its record meanwhile.
    fn end_session_of(&self, account_id: &str, name: &str, deadline: Deadline) -> Result<()> {
        let store = self.store()?.until(deadline);
        for _ in 0..MAX_ATTEMPTS {
            let found = store.find_replaceable(name)?;
            let token = found.record.as_ref().map(|record| &record.token);
            if token.is_none_or(|token| token.account_id() != Some(account_id)) {
                return Ok(());
            }
            store.remove(name, &found)?;
            self.forget(name);
        }
        Err(crate::store::not_taken())
    }
}

/// A refresh writes its record a few times.
const MAX_ATTEMPTS: usize = 16;
