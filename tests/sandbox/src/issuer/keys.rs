//! The sample's keys, and what is signed with them.

use serde_json::Value;

use crate::jwt::Assertion;
use crate::keys::PublicKey;

/// The first of them is `key-1`, the second `key-2`.
#[derive(Default)]
pub(super) struct Keys(Vec<PublicKey>);

impl Keys {
    pub(super) fn add(&mut self, key: PublicKey) {
        self.0.push(key);
    }

    pub(super) fn drop_all(&mut self) {
        self.0.clear();
    }

    /// Whether one of the keys made this, and the one that it names, if it names one.
    pub(super) fn signed(&self, assertion: &Assertion<'_>) -> bool {
        let named = assertion.header.get("kid");
        let numbered = (1..).zip(&self.0);
        numbered.into_iter().any(|(number, key)| {
            named.is_none_or(|kid| *kid == format!("key-{number}")) && assertion.is_signed_with(key)
        })
    }
}

/// A claim that is text.
pub(super) fn text<'a>(assertion: &'a Assertion<'_>, claim: &str) -> Option<&'a str> {
    assertion.claims.get(claim)?.as_str()
}

/// A claim that is a time in seconds, with a fraction or without.
pub(super) fn seconds(assertion: &Assertion<'_>, claim: &str) -> Option<f64> {
    assertion.claims.get(claim)?.as_f64()
}

/// Whether one of `audiences` is the claim, or among it.
pub(super) fn is_for(assertion: &Assertion<'_>, audiences: &[String]) -> bool {
    let is_one = |it: &Value| it.as_str().is_some_and(|it| audiences.iter().any(|own| own == it));
    match assertion.claims.get("aud") {
        Some(Value::Array(named)) => named.iter().any(is_one),
        Some(named) => is_one(named),
        None => false,
    }
}
