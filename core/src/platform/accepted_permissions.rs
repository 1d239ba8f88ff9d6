//! The permissions with which a platform accepts a call, as a header of its refusal lists them
//! (GitHub's `X-Accepted-GitHub-Permissions`): `,` joins permissions that are needed together, `;` the
//! alternatives.

use crate::token::Permissions;

/// The alternatives, each with all that it needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Accepted<'a>(Vec<Vec<Needed<'a>>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Needed<'a> {
    name: &'a str,
    level: &'a str,
}

impl<'a> Accepted<'a> {
    /// `None` for a header that lists none, or more than anybody would read.
    pub(super) fn parse(header: &'a str) -> Option<Self> {
        let all = |alternative: &'a str| alternative.split(',').map(Needed::parse).collect();
        let alternatives: Option<Vec<_>> = header.split(';').map(all).collect();
        alternatives.map(Self).filter(|_| header.len() <= LONGEST_HEADER)
    }

    /// Those that are missing, each as `name=level`, of the alternative that lacks the fewest. Nothing is
    /// known to be granted where `granted` is empty.
    pub(super) fn missing(&self, granted: &Permissions) -> Vec<String> {
        let lacking = |needed: &[Needed<'_>]| -> Vec<String> {
            needed.iter().filter(|it| !it.is_granted(granted)).map(Needed::text).collect()
        };
        self.0.iter().map(|needed| lacking(needed)).min_by_key(Vec::len).unwrap_or_default()
    }

    /// As a clause: `contents=write and issues=read, or administration=write`.
    pub(super) fn clause(&self) -> String {
        let texts = |needed: &Vec<Needed<'_>>| {
            needed.iter().map(Needed::text).collect::<Vec<_>>().join(" and ")
        };
        self.0.iter().map(texts).collect::<Vec<_>>().join(", or ")
    }
}

impl<'a> Needed<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (name, level) = text.trim().split_once('=')?;
        let is_word = |word: &str| {
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            !word.is_empty() && word.bytes().all(is_allowed)
        };
        (is_word(name) && is_word(level)).then_some(Self { name, level })
    }

    fn is_granted(&self, granted: &Permissions) -> bool {
        let rank = |level: &str| LEVELS.iter().position(|known| *known == level);
        granted.get(self.name).is_some_and(|level| {
            level == self.level || rank(level).is_some_and(|has| Some(has) >= rank(self.level))
        })
    }

    fn text(&self) -> String {
        format!("{}={}", self.name, self.level)
    }
}

const LEVELS: [&str; 3] = ["read", "write", "admin"];
const LONGEST_HEADER: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(permissions: &[(&str, &str)]) -> Permissions {
        permissions.iter().map(|(name, level)| ((*name).into(), (*level).into())).collect()
    }

    #[test]
    fn the_alternative_that_lacks_the_fewest_is_told() {
        let header = "contents=write, issues=read; administration=write";
        let accepted = Accepted::parse(header).unwrap();
        assert_eq!(accepted.clause(), "contents=write and issues=read, or administration=write");
        for (has, missing) in [
            (granted(&[]), vec!["administration=write"]),
            (granted(&[("contents", "read"), ("issues", "write")]), vec!["contents=write"]),
            (granted(&[("contents", "admin"), ("issues", "read")]), vec![]),
        ] {
            assert_eq!(accepted.missing(&has), missing, "{has:?}");
        }
    }

    #[test]
    fn a_header_that_is_none_is_not_believed() {
        let long = "a=b,".repeat(300) + "a=b";
        for header in ["", "contents", "contents=", "=write", "a b=write", "a=b;;", &long] {
            assert_eq!(Accepted::parse(header), None, "{header}");
        }
    }
}
