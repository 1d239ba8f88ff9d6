//! The issued tokens, with their holders, permissions and periods of validity.

use std::collections::HashMap;

use super::powers::Powers;
use super::sessions::Sessions;
use crate::platform::Context;

#[derive(Clone)]
pub(super) struct Issued {
    pub(super) holder: Holder,
    pub(super) tool: String,
    pub(super) powers: Powers,
    /// The works to which the token is narrowed; `None` if it is not.
    pub(super) works: Option<Vec<u64>>,
    pub(super) created_ms: i64,
    pub(super) valid_from_ms: i64,
    pub(super) expires_ms: i64,
}

/// The party that a token acts for.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// The tool itself.
    Tool,
    /// A seat, by its id.
    Seat(String),
    /// The sample smith, with the granted scopes and the session's family.
    Smith { family: u64, scopes: Vec<String> },
}

impl Issued {
    /// A token that is issued now and not narrowed.
    pub(super) fn new(holder: Holder, tool: String, life_ms: i64, context: &Context) -> Self {
        Self {
            holder,
            tool,
            powers: Powers::new(),
            works: None,
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

    /// Replaces a token.
    pub(super) fn replace(&mut self, old: &str, new: &str, issued: Issued) {
        self.issued.remove(old);
        self.sessions.replace_slip(old, new, issued.expires_ms);
        self.keep(new, issued);
    }

    /// Ends a token of any kind.
    pub(super) fn forget(&mut self, token: &str) {
        self.issued.remove(token);
        self.sessions.take(token);
    }

    pub(super) fn forget_seat(&mut self, id: &str) {
        self.issued.retain(|_, it| !matches!(&it.holder, Holder::Seat(own) if own == id));
    }

    /// All tokens of users of a tool, refresh tokens included.
    pub(super) fn forget_smiths_of(&mut self, tool: &str) {
        self.issued.retain(|_, it| it.tool != tool || !matches!(it.holder, Holder::Smith { .. }));
        self.sessions.forget_tool(tool);
    }

    /// Revokes every token of one consent.
    pub(super) fn forget_family(&mut self, family: u64) {
        let is_of =
            |it: &Issued| matches!(it.holder, Holder::Smith { family: own, .. } if own == family);
        self.issued.retain(|_, it| !is_of(it));
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

    /// Whether `token` is not valid yet.
    pub(super) fn is_early(&self, token: &str, now_ms: i64) -> bool {
        self.issued.get(token).is_some_and(|it| now_ms < it.valid_from_ms)
    }
}
