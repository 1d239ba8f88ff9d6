//! The device flow: a tool shows digits, a smith enters them on another device, the tool polls.

use std::collections::HashMap;

use hyper::StatusCode;
use serde_json::json;

use super::authorize::scopes_of;
use super::oauth::{self, required};
use super::refusals::{bad_request, stale_slip, who_are_you};
use super::{Acme, Call, PendingForm, rfc3339};
use crate::forms::{field, is_same_origin};
use crate::http::{Pairs, Refusal, Reply};
use crate::{pages, secrets};

/// The waiting devices, by device code.
#[derive(Default)]
pub(super) struct Devices {
    waiting: HashMap<String, Device>,
}

struct Device {
    tool: String,
    scopes: Vec<String>,
    /// The user code.
    shown: String,
    expires_ms: i64,
    pace_s: i64,
    polled_ms: Option<i64>,
    decision: Option<Decision>,
}

#[derive(Clone, Copy)]
enum Decision {
    Yes,
    No,
}

impl Acme {
    pub(super) fn device_code(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let form = oauth::form(call)?;
        let tool =
            self.tools.by_client_id(required(&form, "client_id")?).ok_or_else(who_are_you)?;
        let life_ms = self.deviations.device_code_life_s.saturating_mul(1000);
        let device = Device {
            tool: tool.id.clone(),
            scopes: scopes_of(oauth::field(&form, "scope")?.unwrap_or_default()),
            shown: digits(),
            expires_ms: call.now_ms().saturating_add(life_ms),
            pace_s: self.deviations.device_interval_s,
            polled_ms: None,
            decision: None,
        };
        let (hidden, door) =
            (secrets::token("slate-"), format!("{}/people/elsewhere", call.context.origin));
        let body = json!({
            "slate": {
                "hidden": hidden,
                "shown": device.shown,
                "door": door,
                "open_door": format!("{door}?user_code={}", device.shown),
                "until": rfc3339(device.expires_ms),
                "pace": device.pace_s
            }
        });
        self.devices.waiting.insert(hidden, device);
        Ok(Reply::json(StatusCode::OK, &body))
    }

    /// Answers one poll by the rules of [RFC 8628, section 3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5).
    pub(super) fn poll(
        &mut self,
        tool: &str,
        form: &Pairs,
        call: &Call<'_>,
    ) -> Result<Reply, Refusal> {
        let hidden = required(form, "device_code")?;
        let device = self.devices.waiting.get_mut(hidden).filter(|it| it.tool == tool);
        let device = device.ok_or_else(stale_slip)?;
        if call.now_ms() >= device.expires_ms {
            return Err(bad_request("expired_token", "nobody came in time"));
        }
        if device.is_polled_too_fast(call.now_ms()) {
            device.pace_s += SLOW_DOWN_STEP_S;
            return Err(bad_request("slow_down", "five seconds more, from now on"));
        }
        match device.decision {
            None => Err(bad_request("authorization_pending", "nobody came yet")),
            Some(Decision::No) => Err(bad_request("access_denied", "the smith would not have it")),
            Some(Decision::Yes) => {
                let scopes = std::mem::take(&mut device.scopes);
                self.devices.waiting.remove(hidden);
                self.open_session(tool, scopes, call)
            }
        }
    }

    pub(super) fn device_page(&mut self, call: &Call<'_>) -> Reply {
        let shown = call.request.query.one("user_code").ok().flatten().unwrap_or_default();
        let form_token = self.forms.add(PendingForm::Device, call.context);
        pages::device(shown, &call.context.form("/people/elsewhere", &form_token))
    }

    pub(super) fn device_decision(&mut self, call: &Call<'_>) -> Reply {
        if !is_same_origin(call.request) {
            return pages::problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        let form_token = field(call.request, "form_token").unwrap_or_default();
        let form = self.forms.take(&form_token, call.context);
        let typed = field(call.request, "user_code").unwrap_or_default();
        let Some(device) = self.devices.undecided(&typed, call.now_ms()) else {
            return pages::problem(StatusCode::UNPROCESSABLE_ENTITY, "No device shows this code.");
        };
        let (decision, page) = match (form, field(call.request, "decision").as_deref()) {
            (Some(PendingForm::Device), Some("authorize")) => (Decision::Yes, "let-in"),
            (Some(PendingForm::Device), Some("deny")) => (Decision::No, "sent-away"),
            _ => {
                let explanation = "This form is no longer valid; start again.";
                return pages::problem(StatusCode::BAD_REQUEST, explanation);
            }
        };
        device.decision = Some(decision);
        Reply::redirect(&format!("/people/elsewhere/{page}"))
    }
}

impl Devices {
    /// The undecided device with this user code, with or without hyphens.
    fn undecided(&mut self, typed: &str, now_ms: i64) -> Option<&mut Device> {
        let bare = |code: &str| code.replace(['-', ' '], "");
        let typed = bare(typed);
        let mut devices = self.waiting.values_mut();
        devices
            .find(|it| it.decision.is_none() && now_ms < it.expires_ms && bare(&it.shown) == typed)
    }
}

impl Device {
    /// Whether this poll comes earlier than the interval allows.
    fn is_polled_too_fast(&mut self, now_ms: i64) -> bool {
        let before = self.polled_ms.replace(now_ms);
        before
            .is_some_and(|before| now_ms.saturating_sub(before) < self.pace_s.saturating_mul(1000))
    }
}

pub(super) fn let_in() -> Reply {
    pages::notice("Let in", "The tool at the other place may go on.")
}

pub(super) fn sent_away() -> Reply {
    pages::notice("Sent away", "The tool at the other place gets nothing.")
}

/// A user code of nine digits, such as `019-450-730`.
fn digits() -> String {
    let mut digits = secrets::random("", 9, b"0123456789");
    digits.insert(6, '-');
    digits.insert(3, '-');
    digits
}

pub(super) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SLOW_DOWN_STEP_S: i64 = 5;
