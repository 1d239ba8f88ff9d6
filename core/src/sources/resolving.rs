//! Finds the id of an installation that is known by its account: in memory, in the store, or on the platform.
//!
//! An id in the store spares a process that ends after one token a request for each. It is believed for
//! [`REMEMBERED_FOR`], and until the platform no longer knows it or a webhook says that the installation has
//! changed.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use super::{LookedUp, Owner, Sources, StoredTokens, TokenKey};
use crate::{
    cache::{Entry, MinValid},
    error::{ErrorKind, Result},
    resources::Lookup,
    tasks::{Deadline, Task},
    token::Token,
};

/// Whether the store is asked for an id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Store,
    /// The id in the store is wrong.
    PlatformOnly,
}

impl Sources {
    /// The token of an installation that is looked up first. The id is kept until the platform no
    /// longer knows it.
    pub(super) fn token_of_looked_up(
        self: &Arc<Self>,
        looked_up: &Arc<LookedUp>,
        min_valid: MinValid,
    ) -> Task<Token> {
        let Some(entry) = looked_up.entry() else {
            return self.resolve_token(looked_up, min_valid, Ask::Store);
        };
        match self.cache.cached(&entry, min_valid) {
            Some(token) => Task::ready(Ok(token)),
            None => self.token_of_known(looked_up, &entry, min_valid),
        }
    }

    /// The token of an id that was found before, and that is looked up again if the platform does not know it.
    fn token_of_known(
        self: &Arc<Self>,
        looked_up: &Arc<LookedUp>,
        entry: &Arc<Entry<TokenKey>>,
        min_valid: MinValid,
    ) -> Task<Token> {
        let (this, looked_up, known) = (Arc::clone(self), Arc::clone(looked_up), Arc::clone(entry));
        let deadline = self.pool.deadline(None);
        self.cache.get(entry, min_valid).then(deadline, move |result| match result {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                looked_up.forget_if(|key| key == known.key());
                this.cache.changed();
                this.resolve_token(&looked_up, min_valid, Ask::PlatformOnly)
            }
            result => Task::ready(result),
        })
    }

    fn resolve_token(
        self: &Arc<Self>,
        looked_up: &Arc<LookedUp>,
        min_valid: MinValid,
        ask: Ask,
    ) -> Task<Token> {
        let (this, wanted) = (Arc::clone(self), Arc::clone(looked_up));
        let deadline = self.pool.deadline(None);
        self.resolve(looked_up, ask).then(deadline, move |entry| match entry {
            Ok(entry) if ask == Ask::Store && this.stored.is_some() => {
                this.token_of_known(&wanted, &entry, min_valid)
            }
            Ok(entry) => this.cache.get(&entry, min_valid),
            Err(error) => Task::ready(Err(error)),
        })
    }

    /// Looks an installation up, once for everybody who asks meanwhile.
    pub(super) fn resolve(
        self: &Arc<Self>,
        looked_up: &Arc<LookedUp>,
        ask: Ask,
    ) -> Task<Arc<Entry<TokenKey>>> {
        looked_up.resolve(self.client.clock().reading(), || {
            let (this, wanted) = (Arc::clone(self), Arc::clone(looked_up));
            self.pool.spawn(move |deadline| {
                let found = this.installation_id(&wanted.lookup, ask, deadline);
                let entry = found.map(|id| {
                    this.cache.entry(TokenKey::new(Owner::Installation(id), wanted.scope.clone()))
                });
                wanted.finish(&entry, this.client.clock().reading());
                entry
            })
        })
    }

    fn installation_id(&self, lookup: &Lookup, ask: Ask, deadline: Deadline) -> Result<String> {
        let stored = self.stored.as_ref().filter(|stored| stored.outage().is_none());
        let time = Deadline::after(deadline.remaining() / 4);
        let known =
            stored.filter(|_| ask == Ask::Store).and_then(|stored| stored.id_of(lookup, time));
        if let Some(id) = known {
            return Ok(id);
        }
        let id = self.look_up(lookup, deadline)?;
        if let Some(stored) = stored {
            // Without it the next process looks up, too.
            let _ = stored.remember_id(lookup, &id, Deadline::after(deadline.remaining() / 4));
        }
        Ok(id)
    }

    fn look_up(&self, lookup: &Lookup, deadline: Deadline) -> Result<String> {
        let (client, root) = (&self.client, self.client.api_root());
        let found = client.unless_paused(root, &lookup.subject(), || {
            client.with_jwt(deadline, |jwt| client.find_installation(lookup, jwt, deadline))
        });
        found.map(|found| found.id)
    }
}

impl StoredTokens {
    /// The id that a lookup led to before. One of an installation that has changed since does not count; nor
    /// does anything that cannot be read.
    fn id_of(&self, lookup: &Lookup, deadline: Deadline) -> Option<String> {
        let store = self.until(deadline);
        let text = store.remembered(&json!(["lookup", lookup.key()?])).ok()??;
        let (id, generation): (String, Option<String>) = serde_json::from_str(&text).ok()?;
        (self.generation(&id, deadline).ok()? == generation).then_some(id)
    }

    fn remember_id(&self, lookup: &Lookup, id: &str, deadline: Deadline) -> Result<()> {
        let Some(key) = lookup.key() else { return Ok(()) };
        let text = json!([id, self.generation(id, deadline)?]).to_string();
        let store = self.until(deadline);
        store.remember(&json!(["lookup", key]), &text, REMEMBERED_FOR)
    }
}

/// Accounts are renamed, and other accounts take their names.
const REMEMBERED_FOR: Duration = Duration::from_secs(86_400);
