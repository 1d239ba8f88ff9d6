//! The control endpoints under `/_sandbox/`, for tests in any language: ledger, clock, faults, deviations (`quirks`), keys,
//! installations, and a browser that submits forms.
//!
//! Requests and replies are JSON. A command that fails is answered with 422 and a `message`.

use hyper::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::browser::{Button, enter_code, press, submit_manifest};
use crate::faults::Fault;
use crate::http::{Reply, Request};
use crate::keys::{PublicKey, generate_private_key};
use crate::platform::Change;
use crate::service::Service;

/// The segments of a control request's path below `/_sandbox`; `None` if the request is for the platform.
pub(crate) fn command(request: &Request) -> Option<Vec<String>> {
    let path = request.path.strip_prefix("/_sandbox")?;
    let path = if path.is_empty() { path } else { path.strip_prefix('/')? };
    Some(path.split('/').map(str::to_owned).collect())
}

pub(crate) fn answer(service: &Service, request: &Request, command: &[String]) -> Reply {
    // A page of any site can post to loopback; browsers then send its origin.
    if request.headers.contains_key("origin") {
        return Reply::message(StatusCode::FORBIDDEN, "the control surface is not for browsers");
    }
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    run(service, request, &command)
        .unwrap_or_else(|message| Reply::message(StatusCode::UNPROCESSABLE_ENTITY, &message))
}

fn run(service: &Service, request: &Request, command: &[&str]) -> Result<Reply, String> {
    match (request.method.as_str(), command) {
        ("GET", [""]) => ok(&about(service)),
        ("GET", ["ledger"]) => ok(&service.ledger.entries()),
        ("GET", ["ledger", "counts"]) => ok(&service.ledger.counts()),
        ("DELETE", ["ledger"]) => done(|| service.ledger.clear()),
        ("GET", ["clock"]) => ok(&time(service)),
        ("POST", ["clock"]) => change_clock(service, &read(request)?),
        ("GET", ["faults"]) => ok(&service.faults.pending()),
        ("POST", ["faults"]) => queue_faults(service, read(request)?),
        ("DELETE", ["faults"]) => done(|| service.faults.clear()),
        ("POST", ["release"]) => done(|| service.faults.release()),
        ("GET", ["quirks"]) => ok(&service.platform().deviations()),
        ("POST", ["quirks"]) => change_deviations(service, &read(request)?),
        ("POST", ["installations", id]) => change_installation(service, id, &read(request)?),
        ("POST", ["apps", id, "keys"]) => add_key(service, id, read(request)?),
        ("DELETE", ["apps", id, "keys"]) => drop_keys(service, id),
        ("DELETE", ["tokens"]) => done(|| service.platform().forget_tokens()),
        ("POST", ["press"]) => press_button(service, &read(request)?),
        ("POST", ["device"]) => decide_device(service, &read(request)?),
        ("POST", ["manifest"]) => decide_manifest(service, &read(request)?),
        _ => Ok(Reply::message(StatusCode::NOT_FOUND, "the control surface has no such command")),
    }
}

fn about(service: &Service) -> Value {
    let platform = service.platform();
    json!({
        "url": service.url,
        "api_url": format!("{}{}", service.url, platform.api_path()),
        "web_url": format!("{}{}", service.url, platform.web_path()),
        "registration": platform.registration(),
        "operations": service.operations(&**platform),
    })
}

fn time(service: &Service) -> Value {
    json!({ "now_ms": service.clock.now_ms(), "frozen": service.clock.is_frozen() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    set_ms: Option<i64>,
    advance_ms: Option<i64>,
    frozen: Option<bool>,
}

fn change_clock(service: &Service, body: &ClockChange) -> Result<Reply, String> {
    match body.frozen {
        Some(true) => service.clock.freeze(),
        Some(false) => service.clock.thaw(),
        None => {}
    }
    if let Some(at_ms) = body.set_ms {
        service.clock.set_ms(at_ms);
    }
    if let Some(ms) = body.advance_ms {
        service.clock.advance_ms(ms);
    }
    ok(&time(service))
}

/// One fault, or a list of them.
fn queue_faults(service: &Service, body: Value) -> Result<Reply, String> {
    let list = if body.is_array() { body } else { json!([body]) };
    let faults: Vec<Fault> = serde_json::from_value(list).map_err(|error| error.to_string())?;
    service.faults.queue_all(faults)?;
    ok(&service.faults.pending())
}

fn change_deviations(service: &Service, change: &Value) -> Result<Reply, String> {
    let mut platform = service.platform();
    platform.change_deviations(change)?;
    ok(&platform.deviations())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstallationChange {
    action: Change,
}

fn change_installation(
    service: &Service,
    id: &str,
    body: &InstallationChange,
) -> Result<Reply, String> {
    if service.platform().change_installation(id, body.action) {
        done(|| {})
    } else {
        Err(format!("there is no installation {id:?}"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewKey {
    pem: Option<String>,
}

/// Registers the given key, or generates a key pair and returns the private key.
fn add_key(service: &Service, app_id: &str, body: NewKey) -> Result<Reply, String> {
    let (pem, reply) = match body.pem {
        Some(pem) => (pem, json!({})),
        None => {
            let private = generate_private_key();
            (private.clone(), json!({ "private_key": private }))
        }
    };
    let key = PublicKey::from_pem(&pem).map_err(|error| error.to_string())?;
    service.platform().add_key(app_id, key)?;
    ok(&reply)
}

fn drop_keys(service: &Service, app_id: &str) -> Result<Reply, String> {
    if service.platform().drop_keys(app_id) {
        done(|| {})
    } else {
        Err(format!("there is no app {app_id:?}"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ButtonPress {
    url: String,
    #[serde(default)]
    deny: bool,
}

fn press_button(service: &Service, body: &ButtonPress) -> Result<Reply, String> {
    ok(&json!({ "location": press(service, &body.url, button(body.deny))? }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceDecision {
    user_code: String,
    #[serde(default)]
    deny: bool,
}

fn decide_device(service: &Service, body: &DeviceDecision) -> Result<Reply, String> {
    ok(&json!({ "location": enter_code(service, &body.user_code, button(body.deny))? }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestDecision {
    manifest: Value,
    state: Option<String>,
    #[serde(default)]
    deny: bool,
}

fn decide_manifest(service: &Service, body: &ManifestDecision) -> Result<Reply, String> {
    let (state, button) = (body.state.as_deref(), button(body.deny));
    ok(&json!({ "location": submit_manifest(service, &body.manifest, state, button)? }))
}

fn button(deny: bool) -> Button {
    if deny { Button::Deny } else { Button::Authorize }
}

fn read<T: DeserializeOwned>(request: &Request) -> Result<T, String> {
    let body = if request.body.is_empty() { b"{}" } else { request.body.as_ref() };
    serde_json::from_slice(body).map_err(|error| format!("the body cannot be read: {error}"))
}

fn ok(body: &impl Serialize) -> Result<Reply, String> {
    Ok(Reply::json(StatusCode::OK, body))
}

fn done(command: impl FnOnce()) -> Result<Reply, String> {
    command();
    ok(&json!({}))
}
