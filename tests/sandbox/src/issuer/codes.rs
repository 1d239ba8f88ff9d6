//! Authorization codes: good once, and remembered, so that what came of one can be ended.

use std::collections::HashMap;

use super::Realm;
use super::authorize::Consented;
use crate::secrets;

#[derive(Default)]
pub(super) struct Codes {
    issued: HashMap<String, Code>,
}

struct Code {
    consented: Consented,
    expires_ms: i64,
    /// The tokens that came of it.
    family: Option<u64>,
}

/// What a code is when it is shown.
pub(super) enum Shown {
    Good(Box<Consented>),
    /// It was shown before, and these tokens came of that.
    Again(u64),
    Expired,
}

impl Codes {
    pub(super) fn issue(&mut self, consented: Consented, expires_ms: i64) -> String {
        let code = secrets::alphanumeric("isc_", 40);
        self.issued.insert(code.clone(), Code { consented, expires_ms, family: None });
        code
    }

    /// What one of a client's codes is; whatever is made of it, it is spent, and `family` came of it.
    pub(super) fn spend(
        &mut self,
        code: &str,
        (client, realm): (&str, Realm),
        family: u64,
        now_ms: i64,
    ) -> Option<Shown> {
        let code = self.issued.get_mut(code)?;
        if !code.consented.grant.is_of(client, realm) {
            return None;
        }
        Some(match code.family.replace(family) {
            Some(before) => Shown::Again(before),
            None if now_ms >= code.expires_ms => Shown::Expired,
            None => Shown::Good(Box::new(code.consented.clone())),
        })
    }
}
