//! The assertion with which a program proves that it is the app: decoded, its signature verified, its claims checked.
//!
//! The refusals' wordings are GitHub's, recorded in public bug reports; the other platforms document none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::keys::PublicKey;

/// The issuer of a valid assertion.
///
/// `keys_of` answers the keys registered for an app, or nothing when there is no such app.
pub(crate) fn verify<'k>(
    assertion: &str,
    now_ms: i64,
    keys_of: impl Fn(&str) -> Option<&'k [PublicKey]>,
) -> Result<String, Refusal> {
    let decoded = Assertion::decode(assertion).ok_or(Refusal::Undecodable)?;
    let issuer = decoded.issuer()?;
    let keys = keys_of(issuer).ok_or(Refusal::UnknownIssuer)?;
    decoded.check_signature(keys)?;
    decoded.check_times(now_ms.div_euclid(1000))?;
    Ok(issuer.to_owned())
}

struct Assertion<'a> {
    signed: &'a str,
    claims: Map<String, Value>,
    signature: Vec<u8>,
}

impl<'a> Assertion<'a> {
    fn decode(assertion: &'a str) -> Option<Self> {
        let (signed, signature) = assertion.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = json_part(header)?;
        (header.get("alg")? == "RS256").then_some(())?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self { signed, claims: json_part(claims)?, signature })
    }

    fn issuer(&self) -> Result<&str, Refusal> {
        let issuer = self.claims.get("iss").ok_or(Refusal::NoIssuer)?;
        issuer.as_str().ok_or(Refusal::IssuerNotString)
    }

    fn check_signature(&self, keys: &[PublicKey]) -> Result<(), Refusal> {
        if keys.is_empty() {
            return Err(Refusal::NoKey);
        }
        let signed = self.signed.as_bytes();
        let verified = keys.iter().any(|key| key.verifies(signed, &self.signature));
        verified.then_some(()).ok_or(Refusal::Undecodable)
    }

    fn check_times(&self, now: i64) -> Result<(), Refusal> {
        let expires = self.seconds("exp").filter(|exp| *exp > now).ok_or(Refusal::Expired)?;
        if expires > now + LONGEST_LIFE_S + DRIFT_S {
            return Err(Refusal::TooFarInTheFuture);
        }
        self.seconds("iat").filter(|iat| *iat <= now).map(|_| ()).ok_or(Refusal::IssuedInTheFuture)
    }

    fn seconds(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }
}

fn json_part(encoded: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

/// Why an assertion proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not three base64url parts, not RS256, or signed with a key that is not the app's.
    Undecodable,
    NoIssuer,
    IssuerNotString,
    UnknownIssuer,
    NoKey,
    Expired,
    TooFarInTheFuture,
    IssuedInTheFuture,
}

impl Refusal {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Undecodable => "A JSON web token could not be decoded",
            Self::NoIssuer => "Missing 'issuer' claim ('iss') in assertion",
            Self::IssuerNotString => "'Issuer' claim ('iss') must be a String",
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
        }
    }
}

// docs.atomgit.com/app/demo: the sample is issued 60 s in the past and expires in 600 s.
const LONGEST_LIFE_S: i64 = 600;
const DRIFT_S: i64 = 60;
