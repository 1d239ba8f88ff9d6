//! The webhook configuration of an app.
//!
//! <https://docs.github.com/rest/apps/webhooks>

use hyper::StatusCode;
use serde_json::Value;

use super::apps::App;
use super::refusals::{not_found, object, unprocessable};
use super::{Call, GitHub};
use crate::http::{Refusal, Reply};

impl GitHub {
    pub(super) fn hook_config(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        Ok(Reply::json(StatusCode::OK, &self.calling_app(call)?.hook.json()))
    }

    pub(super) fn update_hook_config(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let id = self.app_of(call)?;
        let body = object(call)?;
        let app = self.apps.by_id_mut(id).ok_or_else(not_found)?;
        for (name, value) in &body {
            let text = setting(value).ok_or_else(|| {
                unprocessable(&format!("Invalid request.\n\n{name} is not a string."))
            })?;
            match name.as_str() {
                "url" => app.hook.url = text,
                "content_type" => app.hook.content_type = text,
                "insecure_ssl" => app.hook.insecure_ssl = text,
                "secret" => app.hook.secret = Some(text),
                _ => {}
            }
        }
        Ok(Reply::json(StatusCode::OK, &app.hook.json()))
    }

    pub(super) fn calling_app(&self, call: &Call<'_>) -> Result<&App, Refusal> {
        let id = self.app_of(call)?;
        self.apps.by_id(id).ok_or_else(not_found)
    }
}

/// `insecure_ssl` is a string or a number.
fn setting(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
