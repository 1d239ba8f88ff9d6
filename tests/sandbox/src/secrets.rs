//! Unguessable strings, and their comparison.

use aws_lc_rs::rand;
use subtle::ConstantTimeEq;

/// `prefix` followed by 32 random hexadecimal digits.
pub(crate) fn token(prefix: &str) -> String {
    let mut bytes = [0_u8; 16];
    rand::fill(&mut bytes).expect("the operating system has random numbers");
    bytes.iter().fold(prefix.to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// Equality that takes as long wherever the difference is.
pub(crate) fn equal(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}
