//! The platform's own words about a refusal, scrubbed of secrets: at the places that the descriptor names,
//! else at those where gateways and other servers put them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::{
    platform::{
        descriptor::Errors,
        members,
        reply::{Reply, form},
    },
    secret::{Secret, scrub},
};

/// The words of a refusal.
#[derive(Default)]
pub(super) struct ErrorText {
    pub(super) message: String,
    pub(super) code: Option<String>,
}

impl Reply<'_> {
    pub(super) fn error_text(&self) -> ErrorText {
        let errors = &self.platform.descriptor().errors;
        let json = self.small_json_or_form();
        let message = json.as_ref().and_then(|json| message(errors, json));
        let code = json.as_ref().and_then(|json| code(errors, json));
        let message = message.or_else(|| self.plain_text());
        ErrorText {
            message: message.map(|text| self.scrub(&text)).unwrap_or_default(),
            code: code.map(|text| self.scrub(&text)),
        }
    }

    /// The body of a refusal, unless it is too large to be one: as a value it takes more than twenty
    /// times its size, and a caller's own call may have an answer of many megabytes.
    pub(super) fn small_json(&self) -> Option<Value> {
        serde_json::from_str(&self.small_text()?).ok()
    }

    pub(super) fn small_json_or_form(&self) -> Option<Value> {
        self.small_json().or_else(|| form(&self.small_text()?)?.ok())
    }

    pub(super) fn scrub(&self, text: &str) -> String {
        let known: Vec<_> = self.request.secrets.iter().map(Secret::reveal).collect();
        let text = scrub(text, &known, &self.platform.descriptor().secret_prefixes);
        text.trim().trim_end_matches('.').to_owned()
    }

    fn small_text(&self) -> Option<Cow<'_, str>> {
        (self.response.body.len() <= LONGEST_REFUSAL).then(|| self.response.text())
    }

    /// The title of a page that a gateway has put in the place of an answer.
    pub(super) fn html_title(&self) -> Option<String> {
        let page = self.small_text()?;
        let lower = page.to_ascii_lowercase(); // of the same length
        let start = lower.find("<title>")? + "<title>".len();
        let title = &page[start..start + lower[start..].find("</title>")?];
        let words: Vec<_> = title.split_whitespace().collect();
        Some(self.scrub(&words.join(" "))).filter(|title| !title.is_empty())
    }

    /// The body where it is a sentence and nothing else.
    fn plain_text(&self) -> Option<String> {
        let is_plain = |media_type: &str| {
            media_type
                .trim_start()
                .get(..10)
                .is_some_and(|it| it.eq_ignore_ascii_case("text/plain"))
        };
        let text = self.small_text()?;
        let is_sentence = self.response.header("content-type").is_some_and(is_plain)
            && !self.response.is_html()
            && self.response.remaining_coding().is_none()
            && !text.contains(char::REPLACEMENT_CHARACTER)
            && self.small_json().is_none();
        let start = text.trim().chars().take(LONGEST_PLAIN_TEXT).collect();
        Some(start).filter(|start: &String| is_sentence && !start.is_empty())
    }
}

fn message(errors: &Errors, json: &Value) -> Option<String> {
    let at = |pointer: &str| words(json.pointer(pointer)?, MAX_DEPTH);
    let named = errors.message.iter().find_map(|pointer| at(pointer));
    let message = named.or_else(|| MESSAGES.into_iter().find_map(at));
    let details = DETAILS.into_iter().find_map(at);
    match (message, details) {
        (Some(message), Some(details)) if !message.contains(&details) => {
            Some(format!("{}: {details}", message.trim_end_matches(['.', ':'])))
        }
        (message, details) => message.or(details),
    }
}

fn code(errors: &Errors, json: &Value) -> Option<String> {
    let named = errors.code.iter().find_map(|pointer| members::text_at(json, pointer));
    named.or_else(|| json.pointer("/error/code")?.as_str().map(str::to_owned))
}

/// Text, a number, or several of them (NestJS lists texts, GitHub objects) as one.
fn words(value: &Value, depth: usize) -> Option<String> {
    let deeper = depth.checked_sub(1)?;
    let words = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => {
            let all: Vec<_> = items.iter().filter_map(|item| words(item, deeper)).collect();
            all.join("; ")
        }
        Value::Object(members) => words_of_object(members, deeper)?,
        Value::Null | Value::Bool(_) => return None,
    };
    Some(words).filter(|words| !words.is_empty())
}

/// One fault: its message, after the field that it is about; without a message its other words; or
/// messages by the names of fields.
fn words_of_object(members: &Map<String, Value>, depth: usize) -> Option<String> {
    let text = |name: &&str| members.get(*name)?.as_str().filter(|text| !text.is_empty());
    if let Some(message) = WORDS_OF_FAULT.iter().find_map(text) {
        let field = text(&"field").filter(|field| !message.contains(*field));
        return Some(
            field.map_or_else(|| message.to_owned(), |field| format!("{field}: {message}")),
        );
    }
    let named: Vec<_> = ["resource", "field", "code"].iter().filter_map(text).collect();
    if !named.is_empty() {
        return Some(named.join(" "));
    }
    let of_field = |(name, value): (&String, &Value)| match value {
        Value::String(_) | Value::Array(_) => Some(format!("{name}: {}", words(value, depth)?)),
        _ => None,
    };
    Some(members.iter().filter_map(of_field).collect::<Vec<_>>().join("; "))
}

/// Where servers that no descriptor describes put the message: RFC 6749 §5.2, RFC 9457 §3, and the forms of
/// common frameworks and gateways.
const MESSAGES: [&str; 12] = [
    "/message",
    "/error_description",
    "/error/message",
    "/error_message",
    "/error_msg",
    "/detail",
    "/title",
    "/msg",
    "/errorMessage",
    "/Message",
    "/fault/faultstring",
    "/error",
];
/// Where they list the single faults.
const DETAILS: [&str; 3] = ["/errors", "/error/errors", "/error/details"];
const WORDS_OF_FAULT: [&str; 6] =
    ["message", "detail", "title", "description", "error_description", "msg"];
const MAX_DEPTH: usize = 4;
/// Characters.
const LONGEST_PLAIN_TEXT: usize = 300;
/// The largest body, in bytes, in which the reason of a refusal is looked for. Platforms' own refusals
/// have some hundred bytes.
pub(super) const LONGEST_REFUSAL: usize = 64 << 10;
