//! The score of a round, by what the sandbox itself saw.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

/// The score of one client.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Score {
    /// The policy of the platform.
    pub policy: String,
    /// The seed of the plan.
    pub seed: u64,
    /// The number of users.
    pub users: u32,
    /// Whether the round is over.
    pub over: bool,
    /// Logins of all users, the first of each included.
    pub logins: u32,
    /// Requests at the token endpoint.
    pub token_requests: u32,
    /// Those of them whose refresh token was unknown, so that they belonged to no user and met no fault.
    pub unknown_refresh_tokens: u32,
    /// Refreshes that the platform carried out.
    pub refreshes: u32,
    /// Answers that were repeated within the grace period.
    pub repeats_in_grace: u32,
    /// Requests at the token endpoint for each refresh that was carried out.
    pub requests_per_token: f64,
    /// Used refresh tokens that came again outside of a grace period and so revoked their family.
    pub double_spendings: u32,
    /// New logins of a user whose session could have been kept.
    pub lost_sessions_avoidable: u32,
    /// The same by the last fault before the login; `none` before the user's first fault.
    pub avoidable_after: BTreeMap<String, u32>,
    /// New logins of a user whose new tokens were lost with the platform's answer.
    pub lost_sessions_unavoidable: u32,
    /// API calls.
    pub api_calls: u32,
    /// API calls with a token that had expired, or been replaced by one that the client had, at least 500 ms before.
    pub dead_tokens: u32,
    /// Complete answers with good tokens of which the client used none.
    pub answers_thrown_away: u32,
    /// The same by the fault of the answer.
    pub thrown_away_by: BTreeMap<String, u32>,
    /// The faults that applied.
    pub faults: BTreeMap<String, u32>,
}

impl Score {
    /// The score as lines of text, each with a name and a value.
    pub fn table(&self) -> String {
        let lost = self.lost_sessions_avoidable;
        let rows = [
            ("policy, seed", format!("{}, {}", self.policy, self.seed)),
            ("users, logins", format!("{}, {}", self.users, self.logins)),
            ("refreshes", self.refreshes.to_string()),
            ("double spendings", self.double_spendings.to_string()),
            ("lost sessions, avoidable", with_causes(lost, &self.avoidable_after)),
            ("lost sessions, unavoidable", self.lost_sessions_unavoidable.to_string()),
            ("API calls", self.api_calls.to_string()),
            ("dead tokens handed out", self.dead_tokens.to_string()),
            ("answers thrown away", with_causes(self.answers_thrown_away, &self.thrown_away_by)),
            ("requests per token", format!("{:.2}", self.requests_per_token)),
            ("faults", with_causes(self.faults.values().sum(), &self.faults)),
        ];
        rows.iter().fold(String::new(), |mut table, (name, value)| {
            let _ = writeln!(table, "{name:<28}{value}"); // a String takes everything
            table
        })
    }
}

/// `3 (reset 1, slow 2)`.
fn with_causes(total: u32, causes: &BTreeMap<String, u32>) -> String {
    let causes: Vec<_> = causes.iter().map(|(name, count)| format!("{name} {count}")).collect();
    if causes.is_empty() { total.to_string() } else { format!("{total} ({})", causes.join(", ")) }
}

/// Adds one to a count.
pub(super) fn count(counts: &mut BTreeMap<String, u32>, name: &str) {
    *counts.entry(name.to_owned()).or_default() += 1;
}
