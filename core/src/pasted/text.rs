//! The text of a file, out of what editors, shells and secret stores made of it.

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::{seen::is_invisible, trimmed};

/// The text of these bytes: UTF-8 or UTF-16, or one of the old encodings of a byte for a character, of
/// which only the ASCII part is right. `None` for bytes that are no text.
pub(crate) fn decoded(bytes: &[u8]) -> Option<Zeroizing<String>> {
    if let Some(units) = utf16_units(bytes) {
        let text: Result<String, _> = char::decode_utf16(units.iter().copied()).collect();
        return text.ok().map(Zeroizing::new);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Zeroizing::new(text.to_owned()));
    }
    let is_pem = bytes.windows(BEGIN.len()).any(|window| window == BEGIN.as_bytes());
    is_pem.then(|| Zeroizing::new(bytes.iter().map(|byte| char::from(*byte)).collect()))
}

/// UTF-16 with a byte order mark, as PowerShell writes it, or without: then one byte of the first
/// character is zero.
fn utf16_units(bytes: &[u8]) -> Option<Zeroizing<Vec<u16>>> {
    let (is_big, rest) = match bytes {
        [0xff, 0xfe, rest @ ..] => (false, rest),
        [0xfe, 0xff, rest @ ..] => (true, rest),
        [first, 0, ..] if *first != 0 => (false, bytes),
        [0, second, ..] if *second != 0 => (true, bytes),
        _ => return None,
    };
    let read = if is_big { u16::from_be_bytes } else { u16::from_le_bytes };
    let pairs = rest.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    Some(Zeroizing::new(pairs.collect()))
}

/// A file's text without what was put around it and without what was done to its line breaks: quotes,
/// byte order marks, backslashes of one JSON or YAML inside another, percent-encoding, other blanks.
pub(crate) fn unwrapped(text: &str) -> Zeroizing<String> {
    let text = percent_decoded(without_quotes(text));
    let text = unescaped(&text);
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    let plain = Zeroizing::new(plain);
    let kept = plain.chars().filter(|character| !is_invisible(*character));
    let blank = |character: char| {
        let is_blank = character.is_whitespace() && character != '\n';
        if is_blank { ' ' } else { character }
    };
    let plain: Zeroizing<String> = Zeroizing::new(kept.map(blank).collect());
    Zeroizing::new(without_quotes(&plain).to_owned())
}

fn without_quotes(text: &str) -> &str {
    trimmed(trimmed(text).trim_matches(['"', '\'', '`']))
}

/// No text of a key or certificate has a `%`.
fn percent_decoded(text: &str) -> Zeroizing<String> {
    if !text.contains('%') {
        return Zeroizing::new(text.to_owned());
    }
    // In a form a blank is `+`, and the `+` of base64 is `%2B`.
    let is_form = text.contains("BEGIN+");
    let text = Zeroizing::new(if is_form { text.replace('+', " ") } else { text.to_owned() });
    Zeroizing::new(percent_decode_str(&text).decode_utf8_lossy().into_owned())
}

/// Undoes backslash escapes, however many times they were escaped again.
fn unescaped(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let after = after.trim_start_matches('\\');
        rest = after.get(1..).unwrap_or_default();
        match after.chars().next() {
            Some('n') => plain.push('\n'),
            Some('r') => {}
            Some('t') => plain.push(' '),
            Some('u') => {
                let code = after.get(1..5).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                if let Some(character) = code.and_then(char::from_u32) {
                    plain.push(character);
                    rest = &after[5..];
                }
            }
            Some('/' | '"' | '\'' | '\n') | None => rest = after,
            // A path of Windows.
            Some(_) => {
                plain.push('\\');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

const BEGIN: &str = "-----BEGIN ";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> String {
        unwrapped(&decoded(bytes).unwrap()).to_string()
    }

    #[test]
    fn a_text_is_the_same_in_every_encoding() {
        let units = || "-----BEGIN X\n".encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            &little[..],
            &big,
            &[&[0xff, 0xfe], &little[..]].concat(),
            &[&[0xfe, 0xff], &big[..]].concat(),
            b"\xef\xbb\xbf-----BEGIN X\r\n",
            b"-----BEGIN\xa0X\r",
        ] {
            if bytes.contains(&0xa0) {
                assert!(decoded(bytes).is_none());
                continue;
            }
            assert_eq!(read(bytes), "-----BEGIN X");
        }
        assert!(decoded(b"\x80\x81 binary").is_none());
    }

    #[test]
    fn escapes_end_whatever_their_number() {
        for text in ["a\\nb", "a\\\\nb", "a\\\\\\\\nb", "\"a\\r\\nb\\n\"", "a%0Ab", "a\\u000ab"] {
            assert_eq!(read(text.as_bytes()), "a\nb", "{text}");
        }
        assert_eq!(read(b"a\\/b\\u002Bc"), "a/b+c");
        assert_eq!(read(b"-----BEGIN+X-----%0Aa%2Bb"), "-----BEGIN X-----\na+b");
        assert_eq!(read("a\u{a0}b\u{200b}".as_bytes()), "a b");
    }
}
