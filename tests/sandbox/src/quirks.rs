//! How a test changes some of a platform's quirks and leaves the others: a JSON object that names the new ones.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) fn to_json(quirks: &impl Serialize) -> Value {
    serde_json::to_value(quirks).expect("quirks are plain values")
}

/// `quirks` with those that `change` names replaced.
pub(crate) fn changed<Q: Serialize + DeserializeOwned>(
    quirks: &Q,
    change: &Value,
) -> Result<Q, String> {
    let change = change.as_object().ok_or("quirks are changed with a JSON object")?;
    let mut all = to_json(quirks);
    for (name, value) in change {
        all[name] = value.clone();
    }
    serde_json::from_value(all).map_err(|error| error.to_string())
}
