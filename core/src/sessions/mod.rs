//! Users' sessions: a refresh token is used up at most once, and the answer is written to the store
//! before anybody sees it.
//!
//! [`rotation`] is the pure state machine that decides, and [`refresh`] carries its actions out, on a
//! thread of its own: once a refresh token is on its way, the refresh goes on until its answer is read
//! and written, whoever has stopped waiting. [`moments`] tells the age of what other processes wrote,
//! and [`kept`] remembers what the store may not know. [`accounts`] ends the sessions of a user who
//! revoked the authorization. Read `rotation` first.

mod accounts;
mod kept;
#[cfg(test)]
mod model;
mod moments;
mod refresh;
mod rotation;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use self::{kept::Kept, moments::IntentClock, refresh::Refresh, rotation::Rules};
use crate::{
    client::{PlatformClient, missing},
    error::{Error, ErrorKind, Result},
    event::EventSink,
    resources::operation::ApiOperation,
    store::{Found, Record, TokenStore, Unwritten, not_taken},
    tasks::{Deadline, PerProcess, Pool, Task, lock, sync::Mutex},
    token::Token,
};

/// The sessions of one app.
pub(crate) struct Sessions {
    client: Arc<PlatformClient>,
    store: Option<Arc<TokenStore>>,
    events: Arc<EventSink>,
    pool: Pool,
    clock: IntentClock,
    timing: Timing,
    kept: Kept,
    /// The accounts that revoked their authorization, and whose sessions the store may still have.
    revoked: Unwritten,
    /// The refreshes of this process that are running, by record name.
    running: PerProcess<Mutex<Running>>,
}

#[derive(Default)]
struct Running {
    begun: u64,
    refreshes: HashMap<String, RunningRefresh>,
}

#[derive(Clone)]
struct RunningRefresh {
    number: u64,
    task: Task<SessionToken>,
    /// It waits for the store to write something.
    is_writing: Arc<AtomicBool>,
}

impl Running {
    fn current(&self, name: &str) -> Option<RunningRefresh> {
        self.refreshes.get(name).filter(|refresh| !refresh.task.is_finished()).cloned()
    }

    fn forget(&mut self, name: &str, number: u64) {
        if self.refreshes.get(name).is_some_and(|running| running.number == number) {
            self.refreshes.remove(name);
        }
    }
}

/// How long the parts of a refresh may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// The time to connect.
    pub(crate) connect_within: Duration,
    /// From the writing of the intent until the request is written: a connection that takes longer is
    /// not used.
    pub(crate) send_within: Duration,
    /// From there until the answer is complete.
    pub(crate) answer_within: Duration,
}

/// The token of a session, and whether the platform issued it now.
#[derive(Clone)]
pub(crate) struct SessionToken {
    pub(crate) token: Token,
    pub(crate) is_new: bool,
}

/// Returns the token of a record that the caller can use as it is.
pub(crate) type Accept = Arc<dyn Fn(&Record) -> Option<Token> + Send + Sync>;

impl Timing {
    /// The timing for an app with these settings.
    pub(crate) fn new(timeout: Duration, connect_timeout: Duration) -> Self {
        Self {
            connect_within: connect_timeout,
            send_within: connect_timeout + STORE_TIME,
            answer_within: timeout.max(MIN_ANSWER_TIME),
        }
    }

    /// The time that a caller with this deadline has for writing the intent and for connecting; `None` if
    /// that is too little. A program that ends after an error of a call leaves no intent behind of a
    /// request that was not sent.
    fn time_to_send(self, deadline: Deadline) -> Option<Duration> {
        let left = deadline.remaining();
        let needed = (self.connect_within * 3 / 4).min(MIN_TIME_TO_SEND);
        (left >= needed).then(|| self.send_within.min(left))
    }

    /// For so long after its intent was written, a request may still arrive at the platform.
    fn may_arrive_for(self) -> Duration {
        self.send_within + TIME_ON_THE_WAY
    }

    /// The longest time that a refresh takes once it need not wait for others: it is sent twice at most,
    /// and the store is offered the answer for a while.
    fn whole(self) -> Duration {
        (self.send_within + self.answer_within) * 2 + SAVE_TIME
    }
}

impl Sessions {
    pub(crate) fn new(
        client: Arc<PlatformClient>,
        store: Option<Arc<TokenStore>>,
        events: Arc<EventSink>,
        pool: Pool,
        timing: Timing,
    ) -> Result<Self> {
        let clock = IntentClock::new(client.clock().system())?;
        let (kept, revoked, running) = Default::default();
        Ok(Self { client, store, events, pool, clock, timing, kept, revoked, running })
    }

    /// The store; an error if the app was made without one.
    pub(crate) fn store(&self) -> Result<&Arc<TokenStore>> {
        self.store.as_ref().ok_or_else(|| {
            missing("store").advise("`memory:` keeps sessions for as long as the app lives.")
        })
    }

    /// The token of a session: from the store, or refreshed under its lock.
    pub(crate) fn token(
        self: &Arc<Self>,
        name: &str,
        accept: Accept,
        deadline: Deadline,
    ) -> Result<SessionToken> {
        self.end_revoked(deadline)?;
        if self.kept.unsaved(name).is_none() {
            let record = self.store()?.until(deadline).find(name)?.record;
            let record = record.map(|record| self.kept.corrected(name, record));
            if let Some(token) = record.as_ref().and_then(|record| accept(record)) {
                return Ok(SessionToken { token, is_new: false });
            }
        }
        let refresh = self.refresh(name, accept, deadline)?;
        let late = || Err(not_complete(refresh.is_writing.load(Ordering::SeqCst)));
        refresh.task.wait_for(deadline.remaining()).unwrap_or_else(late)
    }

