//! The device flow: a program shows a code, a person enters it on another device, the program polls.
//!
//! <https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#device-flow>

use std::collections::HashMap;

use hyper::StatusCode;
use serde_json::json;

use super::deviations::ExpiryError;
use super::encoding::{Failure, Members, Parameters};
use super::{Call, GitHub, PendingForm};
use crate::forms::{field, is_same_origin};
use crate::http::Reply;
use crate::{pages, secrets};

/// The waiting devices, by device code.
#[derive(Default)]
pub(super) struct Devices {
    waiting: HashMap<String, Device>,
}

struct Device {
    app: u64,
    user_code: String,
    expires_ms: i64,
    interval_s: i64,
    polled_ms: Option<i64>,
    decision: Option<Decision>,
}

#[derive(Clone, Copy)]
enum Decision {
    Approved,
    Denied,
}

impl GitHub {
    pub(super) fn device_code(&mut self, call: &Call<'_>) -> Reply {
        let members = self.add_device(&Parameters::read(call.request), call);
        self.oauth_reply(members, call)
    }

    fn add_device(&mut self, parameters: &Parameters, call: &Call<'_>) -> Result<Members, Failure> {
        let app = self.client(parameters)?;
        if !self.deviations.device_flow {
            return Err(DISABLED);
        }
        let (device_code, user_code) = (secrets::hexadecimal("", 40), user_code());
        let (life_s, interval_s) =
            (self.deviations.device_code_life_s, self.deviations.device_interval_s);
        let device = Device {
            app,
            user_code: user_code.clone(),
            expires_ms: call.now_ms().saturating_add(life_s.saturating_mul(1000)),
            interval_s,
            polled_ms: None,
            decision: None,
        };
        self.devices.waiting.insert(device_code.clone(), device);
        Ok(vec![
            ("device_code", json!(device_code)),
            ("user_code", json!(user_code)),
            ("verification_uri", json!(format!("{}/login/device", call.web()))),
            ("expires_in", json!(life_s)),
            ("interval", json!(interval_s)),
        ])
    }

    /// Answers one poll by the rules of [RFC 8628, section 3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5).
    pub(super) fn poll(
        &mut self,
        parameters: &Parameters,
        call: &Call<'_>,
    ) -> Result<Members, Failure> {
        let (app, now_ms) = (self.client(parameters)?, call.now_ms());
        if !self.deviations.device_flow {
            return Err(DISABLED);
        }
        let code = parameters.text("device_code").unwrap_or_default();
        let device = self.devices.waiting.get_mut(code).filter(|it| it.app == app);
        let device = device.ok_or(INCORRECT)?;
        if now_ms >= device.expires_ms {
            return Err(self.expired());
        }
        if device.is_polled_too_fast(now_ms) {
            device.interval_s += SLOW_DOWN_STEP_S;
            return Err(SLOW_DOWN.with_interval(device.interval_s));
        }
        match device.decision {
            None => Err(PENDING),
            Some(Decision::Denied) => Err(DENIED),
            Some(Decision::Approved) => {
                self.devices.waiting.remove(code);
                Ok(self.open_session(app, true, call))
            }
        }
    }

    fn expired(&self) -> Failure {
        match self.deviations.device_expiry_error {
            ExpiryError::ExpiredToken => EXPIRED,
            ExpiryError::TokenExpired => EXPIRED.called("token_expired"),
        }
    }

    pub(super) fn device_page(&mut self, call: &Call<'_>) -> Reply {
        let user_code = call.request.query.one("user_code").ok().flatten().unwrap_or_default();
        let form_token = self.forms.add(PendingForm::Device, call.context);
        pages::device(user_code, &call.context.form("/login/device", &form_token))
    }

    pub(super) fn device_decision(&mut self, call: &Call<'_>) -> Reply {
        if !is_same_origin(call.request) {
            return pages::problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        let form_token = field(call.request, "form_token").unwrap_or_default();
        let form = self.forms.take(&form_token, call.context);
        let user_code = field(call.request, "user_code").unwrap_or_default();
        let Some(device) = self.devices.undecided(&user_code, call.now_ms()) else {
            return pages::problem(StatusCode::UNPROCESSABLE_ENTITY, "No device shows this code.");
        };
        match (form, field(call.request, "decision").as_deref()) {
            (Some(PendingForm::Device), Some("authorize")) => {
                device.decision = Some(Decision::Approved);
                Reply::redirect("/login/device/success")
            }
            (Some(PendingForm::Device), Some("deny")) => {
                device.decision = Some(Decision::Denied);
                Reply::redirect("/login/device/failure")
            }
            _ => pages::problem(
                StatusCode::BAD_REQUEST,
                "This form is no longer valid; start again.",
            ),
        }
    }
}

impl Devices {
    /// The undecided device with this user code, in upper or lower case, with or without its hyphen.
    fn undecided(&mut self, user_code: &str, now_ms: i64) -> Option<&mut Device> {
        let bare = |code: &str| code.replace(['-', ' '], "").to_ascii_uppercase();
        let typed = bare(user_code);
        let mut devices = self.waiting.values_mut();
        devices.find(|it| {
            it.decision.is_none() && now_ms < it.expires_ms && bare(&it.user_code) == typed
        })
    }
}

impl Device {
    /// Whether this poll comes earlier than the interval allows.
    fn is_polled_too_fast(&mut self, now_ms: i64) -> bool {
        let before = self.polled_ms.replace(now_ms);
        before.is_some_and(|before| {
            now_ms.saturating_sub(before) < self.interval_s.saturating_mul(1000)
        })
    }
}

pub(super) fn success() -> Reply {
    pages::notice("Congratulations, you're all set!", "Your device is now connected.")
}

pub(super) fn failure() -> Reply {
    pages::notice("Nothing was authorized", "Your device stays disconnected.")
}

/// A user code of eight consonants, such as `WDJB-MJHT`, so that it spells no word.
fn user_code() -> String {
    let mut code = secrets::random("", 8, b"BCDFGHJKLMNPQRSTVWXZ");
    code.insert(4, '-');
    code
}

pub(super) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SLOW_DOWN_STEP_S: i64 = 5;

const fn failure_of(error: &'static str, description: &'static str) -> Failure {
    Failure::new(
        error,
        description,
        "apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#error-codes-for-the-device-flow",
    )
}

const PENDING: Failure =
    failure_of("authorization_pending", "The authorization request is still pending.");
const SLOW_DOWN: Failure = failure_of("slow_down", "Too many requests have been made.");
const EXPIRED: Failure = failure_of("expired_token", "The device_code has expired.");
const DENIED: Failure = failure_of("access_denied", "The authorization request was denied.");
const INCORRECT: Failure =
    failure_of("incorrect_device_code", "The device_code provided is not valid.");
const DISABLED: Failure =
    failure_of("device_flow_disabled", "Device Flow must be explicitly enabled for this App.");
pub(super) const UNSUPPORTED: Failure =
    failure_of("unsupported_grant_type", "The grant type is not supported.");
