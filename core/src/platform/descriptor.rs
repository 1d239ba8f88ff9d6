//! A platform's facts as JSON: the members of a descriptor, without any rule about their use.
//!
//! Every member here is a fact that some platform's documentation states. What data cannot say
//! becomes a member with a small enum that each descriptor gives a value to.

use std::{collections::BTreeMap, ops::Deref, time::Duration};

use serde::Deserialize;
use serde_json::Value;

pub(crate) use super::{
    errors::{Errors, Operation, RateLimit, Rule},
    webhooks::{RevocationRule, Signed, WebhookRules, WebhookSignature},
};
use super::{
    oauth::OAuth,
    operations::{Install, Lists, Objects, Operations},
    programs::Git,
};
use crate::time::TimeFormat;

/// JSON pointers, tried in order.
pub(crate) type Pointers = Vec<Pointer>;

/// A place in an answer (RFC 6901).
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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
    /// The URL of the JSON Schema, by which an editor checks a descriptor while it is written.
    #[serde(default, rename = "$schema")]
    _json_schema: Option<String>,
    pub(crate) schema: u32,
    pub(crate) name: String,
    pub(crate) display_name: String,
    #[serde(default, rename = "documentation")]
    _documentation: Vec<String>,
    #[serde(rename = "verified")]
    _verified: Verified,
    #[serde(rename = "as_of")]
    _as_of: String,
    #[serde(default, rename = "notes")]
    _notes: Vec<String>,
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
    /// The object that some of the platform's servers put around a reply.
    pub(crate) envelope: Option<Envelope>,
    pub(crate) errors: Errors,
    pub(crate) git: Option<Git>,
    /// Environment variables in which programs look for a token, the usual one first.
    #[serde(default)]
    pub(crate) token_variables: Vec<String>,
    #[serde(default)]
    pub(crate) secret_prefixes: Vec<String>,
}

/// Pointers into an object around a reply, which is optional.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Envelope {
    /// Whether the call succeeded: a boolean.
    pub(crate) success: String,
    /// The reply itself.
    pub(crate) content: String,
}

/// The evidence for the facts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verified {
    /// As the provider's documentation says.
    Documented,
    /// As seen in recorded traffic or other programs' code.
    Observed,
    /// Tried against the platform itself.
    Tried,
    /// As the server says of itself (RFC 8414).
    Discovered,
    /// The platform does not exist.
    Fictional,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hosts {
    /// Absent where each installation of the platform has a host of its own.
    pub(crate) api: Option<String>,
    pub(crate) web: Option<String>,
    /// The bases that belong to `api`, beside it.
    #[serde(default)]
    pub(crate) further: Vec<FurtherBase>,
    /// The base URLs of the platform at a host that the caller names; the first match counts.
    #[serde(default)]
    pub(crate) at: Vec<HostRule>,
}

/// A host's pattern, `*` standing for one label (alone: for any host), and the bases there with `{host}` and `{scheme}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostRule {
    /// Absent where a host alone does not lead here, and a base that is given does.
    pub(crate) host: Option<String>,
    pub(crate) api: String,
    pub(crate) web: String,
    #[serde(default)]
    pub(crate) further: Vec<FurtherBase>,
}

/// Another base of the platform, to which its tokens may be sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FurtherBase {
    /// The path that leads there, where others lead to the API's base; absent where only whole URLs do.
    pub(crate) path: Option<String>,
    pub(crate) url: String,
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
    /// The pages of its lists; absent where no list but those of a `Link` has pages.
    pub(crate) paging: Option<Paging>,
}

/// Paths by the credential that they require.
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
    /// The members by which an account is found in the list: the first match of the first pointer wins.
    pub(crate) match_account: Pointers,
    pub(crate) installation: InstallationMembers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    pub(crate) path: String,
    /// The place of the array in the reply; the empty pointer is the whole reply.
    pub(crate) items: Pointer,
    /// The platform may send the JSON wrapped in a JSON string.
    #[serde(default)]
    pub(crate) json_in_string: bool,
    pub(crate) paging: Option<Paging>,
}

/// The pages of a long list.
#[derive(Debug, Deserialize)]
#[serde(tag = "style", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Paging {
    /// A `Link` header names the next page (RFC 8288).
    Link { size: String, items_per_page: usize },
    /// Pages are numbered; a page without new items is the last.
    Page { page: String, first_page: usize, size: String, items_per_page: usize },
    /// Each answer has the parameter of the next page; the last one has none.
    Cursor { cursor: String, next: Pointers, size: String, items_per_page: usize },
}

impl Paging {
    pub(crate) fn is_numbered(&self) -> bool {
        matches!(self, Self::Page { .. })
    }
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
    /// The place of an event's name, where the platform lists objects, even broken ones.
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
    /// The path that mints a token for the app itself, with a reply of the same form.
    pub(crate) app_path: Option<String>,
    pub(crate) body: MintBody,
    /// Headers that are sent to mint, beside those of every call.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// The members that narrow a token; absent where the platform does not narrow.
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
    /// The place of a repository's name in each of them.
    pub(crate) repository_name: Option<Pointer>,
}

/// One of a platform's base URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Base {
    Api,
    Web,
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
    /// The documented lifetime in seconds: for a reply without an expiry, and the longest that an
    /// expiry at a point in time is believed for.
    pub(crate) default_life_s: Option<u64>,
}

impl Expires {
    /// The documented life that nothing exceeds; `None` where each reply says for how many seconds.
    pub(crate) fn longest_life(&self) -> Option<Duration> {
        let is_told = self.format == TimeFormat::Seconds;
        self.default_life_s.filter(|_| !is_told).map(Duration::from_secs)
    }
}
