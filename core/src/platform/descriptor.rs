//! A platform's facts as JSON: what a descriptor may say, and nothing about how it is used.
//!
//! Every member here is a fact that some platform's documentation states. What data cannot say
//! becomes a member with a small enum that each descriptor gives a value to.

use std::{collections::BTreeMap, ops::Deref};

use serde::Deserialize;
use serde_json::Value;

use super::operations::{Install, Lists, Objects, Operations};
use crate::{
    error::{ErrorKind, Reason},
    time::TimeFormat,
};

/// JSON pointers, tried in order.
pub(crate) type Pointers = Vec<Pointer>;

/// A place in an answer (RFC 6901).
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pointer(String);

impl TryFrom<String> for Pointer {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() || text.starts_with('/') {
            return Ok(Self(text));
        }
        Err("a JSON pointer begins with / (RFC 6901)")
    }
}

impl Deref for Pointer {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Descriptor {
    pub(crate) schema: u32,
    pub(crate) name: String,
    pub(crate) display_name: String,
    #[serde(default, rename = "documentation")]
    _documentation: Vec<String>,
    #[serde(rename = "verified")]
    _verified: Verified,
    #[serde(rename = "as_of")]
    _as_of: String,
    pub(crate) hosts: Hosts,
    pub(crate) api: Api,
    pub(crate) jwt: Option<Jwt>,
    pub(crate) installations: Option<Installations>,
    pub(crate) installation_token: Option<InstallationToken>,
    pub(crate) oauth: Option<OAuth>,
    pub(crate) install: Option<Install>,
    #[serde(default)]
    pub(crate) operations: Operations,
    #[serde(default)]
    pub(crate) lists: Lists,
    #[serde(default)]
    pub(crate) objects: Objects,
    pub(crate) webhook: Option<WebhookRules>,
    pub(crate) errors: Errors,
    #[serde(default)]
    pub(crate) secret_prefixes: Vec<String>,
}

/// How sure the facts are.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verified {
    /// As the provider's documentation says.
    Documented,
    /// As seen in recorded traffic or other programs' code.
    Observed,
    /// Tried against the platform itself.
    Tried,
    /// The platform does not exist.
    Fictional,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hosts {
    /// Absent where each installation of the platform has a host of its own.
    pub(crate) api: Option<String>,
    pub(crate) web: Option<String>,
    /// Where the platform is spoken to at a host that the caller names; the first match counts.
    #[serde(default)]
    pub(crate) at: Vec<HostRule>,
}

/// A host's pattern, `*` standing for anything, and the bases there with `{host}` and `{scheme}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostRule {
    pub(crate) host: String,
    pub(crate) api: String,
    pub(crate) web: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Api {
    /// The word before a token in `Authorization`.
    pub(crate) authorization_scheme: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// Paths that want another credential than the caller's, `{…}` standing for one segment.
    #[serde(default)]
    pub(crate) routes: Routes,
}

/// Which credential a path wants.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Routes {
    /// The app's JWT.
    #[serde(default)]
    pub(crate) as_app: Vec<String>,
    /// HTTP Basic with client id and client secret.
    #[serde(default)]
    pub(crate) as_client: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jwt {
    pub(crate) issuer: IssuerSource,
    pub(crate) issuer_type: IssuerType,
    pub(crate) back_date_s: u64,
    pub(crate) lifetime_s: u64,
    pub(crate) max_lifetime_s: u64,
    #[serde(default)]
    pub(crate) extra_claims: BTreeMap<String, Value>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "the names are those of the settings")]
