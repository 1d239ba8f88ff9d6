//! The sample keys, and the claims of assertions.

use serde_json::Value;

use crate::jwt::Assertion;
use crate::keys::PublicKey;

/// The key ids are `key-1`, `key-2` and so on.
#[derive(Default)]
pub(super) struct Keys(Vec<PublicKey>);

impl Keys {
    pub(super) fn add(&mut self, key: PublicKey) {
        self.0.push(key);
    }

    pub(super) fn drop_all(&mut self) {
        self.0.clear();
    }

    /// Whether one of the keys signed this assertion; the one with its `kid`, if it has one.
    pub(super) fn signed(&self, assertion: &Assertion<'_>) -> bool {
        let named = assertion.header.get("kid");
        let numbered = (1..).zip(&self.0);
        numbered.into_iter().any(|(number, key)| {
            named.is_none_or(|kid| *kid == format!("key-{number}")) && assertion.is_signed_with(key)
        })
    }
}

/// A string claim.
pub(super) fn text<'a>(assertion: &'a Assertion<'_>, claim: &str) -> Option<&'a str> {
    assertion.claims.get(claim)?.as_str()
}

/// A claim with a time in seconds, possibly with a fraction.
pub(super) fn seconds(assertion: &Assertion<'_>, claim: &str) -> Option<f64> {
    assertion.claims.get(claim)?.as_f64()
}

/// Whether the claim `aud` is, or contains, one of `audiences`.
pub(super) fn is_for(assertion: &Assertion<'_>, audiences: &[String]) -> bool {
    let is_one = |it: &Value| it.as_str().is_some_and(|it| audiences.iter().any(|own| own == it));
    match assertion.claims.get("aud") {
        Some(Value::Array(named)) => named.iter().any(is_one),
        Some(named) => is_one(named),
        None => false,
    }
}
