//! JSON in which no object has a member twice, so that a proxy, a log and this library read the
//! same (RFC 8259 §4); and the exception, an answer that comes only once.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

/// The fault of a text that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    NotJson,
    /// An object has a member twice.
    DuplicateMember,
    /// A number is too large for any that computers calculate with (RFC 8259 §6).
    NumberTooLarge,
    /// Arrays and objects lie in each other 128 times.
    TooDeep,
    /// A text has half of a surrogate pair (RFC 8259 §8.2).
    HalfCharacter,
}

/// Reads a JSON text.
pub(crate) fn read(text: &str) -> Result<Value, Fault> {
    let mut input = serde_json::Deserializer::from_str(text);
    let read = Strict.deserialize(&mut input).and_then(|value| input.end().map(|()| value));
    // The reader below takes any JSON, so the only data error is its own.
    read.map_err(|error| if error.is_data() { Fault::DuplicateMember } else { Fault::of(&error) })
}

/// Reads a JSON text in which halves of surrogate pairs, which some programs leave when they cut a text,
/// are U+FFFD, and of a member that comes twice the last one counts.
pub(crate) fn read_cut(text: &str) -> Result<Value, Fault> {
    let read = |text: &str| serde_json::from_str(text).map_err(|error| Fault::of(&error));
    match read(text) {
        Err(Fault::HalfCharacter) => read(&with_whole_characters(text)),
        read => read,
    }
}

impl Fault {
    /// serde_json tells its errors apart by their words alone.
    fn of(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let faults = [
            ("number out of range", Self::NumberTooLarge),
            ("recursion limit exceeded", Self::TooDeep),
            ("lone leading surrogate", Self::HalfCharacter),
            ("unexpected end of hex escape", Self::HalfCharacter),
        ];
        let found = faults.iter().find(|(words, _)| text.starts_with(words));
        found.map_or(Self::NotJson, |(_, fault)| *fault)
    }

    /// The fault as a clause about `subject`, which is JSON.
    pub(crate) fn sentence(self, subject: &str) -> String {
        match self {
            Self::NotJson => format!("{subject} is not JSON"),
            Self::DuplicateMember => format!("an object in {subject} has the same member twice"),
            Self::NumberTooLarge => format!("{subject} has a number that is too large to be read"),
            Self::TooDeep => {
                format!("{subject} has arrays or objects within each other more than 127 times")
            }
            Self::HalfCharacter => {
                format!("a text in {subject} has half of a character (a lone surrogate)")
            }
        }
    }
}

/// A JSON text whose escapes of half a surrogate pair are replaced.
fn with_whole_characters(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.find('\\').map(|at| rest.split_at(at)) {
        whole.push_str(before);
        let (kept, length) = match (surrogate(escape), escape.get(6..).and_then(surrogate)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (&escape[..12], 12),
            (Some(_), _) => ("\u{fffd}", 6),
            // The escaped character may be a backslash, too, or the text may end here.
            (None, _) => {
                let length = escape.char_indices().nth(2).map_or(escape.len(), |(at, _)| at);
                (&escape[..length], length)
            }
        };
        whole.push_str(kept);
        rest = &escape[length..];
    }
    whole + rest
}

/// The surrogate whose escape a text begins with.
fn surrogate(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let unit = u32::from_str_radix(digits, 16).ok()?;
    (0xd800..=0xdfff).contains(&unit).then_some(unit)
}

/// Reads the object of an answer that comes only once and holds what no other answer will. Only the
/// members of these names must be certain: not there twice with different values, and readable. Of others
/// the last one counts, what cannot be read (a number that is too large, half of a surrogate pair) is
/// null.
pub(crate) fn read_leniently(text: &str, needed: &[&str]) -> Result<Value, Fault> {
    read_object(text, needed, MAX_DEPTH)
}

fn read_object(text: &str, needed: &[&str], depth: usize) -> Result<Value, Fault> {
    let members: Members<'_> = serde_json::from_str(text).map_err(|error| Fault::of(&error))?;
    let mut all = Map::new();
    for (name, text) in members.0 {
        let is_needed = needed.contains(&name.as_str());
        let value = match read_member(text.get(), needed, depth) {
            Err(fault) if !is_needed && fault != Fault::DuplicateMember => Value::Null,
            value => value?,
        };
        if is_needed && all.get(&name).is_some_and(|before| *before != value) {
            return Err(Fault::DuplicateMember);
        }
        all.insert(name, value);
    }
    Ok(Value::Object(all))
}

