//! The tokens that were issued, whose they are, what they may do, from when to when they work.

use std::collections::HashMap;

use super::powers::Powers;
use super::sessions::Sessions;
use crate::platform::Context;

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
    /// The sample smith, who let it do so much in one of the sessions that began with a consent.
    Smith { family: u64, scopes: Vec<String> },
}

impl Issued {
    /// A token that is issued now and is not narrowed.
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

    /// A new token in the place of an old one.
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

    /// Everything that smiths let a tool do.
    pub(super) fn forget_smiths_of(&mut self, tool: &str) {
        self.issued.retain(|_, it| it.tool != tool || !matches!(it.holder, Holder::Smith { .. }));
        self.sessions.forget_tool(tool);
    }

    /// Every token that came from one consent.
    pub(super) fn forget_family(&mut self, family: u64) {
        let is_of =
            |it: &Issued| matches!(it.holder, Holder::Smith { family: own, .. } if own == family);
        self.issued.retain(|_, it| !is_of(it));
        self.sessions.forget_family(family);
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
