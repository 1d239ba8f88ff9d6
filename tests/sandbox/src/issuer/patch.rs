//! JSON merge patches ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)): members are replaced, and removed by null.

use serde_json::{Map, Value};

/// `target` with the members that `patch` names replaced.
pub(super) fn merged(mut target: Value, patch: &Map<String, Value>) -> Value {
    for (name, value) in patch {
        let old = target.as_object_mut().and_then(|members| members.remove(name));
        match value {
            Value::Null => {}
            Value::Object(inner) => {
                let old = old.filter(Value::is_object).unwrap_or_else(|| Map::new().into());
                target[name] = merged(old, inner);
            }
            plain => target[name] = plain.clone(),
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_replaced_added_and_removed() {
        let patch = json!({ "a": 1, "b": null, "c": { "d": null, "e": [2] }, "f": { "g": 3 } });
        let target = json!({ "a": 0, "b": 0, "c": { "d": 0, "h": 0 }, "f": 0, "i": 0 });
        let expected = json!({ "a": 1, "c": { "h": 0, "e": [2] }, "f": { "g": 3 }, "i": 0 });
        assert_eq!(merged(target, patch.as_object().unwrap()), expected);
    }
}
