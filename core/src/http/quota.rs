//! The quota of requests, as the platform's answers tell it. Nothing is sent to learn it.

use std::{collections::HashMap, fmt};

use crate::{
    tasks::{PerProcess, lock, sync::Mutex},
    time::Timestamp,
};

/// The quota of requests, as the platform's last answer told it.
///
/// Source: <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quota {
    /// The number of requests that are allowed in one period.
    pub limit: Option<u64>,
    /// The number of requests that are left.
    pub remaining: u64,
    /// When the quota is full again, by the platform's clock.
    pub reset_at: Option<Timestamp>,
    /// The kind of requests that it is for, such as `core`, on a platform that has several quotas.
    ///
    /// `None` if the platform has one quota.
    pub resource: Option<String>,
}

/// As in a log: `4999 of 5000 core requests left`.
impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.remaining)?;
        if let Some(limit) = self.limit {
            write!(f, " of {limit}")?;
        }
        if let Some(resource) = &self.resource {
            write!(f, " {resource}")?;
        }
        f.write_str(" requests left")
    }
}

/// Whose quota a request is counted in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum QuotaOwner {
    /// The app, by its JWT or a token of its own.
    App,
    /// An installation, by its id.
    Installation(String),
    /// A user, by the session's name.
    Session(String),
}

/// The last quota of each owner.
#[derive(Default)]
pub(crate) struct Quotas(PerProcess<Mutex<HashMap<QuotaOwner, Quota>>>);

impl Quotas {
    pub(crate) fn note(&self, owner: &QuotaOwner, quota: Quota) {
        let quotas = self.0.get_or_default();
        let mut quotas = lock(&quotas);
        if quotas.len() >= CAPACITY && !quotas.contains_key(owner) {
            quotas.clear();
        }
        quotas.insert(owner.clone(), quota);
    }

    pub(crate) fn of(&self, owner: &QuotaOwner) -> Option<Quota> {
        lock(&self.0.get_or_default()).get(owner).cloned()
    }
}

/// Beyond so many owners all are forgotten: each comes back with the next answer.
const CAPACITY: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(remaining: u64) -> Quota {
        Quota { limit: None, remaining, reset_at: None, resource: None }
    }

    #[test]
    fn each_owner_has_a_quota_of_its_own() {
        let quotas = Quotas::default();
        quotas.note(&QuotaOwner::App, quota(5));
        quotas.note(&QuotaOwner::Installation("14".into()), quota(7));
        quotas.note(&QuotaOwner::App, quota(4));
        assert_eq!(quotas.of(&QuotaOwner::App), Some(quota(4)));
        assert_eq!(quotas.of(&QuotaOwner::Installation("14".into())), Some(quota(7)));
        assert_eq!(quotas.of(&QuotaOwner::Session("14".into())), None);
    }

    #[test]
    fn a_quota_is_shown_as_far_as_it_is_known() {
        assert_eq!(quota(5).to_string(), "5 requests left");
        let core = Quota { limit: Some(9), resource: Some("core".into()), ..quota(5) };
        assert_eq!(core.to_string(), "5 of 9 core requests left");
    }
}
