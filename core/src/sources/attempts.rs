//! A request with a source's token, and the remedies for a token that the platform refuses.

use std::time::Duration;

use super::TokenSource;
use crate::{
    client::Attempt,
    event::{Event, EventKind},
    http::quota::QuotaOwner,
    tasks::{Deadline, Step, Task, sync::thread},
    token::Token,
};

impl TokenSource {
    /// Calls `attempt` with the token. A token that was minted a moment ago, and was never accepted, is
    /// given time to become known on the platform; any other that the platform refuses is replaced once.
    pub(super) fn with_token<T: Clone + Send + 'static>(
        &self,
        timeout: Option<Duration>,
        mut attempt: impl FnMut(&Token, Option<&QuotaOwner>, Deadline) -> Attempt<T> + Send + 'static,
    ) -> Task<T> {
        let (this, mut is_replaced) = (self.clone(), false);
        let pool = self.sources.pool.for_calls();
        let deadline = pool.deadline(timeout);
        pool.spawn_after(self.token(), deadline, move |token, deadline| {
            let Attempt { outcome, doubtful_status, .. } =
                this.attempt_patiently(&token, deadline, &mut attempt);
            if doubtful_status == Some(401) && !is_replaced && this.drop_refused(&token) {
                is_replaced = true;
                return Step::Await(this.token());
            }
            Step::Done(outcome)
        })
    }

    fn attempt_patiently<T>(
        &self,
        token: &Token,
        deadline: Deadline,
        mut attempt: impl FnMut(&Token, Option<&QuotaOwner>, Deadline) -> Attempt<T>,
    ) -> Attempt<T> {
        let (mut attempts, owner) = (0, self.quota_owner());
        loop {
            let attempted = attempt(token, owner.as_ref(), deadline);
            if attempted.is_accepted {
                self.note_accepted(token);
            }
            let is_doubtful = attempted.doubtful_status.is_some() && self.may_be_unknown(token);
            let wait = self.sources.client.retry().propagation_wait(attempts);
            match wait.filter(|wait| is_doubtful && *wait < deadline.remaining()) {
                Some(wait) => thread::sleep(wait),
                None => return attempted,
            }
            attempts += 1;
        }
    }

    /// Forgets a token that was refused, if another one may be accepted.
    fn drop_refused(&self, token: &Token) -> bool {
        let is_worthwhile = self.sources.client.retry().is_on() && !self.may_be_unknown(token);
        if let Some(entry) = self.entry().filter(|_| is_worthwhile)
            && self.sources.cache.invalidate_token(&entry, token.reveal())
        {
            let event = Event::new(EventKind::Refused);
            let event = event.with_installation(entry.key().installation_id());
            self.sources.events.emit(&event);
        }
        is_worthwhile
    }

    fn note_accepted(&self, token: &Token) {
        if let Some(entry) = self.entry() {
            entry.note_accepted(token);
        }
    }

    /// Whether a part of the platform may not know this token yet. One that was accepted is known, and
    /// one that was replaced was refused to somebody else.
    fn may_be_unknown(&self, token: &Token) -> bool {
        let now = self.sources.client.clock().reading();
        let is_new = token.age(now).is_some_and(|age| age < PROPAGATION_TIME);
        is_new && self.entry().is_some_and(|entry| entry.is_untried(token))
    }
}

/// The time that a new token may be unknown to a part of the platform; octokit.js waits half of it.
const PROPAGATION_TIME: Duration = Duration::from_secs(10);
