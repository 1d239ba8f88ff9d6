//! The part of a descriptor about webhooks.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::descriptor::{Pointer, Pointers};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookRules {
    /// The first whose header is present counts.
    pub(crate) signatures: Vec<WebhookSignature>,
    /// Headers with signatures that are not believed any more, such as one by SHA-1.
    #[serde(default)]
    pub(crate) outdated_signatures: Vec<String>,
    /// The field that holds the payload where the body is a form; absent where it never is.
    pub(crate) form_field: Option<String>,
    pub(crate) event_header: Option<String>,
    pub(crate) delivery_header: Option<String>,
    /// The place of the event's name in the payload, for a platform without a header for it.
    #[serde(default)]
    pub(crate) event: Pointers,
    #[serde(default)]
    pub(crate) installation_id: Pointers,
    /// Events after which an installation's tokens may do more, less or nothing.
    #[serde(default)]
    pub(crate) changes: Vec<String>,
    /// The event by which a user's authorization of the app ends.
    pub(crate) revocation: Option<RevocationRule>,
}

/// An event after which all of a user's tokens are invalid.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevocationRule {
    pub(crate) event: String,
    /// Texts that stand in the payload of such an event.
    pub(crate) payload: BTreeMap<Pointer, String>,
    pub(crate) account_id: Pointers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookSignature {
    pub(crate) header: String,
    /// The text before the hexadecimal HMAC-SHA256.
    #[serde(default)]
    pub(crate) prefix: String,
    pub(crate) signed: Signed,
}

/// The part of a webhook that its signature covers.
#[derive(Debug, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Signed {
    /// The body's bytes.
    Body,
    /// The base64 text in a member of the body, which holds the payload.
    Base64Member { member: Pointer },
    /// No part: the header holds the secret itself.
    Nothing,
}
