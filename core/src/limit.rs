//! Rate limits: what a platform says of them, and how long to wait where it does not say.

use std::time::Duration;

use crate::{http::Response, platform::descriptor::Errors, retry::retry_after, time::Timestamp};

/// A refusal because of too many calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// How long the platform wants to be left alone, if it said so.
    pub(crate) told: Option<Duration>,
    /// How long to leave it alone at first otherwise.
    pub(crate) pause: Option<Duration>,
}

impl Limit {
    /// What is known of a limit that a refusal is known to be about.
    pub(crate) fn of(errors: &Errors, response: &Response, now: Timestamp, in_words: bool) -> Self {
        // A bare status may be a proxy's, and passes sooner than what the platform spells out.
        let pause = errors.rate_limit.as_ref().and_then(|limit| limit.pause_s);
        let pause = pause.filter(|_| in_words);
        Self {
            told: retry_after(response, now).or_else(|| until_reset(errors, response, now)),
            pause: pause.map(Duration::from_secs),
        }
    }

    /// How long to wait before anything else is tried.
    pub(crate) fn wait(self) -> Option<Duration> {
        self.told.or(self.pause)
    }
}

/// Whether an answer's status and headers alone say that there were too many calls.
pub(crate) fn is_plain_limit(errors: &Errors, response: &Response) -> bool {
    response.status == 429 || (response.status == 403 && is_used_up(errors, response))
}

fn is_used_up(errors: &Errors, response: &Response) -> bool {
    let limit = errors.rate_limit.as_ref();
    limit.and_then(|limit| response.header(&limit.remaining)).is_some_and(|left| left.trim() == "0")
}

/// The time until the count begins anew, which matters where it is used up.
fn until_reset(errors: &Errors, response: &Response, now: Timestamp) -> Option<Duration> {
    let limit = errors.rate_limit.as_ref()?;
    let is_spent = response.header(&limit.remaining).is_none_or(|left| left.trim() == "0");
    let reset = response.header(&limit.reset).filter(|_| is_spent)?.trim().parse().ok()?;
    Some(now.until(Timestamp::from_secs(reset)))
}
