//! Requests per hour, and the headers that tell a client how many are left.
//!
//! <https://docs.atomgit.com/en/openAPI/api_versioned/atomgit-openapi>. Counted always, enforced only on demand
//! (`enforce_rate_limit`), so that a benchmark does not end after 5000 requests.

use std::collections::HashMap;

use hyper::StatusCode;

use super::quirks::Quirks;
use crate::exchange::{Refusal, Reply};

#[derive(Default)]
pub(super) struct Limits {
    windows: HashMap<String, Window>,
}

#[derive(Clone, Copy)]
struct Window {
    ends_ms: i64,
    used: u64,
}

impl Limits {
    /// Counts one request of `principal`.
    pub(super) fn count(&mut self, principal: &str, now_ms: i64, quirks: &Quirks) -> Allowance {
        let fresh = Window { ends_ms: now_ms.saturating_add(HOUR_MS), used: 0 };
        let window = self.windows.entry(principal.to_owned()).or_insert(fresh);
        // A clock that was turned back must not leave a window that lasts for days.
        if !(now_ms..=fresh.ends_ms).contains(&window.ends_ms) {
            *window = fresh;
        }
        window.used += 1;
        let limit = if principal == ANONYMOUS { ANONYMOUS_LIMIT } else { quirks.rate_limit };
        Allowance { limit, window: *window, enforced: quirks.enforce_rate_limit }
    }
}

/// What one request leaves of its principal's hour.
pub(super) struct Allowance {
    limit: u64,
    window: Window,
    enforced: bool,
}

impl Allowance {
    pub(super) fn check(&self, principal: &str) -> Result<(), Refusal> {
        if self.enforced && self.window.used > self.limit {
            let message = format!("API rate limit exceeded for {principal}.");
            return Err(Refusal::message(StatusCode::FORBIDDEN, &message));
        }
        Ok(())
    }

    pub(super) fn stamp(&self, reply: Reply) -> Reply {
        let remaining = self.limit.saturating_sub(self.window.used);
        let reset_s = self.window.ends_ms.div_euclid(1000);
        reply
            .with_own("x-ratelimit-limit", &self.limit.to_string())
            .with_own("x-ratelimit-remaining", &remaining.to_string())
            .with_own("x-ratelimit-used", &self.window.used.min(self.limit).to_string())
            .with_own("x-ratelimit-reset", &reset_s.to_string())
    }
}

pub(super) const ANONYMOUS: &str = "anonymous";
const ANONYMOUS_LIMIT: u64 = 600;
const HOUR_MS: i64 = 3_600_000;
