//! The bell (webhook configuration) of a tool.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::refusals::{body, object, odd_member};
use super::{Acme, Call};
use crate::http::{Refusal, Reply};

pub(super) struct Bell {
    pub(super) at: String,
    pub(super) how: String,
    pub(super) word: Option<String>,
    pub(super) careless: bool,
}

impl Bell {
    pub(super) fn at(url: &str) -> Self {
        Self { at: url.to_owned(), how: "json".to_owned(), word: None, careless: false }
    }

    /// The reply says whether there is a secret (`sealed`), but never contains it.
    fn json(&self) -> Value {
        json!({
            "bell": {
                "where": self.at,
                "how": self.how,
                "careless": self.careless,
                "sealed": self.word.is_some()
            }
        })
    }

    /// Changes the members that are present and keeps the others.
    fn change(&mut self, change: &Map<String, Value>) -> Result<(), Refusal> {
        for (name, value) in change {
            match (name.as_str(), value) {
                ("where", Value::String(text)) => self.at.clone_from(text),
                ("how", Value::String(text)) => self.how.clone_from(text),
                ("word", Value::String(text)) => self.word = Some(text.clone()),
                ("careless", value) => {
                    self.careless = flag(value).ok_or_else(|| odd_member("careless"))?;
                }
                _ => return Err(odd_member(name)),
            }
        }
        Ok(())
    }
}

/// A boolean, also written as a number or a string.
fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_u64().filter(|it| *it < 2).map(|it| it == 1),
        Value::String(text) if text == "0" => Some(false),
        Value::String(text) if text == "1" => Some(true),
        _ => None,
    }
}

impl Acme {
    pub(super) fn get_bell(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        Ok(Reply::json(StatusCode::OK, &self.calling_tool(call)?.bell.json()))
    }

    pub(super) fn update_bell(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let tool = self.calling_tool_mut(call)?;
        let body = body(call, &["bell"])?;
        let change = object(&body, "bell", &["where", "how", "word", "careless"])?;
        tool.bell.change(change)?;
        Ok(Reply::json(StatusCode::OK, &tool.bell.json()))
    }
}
