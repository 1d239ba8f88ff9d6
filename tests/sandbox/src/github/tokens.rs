//! The issued tokens, with their holders, permissions and periods of validity.

use std::collections::HashMap;

use super::permissions::Permissions;
use crate::secrets;

#[derive(Clone)]
pub(super) struct Issued {
    pub(super) holder: Holder,
    pub(super) app: u64,
    pub(super) permissions: Permissions,
    /// The repositories to which the token is narrowed; `None` if it is not.
    pub(super) repositories: Option<Vec<u64>>,
    pub(super) created_ms: i64,
    pub(super) valid_from_ms: i64,
    /// `None` if the token is valid until it is revoked.
    pub(super) expires_ms: Option<i64>,
}

/// The party that a token acts for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// An installation, by its id.
    Installation(u64),
    /// The sample user, with the session's family.
    User { family: u64 },
}

#[derive(Default)]
pub(super) struct Tokens {
    issued: HashMap<String, Issued>,
}

impl Tokens {
    pub(super) fn keep(&mut self, token: &str, issued: Issued) {
        self.issued.insert(token.to_owned(), issued);
    }

    /// Revokes a token. False if there is no such token.
    pub(super) fn forget(&mut self, token: &str) -> bool {
        self.issued.remove(token).is_some()
    }

    pub(super) fn forget_installation(&mut self, id: u64) {
        self.issued.retain(|_, it| it.holder != Holder::Installation(id));
    }

    pub(super) fn forget_family(&mut self, family: u64) {
        self.issued.retain(|_, it| it.holder != Holder::User { family });
    }

    /// All tokens of users of an app.
    pub(super) fn forget_users_of(&mut self, app: u64) {
        self.issued.retain(|_, it| it.app != app || matches!(it.holder, Holder::Installation(_)));
    }

    pub(super) fn forget_all(&mut self) {
        self.issued.clear();
    }

    /// The record of a token; `None` if it is unknown, expired or not valid yet.
    pub(super) fn find(&self, token: &str, now_ms: i64) -> Option<&Issued> {
        let issued = self.issued.get(token)?;
        let works =
            issued.valid_from_ms <= now_ms && issued.expires_ms.is_none_or(|it| now_ms < it);
        works.then_some(issued)
    }
}

/// `ghs_` and 36 letters and digits, the form since 2021.
pub(super) fn classic_installation_token() -> String {
    secrets::alphanumeric("ghs_", 36)
}

/// `ghs_`, the app's id and a JWT, about 520 characters: the form since April 2026.
pub(super) fn stateless_installation_token(app: u64) -> String {
    let part = |letters| secrets::alphanumeric("", letters);
    format!("ghs_{app}_eyJ{}.eyJ{}.{}_-", part(33), part(130), part(340))
}

pub(super) fn user_token() -> String {
    secrets::alphanumeric("ghu_", 36)
}

pub(super) fn refresh_token() -> String {
    secrets::alphanumeric("ghr_", 76)
}
