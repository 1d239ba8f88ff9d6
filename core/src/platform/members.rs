//! Reads the members of a JSON value at the pointers that a descriptor gives.

use std::time::Duration;

use serde_json::Value;

use crate::{
    platform::descriptor::Pointers,
    secret::Secret,
    time::{Timestamp, parse_rfc3339},
    token::Permissions,
};

/// The value that a pointer (RFC 6901) leads to.
fn value_at<'a>(json: &'a Value, pointer: &str) -> Option<&'a Value> {
    match pointer.strip_prefix('/') {
        // Most are the name of one member, which needs no second text.
        Some(name) if json.is_object() && !name.contains(['/', '~']) => json.get(name),
        _ => json.pointer(pointer),
    }
}

/// The first pointer that leads to something other than `null`.
pub(crate) fn first<'a>(json: &'a Value, at: &Pointers) -> Option<&'a Value> {
    at.iter().filter_map(|pointer| value_at(json, pointer)).find(|value| !value.is_null())
}

/// Text; an id may also come as a number.
pub(crate) fn text(json: &Value, at: &Pointers) -> Option<String> {
    at.iter().find_map(|pointer| text_at(json, pointer))
}

pub(crate) fn text_at(json: &Value, pointer: &str) -> Option<String> {
    match value_at(json, pointer)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A secret, which goes into a header: one with control characters, or with bytes that were not UTF-8,
/// is none.
pub(crate) fn secret(json: &Value, at: &Pointers) -> Option<Secret> {
    let is_odd = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
    text(json, at).filter(|text| !text.contains(is_odd)).map(Secret::new)
}

/// A word that platforms write in either case, such as `ALL`.
pub(crate) fn lower_text(json: &Value, at: &Pointers) -> Option<String> {
    text(json, at).map(|text| text.to_lowercase())
}

/// Yes or no, also as a number or as text.
pub(crate) fn flag(json: &Value, at: &Pointers) -> Option<bool> {
    match first(json, at)? {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_i64()? != 0),
        Value::String(text) => Some(matches!(text.as_str(), "1" | "true")),
        _ => None,
    }
}

pub(crate) fn time(json: &Value, at: &Pointers) -> Option<Timestamp> {
    parse_rfc3339(first(json, at)?.as_str()?)
}

pub(crate) fn permissions(json: &Value, at: &Pointers) -> Permissions {
    let members = first(json, at).and_then(Value::as_object);
    let levels = members
        .into_iter()
        .flatten()
        .filter_map(|(name, level)| Some((name.clone(), level.as_str()?.to_owned())));
    levels.collect()
}

/// A list of words: an array, or text separated by commas or spaces.
pub(crate) fn words(json: &Value, at: &Pointers) -> Vec<String> {
    first(json, at).map(listed).unwrap_or_default()
}

/// The words of a list, in the same forms.
pub(crate) fn listed(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            let separator = |c: char| c == ',' || c.is_whitespace();
            text.split(separator).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        }
        value => texts(value),
    }
}

/// One text, or an array of texts.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A number of seconds, written as a number or as text, whole or not.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}
