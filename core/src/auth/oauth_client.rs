//! The OAuth client: its id, and its authentication at a token endpoint.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::{
    http::message::{Body, Request},
    platform::oauth::Encoding,
    secret::Secret,
};

/// An OAuth client at a token endpoint.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    /// The client id.
    pub id: String,
    /// The proof that it is that client.
    pub authentication: ClientAuthentication,
}

/// The authentication of an OAuth client (RFC 6749 §2.3, RFC 7523 §2.2), with its credential.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// `none`: a public client (RFC 6749 §2.1).
    None,
    /// `client_secret_post`: the client secret in the body.
    SecretPost(Secret),
    /// `client_secret_basic`: the client secret in HTTP Basic.
    SecretBasic(Secret),
    /// `private_key_jwt`: a JWT that the client signed.
    PrivateKeyJwt(Secret),
}

impl OAuthClient {
    /// Whether its authentication is valid for one request only: a server may refuse an assertion that it
    /// has seen before.
    pub(crate) fn is_single_use(&self) -> bool {
        matches!(self.authentication, ClientAuthentication::PrivateKeyJwt(_))
    }

    /// A request of this client to an endpoint of the authorization server.
    pub(crate) fn request(&self, url: Url, encoding: Encoding, fields: &[(&str, &str)]) -> Request {
        let (id, mut all) = (("client_id", self.id.as_str()), Vec::with_capacity(fields.len() + 3));
        match &self.authentication {
            ClientAuthentication::None => all.push(id),
            ClientAuthentication::SecretPost(secret) => {
                all.extend([id, ("client_secret", secret.reveal())]);
            }
            ClientAuthentication::SecretBasic(_) => {}
            ClientAuthentication::PrivateKeyJwt(jwt) => all.extend([
                id,
                ("client_assertion_type", CLIENT_ASSERTION_TYPE),
                ("client_assertion", jwt.reveal()),
            ]),
        }
        all.extend_from_slice(fields);
        let mut request = post_request(url, encoding, &all);
        match &self.authentication {
            ClientAuthentication::None => request,
            ClientAuthentication::SecretPost(secret)
            | ClientAuthentication::PrivateKeyJwt(secret) => {
                request.secrets.push(secret.clone());
                request
            }
            ClientAuthentication::SecretBasic(secret) => {
                request.secrets.push(secret.clone());
                request.authorized(basic(&self.id, secret))
            }
        }
    }
}

/// A POST with these fields. Values of fields that may hold a secret are kept out of errors.
pub(crate) fn post_request(url: Url, encoding: Encoding, fields: &[(&str, &str)]) -> Request {
    let mut request = Request::new("POST", url);
    request.body = match encoding {
        Encoding::Form => Body::form(fields),
        Encoding::Json => {
            Body::json(&fields.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect())
        }
    };
    let secrets = fields.iter().filter(|(name, _)| !NOT_SECRET.contains(name));
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

/// Fields whose values a server may repeat in an error message.
const NOT_SECRET: [&str; 6] = [
    "client_id",
    "client_assertion_type",
    "grant_type",
    "redirect_uri",
    "scope",
    "token_type_hint",
];
