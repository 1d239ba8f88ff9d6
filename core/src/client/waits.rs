//! The waits before requests are sent again, bounded in number: each occupies a thread that others need.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::tasks::{Owned, PerProcess};

/// The waits of appmint's own requests.
#[derive(Default)]
pub(super) struct Waits(PerProcess<AtomicUsize>);

/// A wait, until it is dropped.
pub(super) struct Waiting(Option<Arc<Owned<AtomicUsize>>>);

impl Waits {
    /// Begins a wait; `None` if too many others wait. A caller's own requests are not counted.
    pub(super) fn begin(&self, is_own: bool) -> Option<Waiting> {
        if !is_own {
            return Some(Waiting(None));
        }
        let count = self.0.get_or_default();
        let waiting = count.fetch_add(1, Ordering::Relaxed) + 1;
        let waiting = (waiting, Waiting(Some(count)));
        (waiting.0 <= MAX_WAITS).then_some(waiting.1)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(count) = &self.0 {
            count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Half of the threads for appmint's own work: the others go on for installations that are not limited.
const MAX_WAITS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_threads_may_wait() {
        let waits = Waits::default();
        let mut begun: Vec<_> = (0..MAX_WAITS).map(|_| waits.begin(true).unwrap()).collect();
        assert!(waits.begin(true).is_none() && waits.begin(false).is_some());
        begun.pop();
        assert!(waits.begin(true).is_some());
    }
}
