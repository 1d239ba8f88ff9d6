//! The device flow: a client shows a code, a person enters it on another device, the client polls
//! ([RFC 8628](https://www.rfc-editor.org/rfc/rfc8628)).

use std::collections::HashMap;

use hyper::StatusCode;
use serde_json::json;

use super::form::Form;
use super::refusals::{OAuthError, invalid_grant, invalid_scope, oauth_error};
use super::seed::PERSON;
use super::tokens::Grant;
use super::{Call, Issuer, PendingForm, scopes};
use crate::forms::{field, is_same_origin};
use crate::http::Reply;
use crate::{pages, secrets};

/// The waiting devices, by device code.
#[derive(Default)]
pub(super) struct Devices {
    waiting: HashMap<String, Device>,
}

struct Device {
    grant: Grant,
    user_code: String,
    expires_ms: i64,
    interval_s: i64,
    polled_ms: Option<i64>,
    decision: Option<Decision>,
}

#[derive(Clone, Copy)]
enum Decision {
    Yes,
    No,
}

impl Issuer {
    pub(super) fn device_code(&mut self, call: &Call<'_>) -> Result<Reply, OAuthError> {
        let form = Form::of(call.request)?;
        let client = self.client_of(&form, call)?;
        let scopes = scopes::requested(form.field("scope")).ok_or_else(invalid_scope)?;
        let life_s = self.deviations.device_code_life_s;
        let device = Device {
            grant: Grant { realm: call.realm, client, subject: PERSON, scopes },
            user_code: user_code(),
            expires_ms: call.now_ms().saturating_add(life_s.saturating_mul(1000)),
            interval_s: self.deviations.device_interval_s,
            polled_ms: None,
            decision: None,
        };
        let device_code = secrets::alphanumeric("isd_", 40);
        let page = call.realm.endpoint(&call.context.origin, "device");
        let body = json!({
            "device_code": device_code,
            "user_code": device.user_code,
            "verification_uri": page,
            "verification_uri_complete": format!("{page}?user_code={}", device.user_code),
            "expires_in": life_s,
            "interval": device.interval_s
        });
        self.devices.waiting.insert(device_code, device);
        Ok(Reply::json(StatusCode::OK, &body))
    }

    /// Answers one poll by the rules of [RFC 8628, section 3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5).
    pub(super) fn poll(
        &mut self,
        client: &'static str,
        form: &Form,
        call: &Call<'_>,
    ) -> Result<Reply, OAuthError> {
        let device_code = form.required("device_code")?;
        let device = self.devices.waiting.get_mut(device_code);
        let device = device.filter(|it| it.grant.is_of(client, call.realm));
        let device = device.ok_or_else(|| invalid_grant("the device code is unknown or used"))?;
        if call.now_ms() >= device.expires_ms {
            return Err(oauth_error("expired_token", "nobody came in time"));
        }
        if device.is_polled_too_fast(call.now_ms()) {
            device.interval_s += SLOW_DOWN_STEP_S;
            return Err(oauth_error("slow_down", "five seconds more, from now on"));
        }
        match device.decision {
            None => Err(oauth_error("authorization_pending", "nobody came yet")),
            Some(Decision::No) => Err(oauth_error("access_denied", "the person said no")),
            Some(Decision::Yes) => {
                let grant = device.grant.clone();
                self.devices.waiting.remove(device_code);
                let family = self.tokens.sessions.new_family();
                Ok(self.open_session(family, grant, call))
            }
        }
    }

    pub(super) fn device_page(&mut self, call: &Call<'_>) -> Reply {
        let user_code = call.request.query.one("user_code").ok().flatten().unwrap_or_default();
        let form_token = self.forms.add(PendingForm::Device, call.context);
        pages::device(
            user_code,
            &call.context.form(&format!("{}/device", call.realm.path()), &form_token),
        )
    }

    /// The page of each realm accepts the codes of both, since no two devices have the same code.
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
            (Some(PendingForm::Device), Some("authorize")) => (Decision::Yes, "approved"),
            (Some(PendingForm::Device), Some("deny")) => (Decision::No, "denied"),
            _ => {
                let explanation = "This form is no longer valid; start again.";
                return pages::problem(StatusCode::BAD_REQUEST, explanation);
            }
        };
        device.decision = Some(decision);
        Reply::redirect(&format!("{}/device/{page}", call.realm.path()))
    }
}

impl Devices {
    /// The undecided device with this user code, in upper or lower case, with or without its hyphen.
    fn undecided(&mut self, typed: &str, now_ms: i64) -> Option<&mut Device> {
        let bare = |code: &str| code.replace(['-', ' '], "").to_ascii_uppercase();
        let typed = bare(typed);
        self.waiting.values_mut().find(|it| {
            it.decision.is_none() && now_ms < it.expires_ms && bare(&it.user_code) == typed
        })
    }
}

impl Device {
    /// Whether this poll comes earlier than the interval allows.
    fn is_polled_too_fast(&mut self, now_ms: i64) -> bool {
        let interval_ms = self.interval_s.saturating_mul(1000);
        let before = self.polled_ms.replace(now_ms);
        before.is_some_and(|before| now_ms.saturating_sub(before) < interval_ms)
    }
}

pub(super) fn approved() -> Reply {
    pages::notice("Approved", "You may go back to your device.")
}

pub(super) fn denied() -> Reply {
    pages::notice("Denied", "The device gets nothing.")
}

/// A user code of eight consonants, such as `WDJB-MJHT`, so that it spells no word
/// ([RFC 8628, section 6.1](https://www.rfc-editor.org/rfc/rfc8628#section-6.1)).
fn user_code() -> String {
    let mut letters = secrets::random("", 8, b"BCDFGHJKLMNPQRSTVWXZ");
    letters.insert(4, '-');
    letters
}

pub(super) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SLOW_DOWN_STEP_S: i64 = 5;