    /// The refresh of this session that is running in this process, or a new one. It waits for others
    /// until the deadline, and goes on beyond it once the refresh token is on its way.
    fn refresh(
        self: &Arc<Self>,
        name: &str,
        accept: Accept,
        deadline: Deadline,
    ) -> Result<RunningRefresh> {
        let running = self.running.get_or_default();
        let mut running = lock(&running);
        if let Some(refresh) = running.current(name) {
            return Ok(refresh);
        }
        running.begun += 1;
        let (this, own_name, number) = (Arc::clone(self), name.to_owned(), running.begun);
        // The refresh's own error says more than that its caller's time is over.
        let left = deadline.remaining();
        let wait_until = Deadline::after(left - NOTE_TIME.min(left / 4));
        let refresh = Refresh::new(Arc::clone(self), name, accept, wait_until)?;
        let is_writing = refresh.is_writing();
        let longest = deadline.remaining() + self.timing.whole();
        let task = self.pool.spawn_dedicated(Deadline::after(longest), move |_| {
            let refreshed = refresh.run();
            lock(&this.running.get_or_default()).forget(&own_name, number);
            refreshed
        });
        let refresh = RunningRefresh { number, task, is_writing };
        running.refreshes.insert(name.to_owned(), refresh.clone());
        Ok(refresh)
    }

    /// Writes a session's token in the place of any other that this app can read: one that it cannot may
    /// be a session that goes on elsewhere.
    pub(crate) fn replace(&self, name: &str, token: &Token, deadline: Deadline) -> Result<()> {
        let store = self.store()?.until(deadline);
        if let Some(account_id) = token.account_id() {
            // A revocation before this start is not this session's.
            self.end_revoked(deadline)?;
            self.note_account(name, account_id, deadline)?;
        }
        let mut refused: Option<Found> = None;
        while !deadline.remaining().is_zero() {
            let before = store.find(name)?;
            if refused.is_some_and(|refused| refused.is_same(&before)) {
                return Err(not_taken());
            }
            if store.put(name, Record::of(token.clone()), &before)?.is_some() {
                self.forget(name);
                return Ok(());
            }
            refused = Some(before);
        }
        Err(Error::new(ErrorKind::Timeout, "the session's record kept changing until the deadline")
            .advise("Try again. If it happens often, several processes start or end this session."))
    }

    /// Removes a session, whether this app can read its record or not.
    pub(crate) fn remove(&self, name: &str, deadline: Deadline) -> Result<()> {
        let store = self.store()?.until(deadline);
        let found = store.find_replaceable(name)?;
        store.remove(name, &found)?;
        self.forget(name);
        if let Some(account_id) = found.record.as_ref().and_then(|it| it.token.account_id()) {
            // A name that stays is harmless: it leads to no record.
            let _ = store.remove_account_session(account_id, name);
        }
        Ok(())
    }

    /// Forgets a session that was started anew or ended. A refresh of the session before goes on alone:
    /// its answer is not this session's.
    fn forget(&self, name: &str) {
        self.kept.forget(name);
        lock(&self.running.get_or_default()).refreshes.remove(name);
    }

    /// Offers the tokens that the store did not take to it once more, in the background, before the
    /// app's threads end.
    pub(crate) fn save_all(self: &Arc<Self>) {
        for name in self.kept.all_unsaved() {
            let nothing: Accept = Arc::new(|_| None);
            let deadline = self.pool.deadline(None);
            if let Ok(refresh) = Refresh::new(Arc::clone(self), &name, nothing, deadline) {
                drop(self.pool.spawn_dedicated(deadline, move |_| refresh.save_only()));
            }
        }
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
            grace: time_to_resend(Duration::from_secs(refresh.grace_s)),
            old_token_is_proof: refresh.ends_old_token && check.endpoint(platform).is_ok(),
            retries: self.client.retry().is_on(),
        })
    }
}

/// The part of a grace period in which a refresh token is sent again: the request must arrive within the
/// rest of it.
fn time_to_resend(grace: Duration) -> Duration {
    grace - TIME_ON_THE_WAY.min(grace / 2)
}

fn not_complete(is_writing: bool) -> Error {
    let hint = "Call again: the refresh goes on, and its token is written to the store.";
    let message = "the session's refresh was not complete at the deadline";
    let error = if is_writing {
        let message = format!("{message}: the store had not acknowledged a write");
        Error::new(ErrorKind::Store, message)
    } else {
        Error::new(ErrorKind::Timeout, message)
    };
    error.advise(hint)
}

/// The time that a store may take to acknowledge an intent, beside the time to connect.
const STORE_TIME: Duration = Duration::from_secs(2);
/// No refresh begins with less time to connect, unless the app's connect timeout is shorter.
const MIN_TIME_TO_SEND: Duration = Duration::from_secs(1);
/// The time for writing down that nothing was sent, and for telling the caller.
const NOTE_TIME: Duration = Duration::from_millis(250);
/// A refresh waits for its answer for so long, even if its callers have less time: what the platform
/// has spent by then is known only from the answer.
const MIN_ANSWER_TIME: Duration = Duration::from_secs(30);
/// The time that a request may spend between here and the platform: in the queue of a gateway, or in
/// the buffers of a connection whose process has died. With the default settings a doubt ends before the
/// default timeout of a call.
const TIME_ON_THE_WAY: Duration = Duration::from_secs(15);
/// The time for which the store is offered new tokens before the callers get its error.
const SAVE_TIME: Duration = Duration::from_secs(30);
