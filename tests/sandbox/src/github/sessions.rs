//! Refresh tokens: the active one of each session, and those that were used before.
//!
//! <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens>

use std::collections::HashMap;

#[derive(Default)]
pub(super) struct Sessions {
    families: u64,
    active: HashMap<String, Session>,
    spent: HashMap<String, Spent>,
}

/// The session of an active refresh token.
#[derive(Clone)]
pub(super) struct Session {
    /// The tokens of one consent are a family.
    pub(super) family: u64,
    pub(super) app: u64,
    /// A session of the device flow is refreshed without a client secret.
    pub(super) from_device: bool,
    pub(super) access_token: String,
    pub(super) access_expires_ms: i64,
    pub(super) expires_ms: i64,
}

/// A refresh token that was used.
pub(super) struct Spent {
    pub(super) family: u64,
    pub(super) app: u64,
    pub(super) from_device: bool,
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

    /// Marks a refresh token as used, and remembers its successor.
    pub(super) fn spend(&mut self, refresh_token: &str, successor: &str, at_ms: i64) {
        if let Some(Session { family, app, from_device, .. }) = self.active.remove(refresh_token) {
            let successor = successor.to_owned();
            let spent = Spent { family, app, from_device, at_ms, successor };
            self.spent.insert(refresh_token.to_owned(), spent);
        }
    }

    /// Replaces the access token of a session.
    pub(super) fn replace_token(&mut self, old: &str, new: &str) {
        for session in self.active.values_mut().filter(|it| it.access_token == old) {
            new.clone_into(&mut session.access_token);
        }
    }

    pub(super) fn forget(&mut self, refresh_token: &str) {
        self.active.remove(refresh_token);
    }

    pub(super) fn forget_family(&mut self, family: u64) {
        self.active.retain(|_, it| it.family != family);
    }

    pub(super) fn forget_app(&mut self, app: u64) {
        self.active.retain(|_, it| it.app != app);
    }
}
