//! The store of tokens that can be fetched anew: it spares processes work, and costs nobody a token.
//!
//! Each installation's records belong to a *generation*, which is part of their names. When a webhook says
//! that the tokens of an installation are to be forgotten, the next generation begins, so that no process
//! finds the tokens of the one before, whatever they are narrowed to.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    Place, Sources, TokenSource,
    key::{Owner, TokenKey},
    resolving::Ask,
};
use crate::{
    cache::Entry,
    error::{Error, ErrorKind, Result},
    event::{Event, EventKind},
    secret::Secret,
    store::{TokenStore, Unwritten},
    tasks::{
        Deadline, PerProcess, Task, lock,
        sync::{self, Mutex},
    },
};

/// The store, as the sources of one app use it.
pub(crate) struct StoredTokens {
    store: TokenStore,
    /// The installations whose next generation has not begun in the store yet.
    to_forget: Unwritten,
    /// The store is not asked until then, after this failure.
    outage: PerProcess<Mutex<Option<(Deadline, Error)>>>,
}

impl StoredTokens {
    pub(crate) fn new(store: TokenStore) -> Self {
        Self { store, to_forget: Unwritten::default(), outage: PerProcess::default() }
    }

    /// The store for whoever waits for it until then.
    pub(super) fn until(&self, deadline: Deadline) -> TokenStore {
        self.store.until(deadline)
    }

    /// The name of a key's record.
    pub(super) fn name(&self, key: &TokenKey, deadline: Deadline) -> Result<String> {
        let Some(installation_id) = key.installation_id() else {
            return Ok(self.store.name(&key.as_json()));
        };
        let generation = self.generation(installation_id, deadline)?;
        Ok(self.store.name(&match generation {
            Some(generation) => json!([key.as_json(), generation]),
            None => key.as_json(),
        }))
    }

    /// The generation of an installation's records, in which none that is to be forgotten counts.
    pub(super) fn generation(&self, id: &str, deadline: Deadline) -> Result<Option<String>> {
        self.begin_generation(id, deadline)?;
        self.store.until(deadline).generation(id)
    }

    /// Has the tokens of an installation forgotten, before this process looks for the next one at the
    /// latest.
    pub(crate) fn forget(&self, installation_id: &str) {
        self.to_forget.note(installation_id);
    }

    /// Begins the next generation of an installation's tokens, if they are to be forgotten.
    pub(crate) fn begin_generation(&self, installation_id: &str, deadline: Deadline) -> Result<()> {
        let begin = || self.store.until(deadline).begin_generation(installation_id);
        self.to_forget.write(installation_id, begin)
    }

    /// Removes a key's token from the store, unless another one is there by now.
    fn remove_token(&self, key: &TokenKey, token: &Secret, deadline: Deadline) -> Result<()> {
        let (name, store) = (self.name(key, deadline)?, self.until(deadline));
        let found = store.find_replaceable(&name)?;
        match &found.record {
            Some(record) if record.token.reveal() == token.reveal() => store.remove(&name, &found),
            _ => Ok(()),
        }
    }

    /// The failure after which the store is not asked for a while.
    pub(super) fn outage(&self) -> Option<Error> {
        let outage = self.outage.get_or_default();
        let mut outage = lock(&outage);
        outage.take_if(|(until, _)| until.remaining().is_zero());
        outage.as_ref().map(|(_, error)| error.clone())
    }

    /// Notes a failure that cost time since `begun`. Many who wait for it would wait in vain, and those
    /// after them for a thread.
    pub(super) fn note_failure(&self, begun: Instant, error: &Error) {
        if sync::now() - begun >= COSTLY {
            let outage = (Deadline::after(OUTAGE), error.clone());
            *lock(&self.outage.get_or_default()) = Some(outage);
        }
    }
}

impl TokenSource {
    /// Forgets this token in memory and in the store, unless another one is there by now: the answer of a
    /// short-lived process to a 401, which another process may have got as well. An installation that is
    /// known by its account is looked up first.
    ///
    /// The token's text, or `&Token`.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) if the store fails, [`Unsupported`](ErrorKind::Unsupported) for a user's
    /// session, whose record holds the refresh token, and those of the lookup.
    pub fn forget_token(&self, token: impl Into<Secret>) -> Task<()> {
        let (sources, token) = (Arc::clone(&self.sources), token.into());
        let entry = match &self.place {
            Place::Known(entry) => Task::ready(Ok(Arc::clone(entry))),
            Place::LookedUp(looked_up) => match looked_up.entry() {
                Some(entry) => Task::ready(Ok(entry)),
                None => self.sources.resolve(looked_up, Ask::Store),
            },
        };
        entry.then(self.sources.pool.deadline(None), move |entry| match entry {
            Ok(entry) => sources.forget_token(entry, token),
            Err(error) => Task::ready(Err(error)),
        })
    }
}

impl Sources {
    fn forget_token(&self, entry: Arc<Entry<TokenKey>>, token: Secret) -> Task<()> {
        if matches!(entry.key().owner, Owner::Session(_)) {
            let message = "a session's token is not forgotten: its record holds the refresh token";
            return Task::ready(Err(Error::new(ErrorKind::Unsupported, message)
                .advise("Call invalidate with the token, and ask for another one.")));
        }
        self.cache.invalidate_token(&entry, token.reveal());
        let Some(stored) = self.stored.clone() else { return Task::ready(Ok(())) };
        self.pool.spawn(move |deadline| stored.remove_token(entry.key(), &token, deadline))
    }

    /// Forgets an installation's tokens in the store: at once for this process, in the background for
    /// others.
    pub(crate) fn forget_stored(&self, installation_id: &str) {
        let Some(stored) = self.stored.clone() else { return };
        stored.forget(installation_id);
        let (events, installation_id) = (Arc::clone(&self.events), installation_id.to_owned());
        drop(self.pool.spawn(move |deadline| {
            stored.begin_generation(&installation_id, deadline).inspect_err(|error| {
                let event = Event::new(EventKind::StoreFailed).with_error(Some(error));
                events.emit(&event.with_installation(Some(&installation_id)));
            })
        }));
    }
}

/// A failure that comes sooner costs nobody much.
const COSTLY: Duration = Duration::from_millis(500);
const OUTAGE: Duration = Duration::from_secs(5);
