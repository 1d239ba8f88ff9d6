//! The tokens that were issued, whose they are, what they may do, from when to when they work; and the refresh tokens.

use std::collections::HashMap;

use super::powers::Powers;
use crate::platform::Visit;

#[derive(Clone)]
pub(super) struct Issued {
    pub(super) holder: Holder,
    pub(super) tool: String,
    pub(super) powers: Powers,
    /// The works it was narrowed to; nothing when it was not.
    pub(super) works: Option<Vec<u64>>,
    pub(super) created_ms: i64,
    pub(super) valid_from_ms: i64,
    pub(super) expires_ms: i64,
}

/// For whom a token acts.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// The tool itself.
    Tool,
    /// A seat, by its id.
    Seat(String),
    /// The sample smith, who let it do so much.
    Smith { scopes: Vec<String> },
}

impl Issued {
    /// A token that is issued now and is not narrowed.
    pub(super) fn new(holder: Holder, tool: String, life_ms: i64, visit: &Visit) -> Self {
        Self {
            holder,
            tool,
            powers: Powers::new(),
            works: None,
            created_ms: visit.now_ms,
            valid_from_ms: visit.now_ms.saturating_add(visit.token_lag_ms),
            expires_ms: visit.now_ms.saturating_add(life_ms),
        }
    }
}

/// What a refresh token stands for.
pub(super) struct Session {
    pub(super) tool: String,
    /// The access token that ends with it.
    pub(super) access_token: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires_ms: i64,
}

#[derive(Default)]
pub(super) struct Tokens {
    issued: HashMap<String, Issued>,
    sessions: HashMap<String, Session>,
}

impl Tokens {
    pub(super) fn keep(&mut self, token: &str, issued: Issued) {
        self.issued.insert(token.to_owned(), issued);
    }

    pub(super) fn begin(&mut self, refresh_token: &str, session: Session) {
        self.sessions.insert(refresh_token.to_owned(), session);
    }

    /// What a refresh token stood for: it is shown once.
    pub(super) fn spend(&mut self, refresh_token: &str, now_ms: i64) -> Option<Session> {
        self.sessions.remove(refresh_token).filter(|it| now_ms < it.expires_ms)
    }

    /// The session whose access token was replaced goes on with the new one.
    pub(super) fn replace(&mut self, old: &str, new: &str) {
        self.issued.remove(old);
        for session in self.sessions.values_mut().filter(|it| it.access_token == old) {
            new.clone_into(&mut session.access_token);
        }
    }

    /// Ends a token of any kind.
    pub(super) fn forget(&mut self, token: &str) {
        self.issued.remove(token);
        self.sessions.remove(token);
    }

    pub(super) fn forget_seat(&mut self, id: &str) {
        self.issued.retain(|_, it| !matches!(&it.holder, Holder::Seat(own) if own == id));
    }

    /// Everything that smiths let a tool do.
    pub(super) fn forget_smiths_of(&mut self, tool: &str) {
        self.issued.retain(|_, it| it.tool != tool || !matches!(it.holder, Holder::Smith { .. }));
        self.sessions.retain(|_, it| it.tool != tool);
    }

    /// All but the refresh tokens.
    pub(super) fn forget_all(&mut self) {
        self.issued.clear();
    }

    /// What `token` is now; nothing when it is unknown, expired or not valid yet.
    pub(super) fn find(&self, token: &str, now_ms: i64) -> Option<&Issued> {
        let issued = self.issued.get(token)?;
        (issued.valid_from_ms..issued.expires_ms).contains(&now_ms).then_some(issued)
    }

    /// Whether `token` is not valid yet.
    pub(super) fn is_early(&self, token: &str, now_ms: i64) -> bool {
        self.issued.get(token).is_some_and(|it| now_ms < it.valid_from_ms)
    }
}
