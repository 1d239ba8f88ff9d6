//! The issued tokens, with their holders, permissions and periods of validity.

use std::collections::HashMap;

use super::Realm;
use super::seed::Subject;
use super::sessions::Sessions;
use crate::platform::Context;
use crate::secrets;

/// The authorization of a client.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) realm: Realm,
    pub(super) client: &'static str,
    pub(super) subject: Subject,
    pub(super) scopes: Vec<String>,
}

impl Grant {
    pub(super) fn is_of(&self, client: &str, realm: Realm) -> bool {
        self.client == client && self.realm == realm
    }
}

#[derive(Clone)]
pub(super) struct Issued {
    pub(super) grant: Grant,
    /// The tokens of one consent are a family; a service account's token has none.
    pub(super) family: Option<u64>,
    pub(super) id: String,
    pub(super) created_ms: i64,
    pub(super) valid_from_ms: i64,
    pub(super) expires_ms: i64,
}

impl Issued {
    /// A token that is issued now.
    pub(super) fn new(grant: Grant, family: Option<u64>, life_ms: i64, context: &Context) -> Self {
        Self {
            grant,
            family,
            id: secrets::token(""),
            created_ms: context.now_ms,
            valid_from_ms: context.now_ms.saturating_add(context.token_lag_ms),
            expires_ms: context.now_ms.saturating_add(life_ms),
        }
    }
}

#[derive(Default)]
pub(super) struct Tokens {
    issued: HashMap<String, Issued>,
    pub(super) sessions: Sessions,
}

impl Tokens {
    pub(super) fn keep(&mut self, token: &str, issued: Issued) {
        self.issued.insert(token.to_owned(), issued);
    }

    /// Ends one access token.
    pub(super) fn forget(&mut self, token: &str) {
        self.issued.remove(token);
    }

    /// Revokes every token of one consent.
    pub(super) fn forget_family(&mut self, family: u64) {
        self.issued.retain(|_, it| it.family != Some(family));
        self.sessions.forget_family(family);
    }

    /// All tokens except refresh tokens.
    pub(super) fn forget_all(&mut self) {
        self.issued.clear();
    }

    /// The record of a token; `None` if it is unknown, expired or not valid yet.
    pub(super) fn find(&self, token: &str, now_ms: i64) -> Option<&Issued> {
        let issued = self.issued.get(token)?;
        (issued.valid_from_ms..issued.expires_ms).contains(&now_ms).then_some(issued)
    }
}
