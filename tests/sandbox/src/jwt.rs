//! Verifies the JWT with which a program authenticates as an app.
//!
//! The error messages are GitHub's, taken from public bug reports; the other platforms document none. All platforms use RS256
//! and the same claims, and differ in the form of `iss` and in how far ahead `exp` may be.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::keys::PublicKey;

/// Verifies an assertion and returns its issuer.
///
/// `keys_of` returns the keys that are registered for an issuer, or `None` if there is no such app.
pub(crate) fn verify<'k>(
    assertion: &str,
    now_ms: i64,
    rules: &Rules,
    keys_of: impl Fn(&str) -> Option<&'k [PublicKey]>,
) -> Result<String, Refusal> {
    let decoded = Assertion::decode(assertion).ok_or(Refusal::Undecodable)?;
    let issuer = decoded.issuer(rules.issuer)?;
    let keys = keys_of(&issuer).ok_or(Refusal::UnknownIssuer)?;
    decoded.check_signature(keys)?;
    decoded.check_times(now_ms.div_euclid(1000), rules.max_lifetime_s)?;
    let is_present = |(name, value): &(&str, Value)| decoded.claims.get(*name) == Some(value);
    rules.claims.iter().all(is_present).then_some(issuer).ok_or(Refusal::MissingClaim)
}

/// The rules of a platform for an assertion.
pub(crate) struct Rules {
    /// How far `exp` may be ahead of the platform's clock, in seconds.
    pub(crate) max_lifetime_s: i64,
    pub(crate) issuer: Issuer,
    /// Further claims that the assertion must have.
    pub(crate) claims: Vec<(&'static str, Value)>,
}

/// The allowed forms of `iss`.
#[derive(Clone, Copy)]
pub(crate) enum Issuer {
    /// A string.
    Text,
    /// An app id as an integer or as a string of digits, or a client id.
    IntegerOrText,
    /// An app id as an integer, or a client id.
    IntegerOrClientId,
    /// A client id: an integer if it is made of digits, or else a string.
    IntegerIfDigits,
}

/// An assertion that was decoded, but not verified.
pub(crate) struct Assertion<'a> {
    signed: &'a str,
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    signature: Vec<u8>,
}

impl<'a> Assertion<'a> {
    /// Decodes three parts of base64url. `None` if that fails or the algorithm is not RS256.
    pub(crate) fn decode(assertion: &'a str) -> Option<Self> {
        let (signed, signature) = assertion.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = json_part(header)?;
        (header.get("alg")? == "RS256").then_some(())?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self { signed, header, claims: json_part(claims)?, signature })
    }

    fn issuer(&self, form: Issuer) -> Result<String, Refusal> {
        let issuer = self.claims.get("iss").ok_or(Refusal::NoIssuer)?;
        match (form, issuer) {
            (Issuer::Text, issuer) => {
                issuer.as_str().map(str::to_owned).ok_or(Refusal::IssuerNotString)
            }
            (_, Value::Number(id)) => {
                id.as_u64().map(|id| id.to_string()).ok_or(Refusal::IssuerNotInteger)
            }
            (Issuer::IntegerOrText, Value::String(text)) if is_id(text) => Ok(text.clone()),
            (Issuer::IntegerIfDigits, Value::String(text)) if !is_id(text) => Ok(text.clone()),
            (_, Value::String(text)) if is_client_id(text) => Ok(text.clone()),
            _ => Err(Refusal::IssuerNotInteger),
        }
    }

    fn check_signature(&self, keys: &[PublicKey]) -> Result<(), Refusal> {
        if keys.is_empty() {
            return Err(Refusal::NoKey);
        }
        let verified = keys.iter().any(|key| self.is_signed_with(key));
        verified.then_some(()).ok_or(Refusal::ForeignKey)
    }

    pub(crate) fn is_signed_with(&self, key: &PublicKey) -> bool {
        key.verifies(self.signed.as_bytes(), &self.signature)
    }

    fn check_times(&self, now: i64, max_lifetime_s: i64) -> Result<(), Refusal> {
        let expires = self.seconds("exp").filter(|exp| *exp > now).ok_or(Refusal::Expired)?;
        if expires > now.saturating_add(max_lifetime_s) {
            return Err(Refusal::TooFarInTheFuture);
        }
        self.seconds("iat").filter(|iat| *iat <= now).map(|_| ()).ok_or(Refusal::IssuedInTheFuture)
    }

    fn seconds(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// Client ids of GitHub Apps begin with `Iv`: `Iv1.ab1112223334445c`, `Iv23liabcdefghijklmn`.
fn is_client_id(text: &str) -> bool {
    text.starts_with("Iv")
}

fn json_part(encoded: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

/// Why an assertion is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not three base64url parts, or not RS256.
    Undecodable,
    /// Signed with another key than the app's.
    ForeignKey,
    NoIssuer,
    IssuerNotString,
    IssuerNotInteger,
    UnknownIssuer,
    NoKey,
    Expired,
    TooFarInTheFuture,
    IssuedInTheFuture,
    /// One of the rules' further claims is missing or has another value.
    MissingClaim,
}

impl Refusal {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Undecodable | Self::ForeignKey => "A JSON web token could not be decoded",
            Self::NoIssuer => "Missing 'issuer' claim ('iss') in assertion",
            Self::IssuerNotString => "'Issuer' claim ('iss') must be a String",
            Self::IssuerNotInteger => "'Issuer' claim ('iss') must be an Integer",
            Self::UnknownIssuer => "Integration not found",
            Self::NoKey => "Integration must generate a public key",
            Self::Expired => {
                "'Expiration time' claim ('exp') must be a numeric value representing \
                 the future time at which the assertion expires"
            }
            Self::TooFarInTheFuture => "'Expiration time' claim ('exp') is too far in the future",
            Self::IssuedInTheFuture => {
                "'Issued at' claim ('iat') must be an Integer representing \
                 the time that the assertion was issued"
            }
            Self::MissingClaim => "Missing claim in assertion",
        }
    }
}
