//! Requests per hour, and the headers that tell a client how many are left.
//!
//! Counted always; a platform enforces them only on demand (`enforce_rate_limit`), so that a benchmark does not end
//! after 5000 requests.

use std::collections::HashMap;

use crate::exchange::Reply;

#[derive(Default)]
pub(crate) struct Limits {
    windows: HashMap<String, Window>,
}

#[derive(Clone, Copy)]
struct Window {
    ends_ms: i64,
    used: u64,
}

impl Limits {
    /// Counts one request of `principal`, who may send `limit` of them in an hour.
    pub(crate) fn count(&mut self, principal: &str, now_ms: i64, limit: u64) -> Allowance {
        let fresh = Window { ends_ms: now_ms.saturating_add(HOUR_MS), used: 0 };
        let window = self.windows.entry(principal.to_owned()).or_insert(fresh);
        // A clock that was turned back must not leave a window that lasts for days.
        if !(now_ms..=fresh.ends_ms).contains(&window.ends_ms) {
            *window = fresh;
        }
        window.used += 1;
        Allowance { limit, window: *window }
    }
}

/// What one request leaves of its principal's hour.
pub(crate) struct Allowance {
    limit: u64,
    window: Window,
}

impl Allowance {
    pub(crate) fn is_exceeded(&self) -> bool {
        self.window.used > self.limit
    }

    pub(crate) fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.window.used)
    }

    /// When the hour ends, in seconds since 1970.
    pub(crate) fn reset_s(&self) -> i64 {
        self.window.ends_ms.div_euclid(1000)
    }

    /// The reply with the headers that most platforms use.
    pub(crate) fn stamp(&self, reply: Reply) -> Reply {
        reply
            .with_own("x-ratelimit-limit", &self.limit.to_string())
            .with_own("x-ratelimit-remaining", &self.remaining().to_string())
            .with_own("x-ratelimit-used", &self.window.used.min(self.limit).to_string())
            .with_own("x-ratelimit-reset", &self.reset_s().to_string())
    }
}

const HOUR_MS: i64 = 3_600_000;