pub(crate) enum IssuerSource {
    AppId,
    ClientId,
    AppIdOrClientId,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IssuerType {
    String,
    /// A JSON number when it consists of digits, else a string.
    IntegerIfDigits,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Installations {
    pub(crate) list: List,
    /// Endpoints that answer one installation; without any, the list is searched.
    #[serde(default)]
    pub(crate) find: Find,
    /// What an account is looked up by in the list, the first match of the first pointer winning.
    pub(crate) match_account: Pointers,
    pub(crate) installation: InstallationMembers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    pub(crate) path: String,
    /// Where the array stands in the reply; the empty pointer is the whole of it.
    pub(crate) items: Pointer,
    /// The platform may send the JSON wrapped in a JSON string.
    #[serde(default)]
    pub(crate) json_in_string: bool,
    pub(crate) paging: Option<Paging>,
}

/// How a long list comes in parts.
#[derive(Debug, Deserialize)]
#[serde(tag = "style", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Paging {
    /// A `Link` header leads to the next part (RFC 8288).
    Link { size: String, items_per_page: usize },
    /// Parts are numbered; one that brings nothing new is the last.
    Page { page: String, first_page: usize, size: String, items_per_page: usize },
}

/// Paths of endpoints that answer one installation, tried in order until one is not a 404.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Find {
    #[serde(default)]
    pub(crate) id: Vec<String>,
    #[serde(default)]
    pub(crate) organization: Vec<String>,
    #[serde(default)]
    pub(crate) user: Vec<String>,
    #[serde(default)]
    pub(crate) repository: Vec<String>,
    #[serde(default)]
    pub(crate) enterprise: Vec<String>,
    #[serde(default)]
    pub(crate) account: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InstallationMembers {
    pub(crate) id: Pointers,
    #[serde(default)]
    pub(crate) account: Pointers,
    #[serde(default)]
    pub(crate) account_name: Pointers,
    #[serde(default)]
    pub(crate) account_id: Pointers,
    #[serde(default)]
    pub(crate) target_id: Pointers,
    #[serde(default)]
    pub(crate) app_id: Pointers,
    #[serde(default)]
    pub(crate) app_slug: Pointers,
    #[serde(default)]
    pub(crate) repository_selection: Pointers,
    #[serde(default)]
    pub(crate) permissions: Pointers,
    #[serde(default)]
    pub(crate) events: Pointers,
    /// Where an event's name stands when the platform lists objects, even broken ones.
    pub(crate) event_name: Option<Pointer>,
    #[serde(default)]
    pub(crate) created_at: Pointers,
    #[serde(default)]
    pub(crate) updated_at: Pointers,
    #[serde(default)]
    pub(crate) suspended_at: Pointers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InstallationToken {
    pub(crate) path: String,
    /// Where the app gets a token for itself, with an answer of the same shape.
    pub(crate) app_path: Option<String>,
    pub(crate) body: MintBody,
    /// How to ask for less than everything; absent where a platform does not take it.
    pub(crate) narrowing: Option<Narrowing>,
    pub(crate) token: Pointers,
    pub(crate) expires: Expires,
    #[serde(default)]
    pub(crate) permissions: Pointers,
    #[serde(default)]
    pub(crate) repository_selection: Pointers,
    /// The repositories that a token was narrowed to.
    #[serde(default)]
    pub(crate) repositories: Pointers,
    /// Where a repository's name stands in each of them.
    pub(crate) repository_name: Option<Pointer>,
}

/// The members of a request's body that narrow a token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Narrowing {
    pub(crate) repositories: Option<String>,
    pub(crate) repository_ids: Option<String>,
    pub(crate) permissions: Option<String>,
    pub(crate) max_repositories: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MintBody {
    None,
    EmptyObject,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expires {
    pub(crate) at: Pointers,
    pub(crate) format: TimeFormat,
    /// The documented life, for a reply that does not say.
    pub(crate) default_life_s: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth {
    pub(crate) authorize: Authorize,
    pub(crate) token: TokenEndpoint,
    pub(crate) exchange: Exchange,
    #[serde(default)]
    pub(crate) refresh: Refresh,
    pub(crate) reply: OAuthReply,
    /// What `iss` must be in a callback (RFC 9207); absent where the platform sends none.
    pub(crate) issuer: Option<String>,
    pub(crate) device: Option<Device>,
}

/// Login on another device (RFC 8628).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Device {
    pub(crate) base: Base,
    pub(crate) path: String,
    pub(crate) encoding: Encoding,
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
    pub(crate) login: Option<String>,
    /// Proof Key for Code Exchange with S256 (RFC 7636).
    #[serde(default)]
    pub(crate) pkce: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Base {
    Api,
    Web,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenEndpoint {
    pub(crate) base: Base,
    pub(crate) path: String,
    pub(crate) encoding: Encoding,
    pub(crate) client_authentication: ClientAuthentication,
    /// A client without a secret is taken (RFC 6749 §2.1).
    #[serde(default)]
    pub(crate) public_clients: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Encoding {
    Json,
    Form,
}

/// RFC 6749 §2.3.1.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientAuthentication {
    Body,
    Basic,
}

/// What a code exchange sends beside the code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    pub(crate) grant_type: bool,
    pub(crate) redirect_uri: bool,
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookRules {
    /// The first whose header is present counts.
    pub(crate) signatures: Vec<WebhookSignature>,
    pub(crate) event_header: Option<String>,
    pub(crate) delivery_header: Option<String>,
    /// Where the payload names the event, for a platform without a header for it.
    #[serde(default)]
    pub(crate) event: Pointers,
    #[serde(default)]
    pub(crate) installation_id: Pointers,
    /// Events after which an installation's tokens may do more, less or nothing.
    #[serde(default)]
    pub(crate) changes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookSignature {
    pub(crate) header: String,
    /// What stands before the hexadecimal HMAC-SHA256.
    #[serde(default)]
    pub(crate) prefix: String,
    pub(crate) signed: Signed,
}

/// What a webhook's signature is over.
#[derive(Debug, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Signed {
    /// The body's bytes.
    Body,
    /// The base64 text in a member of the body, which holds the payload.
    Base64Member { member: Pointer },
    /// Nothing: the header holds the secret itself.
    Nothing,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Errors {
    pub(crate) message: Pointers,
    #[serde(default)]
    pub(crate) code: Pointers,
    /// Headers that name the request, tried in order.
    #[serde(default)]
    pub(crate) request_id: Vec<String>,
    pub(crate) rate_limit: Option<RateLimit>,
    /// The first rule whose conditions all hold decides; else the status does.
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateLimit {
    pub(crate) remaining: String,
    /// Seconds since 1970.
    pub(crate) reset: String,
    /// How long to wait at the least where a refusal does not say.
    pub(crate) pause_s: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default)]
    pub(crate) on: Vec<Operation>,
    #[serde(default)]
    pub(crate) status: Vec<u16>,
    #[serde(default)]
    pub(crate) code: Vec<String>,
    /// Parts of the platform's message, in any case.
    #[serde(default)]
    pub(crate) contains: Vec<String>,
    #[serde(deserialize_with = "kind")]
    pub(crate) kind: ErrorKind,
    #[serde(default, deserialize_with = "reason")]
    pub(crate) reason: Option<Reason>,
    pub(crate) hint: Option<String>,
}

/// What was being done when a platform refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operation {
    Installations,
    Mint,
    Exchange,
    Refresh,
    Device,
    /// Checking, resetting, scoping or deleting a user's token.
    UserToken,
    /// Turning a manifest's code into an app.
    Manifest,
    Call,
}

fn kind<'de, D: serde::Deserializer<'de>>(input: D) -> Result<ErrorKind, D::Error> {
    let name = String::deserialize(input)?;
    ErrorKind::from_name(&name)
        .ok_or_else(|| serde::de::Error::custom(format!("`{name}` is not an error kind")))
}

fn reason<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Reason>, D::Error> {
    let name = String::deserialize(input)?;
    Reason::from_name(&name)
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom(format!("`{name}` is not an error reason")))
}
