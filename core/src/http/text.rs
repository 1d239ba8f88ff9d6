//! A body as text: one reader for everything that is not bytes.
//!
//! JSON is UTF-8 (RFC 8259 §8.1), and some servers declare another charset by mistake, so bytes that are
//! valid UTF-8 are read as such. A byte order mark decides, and is removed.

use std::borrow::Cow;

use crate::http::message::Response;

/// The reason why a body could not be read as text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotText {
    /// It is in a content coding that is not known, or not in the one that it names.
    Coded(String),
    /// It is in a charset that is not known.
    Charset(String),
    /// It is not valid in its charset, which is UTF-8 unless it says otherwise.
    Invalid,
}

impl Response {
    /// The body as text, in its charset and without a byte order mark.
    ///
    /// UTF-8, UTF-16 by its byte order mark or its declared charset, or ISO-8859-1 where that is
    /// declared. Bytes that are not valid are replaced by U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.strict_text().unwrap_or_else(|_| String::from_utf8_lossy(without_mark(&self.body)))
    }

    /// The body as text, if all of it can be read.
    pub(crate) fn strict_text(&self) -> Result<Cow<'_, str>, NotText> {
        let body = &self.body;
        let charset = self.charset();
        if let Some(order) = utf16_order(body, charset.as_deref()) {
            return utf16(body, order).map(Cow::Owned).ok_or(NotText::Invalid);
        }
        if let Ok(text) = str::from_utf8(without_mark(body)) {
            return Ok(Cow::Borrowed(text));
        }
        if let Some(coding) = self.remaining_coding() {
            return Err(NotText::Coded(coding));
        }
        match charset.as_deref() {
            None | Some("utf-8" | "utf8" | "us-ascii" | "ascii") => Err(NotText::Invalid),
            Some("iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1" | "latin-1") => {
                Ok(Cow::Owned(body.iter().map(|byte| char::from(*byte)).collect()))
            }
            Some(other) => Err(NotText::Charset(other.to_owned())),
        }
    }

    /// The content coding that the body is still in.
    pub(crate) fn remaining_coding(&self) -> Option<String> {
        let coding = self.header("content-encoding")?.trim();
        let is_coded = !coding.is_empty() && !coding.eq_ignore_ascii_case("identity");
        is_coded.then(|| quotable(coding))
    }

    /// The `charset` of the `Content-Type`, in lower case (RFC 9110 §8.3.2).
    fn charset(&self) -> Option<String> {
        let parameters = self.header("content-type")?.split(';').skip(1);
        let named = |parameter: &str| {
            let (name, value) = parameter.split_once('=')?;
            let value = value.trim().trim_matches(['"', '\'']);
            name.trim().eq_ignore_ascii_case("charset").then(|| quotable(value).to_lowercase())
        };
        parameters.filter_map(named).next()
    }
}

#[derive(Clone, Copy)]
enum Order {
    Big,
    Little,
}

fn utf16_order(body: &[u8], charset: Option<&str>) -> Option<Order> {
    match (body, charset) {
        ([0xfe, 0xff, ..], _) | (_, Some("utf-16be")) => Some(Order::Big),
        ([0xff, 0xfe, ..], _) | (_, Some("utf-16le")) => Some(Order::Little),
        // RFC 4627 §3: a JSON text begins with two ASCII characters.
        ([0, b'\t'..=b'~', ..], _) => Some(Order::Big),
        ([b'\t'..=b'~', 0, ..], _) => Some(Order::Little),
        (_, Some("utf-16")) => Some(Order::Big), // RFC 2781 §4.3
        _ => None,
    }
}

fn utf16(body: &[u8], order: Order) -> Option<String> {
    let unit = |pair: &[u8]| match (order, pair) {
        (Order::Big, [high, low]) => Some(u16::from_be_bytes([*high, *low])),
        (Order::Little, [low, high]) => Some(u16::from_le_bytes([*low, *high])),
        _ => None,
    };
    let units: Option<Vec<u16>> = body.chunks(2).map(unit).collect();
    let text = String::from_utf16(&units?).ok()?;
    Some(text.strip_prefix(MARK).map(str::to_owned).unwrap_or(text))
}

fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(MARK.as_bytes()).unwrap_or(body)
}

/// A server's word, as short as such words are.
fn quotable(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(40).collect()
}

const MARK: &str = "\u{feff}";

#[cfg(test)]
mod tests {
    use super::*;

    fn response(content_type: &str, body: &[u8]) -> Response {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Response { status: 200, headers, body: body.to_vec() }
    }

    fn utf16_of(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_text_is_read_in_the_charset_that_it_is_in() {
        let (big, little) = (u16::to_be_bytes, u16::to_le_bytes);
        for (content_type, body) in [
            ("application/json", "é€".as_bytes().to_vec()),
            ("application/json", "\u{feff}é€".as_bytes().to_vec()),
            ("application/json; charset=ISO-8859-1", "é€".as_bytes().to_vec()),
            ("text/plain; charset=shift_jis", "é€".as_bytes().to_vec()),
            ("application/json", utf16_of("\u{feff}é€", big)),
            ("text/plain;charset=\"utf-8\"", utf16_of("\u{feff}é€", little)),
            ("text/plain; charset=UTF-16LE", utf16_of("é€", little)),
            ("text/plain; charset=utf-16", utf16_of("é€", big)),
        ] {
            assert_eq!(
                response(content_type, &body).strict_text().unwrap(),
                "é€",
                "{content_type}"
            );
        }
        for order in [u16::to_be_bytes, u16::to_le_bytes] {
            let json = response("application/json", &utf16_of("{}", order));
            assert_eq!(json.strict_text().unwrap(), "{}");
        }
        let latin = response("a/b; x=y; Charset='latin1'", b"caf\xe9");
        assert_eq!(latin.strict_text().unwrap(), "café");
    }

    #[test]
    fn a_text_that_cannot_be_read_says_why_and_is_read_as_far_as_it_goes() {
        let read = |content_type: &str, body: &[u8]| {
            let response = response(content_type, body);
            (response.strict_text().unwrap_err(), response.text().into_owned())
        };
        let replaced = || "x\u{fffd}".to_owned();
        assert_eq!(read("text/plain", b"x\xff"), (NotText::Invalid, replaced()));
        let gbk = NotText::Charset("gbk".to_owned());
        assert_eq!(read("text/plain; charset=GBK", b"x\xff"), (gbk, replaced()));
        let (error, _) = read("text/plain", b"\xff\xfex\0y");
        assert_eq!(error, NotText::Invalid, "half a unit of UTF-16");
        let mut coded = response("text/plain", b"x\xff");
        coded.headers.push(("content-encoding".to_owned(), "br\t".to_owned()));
        assert_eq!(coded.strict_text(), Err(NotText::Coded("br".to_owned())));
    }
}
