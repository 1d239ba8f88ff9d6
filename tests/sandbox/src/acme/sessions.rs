//! Refresh tokens: the active one of each session, and those that were used before.

use std::collections::HashMap;

#[derive(Default)]
pub(super) struct Sessions {
    families: u64,
    active: HashMap<String, Session>,
    spent: HashMap<String, Spent>,
}

/// The session of an active refresh token.
pub(super) struct Session {
    /// The tokens of one consent are a family.
    pub(super) family: u64,
    pub(super) tool: String,
    pub(super) scopes: Vec<String>,
    /// The access token (slip) that was issued with it.
    pub(super) access_token: String,
    pub(super) access_expires_ms: i64,
    pub(super) expires_ms: i64,
}

/// A refresh token that was used.
pub(super) struct Spent {
    pub(super) family: u64,
    pub(super) tool: String,
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

    pub(super) fn active(&self, refresh_token: &str) -> Option<&Session> {
        self.active.get(refresh_token)
    }

    pub(super) fn spent(&self, refresh_token: &str) -> Option<&Spent> {
        self.spent.get(refresh_token)
    }

    /// Removes the session of a refresh token, which is invalid afterwards even if the request fails.
    pub(super) fn take(&mut self, refresh_token: &str) -> Option<Session> {
        self.active.remove(refresh_token)
    }

    pub(super) fn note_spent(&mut self, refresh_token: &str, spent: Spent) {
        self.spent.insert(refresh_token.to_owned(), spent);
    }

    /// Replaces the access token of a session.
    pub(super) fn replace_slip(&mut self, old: &str, new: &str, expires_ms: i64) {
        for session in self.active.values_mut().filter(|it| it.access_token == old) {
            new.clone_into(&mut session.access_token);
            session.access_expires_ms = expires_ms;
        }
    }

    pub(super) fn forget_family(&mut self, family: u64) {
        self.active.retain(|_, it| it.family != family);
    }

    pub(super) fn forget_tool(&mut self, tool: &str) {
        self.active.retain(|_, it| it.tool != tool);
    }
}
