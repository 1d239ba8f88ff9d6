//! The cause of a webhook whose signature is missing or does not match: the platform signed a text that
//! something on the way here has changed.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};

use super::{header, unverified};
use crate::{
    error::Error,
    platform::{Platform, descriptor::WebhookRules},
};

/// The error for a request without any signature that is believed.
pub(super) fn without_signature(
    platform: &Platform,
    rules: &WebhookRules,
    headers: &[(&str, &str)],
) -> Error {
    let expected: Vec<_> = rules.signatures.iter().map(|rule| rule.header.as_str()).collect();
    let (expected, platform) = (expected.join(" or "), platform.display_name());
    let is_there = |name: &&String| header(headers, name).is_some();
    match rules.outdated_signatures.iter().find(is_there) {
        Some(outdated) => unverified(&format!("the webhook has {outdated}, but no {expected}"))
            .advise(format!(
                "{outdated} is not safe enough. {platform} sends both headers: have the proxy in \
                 front of this program pass {expected} on."
            )),
        None => unverified(&format!("the webhook has no signature: no header {expected}"))
            .advise("Set a webhook secret on the platform, and pass on all request headers."),
    }
}

/// The error for a body that was changed on the way here, if the change is one that can be undone.
pub(super) fn of_changed(body: &[u8], is_signed: impl Fn(&[u8]) -> bool) -> Option<Error> {
    let (change, _, hint) =
        CHANGES.iter().find(|(_, undo, _)| undo(body).any(|body| is_signed(&body)))?;
    let message = format!("the webhook's body is {change} of the body that the platform signed");
    Some(unverified(&message).advise(*hint))
}

pub(super) fn of_unknown_cause() -> Error {
    unverified("the webhook's signature does not match any secret").advise(
        "Pass the unchanged bytes of the request body, and compare the secret with the platform's.",
    )
}

type Bodies = std::vec::IntoIter<Vec<u8>>;
/// A change to a body, the bodies that it may have been before, and the remedy.
type Change = (&'static str, fn(&[u8]) -> Bodies, &'static str);

const CHANGES: [Change; 4] = [
    (
        "the base64",
        of_base64,
        "Decode it first: a gateway such as AWS API Gateway says so in `isBase64Encoded`.",
    ),
    (
        "a JSON string",
        of_json_string,
        "Take the text out of the JSON string first, with its escapes undone.",
    ),
    (
        "a copy, with other white space at its ends,",
        of_trimmed,
        "Pass the unchanged bytes of the request body: do not trim it, and add no line break.",
    ),
    (
        "a copy, in another character encoding,",
        of_latin_1,
        "Pass the bytes of the request body, not a text that was decoded from them as ISO 8859-1.",
    ),
];

fn of_base64(body: &[u8]) -> Bodies {
    let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let decoded = [STANDARD.decode(&text), URL_SAFE.decode(&text)];
    decoded.into_iter().flatten().collect::<Vec<_>>().into_iter()
}

fn of_json_string(body: &[u8]) -> Bodies {
    let text: Option<String> = serde_json::from_slice(body).ok();
    text.map(String::into_bytes).into_iter().collect::<Vec<_>>().into_iter()
}

fn of_trimmed(body: &[u8]) -> Bodies {
    let trimmed = body.trim_ascii();
    let with = |end: &[u8]| [trimmed, end].concat();
    vec![with(b""), with(b"\n"), with(b"\r\n")].into_iter()
}

/// UTF-8 that was read as ISO 8859-1, and written as UTF-8.
fn of_latin_1(body: &[u8]) -> Bodies {
    let text = str::from_utf8(body).unwrap_or_default();
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    bytes.into_iter().collect::<Vec<_>>().into_iter()
}
