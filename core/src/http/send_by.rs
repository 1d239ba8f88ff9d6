//! The last moment at which a request may be sent.

use std::{fmt, sync::Arc, time::Duration};

use crate::{clock::Clock, tasks::Deadline, time::Timestamp};

/// The moment after which a request must not be sent any more.
///
/// A process may be stopped between the decision to send and the sending, and others may rely by then
/// on nothing being sent. Of the clocks the one that says more counts.
#[derive(Clone)]
pub struct SendBy {
    clock: Arc<dyn Clock>,
    now: Timestamp,
    monotonic: Duration,
    deadline: Deadline,
}

impl SendBy {
    /// So long from now.
    pub(crate) fn after(clock: Arc<dyn Clock>, within: Duration) -> Self {
        let (now, monotonic) = (clock.now().after(within), clock.monotonic() + within);
        Self { clock, now, monotonic, deadline: Deadline::after(within) }
    }

    /// Whether it is too late to send.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.remaining().is_zero()
            || self.clock.now() > self.now
            || self.clock.monotonic() > self.monotonic
    }

    /// The time left to connect.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.deadline.remaining()
    }
}

impl PartialEq for SendBy {
    fn eq(&self, other: &Self) -> bool {
        (self.now, self.monotonic) == (other.now, other.monotonic)
    }
}

impl Eq for SendBy {}

impl fmt::Debug for SendBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SendBy").field(&self.now).finish()
    }
}
