//! A rate limit as a value.

use std::time::Duration;

/// A refusal because of too many calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// The wait that the platform asked for, if it did.
    pub(crate) retry_after: Option<Duration>,
    /// Whether it is that of the whole app, and not of what was asked for.
    pub(crate) is_for_app: bool,
    /// The first wait where the platform named none.
    pub(crate) pause: Option<Duration>,
}

impl Limit {
    /// The wait before anything else is tried.
    pub(crate) fn wait(self) -> Option<Duration> {
        self.retry_after.or(self.pause)
    }
}
