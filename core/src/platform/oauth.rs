//! What a descriptor says about OAuth: endpoints, what they take, and where things stand in their
//! answers.

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Value;

use super::descriptor::{Base, Expires, Pointers};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth {
    /// Absent where no user authorizes in a browser.
    pub(crate) authorize: Option<Authorize>,
    pub(crate) token: TokenEndpoint,
    #[serde(default)]
    pub(crate) exchange: Exchange,
    #[serde(default)]
    pub(crate) refresh: Refresh,
    pub(crate) reply: OAuthReply,
    /// What `iss` must be in a callback (RFC 9207); absent where the platform sends none.
    pub(crate) issuer: Option<String>,
    /// Whether a callback without `iss` is refused.
    #[serde(default = "yes")]
    pub(crate) issuer_is_sent: bool,
    pub(crate) device: Option<Device>,
    /// Where the app gets a token for an assertion that it signs (RFC 7523 §2.1).
    pub(crate) assertion: Option<Assertion>,
    /// Where a token is ended (RFC 7009).
    pub(crate) revocation: Option<Endpoint>,
    /// Where a token is looked at (RFC 7662).
    pub(crate) introspection: Option<Endpoint>,
}

impl OAuth {
    /// Its endpoints with their places in the descriptor.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("oauth.token.path", Some(&self.token.path)),
            ("oauth.authorize.path", self.authorize.as_ref().map(|it| &it.path)),
            ("oauth.device.path", self.device.as_ref().map(|it| &it.path)),
            ("oauth.revocation.path", self.revocation.as_ref().map(|it| &it.path)),
            ("oauth.introspection.path", self.introspection.as_ref().map(|it| &it.path)),
        ]
        .into_iter()
        .filter_map(|(member, path)| Some((member, path?.as_str())))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    pub(crate) base: Base,
    /// Below the base, or a whole URL.
    pub(crate) path: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Authorize {
    pub(crate) base: Base,
    pub(crate) path: String,
    /// Parameters that are always sent, such as `response_type`.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
    /// What separates scopes; absent where the platform takes none.
    pub(crate) scope_separator: Option<String>,
    /// The parameter that suggests an account; absent where the platform has none.
    pub(crate) login_hint: Option<String>,
    /// Proof Key for Code Exchange with S256 (RFC 7636).
    #[serde(default)]
    pub(crate) pkce: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenEndpoint {
    pub(crate) base: Base,
    pub(crate) path: String,
    pub(crate) encoding: Encoding,
    /// How a client proves itself: the first that the app has a credential for counts.
    #[serde(deserialize_with = "one_or_several")]
    pub(crate) client_authentication: Vec<ClientAuthentication>,
    /// Whom JWTs that are sent to it are meant for (RFC 7523 §3); its own URL where absent.
    pub(crate) audience: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Encoding {
    Json,
    Form,
}

/// By the names that are registered (RFC 7591 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientAuthentication {
    /// Not at all: a public client (RFC 6749 §2.1).
    None,
    ClientSecretPost,
    ClientSecretBasic,
    PrivateKeyJwt,
}

/// What a code exchange sends beside the code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    pub(crate) grant_type: bool,
    pub(crate) redirect_uri: bool,
}

impl Default for Exchange {
    /// RFC 6749 §4.1.3.
    fn default() -> Self {
        Self { grant_type: true, redirect_uri: true }
    }
}

/// What becomes of a refresh token that was sent. Absent, the worst is supposed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Refresh {
    /// A refresh token works once, and another one comes with the answer.
    pub(crate) rotates: bool,
    /// For so long the one before brings the same answer again.
    pub(crate) grace_s: u64,
    /// The access token that came with it stops working when it is sent.
    pub(crate) ends_old_token: bool,
}

impl Default for Refresh {
    fn default() -> Self {
        Self { rotates: true, grace_s: 0, ends_old_token: false }
    }
}

/// A JWT of the app as a grant (RFC 7523 §2.1): what it says beside the claims of any JWT of the
/// app's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assertion {
    /// Where scopes stand; absent where there are none.
    pub(crate) scope: Option<ScopePlace>,
    #[serde(default = "space")]
    pub(crate) scope_separator: String,
    /// Whether the app may act for somebody whom it names.
    #[serde(default)]
    pub(crate) subject: bool,
    /// Whether it names itself where it acts for nobody else (RFC 7523 §3).
    #[serde(default)]
    pub(crate) own_subject: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScopePlace {
    /// In the JWT.
    Claim,
    /// Beside it (RFC 7521 §4.1).
    Parameter,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuthReply {
    pub(crate) access_token: Pointers,
    pub(crate) expires: Expires,
    #[serde(default)]
    pub(crate) refresh_token: Pointers,
    pub(crate) refresh_expires: Option<Expires>,
    #[serde(default)]
    pub(crate) scope: Pointers,
}

/// Login on another device (RFC 8628).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Device {
    pub(crate) base: Base,
    pub(crate) path: String,
    pub(crate) encoding: Encoding,
    /// What separates scopes, where that is not what `authorize` says.
    pub(crate) scope_separator: Option<String>,
    /// The client proves itself when it starts a login, too (RFC 8628 §3.1).
    #[serde(default)]
    pub(crate) client_authentication: bool,
    pub(crate) reply: DeviceReply,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceReply {
    pub(crate) device_code: Pointers,
    pub(crate) user_code: Pointers,
    pub(crate) verification_uri: Pointers,
    #[serde(default)]
    pub(crate) verification_uri_complete: Pointers,
    pub(crate) expires: Expires,
    #[serde(default)]
    pub(crate) interval: Pointers,
}

fn one_or_several<'de, D, T>(input: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = match Value::deserialize(input)? {
        several @ Value::Array(_) => several,
        one => Value::Array(vec![one]),
    };
    serde_json::from_value(value).map_err(D::Error::custom)
}

fn yes() -> bool {
    true
}

fn space() -> String {
    " ".to_owned()
}
