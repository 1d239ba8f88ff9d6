//! The OAuth client: who it is towards a token endpoint, and how it proves that.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::{
    http::{Body, Request},
    platform::oauth::Encoding,
    secret::Secret,
};

/// An OAuth client.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client id.
    pub id: String,
    /// How it proves to be that one.
    pub proof: Proof,
}

/// How an OAuth client proves who it is (RFC 6749 §2.3, RFC 7523 §2.2).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Proof {
    /// Not at all: `none`, a public client (RFC 6749 §2.1).
    None,
    /// The client secret in the body: `client_secret_post`.
    Post(Secret),
    /// The client secret in HTTP Basic: `client_secret_basic`.
    Basic(Secret),
    /// A JWT that it signed: `private_key_jwt`.
    Assertion(Secret),
}

impl Client {
    /// Whether its proof is good for one request: a server that saw it once may refuse it.
    pub(crate) fn is_once(&self) -> bool {
        matches!(self.proof, Proof::Assertion(_))
    }

    /// A request of this client to an endpoint of the authorization server.
    pub(crate) fn request(&self, url: Url, encoding: Encoding, fields: &[(&str, &str)]) -> Request {
        let (id, mut all) = (("client_id", self.id.as_str()), Vec::with_capacity(fields.len() + 3));
        match &self.proof {
            Proof::None => all.push(id),
            Proof::Post(secret) => all.extend([id, ("client_secret", secret.reveal())]),
            Proof::Basic(_) => {}
            Proof::Assertion(jwt) => all.extend([
                id,
                ("client_assertion_type", CLIENT_ASSERTION_TYPE),
                ("client_assertion", jwt.reveal()),
            ]),
        }
        all.extend_from_slice(fields);
        let mut request = posted(url, encoding, &all);
        match &self.proof {
            Proof::None => request,
            Proof::Post(secret) | Proof::Assertion(secret) => {
                request.secrets.push(secret.clone());
                request
            }
            Proof::Basic(secret) => {
                request.secrets.push(secret.clone());
                request.authorized(basic(&self.id, secret))
            }
        }
    }
}

/// A request with these fields; those that are no plain words are kept out of errors.
pub(crate) fn posted(url: Url, encoding: Encoding, fields: &[(&str, &str)]) -> Request {
    let mut request = Request::new("POST", url);
    request.body = match encoding {
        Encoding::Form => Body::form(fields),
        Encoding::Json => {
            Body::json(&fields.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect())
        }
    };
    let secrets = fields.iter().filter(|(name, _)| !PLAIN.contains(name));
    request.secrets.extend(secrets.map(|(_, value)| Secret::from(*value)));
    request.default_header("Accept", "application/json");
    request
}

/// HTTP Basic; both parts are form-encoded before they are joined (RFC 6749 §2.3.1).
pub(crate) fn basic(id: &str, secret: &Secret) -> Secret {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Secret::new(format!("{}:{}", encode(id), encode(secret.reveal())));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.reveal())))
}

/// RFC 7523 §2.2.
const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Fields that a server may repeat in its words.
const PLAIN: [&str; 6] = [
    "client_id",
    "client_assertion_type",
    "grant_type",
    "redirect_uri",
    "scope",
    "token_type_hint",
];
