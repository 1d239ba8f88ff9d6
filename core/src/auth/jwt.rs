//! The app's own JWT (RFC 7519, signed RS256): a pure function of claims, signer and time.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{
    auth::signer::Signer,
    error::{Error, ErrorKind, Result},
    http::clock_offset::is_near,
    platform::oauth::KeyIdMember,
    secret::Secret,
    time::{ClockReading, Expiry, Timestamp},
    token::{Token, TokenBuilder, TokenKind},
};

/// The claims and lifetime of an app's JWTs.
#[derive(Clone, Debug)]
pub struct JwtRules {
    /// The `iss` claim: the app's id or client id.
    pub issuer: Issuer,
    /// The distance of `iat` into the past, in case this machine's clock is ahead; default 60 s.
    pub back_date: Duration,
    /// The distance of `exp` into the future; default 540 s.
    pub lifetime: Duration,
    /// Further claims that the platform requires.
    pub extra_claims: BTreeMap<String, Value>,
    /// The word before the JWT in `Authorization`; `Bearer` on most platforms.
    pub authorization_scheme: String,
    /// The header's member that holds the signer's key id; default `kid`.
    pub key_id_member: KeyIdMember,
}

/// The `iss` claim, in the JSON type that the platform reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Issuer {
    /// A JSON number.
    Integer(u64),
    /// A JSON string.
    Text(String),
}

#[derive(Serialize)]
struct Claims<'a> {
    iat: i64,
    exp: i64,
    iss: &'a Issuer,
    #[serde(flatten, serialize_with = "in_order")]
    extra: &'a BTreeMap<String, Value>,
}

impl JwtRules {
    /// A JWT made at `now`.
    ///
    /// # Errors
    /// Those of the signer.
    pub fn sign(&self, signer: &dyn Signer, now: Timestamp) -> Result<Token> {
        let (jwt, expires_at) = self.signed(signer, now)?;
        Ok(jwt.expires_at(Some(expires_at)).build())
    }

    /// A JWT made for a platform whose clock is so many milliseconds ahead of ours.
    pub(crate) fn sign_for(
        &self,
        signer: &dyn Signer,
        now: ClockReading,
        offset_ms: i64,
    ) -> Result<Token> {
        let (jwt, at) = self.signed(signer, now.wall().shifted(offset_ms))?;
        let life_ms = at.as_millis() - now.wall_ms.saturating_add(offset_ms);
        Ok(jwt.expiry(Some(Expiry { at, end: now.shifted(life_ms) })).build())
    }

    fn signed(&self, signer: &dyn Signer, now: Timestamp) -> Result<(TokenBuilder, Timestamp)> {
        let expires_at = Timestamp::from_secs(now.after(self.lifetime).as_secs());
        let claims = Claims {
            iat: now.before(self.back_date).as_secs(),
            exp: expires_at.as_secs(),
            iss: &self.issuer,
            extra: &self.extra_claims,
        };
        let claims = json(&claims)?;
        let header = header(self.key_id_member, signer.key_id())?;
        let message = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let signature = signer.sign(message.as_bytes())?;
        if !SIGNATURE_BYTES.contains(&signature.len()) {
            return Err(no_signature(signature.len()));
        }
        let jwt = Secret::new(format!("{message}.{}", encode(&signature)));
        let jwt = Token::builder(TokenKind::Jwt, jwt);
        Ok((jwt.scheme(&self.authorization_scheme).claims(claims), expires_at))
    }
}

/// Whether a JWT that was made with this lifetime can be used again, on a platform whose clock is so
/// many milliseconds ahead of ours.
pub(crate) fn is_reusable(
    jwt: &Token,
    lifetime: Duration,
    offset_ms: i64,
    now: ClockReading,
) -> bool {
    let Some(Expiry { at, end }) = jwt.expiry() else { return false };
    let is_made_by_offset = is_near(at.as_millis().saturating_sub(end.wall_ms), offset_ms);
    // After the wall clock was set back, a JWT made before that lies in the future.
    let is_made_by_now = end.wall() <= now.wall().after(lifetime);
    let is_long_enough = jwt.is_alive(now.shifted(MARGIN_MS));
    is_made_by_offset && is_made_by_now && is_long_enough
}

