//! JSON in which no object has a member twice, so that a proxy, a log and this library read the
//! same (RFC 8259 §4); and the exception, an answer that comes only once.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

/// The fault of a text that could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    NotJson,
    /// An object has a member twice.
    DuplicateMember,
}

/// Reads a JSON text.
pub(crate) fn read(text: &[u8]) -> Result<Value, Fault> {
    let mut input = serde_json::Deserializer::from_slice(text);
    let read = Strict.deserialize(&mut input).and_then(|value| input.end().map(|()| value));
    // The reader below takes any JSON, so the only data error is its own.
    read.map_err(|error| if error.is_data() { Fault::DuplicateMember } else { Fault::NotJson })
}

/// Reads the object of an answer that comes only once and holds what no other answer will. Only the
/// members of these names must be certain: not there twice with different values, and readable. Of others
/// the last one counts, what cannot be read (a number that is too large, half of a surrogate pair) is
/// null, and bytes that are not UTF-8 are replaced by U+FFFD.
pub(crate) fn read_leniently(text: &[u8], needed: &[&str]) -> Result<Value, Fault> {
    let text = String::from_utf8_lossy(text);
    read_object(text.trim_start_matches('\u{feff}'), needed, MAX_DEPTH)
}

fn read_object(text: &str, needed: &[&str], depth: usize) -> Result<Value, Fault> {
    let members: Members<'_> = serde_json::from_str(text).map_err(|_| Fault::NotJson)?;
    let mut all = Map::new();
    for (name, text) in members.0 {
        let is_needed = needed.contains(&name.as_str());
        let value = match read_member(text.get(), needed, depth) {
            Err(Fault::NotJson) if !is_needed => Value::Null,
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
        _ => read(text.as_bytes()).or(Err(Fault::NotJson)),
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
        assert_eq!(read(text.as_bytes()), Ok(serde_json::from_str(text).unwrap()));
        assert_eq!(read(b"{"), Err(Fault::NotJson));
    }

    #[test]
    fn a_duplicate_member_is_refused_at_any_depth() {
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"b": {"a": 1, "\u0061": 2}}]"#] {
            assert_eq!(read(text.as_bytes()), Err(Fault::DuplicateMember));
        }
    }

    #[test]
    fn an_answer_that_comes_once_is_read_as_far_as_it_goes() {
        let read = |text: &[u8]| read_leniently(text, &["token"]);
        let text =
            b"\xef\xbb\xbf{\"token\": \"t\", \"scope\": 1, \"scope\": \"\xff\", \"token\": \"t\"}";
        let expected = serde_json::json!({ "token": "t", "scope": "\u{fffd}" });
        assert_eq!(read(text), Ok(expected));
        assert_eq!(read(br#"{"token": "t", "token": "u"}"#), Err(Fault::DuplicateMember));
        assert_eq!(read(b"{} x"), Err(Fault::NotJson));
        assert_eq!(read(b"[]"), Err(Fault::NotJson));
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
            let read = read_leniently(text.as_bytes(), &["token"]).unwrap();
            assert_eq!(read["inner"]["token"], "t");
            let text = format!(r#"{{"token": {odd}}}"#);
            let read = read_leniently(text.as_bytes(), &["token"]);
            assert!(read.is_err() || odd == objects, "{odd}");
        }
    }
}
