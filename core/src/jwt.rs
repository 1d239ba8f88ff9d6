//! The app's own JWT (RFC 7519, signed RS256): a pure function of claims, signer and time.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
    signer::Signer,
    time::Timestamp,
    token::{Token, TokenKind},
};

/// How JWTs of an app are made.
#[derive(Clone, Debug)]
pub struct JwtRules {
    /// Who signs: the app's id or client id.
    pub issuer: Issuer,
    /// How far `iat` lies back, against a clock that is ahead; default 60 s.
    pub back_date: Duration,
    /// How far `exp` lies ahead; default 540 s.
    pub lifetime: Duration,
    /// Further claims that the platform wants.
    pub extra_claims: BTreeMap<String, Value>,
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
    /// What the signer answers.
    pub fn sign(&self, signer: &dyn Signer, now: Timestamp) -> Result<Token> {
        let expires_at = Timestamp::from_secs(now.after(self.lifetime).as_secs());
        let claims = Claims {
            iat: now.before(self.back_date).as_secs(),
            exp: expires_at.as_secs(),
            iss: &self.issuer,
            extra: &self.extra_claims,
        };
        let claims = json(&claims)?;
        let message = format!("{}.{}", encode(header()?.as_bytes()), encode(claims.as_bytes()));
        let signature = signer.sign(message.as_bytes())?;
        let jwt = Secret::new(format!("{message}.{}", encode(&signature)));
        Ok(Token::builder(TokenKind::Jwt, jwt).expires_at(Some(expires_at)).claims(claims).build())
    }
}

/// The JOSE header with its members in alphabetical order, as most peers write it.
fn header() -> Result<String> {
    let value = serde_json::to_value(Header::new(Algorithm::RS256)).map_err(|e| unwritable(&e))?;
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
