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

    /// The earlier one of this moment and the one so long from now.
    pub(crate) fn or_within(&self, within: Duration) -> Self {
        Self::after(Arc::clone(&self.clock), self.remaining().min(within))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn either_clock_ends_the_time_and_nothing_makes_it_longer() {
        let minute = Duration::from_secs(60);
        let clock = ManualClock::new(Timestamp::from_secs(1_000_000));
        let send_by = SendBy::after(Arc::new(clock.clone()), minute);
        assert!(send_by.or_within(minute * 9).remaining() <= minute);
        assert!(!send_by.is_over() && send_by.or_within(Duration::ZERO).is_over());
        clock.set(Timestamp::from_secs(1_000_061));
        assert!(send_by.is_over(), "the wall clock says so");
        clock.set(Timestamp::from_secs(900_000));
        assert!(!send_by.is_over());
        clock.advance(minute + minute);
        assert!(send_by.is_over(), "the monotonic clock says so");
    }
}
