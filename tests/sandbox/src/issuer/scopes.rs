//! Scopes, separated by spaces
//! ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).

use super::refusals::{OAuthError, invalid_scope};

/// The requested or default scopes; `None` if one is unknown.
pub(super) fn requested(text: Option<&str>) -> Option<Vec<String>> {
    among(text.unwrap_or(DEFAULT), &SUPPORTED)
}

/// The scopes of a refresh, which have to be among the granted ones.
pub(super) fn narrowed(text: Option<&str>, granted: &[String]) -> Result<Vec<String>, OAuthError> {
    match text {
        Some(text) => among(text, granted).ok_or_else(invalid_scope),
        None => Ok(granted.to_vec()),
    }
}

fn among(text: &str, known: &[impl AsRef<str>]) -> Option<Vec<String>> {
    let words: Vec<_> = text.split(' ').filter(|it| !it.is_empty()).map(str::to_owned).collect();
    let are_known = words.iter().all(|word| known.iter().any(|it| it.as_ref() == word));
    (are_known && !words.is_empty()).then_some(words)
}

pub(super) const SUPPORTED: [&str; 3] = ["profile", "read", "write"];
const DEFAULT: &str = "profile";
