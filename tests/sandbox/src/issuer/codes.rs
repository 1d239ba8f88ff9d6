//! Authorization codes: used once, and remembered, so that the tokens of a code that is used again can be revoked.

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
    /// The family of the tokens that were issued for it.
    family: Option<u64>,
}

/// The state of a code that is exchanged.
pub(super) enum Redemption {
    First(Box<AuthorizationRequest>),
    /// The code was used before, for this family of tokens.
    Again(u64),
    Expired,
}

impl Codes {
    pub(super) fn issue(&mut self, authorization: AuthorizationRequest, expires_ms: i64) -> String {
        let code = secrets::alphanumeric("isc_", 40);
        self.issued.insert(code.clone(), Code { authorization, expires_ms, family: None });
        code
    }

    /// Marks a code of this client as used for `family`, even if the request fails. `None` if there is no such code.
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
