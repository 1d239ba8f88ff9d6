//! The issued tokens, with their holders and periods of validity.

use std::collections::HashMap;

use crate::secrets;

/// The party that a token acts for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// An installation, by its id.
    Installation(u64),
    /// The sample user.
    User,
}

#[derive(Default)]
pub(super) struct Tokens {
    issued: HashMap<String, Issued>,
}

struct Issued {
    holder: Holder,
    valid_from_ms: i64,
    expires_ms: i64,
}

impl Tokens {
    pub(super) fn issue(
        &mut self,
        prefix: &str,
        holder: Holder,
        valid_from_ms: i64,
        expires_ms: i64,
    ) -> String {
        let token = secrets::token(prefix);
        self.issued.insert(token.clone(), Issued { holder, valid_from_ms, expires_ms });
        token
    }

    pub(super) fn forget(&mut self, token: &str) {
        self.issued.remove(token);
    }

    pub(super) fn forget_installation(&mut self, id: u64) {
        self.issued.retain(|_, it| it.holder != Holder::Installation(id));
    }

    pub(super) fn forget_all(&mut self) {
        self.issued.clear();
    }

    /// The holder of a token; `None` if the token is unknown, expired or not valid yet.
    pub(super) fn holder(&self, token: &str, now_ms: i64) -> Option<Holder> {
        let issued = self.issued.get(token)?;
        let works = (issued.valid_from_ms..issued.expires_ms).contains(&now_ms);
        works.then_some(issued.holder)
    }
}
