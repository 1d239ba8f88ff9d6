//! The issued tokens, with their holders and periods of validity.

use std::collections::HashMap;

use crate::secrets;

/// The party that a token acts for.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// The app itself, by its id.
    App(String),
    /// An installation, by its id.
    Installation(String),
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
    /// `crs_` and 48 hexadecimal digits.
    pub(super) fn issue(&mut self, holder: Holder, valid_from_ms: i64, expires_ms: i64) -> String {
        let token = secrets::hexadecimal("crs_", 48);
        self.issued.insert(token.clone(), Issued { holder, valid_from_ms, expires_ms });
        token
    }

    pub(super) fn forget(&mut self, token: &str) {
        self.issued.remove(token);
    }

    pub(super) fn forget_installation(&mut self, id: &str) {
        self.issued.retain(|_, it| !matches!(&it.holder, Holder::Installation(own) if own == id));
    }

    pub(super) fn forget_all(&mut self) {
        self.issued.clear();
    }

    /// The holder of a token; `None` if the token is unknown, expired or not valid yet.
    pub(super) fn holder(&self, token: &str, now_ms: i64) -> Option<&Holder> {
        let issued = self.issued.get(token)?;
        let works = (issued.valid_from_ms..issued.expires_ms).contains(&now_ms);
        works.then_some(&issued.holder)
    }
}