fn no_signature(len: usize) -> Error {
    Error::new(ErrorKind::Callback, format!("the signer returned a signature of {len} bytes"))
        .advise("An RS256 signature (RSASSA-PKCS1-v1_5, SHA-256) has as many bytes as the RSA key's modulus: 256 for 2048 bits. ECDSA, Ed25519 and HMAC have fewer.")
}

/// The JOSE header with its members in alphabetical order, as most peers write it.
fn header(member: KeyIdMember, key_id: Option<String>) -> Result<String> {
    let plain = Header::new(Algorithm::RS256);
    let header = match member {
        KeyIdMember::Kid => Header { kid: key_id, ..plain },
        KeyIdMember::CertificateHash => Header { x5t_s256: key_id, ..plain },
    };
    let value = serde_json::to_value(header).map_err(|e| unwritable(&e))?;
    let members: BTreeMap<String, Value> =
        serde_json::from_value(value).map_err(|e| unwritable(&e))?;
    json(&members)
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("the JWT could not be written: {error}"))
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn in_order<S: Serializer>(
    extra: &BTreeMap<String, Value>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(extra)
}

/// Of RSA keys from 2048 to 8192 bits.
const SIGNATURE_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;
/// Long enough for the request that the JWT is put into, with its retries.
const MARGIN_MS: i64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_secs(43_200);
    const LIFE: Duration = Duration::from_secs(540);

    #[derive(Debug)]
    struct Echo;

    impl Signer for Echo {
        fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
            Ok([message.len().to_be_bytes(); 32].concat())
        }
    }

    fn rules() -> JwtRules {
        JwtRules {
            issuer: Issuer::Integer(1),
            back_date: Duration::from_secs(60),
            lifetime: LIFE,
            extra_claims: BTreeMap::from([("alg".to_owned(), "RS256".into())]),
            authorization_scheme: "Bearer".to_owned(),
            key_id_member: KeyIdMember::Kid,
        }
    }

    #[test]
    fn claims_come_in_their_order_and_extras_last() {
        let jwt = rules().sign(&Echo, NOON).unwrap();
        let claims = r#"{"iat":43140,"exp":43740,"iss":1,"alg":"RS256"}"#;
        assert_eq!(jwt.claims(), Some(claims));
        assert!(
            jwt.reveal().starts_with(&format!("{}.", encode(br#"{"alg":"RS256","typ":"JWT"}"#)))
        );
        assert_eq!(jwt.expires_at(), Some(Timestamp::from_secs(43_740)));
    }

    #[derive(Debug)]
    struct Mute;

    impl Signer for Mute {
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn an_empty_signature_is_not_sent() {
        assert_eq!(rules().sign(&Mute, NOON).unwrap_err().kind(), ErrorKind::Callback);
    }

    /// Noon by the wall clock and these seconds later by each clock.
    fn at(wall_s: i64, monotonic_s: i64) -> ClockReading {
        let wall_ms = NOON.as_millis() + wall_s * 1000;
        ClockReading { wall_ms, monotonic_ms: monotonic_s * 1000 }
    }

    #[test]
    fn a_jwt_is_reused_until_a_minute_before_it_expires_by_either_clock() {
        let offset_ms = 7_200_400;
        let jwt = rules().sign_for(&Echo, at(0, 0), offset_ms).unwrap();
        assert_eq!(jwt.expires_at(), Some(at(7740, 0).wall()));
        for (wall_s, monotonic_s, expected, why) in [
            (479, 479, true, "a minute and more is left"),
            (480, 480, false, "a minute is left"),
            (300, 480, false, "the wall clock was set back by three minutes"),
            (480, 300, false, "the wall clock was set ahead by three minutes"),
            (-1, 10, false, "the wall clock was set back to before it was made"),
        ] {
            let now = at(wall_s, monotonic_s);
            assert_eq!(is_reusable(&jwt, LIFE, offset_ms, now), expected, "{why}");
        }
    }

    #[test]
    fn a_jwt_is_made_anew_when_the_offset_changes_by_a_second() {
        let jwt = rules().sign_for(&Echo, at(0, 0), 800_000).unwrap();
        let reused = |offset_ms| is_reusable(&jwt, LIFE, offset_ms, at(1, 1));
        assert!(reused(800_999) && !reused(801_000) && !reused(0));
    }
}
