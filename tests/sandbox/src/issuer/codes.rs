//! Authorization codes: good once, and remembered, so that what came of one can be ended.

use std::collections::HashMap;

use super::Realm;
use super::authorize::AuthorizationRequest;
use crate::secrets;

#[derive(Default)]
pub(super) struct Codes {
    issued: HashMap<String, Code>,
}

struct Code {
    authorization: AuthorizationRequest,
    expires_ms: i64,
    /// The tokens that came of it.
    family: Option<u64>,
}

/// What a code is when it is shown.
pub(super) enum Redemption {
    First(Box<AuthorizationRequest>),
    /// It was shown before, and these tokens came of that.
    Again(u64),
    Expired,
}

impl Codes {
    pub(super) fn issue(&mut self, authorization: AuthorizationRequest, expires_ms: i64) -> String {
        let code = secrets::alphanumeric("isc_", 40);
        self.issued.insert(code.clone(), Code { authorization, expires_ms, family: None });
        code
    }

    /// What one of a client's codes is; whatever is made of it, it is spent, and `family` came of it.
    pub(super) fn spend(
        &mut self,
        code: &str,
        (client, realm): (&str, Realm),
        family: u64,
        now_ms: i64,
    ) -> Option<Redemption> {
        let code = self.issued.get_mut(code)?;
        if !code.authorization.grant.is_of(client, realm) {
            return None;
        }
        Some(match code.family.replace(family) {
            Some(before) => Redemption::Again(before),
            None if now_ms >= code.expires_ms => Redemption::Expired,
            None => Redemption::First(Box::new(code.authorization.clone())),
        })
    }
}
