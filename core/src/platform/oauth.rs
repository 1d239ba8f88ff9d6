//! The OAuth part of a descriptor: endpoints, their parameters, and the places of members in their
//! replies.

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Value;

use super::{
    Platform,
    descriptor::{Base, Expires, Pointers},
};
use crate::error;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth {
    /// Absent where users do not authorize in a browser.
    pub(crate) authorize: Option<Authorize>,
    pub(crate) token: TokenEndpoint,
    #[serde(default)]
    pub(crate) exchange: Exchange,
    #[serde(default)]
    pub(crate) refresh: Refresh,
    pub(crate) reply: OAuthReply,
    /// The `iss` of a genuine callback (RFC 9207); absent where the platform sends none.
    pub(crate) issuer: Option<String>,
    /// Whether a callback without `iss` is refused.
    #[serde(default = "yes")]
    pub(crate) issuer_is_sent: bool,
    pub(crate) device: Option<Device>,
    /// Tokens for an assertion that the app signs (RFC 7523 §2.1); absent where there are none.
    pub(crate) assertion: Option<Assertion>,
    /// Tokens for the OAuth client itself (RFC 6749 §4.4); absent where there are none.
    pub(crate) client_credentials: Option<ClientCredentials>,
    /// Tokens for a token of another server (RFC 8693); absent where there are none.
    pub(crate) token_exchange: Option<TokenExchangeRules>,
    /// The revocation endpoint (RFC 7009).
    pub(crate) revocation: Option<Endpoint>,
    /// The introspection endpoint (RFC 7662).
    pub(crate) introspection: Option<Endpoint>,
}

impl OAuth {
    /// The bases of its endpoints, and the paths below them.
    pub(super) fn bases(&self) -> impl Iterator<Item = (Base, &str)> {
        [
            Some((self.token.base, &self.token.path)),
            self.authorize.as_ref().map(|it| (it.base, &it.path)),
            self.device.as_ref().map(|it| (it.base, &it.path)),
            self.revocation.as_ref().map(|it| (it.base, &it.path)),
            self.introspection.as_ref().map(|it| (it.base, &it.path)),
        ]
        .into_iter()
        .flatten()
        .map(|(base, path)| (base, path.as_str()))
    }

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
    /// The separator between scopes; absent where the platform takes none.
    pub(crate) scope_separator: Option<String>,
    /// The parameter that suggests an account; absent where the platform has none.
    pub(crate) login_hint: Option<String>,
    /// How the login page is asked for something, such as to choose an account; absent where it cannot be.
    pub(crate) prompt: Option<Prompt>,
    /// Proof Key for Code Exchange with S256 (RFC 7636).
    #[serde(default)]
    pub(crate) pkce: bool,
}

/// OpenID Connect Core §3.1.2.1.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prompt {
    pub(crate) parameter: String,
    pub(crate) values: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenEndpoint {
    pub(crate) base: Base,
    pub(crate) path: String,
    pub(crate) encoding: Encoding,
    /// The methods of client authentication; the first that the app has a credential for is used.
    #[serde(deserialize_with = "one_or_several")]
    pub(crate) client_authentication: Vec<ClientAuthenticationMethod>,
    /// The audience of JWTs for this endpoint (RFC 7523 §3); default its own URL.
    pub(crate) audience: Option<String>,
    /// The header member of the client's JWTs that holds `key_id`.
    #[serde(default)]
    pub(crate) key_id: KeyIdMember,
}

/// The member of a JWT's header that says which key signed it (RFC 7515 §4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum KeyIdMember {
    /// `kid`: the platform's name for the key.
    #[default]
    #[serde(rename = "kid")]
    Kid,
    /// `x5t#S256`: the SHA-256 hash of the key's certificate, in base64url.
    #[serde(rename = "x5t#S256")]
    CertificateHash,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Encoding {
    Json,
    Form,
}

/// The registered names of the methods (RFC 7591 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientAuthenticationMethod {
    /// A public client (RFC 6749 §2.1).
    None,
    ClientSecretPost,
    ClientSecretBasic,
    PrivateKeyJwt,
}

/// The parameters of a code exchange beside the code.
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

/// The effect of a refresh on the tokens before it. By default the strictest platform is assumed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Refresh {
    /// A refresh token works once, and the answer brings the next one.
    pub(crate) rotates: bool,
    /// For this many seconds a used refresh token brings the same answer again.
    pub(crate) grace_s: u64,
    /// A refresh ends the access token that came with the refresh token.
    pub(crate) ends_old_token: bool,
    /// Statuses of 500 and above by which the token endpoint says that it did not carry the refresh out.
    /// By default none does: a gateway answers 502, 503 or 504 when the server behind it broke off,
    /// before its work or after it.
    pub(crate) unspent_statuses: Vec<u16>,
}

impl Default for Refresh {
    fn default() -> Self {
        Self { rotates: true, grace_s: 0, ends_old_token: false, unspent_statuses: Vec::new() }
    }
}

/// A JWT of the app as a grant (RFC 7523 §2.1): its contents beside the claims of every JWT of the app.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assertion {
    /// The place of scopes; absent where there are none.
    pub(crate) scope: Option<ScopePlace>,
    #[serde(default = "space")]
    pub(crate) scope_separator: String,
    /// Whether the app may name another subject for whom it acts.
    #[serde(default)]
    pub(crate) subject: bool,
    /// Whether the app names itself as the subject where it names no other (RFC 7523 §3).
    #[serde(default)]
    pub(crate) own_subject: bool,
}

/// The client credentials grant (RFC 6749 §4.4).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientCredentials {
    /// The separator between scopes; absent where there are none.
    pub(crate) scope_separator: Option<String>,
    /// The scopes of a request that names none.
    #[serde(default)]
    pub(crate) default_scopes: Vec<String>,
    /// Parameters that are always sent, such as `audience`.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
}

/// Token exchange (RFC 8693).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenExchangeRules {
    /// The separator between scopes; absent where there are none.
    pub(crate) scope_separator: Option<String>,
    /// Parameters that are always sent, such as `requested_token_type`.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
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
    /// The separator between scopes, where it differs from that of `authorize`.
    pub(crate) scope_separator: Option<String>,
    /// The client also authenticates when it starts a login (RFC 8628 §3.1).
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

/// The scopes joined as the platform reads them (RFC 6749 §3.3). A platform without a separator
/// takes no scopes.
pub(crate) fn join_scopes(
    platform: &Platform,
    separator: Option<&str>,
    scopes: &[String],
) -> error::Result<Option<String>> {
    if scopes.is_empty() {
        return Ok(None);
    }
    let separator = separator.ok_or_else(|| platform.unsupported("OAuth scopes"))?;
    let is_single = |scope: &String| {
        !scope.is_empty()
            && !scope.contains(separator)
            && !scope.contains(|c: char| c.is_whitespace() || c.is_control())
    };
    if scopes.iter().all(is_single) {
        return Ok(Some(scopes.join(separator)));
    }
    Err(error::Error::invalid("a scope is empty, or one text holds several scopes")
        .advise("Give each scope by itself."))
}
