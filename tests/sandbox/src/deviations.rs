//! Deviations from the documented behaviour that a test can switch on: a JSON object replaces the members that it names.
//!
//! The control surface and [`Sandbox::quirks`](crate::Sandbox::quirks) call them quirks.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) fn to_json(deviations: &impl Serialize) -> Value {
    serde_json::to_value(deviations).expect("deviations are plain values")
}

/// `deviations` with the members that `change` names replaced.
pub(crate) fn changed<D: Serialize + DeserializeOwned>(
    deviations: &D,
    change: &Value,
) -> Result<D, String> {
    let change = change.as_object().ok_or("quirks are changed with a JSON object")?;
    let mut all = to_json(deviations);
    for (name, value) in change {
        all[name] = value.clone();
    }
    serde_json::from_value(all).map_err(|error| error.to_string())
}
