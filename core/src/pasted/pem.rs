//! PEM (RFC 7468), read more leniently than any parser: people paste it without its line breaks.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

/// The bytes of one section.
pub(crate) type Der = Zeroizing<Vec<u8>>;

/// A section that cannot be read.
#[derive(Debug)]
pub(crate) enum Flaw {
    /// Its last line is missing, and so is everything after its first, if that is so.
    CutOff { is_first_line_only: bool },
    /// It is encrypted in the way of RFC 1421.
    OldEncryption,
    /// Each `+` became a blank.
    Blanks,
    /// Its base64 has a character that base64 has not.
    Character(char),
    /// Its base64 is damaged in another way.
    Base64,
    /// There is nothing between its first and its last line.
    Empty,
}

/// The labels of all sections, in their order.
pub(crate) fn labels(text: &str) -> Vec<&str> {
    text.split("-----BEGIN ").skip(1).filter_map(|rest| rest.split("-----").next()).collect()
}

/// The sections with this label.
pub(crate) fn sections(text: &str, label: &str) -> impl Iterator<Item = Result<Der, Flaw>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let after: Vec<_> = text.split(begin.as_str()).skip(1).map(str::to_owned).collect();
    after.into_iter().map(Zeroizing::new).map(move |after| match after.split_once(&end) {
        Some((inside, _)) => section(inside),
        None => Err(Flaw::CutOff { is_first_line_only: after.trim().is_empty() }),
    })
}

fn section(inside: &str) -> Result<Der, Flaw> {
    if inside.contains("Proc-Type:") {
        return Err(Flaw::OldEncryption);
    }
    let has_lost_pluses = has_blanks_in_lines(inside);
    let inside =
        if has_lost_pluses { with_pluses(inside) } else { Zeroizing::new(inside.to_owned()) };
    match decode(&inside) {
        Some(der) if der.is_empty() => Err(Flaw::Empty),
        Some(der) => Ok(der),
        None if has_lost_pluses || inside.trim().contains(' ') => Err(Flaw::Blanks),
        None => Err(foreign_character(&inside).map_or(Flaw::Base64, Flaw::Character)),
    }
}

/// Whether blanks stand inside of lines: where a key has kept its line breaks, each was a `+` once. A
/// form's decoder makes blanks of them.
fn has_blanks_in_lines(inside: &str) -> bool {
    let mut lines = inside.lines().filter(|line| !line.trim().is_empty());
    lines.clone().nth(1).is_some() && lines.any(|line| line.trim().contains(' '))
}

fn with_pluses(inside: &str) -> Zeroizing<String> {
    let lines = || inside.lines().filter(|line| !line.trim().is_empty());
    let indent = |line: &str| line.len() - line.trim_start().len();
    let shared = lines().map(indent).min().unwrap_or_default();
    let lines: Vec<_> = lines().map(|line| line[shared..].replace(' ', "+")).collect();
    Zeroizing::new(lines.join("\n"))
}

fn foreign_character(inside: &str) -> Option<char> {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
    inside.chars().find(|character| !is_base64(*character) && !character.is_whitespace())
}

/// Base64 of either alphabet, with or without padding and white space.
pub(crate) fn decode(text: &str) -> Option<Der> {
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let compact: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(to_standard).collect(),
    );
    GeneralPurpose::new(&alphabet::STANDARD, lenient).decode(&*compact).ok().map(Zeroizing::new)
}

fn to_standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inside: &str) -> Result<Der, Flaw> {
        let text = format!("-----BEGIN X-----{inside}-----END X-----");
        sections(&text, "X").next().unwrap()
    }

    #[test]
    fn blanks_inside_of_lines_were_plus_signs() {
        let plain = read("\nAA++\n+BBB\nCC+C\n").unwrap();
        assert_eq!(read("\nAA  \n BBB\nCC C\n").unwrap(), plain);
        assert_eq!(read("\n  AA++\n  +BBB\n  CC+C\n").unwrap(), plain);
        assert_eq!(read(" AA++ +BBB CC+C ").unwrap(), plain);
    }

    #[test]
    fn flaws_are_told_apart() {
        assert!(matches!(read("\nAAA*\nBBBB\n"), Err(Flaw::Character('*'))));
        assert!(matches!(read("\n\n"), Err(Flaw::Empty)));
        assert!(matches!(read("\nAAAAA\nBBBB\n"), Err(Flaw::Base64)));
        assert!(matches!(read("\nProc-Type: 4,ENCRYPTED\n"), Err(Flaw::OldEncryption)));
        let cut = sections("-----BEGIN X-----\n", "X").next().unwrap();
        assert!(matches!(cut, Err(Flaw::CutOff { is_first_line_only: true })));
    }
}
