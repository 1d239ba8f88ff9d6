//! A clock that is set while processes use it.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use appmint_core::{Clock, Timestamp};

/// A clock that runs fast, and whose wall part the parent sets for all processes at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SteppedClock {
    started: Duration,
    step_ms: &'static AtomicI64,
}

impl SteppedClock {
    pub(crate) fn new() -> Self {
        // SAFETY: a page of zeros that this process and its children share, and that is never unmapped.
        let step_ms = unsafe {
            let (protection, flags) =
                (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
            let page = libc::mmap(std::ptr::null_mut(), 4096, protection, flags, -1, 0);
            assert_ne!(page, libc::MAP_FAILED);
            &*page.cast::<AtomicI64>()
        };
        Self { started: since_1970(), step_ms }
    }

    pub(crate) fn set(&self, step_ms: i64) {
        self.step_ms.store(step_ms, Ordering::SeqCst);
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        let fast = Timestamp::from_millis(0).after(self.started + self.monotonic()).as_millis();
        Timestamp::from_millis(fast + self.step_ms.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        since_1970().saturating_sub(self.started) * TIMES
    }

    fn origin(&self) -> Option<&str> {
        Some("stepped")
    }
}

pub(crate) fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// A second of the machine's is so many of the apps'.
const TIMES: u32 = 10;
