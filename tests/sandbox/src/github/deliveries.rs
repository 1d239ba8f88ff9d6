//! The webhook deliveries of an app: listed with a cursor, and redelivered.
//!
//! <https://docs.github.com/rest/apps/webhooks>

use hyper::StatusCode;
use hyper::header::LINK;
use serde_json::{Value, json};

use super::app::rfc3339;
use super::paging::{link, size};
use super::refusals::not_found;
use super::{Call, GitHub};
use crate::http::{Refusal, Reply};

#[derive(Clone)]
pub(super) struct Delivery {
    id: u64,
    guid: String,
    delivered_ms: i64,
    redelivery: bool,
    status_code: u16,
    event: String,
}

/// Forty deliveries, newest first; every tenth failed.
pub(super) fn seeded() -> Vec<Delivery> {
    (1..=40)
        .rev()
        .map(|number| Delivery {
            id: FIRST_ID + number,
            guid: format!("0b989ba4-242f-11e5-81e1-{number:012}"),
            delivered_ms: FIRST_MS + i64::try_from(number).unwrap_or_default() * 60_000,
            redelivery: false,
            status_code: if number % 10 == 0 { 502 } else { 200 },
            event: if number % 2 == 0 { "push" } else { "pull_request" }.to_owned(),
        })
        .collect()
}

impl GitHub {
    pub(super) fn list_hook_deliveries(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let app = self.calling_app(call)?;
        let status = call.request.query.one("status").ok().flatten();
        let cursor = call.request.query.one("cursor").ok().flatten();
        let wanted: Vec<_> = app
            .deliveries
            .iter()
            .filter(|it| status.is_none_or(|status| (status == "success") == it.succeeded()))
            .filter(|it| cursor.is_none_or(|cursor| it.is_at_or_after(cursor)))
            .collect();
        let size = size(call.request);
        let json: Vec<_> = wanted.iter().take(size).map(|it| it.json()).collect();
        let reply = Reply::json(StatusCode::OK, &json);
        Ok(match wanted.get(size) {
            Some(next) => reply.with(LINK, &link(call, "cursor", &next.cursor(), "next")),
            None => reply,
        })
    }

    pub(super) fn hook_delivery(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let app = self.calling_app(call)?;
        let delivery = app.deliveries.iter().find(|it| it.id.to_string() == call.part(0));
        let delivery = delivery.ok_or_else(not_found)?;
        Ok(Reply::json(StatusCode::OK, &delivery.whole_json(&app.hook.url, app.id)))
    }

    /// Redelivers an event with the same GUID and a new id. The redelivery succeeds.
    pub(super) fn redeliver_hook(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let id = self.app_of(call)?;
        let app = self.apps.by_id_mut(id).ok_or_else(not_found)?;
        let delivery = app.deliveries.iter().find(|it| it.id.to_string() == call.part(0));
        let delivery = delivery.ok_or_else(not_found)?.clone();
        let newest = app.deliveries.first().map_or(delivery.id, |it| it.id);
        let again = Delivery {
            id: newest + 1,
            delivered_ms: call.now_ms(),
            redelivery: true,
            status_code: 200,
            ..delivery
        };
        app.deliveries.insert(0, again);
        Ok(Reply::json(StatusCode::ACCEPTED, &json!({})))
    }
}

impl Delivery {
    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "guid": self.guid,
            "delivered_at": rfc3339(self.delivered_ms),
            "redelivery": self.redelivery,
            "duration": 0.27,
            "status": if self.succeeded() { "OK" } else { "Bad Gateway" },
            "status_code": self.status_code,
            "event": self.event,
            "action": null,
            "installation_id": 1,
            "repository_id": 1_001,
            "throttled_at": null
        })
    }

    fn whole_json(&self, url: &str, app: u64) -> Value {
        let mut json = self.json();
        json["url"] = json!(url);
        json["request"] = json!({
            "headers": {
                "X-GitHub-Delivery": self.guid,
                "X-GitHub-Event": self.event,
                "X-GitHub-Hook-Installation-Target-ID": app.to_string(),
                "X-GitHub-Hook-Installation-Target-Type": "integration",
                "Content-Type": "application/json"
            },
            "payload": { "installation": { "id": 1 } }
        });
        json["response"] = json!({ "headers": { "Content-Type": "text/plain" }, "payload": "ok" });
        json
    }

    fn succeeded(&self) -> bool {
        self.status_code < 400
    }

    /// The cursor in the `Link` header, opaque to clients.
    fn cursor(&self) -> String {
        format!("v1_{}", self.id)
    }

    fn is_at_or_after(&self, cursor: &str) -> bool {
        let id = cursor.strip_prefix("v1_").and_then(|id| id.parse().ok());
        id.is_none_or(|id: u64| self.id <= id)
    }
}

const FIRST_ID: u64 = 12_345_600;
/// 2019-06-03T00:57:16Z
const FIRST_MS: i64 = 1_559_523_436_000;
