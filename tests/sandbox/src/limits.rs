//! Rate limits: requests per hour, and the headers with the remaining number.
//!
//! Requests are always counted, but a limit is enforced only with `enforce_rate_limit`, so that a benchmark can send more
//! than 5000 requests.

use std::collections::HashMap;

use crate::http::Reply;

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
    /// Counts one request of `principal`, which may send `limit` requests per hour.
    pub(crate) fn count(&mut self, principal: &str, now_ms: i64, limit: u64) -> Allowance {
        let fresh = Window { ends_ms: now_ms.saturating_add(HOUR_MS), used: 0 };
        let window = self.windows.entry(principal.to_owned()).or_insert(fresh);
        // A clock that was set back must not leave a window that ends days later.
        if !(now_ms..=fresh.ends_ms).contains(&window.ends_ms) {
            *window = fresh;
        }
        window.used += 1;
        Allowance { limit, window: *window }
    }
}

/// The state of a principal's limit after one request.
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

    /// The end of the window, in seconds since 1970.
    pub(crate) fn reset_s(&self) -> i64 {
        self.window.ends_ms.div_euclid(1000)
    }

    /// The reply with the `x-ratelimit-*` headers.
    pub(crate) fn stamp(&self, reply: Reply) -> Reply {
        reply
            .with_own("x-ratelimit-limit", &self.limit.to_string())
            .with_own("x-ratelimit-remaining", &self.remaining().to_string())
            .with_own("x-ratelimit-used", &self.window.used.min(self.limit).to_string())
            .with_own("x-ratelimit-reset", &self.reset_s().to_string())
    }
}

const HOUR_MS: i64 = 3_600_000;
