//! The app's own JWT (RFC 7519, signed RS256): a pure function of claims, signer and time.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{
    auth::signer::Signer,
    error::{Error, ErrorKind, Result},
    secret::Secret,
    time::Timestamp,
    token::{Token, TokenKind},
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
        let expires_at = Timestamp::from_secs(now.after(self.lifetime).as_secs());
        let claims = Claims {
            iat: now.before(self.back_date).as_secs(),
            exp: expires_at.as_secs(),
            iss: &self.issuer,
            extra: &self.extra_claims,
        };
        let claims = json(&claims)?;
        let header = header(signer.key_id())?;
        let message = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let signature = signer.sign(message.as_bytes())?;
        if !SIGNATURE_BYTES.contains(&signature.len()) {
            return Err(no_signature(signature.len()));
        }
        let jwt = Secret::new(format!("{message}.{}", encode(&signature)));
        Ok(Token::builder(TokenKind::Jwt, jwt)
            .scheme(&self.authorization_scheme)
            .expires_at(Some(expires_at))
            .claims(claims)
            .build())
    }
}

/// Whether a JWT that was made with this lifetime can be used again at `now`.
pub(crate) fn is_reusable(jwt: &Token, lifetime: Duration, now: Timestamp) -> bool {
    // After the clock was set back, a JWT made before that lies in the future.
    let made_by_now = jwt.expires_at().is_some_and(|at| at <= now.after(lifetime));
    made_by_now && jwt.lives_past(now.after(MARGIN))
}

fn no_signature(len: usize) -> Error {
    Error::new(ErrorKind::Callback, format!("the signer returned a signature of {len} bytes"))
        .advise("An RS256 signature has as many bytes as the RSA key's modulus: 256 for 2048 bits.")
}

/// The JOSE header with its members in alphabetical order, as most peers write it.
fn header(key_id: Option<String>) -> Result<String> {
    let header = Header { kid: key_id, ..Header::new(Algorithm::RS256) };
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
const MARGIN: Duration = Duration::from_secs(60);

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

    #[test]
    fn a_jwt_is_reused_until_a_minute_before_it_expires() {
        let jwt = rules().sign(&Echo, NOON).unwrap();
        let later = |secs| NOON.after(Duration::from_secs(secs));
        assert!(is_reusable(&jwt, LIFE, NOON) && is_reusable(&jwt, LIFE, later(479)));
        assert!(!is_reusable(&jwt, LIFE, later(480)));
    }

    #[test]
    fn a_jwt_from_the_future_is_not_reused() {
        let jwt = rules().sign(&Echo, NOON).unwrap();
        assert!(!is_reusable(&jwt, LIFE, NOON.before(Duration::from_secs(1))));
    }
}
