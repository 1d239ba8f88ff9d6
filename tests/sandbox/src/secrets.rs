//! Random secrets, and their comparison.

use aws_lc_rs::rand;
use subtle::ConstantTimeEq;

/// `prefix` followed by 32 random hexadecimal digits.
pub(crate) fn token(prefix: &str) -> String {
    hexadecimal(prefix, 32)
}

/// `prefix` followed by `digits` random hexadecimal digits.
pub(crate) fn hexadecimal(prefix: &str, digits: usize) -> String {
    random(prefix, digits, b"0123456789abcdef")
}

/// `prefix` followed by `letters` random letters and digits.
pub(crate) fn alphanumeric(prefix: &str, letters: usize) -> String {
    random(prefix, letters, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
}

/// `prefix` followed by `count` letters of `alphabet`, all equally likely.
pub(crate) fn random(prefix: &str, count: usize, alphabet: &[u8]) -> String {
    // Bytes from here on would make the first letters more likely.
    let limit = 256 - 256 % alphabet.len();
    let mut text = prefix.to_owned();
    let end = prefix.len() + count;
    while text.len() < end {
        let mut bytes = vec![0_u8; end - text.len()];
        rand::fill(&mut bytes).expect("the operating system has random numbers");
        let fitting = bytes.into_iter().map(usize::from).filter(|byte| *byte < limit);
        text.extend(fitting.map(|byte| char::from(alphabet[byte % alphabet.len()])));
    }
    text
}

/// Equality in constant time.
pub(crate) fn equal(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_its_prefix_its_length_and_its_alphabet() {
        let secret = alphanumeric("ghs_", 36);
        assert_eq!(secret.len(), 40);
        assert!(secret.strip_prefix("ghs_").unwrap().bytes().all(|it| it.is_ascii_alphanumeric()));
        assert_eq!(token("x").len(), 33);
        assert_ne!(token("x"), token("x"));
    }
}