fn read_member(text: &str, needed: &[&str], depth: usize) -> Result<Value, Fault> {
    match depth.checked_sub(1) {
        Some(depth) if text.starts_with('{') => read_object(text, needed, depth),
        // A list holds no token.
        _ => read(text).map_err(|fault| match fault {
            Fault::DuplicateMember => Fault::NotJson,
            other => other,
        }),
    }
}

/// The members of an object, whose values are not read yet.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(Raw).map(Self)
    }
}

struct Raw;

impl<'de> Visitor<'de> for Raw {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(member) = members.next_entry()? {
            all.push(member);
        }
        Ok(all)
    }
}

/// Reads any JSON, and refuses a member that comes twice.
#[derive(Clone, Copy)]
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom("a member comes twice"));
            }
        }
        Ok(Value::Object(all))
    }
}

/// Objects that lie deeper hold no token.
const MAX_DEPTH: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_differ_are_read_as_usual() {
        let text = r#"{"a": [1, -2, 2.5, "x", null, true], "b": {"a": {}}, "c": "\u00e9"}"#;
        assert_eq!(read(text), Ok(serde_json::from_str(text).unwrap()));
        assert_eq!(read("{"), Err(Fault::NotJson));
    }

    #[test]
    fn a_duplicate_member_is_refused_at_any_depth() {
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"b": {"a": 1, "\u0061": 2}}]"#] {
            assert_eq!(read(text), Err(Fault::DuplicateMember));
        }
    }

    #[test]
    fn an_answer_that_comes_once_is_read_as_far_as_it_goes() {
        let read = |text: &str| read_leniently(text, &["token"]);
        let text = r#"{"token": "t", "scope": 1, "scope": "s", "token": "t"}"#;
        let expected = serde_json::json!({ "token": "t", "scope": "s" });
        assert_eq!(read(text), Ok(expected));
        assert_eq!(read(r#"{"token": "t", "token": "u"}"#), Err(Fault::DuplicateMember));
        assert_eq!(read("{} x"), Err(Fault::NotJson));
        assert_eq!(read("[]"), Err(Fault::NotJson));
    }

    #[test]
    fn what_cannot_be_read_beside_the_tokens_is_null() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let objects = format!("{}1{}", "{\"a\": ".repeat(200), "}".repeat(200));
        for odd in [
            "1e400",
            "-1e999",
            r#""\ud800""#,
            r#"["\udc00"]"#,
            r#"[{"a": 1, "a": 2}]"#,
            &deep,
            &objects,
        ] {
            let text = format!(r#"{{"odd": {odd}, "inner": {{"odd": {odd}, "token": "t"}}}}"#);
            let read = read_leniently(&text, &["token"]).unwrap();
            assert_eq!(read["inner"]["token"], "t");
            let text = format!(r#"{{"token": {odd}}}"#);
            let read = read_leniently(&text, &["token"]);
            assert!(read.is_err() || odd == objects, "{odd}");
        }
    }

    #[test]
    fn odd_json_is_named_for_what_it_is() {
        let deep = "[".repeat(128) + &"]".repeat(128);
        for (text, fault) in [
            ("1e400", Fault::NumberTooLarge),
            (&*deep, Fault::TooDeep),
            (r#"{"a": "\ud83d"}"#, Fault::HalfCharacter),
            (r#"["\udc00"]"#, Fault::HalfCharacter),
            (r#"["\ud83d\ud83d"]"#, Fault::HalfCharacter),
            ("NaN", Fault::NotJson),
            (r#"["\u12"#, Fault::NotJson),
        ] {
            assert_eq!(read(text), Err(fault), "{text}");
        }
        assert!(read(&deep[1..255]).is_ok());
    }

    #[test]
    fn a_text_that_was_cut_within_a_character_is_read() {
        let read = |text: &str| read_cut(&format!("[\"{text}\"]")).map(|it| it[0].clone());
        for (text, expected) in [
            (r"a\ud83d", "a\u{fffd}"),
            (r"\uD83D\uDE00\ude00", "😀\u{fffd}"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}😀"),
            (r"\\ud83d\udc00", "\\ud83d\u{fffd}"),
            (r"\ud83d\n", "\u{fffd}\n"),
            (r"é\ud83dé", "é\u{fffd}é"),
        ] {
            assert_eq!(read(text), Ok(Value::from(expected)), "{text}");
        }
        assert_eq!(read(r"\ud83d\é"), Err(Fault::NotJson));
        assert_eq!(read_cut(r#"{"a": 1, "a": 2}"#), Ok(serde_json::json!({ "a": 2 })));
    }
}
