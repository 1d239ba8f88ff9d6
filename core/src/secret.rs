//! Secret text: passphrases, client secrets, tokens.
//!
//! It is zeroized when dropped, shows itself as `[redacted]`, compares in constant time, and has
//! one loud method that gives it away.

use std::{fmt, str};

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A piece of secret text.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Search for this word to find every place that sees a secret.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a NUL is in it. No platform issues such a secret, and a program that passes it through C
    /// would use its first part only; HMAC takes a key with NULs at its end for the key without.
    pub(crate) fn has_nul(&self) -> bool {
        self.0.contains('\0')
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A platform's text without anything that could be a secret: the `known` secrets, and every word that
/// looks like a token or a JWT.
pub(crate) fn scrub(text: &str, known: &[&str], prefixes: &[String]) -> String {
    let mut text = text.replace(char::is_control, " ");
    for secret in known.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
        text = text.replace(secret, REDACTED);
    }
    let mut scrubbed = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !is_token_character(c)) {
        let bare = word.trim_end_matches(|c: char| !is_token_character(c));
        if let Some(start) = start_of_token(bare, prefixes) {
            scrubbed.push_str(&word[..start]);
            scrubbed.push_str(REDACTED);
            scrubbed.push_str(&word[bare.len()..]);
        } else {
            scrubbed.push_str(word);
        }
    }
    shorten(scrubbed)
}

fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The start of a token within a word such as `bad_ats_6c91…`.
fn start_of_token(word: &str, prefixes: &[String]) -> Option<usize> {
    let begins_part = |at: &usize| !word[..*at].ends_with(|c: char| c.is_ascii_alphanumeric());
    let mut starts = word.char_indices().map(|(at, _)| at).filter(begins_part);
    starts.find(|at| looks_like_a_token(&word[*at..], prefixes))
}

fn looks_like_a_token(word: &str, prefixes: &[String]) -> bool {
    // A token has digits; `refresh_token` is a word that only begins like one.
    let after = |prefix: &String| word.strip_prefix(prefix.as_str());
    let has_digits = |rest: &str| rest.contains(|c: char| c.is_ascii_digit());
    // `eyJ` is how base64url of `{"` begins: a JWT, or a part of one.
    word.len() >= SHORTEST_TOKEN
        && (word.starts_with("eyJ") || prefixes.iter().filter_map(after).any(has_digits))
}

fn shorten(text: String) -> String {
    if text.chars().count() <= LONGEST_MESSAGE {
        return text;
    }
    text.chars().take(LONGEST_MESSAGE).chain(['…']).collect()
}

const REDACTED: &str = "[redacted]";
const SHORTEST_SECRET: usize = 4;
const SHORTEST_TOKEN: usize = 12;
const LONGEST_MESSAGE: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "[redacted]");
    }

    #[test]
    fn secrets_compare_by_text() {
        assert_eq!(Secret::new("a"), Secret::new("a"));
        assert_ne!(Secret::new("a"), Secret::new("ab"));
    }

    #[test]
    fn known_secrets_and_tokens_are_scrubbed() {
        let prefixes = ["ats_".to_owned()];
        let text = "token ats_6c91b91bc9ca751e, (secret hunter2): eyJhbGciOiJSUzI1NiJ9.x is bad";
        assert_eq!(
            scrub(text, &["hunter2"], &prefixes),
            "token [redacted], (secret [redacted]): [redacted] is bad"
        );
    }

    #[test]
    fn a_token_within_a_word_is_scrubbed_and_a_word_like_one_is_not() {
        let prefixes = ["ats_".to_owned(), "refresh_".to_owned()];
        let text = "bad_ats_6c91b91bc9ca751e, not bad_refresh_token nor refresh_tokens";
        let scrubbed = "bad_[redacted], not bad_refresh_token nor refresh_tokens";
        assert_eq!(scrub(text, &[], &prefixes), scrubbed);
    }

    #[test]
    fn long_messages_are_cut_at_a_character() {
        assert_eq!(scrub(&"é".repeat(1000), &[], &[]).chars().count(), LONGEST_MESSAGE + 1);
    }
}
