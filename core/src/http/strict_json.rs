//! JSON in which no object has a member twice, so that a proxy, a log and this library read the
//! same (RFC 8259 §4); and the exception, an answer that comes only once.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The fault of a text that could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    NotJson,
    /// An object has a member twice.
    DuplicateMember,
}

/// Reads a JSON text.
pub(crate) fn read(text: &[u8]) -> Result<Value, Fault> {
    read_with(text, None)
}

/// Reads the text of an answer that comes only once and holds what no other answer will. Only the
/// members of these names must not come twice with different values; of others the last one counts, and
/// bytes that are not UTF-8 are replaced by U+FFFD.
pub(crate) fn read_leniently(text: &[u8], needed: &[&str]) -> Result<Value, Fault> {
    let text = String::from_utf8_lossy(text);
    read_with(text.trim_start_matches('\u{feff}').as_bytes(), Some(needed))
}

fn read_with(text: &[u8], needed: Option<&[&str]>) -> Result<Value, Fault> {
    let mut input = serde_json::Deserializer::from_slice(text);
    let read =
        Reader { needed }.deserialize(&mut input).and_then(|value| input.end().map(|()| value));
    // The reader below takes any JSON, so the only data error is its own.
    read.map_err(|error| if error.is_data() { Fault::DuplicateMember } else { Fault::NotJson })
}

/// `needed`: the members that must not come twice with different values; `None`: no member twice.
#[derive(Clone, Copy)]
struct Reader<'a> {
    needed: Option<&'a [&'a str]>,
}

impl Reader<'_> {
    fn allows(self, name: &str, before: &Value, value: &Value) -> bool {
        self.needed.is_some_and(|needed| !needed.contains(&name) || before == value)
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
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
            if all.get(&name).is_some_and(|before| !self.allows(&name, before, &value)) {
                return Err(A::Error::custom("a member comes twice"));
            }
            all.insert(name, value);
        }
        Ok(Value::Object(all))
    }
}

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
    }
}
