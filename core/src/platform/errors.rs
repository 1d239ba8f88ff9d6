//! The part of a descriptor about refusals: where their words are, and what the words mean.

use serde::Deserialize;

use super::descriptor::Pointers;
use crate::error::{ErrorKind, Reason};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Errors {
    pub(crate) message: Pointers,
    #[serde(default)]
    pub(crate) code: Pointers,
    /// Members that name the route that refused, as a URL with a fragment: the request got as far as
    /// that, so its token was known.
    #[serde(default)]
    pub(crate) route: Pointers,
    /// Headers that name the request, tried in order.
    #[serde(default)]
    pub(crate) request_id: Vec<String>,
    /// The header that names the page of single sign-on, such as `required; url=https://…`.
    pub(crate) sso: Option<String>,
    /// The header that lists the permissions with which the call is accepted.
    pub(crate) accepted_permissions: Option<String>,
    pub(crate) rate_limit: Option<RateLimit>,
    /// The first rule whose conditions all hold decides; else the status does.
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateLimit {
    /// The header with the size of the quota.
    pub(crate) limit: Option<String>,
    /// The header with the requests that are left.
    pub(crate) remaining: String,
    /// The header that names the quota, where there are several.
    pub(crate) resource: Option<String>,
    /// Seconds since 1970.
    pub(crate) reset: String,
    /// The shortest wait, in seconds, where a refusal names none.
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

impl Rule {
    /// Whether the platform's words decide, and not its status alone.
    pub(crate) fn is_about_words(&self) -> bool {
        !(self.code.is_empty() && self.contains.is_empty())
    }
}

/// The operation that a platform refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operation {
    Installations,
    Mint,
    Exchange,
    Refresh,
    Device,
    /// Putting an assertion to the token endpoint.
    Assertion,
    /// Asking as the OAuth client itself.
    ClientCredentials,
    /// Exchanging a token of another server.
    TokenExchange,
    Revocation,
    Introspection,
    /// Checking, resetting, scoping or deleting a user's token.
    UserToken,
    /// Turning a manifest's code into an app.
    Manifest,
    Call,
}

impl Operation {
    /// Whether the OAuth client proves itself with it.
    pub(crate) fn is_a_clients(self) -> bool {
        use Operation::{
            ClientCredentials, Device, Exchange, Introspection, Refresh, Revocation, TokenExchange,
        };
        let is_grant =
            matches!(self, Exchange | Refresh | Device | ClientCredentials | TokenExchange);
        is_grant || matches!(self, Revocation | Introspection)
    }
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
