//! A regular expression for programs that scrub logs.

use once_cell::race::OnceBox;
use serde::Deserialize;

use super::BUILT_IN;

/// A regular expression that finds the secrets of the built-in platforms in a text: their tokens,
/// of any length and with the dots of a JWT in them, and JWTs, for whatever scrubs logs.
///
/// It uses no more than POSIX extended regular expressions have, so it works in every language.
#[must_use]
pub fn secret_pattern() -> &'static str {
    // Without a lock, which a fork beside another thread would leave locked in the child.
    static PATTERN: OnceBox<String> = OnceBox::new();
    PATTERN.get_or_init(|| Box::new(pattern()))
}

/// The only member that is read, so that a small stack is enough.
#[derive(Deserialize)]
struct Prefixes {
    secret_prefixes: Vec<String>,
}

fn pattern() -> String {
    let read = |json: &str| serde_json::from_str::<Prefixes>(json).ok();
    let descriptors = BUILT_IN.iter().filter_map(|(_, json)| read(json));
    let mut prefixes: Vec<_> = descriptors.flat_map(|it| it.secret_prefixes).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    format!("({})[A-Za-z0-9._-]{{20,}}|{JWT}", prefixes.join("|"))
}

/// `eyJ` is how base64url of `{"` begins.
const JWT: &str = "eyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]*";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_is_plain_text_in_a_regular_expression() {
        let (prefixes, _) = secret_pattern().split_once(')').unwrap();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '|';
        assert!(prefixes[1..].chars().all(is_plain), "{prefixes}");
        assert!(prefixes.contains("ats_|") && prefixes.contains("|ghs_|"), "{prefixes}");
    }
}
