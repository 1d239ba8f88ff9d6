//! Refresh tokens: the active one of each session, and those that were used before.

use std::collections::HashMap;

use super::tokens::{Grant, Issued};

#[derive(Default)]
pub(super) struct Sessions {
    families: u64,
    active: HashMap<String, Session>,
    spent: HashMap<String, Spent>,
}

/// The session of an active refresh token.
pub(super) struct Session {
    pub(super) family: u64,
    pub(super) issued: Issued,
    /// The access token that was issued with it.
    pub(super) access: Minted,
}

/// The parts of an access token that a reply needs.
#[derive(Clone)]
pub(super) struct Minted {
    pub(super) token: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires_ms: i64,
}

/// A refresh token that was used.
pub(super) struct Spent {
    pub(super) family: u64,
    pub(super) grant: Grant,
    pub(super) at_ms: i64,
    /// The refresh token that replaced it.
    pub(super) successor: String,
}

impl Sessions {
    pub(super) fn new_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    pub(super) fn begin(&mut self, refresh_token: &str, session: Session) {
        self.active.insert(refresh_token.to_owned(), session);
    }

    /// The session of a refresh token; `None` if the token is unknown, used or expired.
    pub(super) fn active(&self, refresh_token: &str, now_ms: i64) -> Option<&Session> {
        self.active.get(refresh_token).filter(|it| now_ms < it.issued.expires_ms)
    }

    pub(super) fn spent(&self, refresh_token: &str) -> Option<&Spent> {
        self.spent.get(refresh_token)
    }

    pub(super) fn spend(&mut self, refresh_token: &str, spent: Spent) {
        self.active.remove(refresh_token);
        self.spent.insert(refresh_token.to_owned(), spent);
    }

    pub(super) fn forget_family(&mut self, family: u64) {
        self.active.retain(|_, it| it.family != family);
    }
}
