//! Users' sessions: a refresh token is used up at most once, and the answer is written to the store
//! before anybody sees it.
//!
//! [`rotation`] is the pure state machine that decides, and [`refresh`] carries its actions out. This
//! file takes the session's lock in the store. Read `rotation` first.

mod refresh;
mod rotation;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use self::{refresh::Refresh, rotation::Rules};
use crate::{
    client::{PlatformClient, missing},
    error::{Error, ErrorKind, Result},
    event::EventSink,
    http::retry::jittered,
    resources::operation::ApiOperation,
    store::{Record, STORE_POLL_INTERVAL, TokenStore},
    tasks::{Deadline, Owned, PerProcess, lock},
    token::Token,
};

/// The sessions of one app.
pub(crate) struct Sessions {
    client: Arc<PlatformClient>,
    store: Option<Arc<TokenStore>>,
    events: Arc<EventSink>,
    /// Tokens that the store did not take yet, by record name.
    unsaved: PerProcess<Mutex<Unsaved>>,
}

type Unsaved = HashMap<String, Arc<UnsavedToken>>;

/// A token whose predecessor is spent, and which the store must still take.
struct UnsavedToken {
    token: Token,
    /// The intent that the token takes the place of.
    intent: String,
}

impl Sessions {
    pub(crate) fn new(
        client: Arc<PlatformClient>,
        store: Option<Arc<TokenStore>>,
        events: Arc<EventSink>,
    ) -> Self {
        Self { client, store, events, unsaved: PerProcess::default() }
    }

    /// The store; an error if the app was made without one.
    pub(crate) fn store(&self) -> Result<&TokenStore> {
        self.store.as_deref().ok_or_else(|| {
            missing("store").advise("`memory:` keeps sessions for as long as the app lives.")
        })
    }

    /// The token of a session: from the store, or refreshed under its lock. `accept` returns the
    /// token of a record that the caller can use as it is.
    pub(crate) fn token(
        &self,
        name: &str,
        accept: &dyn Fn(&Record) -> Option<Token>,
        deadline: Deadline,
    ) -> Result<Token> {
        let store = self.store()?;
        let refresh = Refresh { sessions: self, store, name, accept, deadline };
        loop {
            if let Some(token) = refresh.save_earlier()?.filter(|token| self.is_alive(token)) {
                return Ok(token);
            }
            if let Some(token) = store.find(name)?.record.as_ref().and_then(accept) {
                return Ok(token);
            }
            // The lease outlasts the refresh: the next process must find its answer, or know that
            // none can be on its way.
            if let Some(lock) = store.lock(name, deadline.remaining() + LEASE_MARGIN)? {
                let refreshed = refresh.run();
                drop(lock);
                if let Some(token) = refreshed? {
                    return Ok(token);
                }
            }
            if deadline.remaining().is_zero() {
                return Err(locked());
            }
            thread::sleep(jittered(STORE_POLL_INTERVAL).min(deadline.remaining()));
        }
    }

    /// Writes a session's token in the place of any other, or removes the session.
    pub(crate) fn replace(
        &self,
        name: &str,
        token: Option<&Token>,
        deadline: Deadline,
    ) -> Result<()> {
        let store = self.store()?;
        while !deadline.remaining().is_zero() {
            let before = store.find(name)?;
            let is_replaced = match token {
                Some(token) => store.put(name, Record::of(token.clone()), &before)?.is_some(),
                None => store.remove(name, &before).map(|()| true)?,
            };
            if is_replaced {
                self.forget_unsaved(name);
                return Ok(());
            }
        }
        Err(Error::new(ErrorKind::Timeout, "the session's record kept changing until the deadline")
            .advise("Try again. If it happens often, several processes start or end this session."))
    }

    /// Forgets a token that the store did not take.
    pub(crate) fn forget_unsaved(&self, name: &str) {
        lock(&self.unsaved()).remove(name);
    }

    /// Forgets all tokens that the store did not take.
    pub(crate) fn clear(&self) {
        lock(&self.unsaved()).clear();
    }

    fn unsaved(&self) -> Arc<Owned<Mutex<Unsaved>>> {
        // If the parent held the lock when it forked, the child starts empty.
        let copied = |parent: &Mutex<Unsaved>| {
            parent.try_lock().map_or_else(|_| Mutex::default(), |it| Mutex::new(it.clone()))
        };
        self.unsaved.get(copied)
    }

    fn is_alive(&self, token: &Token) -> bool {
        token.is_alive(self.client.clock().reading())
    }

    fn rules(&self) -> Result<Rules> {
        let platform = self.client.platform();
        let refresh = &platform.oauth()?.refresh;
        let check = ApiOperation::check_token("".into());
        Ok(Rules {
            rotates: refresh.rotates,
            grace: Duration::from_secs(refresh.grace_s),
            old_token_is_proof: refresh.ends_old_token && check.endpoint(platform).is_ok(),
            retries: self.client.retry().is_on(),
        })
    }
}

fn locked() -> Error {
    Error::new(ErrorKind::Timeout, "another process held the session's lock until the deadline")
        .advise("Try again. If it happens often, the store or the platform is slow.")
}

/// The time that a process which is alive at its deadline has to write the answer.
const LEASE_MARGIN: Duration = Duration::from_secs(1);
