//! The control surface under `/_sandbox/`, for tests in any language: ledger, clock, faults, quirks, keys,
//! installations, and a browser that presses buttons.
//!
//! Everything here is JSON. A command that cannot be carried out is a 422 with a `message` that says why.

use hyper::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::exchange::{Reply, Request};
use crate::faults::Fault;
use crate::house::House;
use crate::keys::{PublicKey, generate_private_key};
use crate::platform::Change;
use crate::press::{Button, enter_code, offer_manifest, press};

/// The parts of a control request's path, or nothing when the request is for the platform.
pub(crate) fn command(request: &Request) -> Option<Vec<String>> {
    let path = request.path.strip_prefix("/_sandbox")?;
    let path = if path.is_empty() { path } else { path.strip_prefix('/')? };
    Some(path.split('/').map(str::to_owned).collect())
}

pub(crate) fn answer(house: &House, request: &Request, command: &[String]) -> Reply {
    // Pages of other sites can post to loopback, and browsers then name the page's origin.
    if request.headers.contains_key("origin") {
        return Reply::message(StatusCode::FORBIDDEN, "the control surface is not for browsers");
    }
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    carry_out(house, request, &command)
        .unwrap_or_else(|message| Reply::message(StatusCode::UNPROCESSABLE_ENTITY, &message))
}

fn carry_out(house: &House, request: &Request, command: &[&str]) -> Result<Reply, String> {
    match (request.method.as_str(), command) {
        ("GET", [""]) => ok(&about(house)),
        ("GET", ["ledger"]) => ok(&house.ledger.entries()),
        ("GET", ["ledger", "counts"]) => ok(&house.ledger.counts()),
        ("DELETE", ["ledger"]) => done(|| house.ledger.clear()),
        ("GET", ["clock"]) => ok(&time(house)),
        ("POST", ["clock"]) => move_clock(house, &read(request)?),
        ("GET", ["faults"]) => ok(&house.faults.pending()),
        ("POST", ["faults"]) => queue_faults(house, read(request)?),
        ("DELETE", ["faults"]) => done(|| house.faults.clear()),
        ("POST", ["release"]) => done(|| house.faults.release()),
        ("GET", ["quirks"]) => ok(&house.platform().quirks()),
        ("POST", ["quirks"]) => change_quirks(house, &read(request)?),
        ("POST", ["installations", id]) => change_installation(house, id, &read(request)?),
        ("POST", ["apps", id, "keys"]) => add_key(house, id, read(request)?),
        ("DELETE", ["apps", id, "keys"]) => drop_keys(house, id),
        ("DELETE", ["tokens"]) => done(|| house.platform().forget_tokens()),
        ("POST", ["press"]) => press_button(house, &read(request)?),
        ("POST", ["device"]) => decide_device(house, &read(request)?),
        ("POST", ["manifest"]) => decide_manifest(house, &read(request)?),
        _ => Ok(Reply::message(StatusCode::NOT_FOUND, "the control surface has no such command")),
    }
}

fn about(house: &House) -> Value {
    let platform = house.platform();
    json!({
        "url": house.url,
        "api_url": format!("{}{}", house.url, platform.api_path()),
        "web_url": format!("{}{}", house.url, platform.web_path()),
        "registration": platform.registration(),
        "operations": house.operations(&**platform),
    })
}

fn time(house: &House) -> Value {
    json!({ "now_ms": house.clock.now_ms(), "frozen": house.clock.is_frozen() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockMove {
    set_ms: Option<i64>,
    advance_ms: Option<i64>,
    frozen: Option<bool>,
}

fn move_clock(house: &House, wanted: &ClockMove) -> Result<Reply, String> {
    match wanted.frozen {
        Some(true) => house.clock.freeze(),
        Some(false) => house.clock.thaw(),
        None => {}
    }
    if let Some(at_ms) = wanted.set_ms {
        house.clock.set_ms(at_ms);
    }
    if let Some(ms) = wanted.advance_ms {
        house.clock.advance_ms(ms);
    }
    ok(&time(house))
}

/// One fault, or a list of them.
fn queue_faults(house: &House, wanted: Value) -> Result<Reply, String> {
    let list = if wanted.is_array() { wanted } else { json!([wanted]) };
    let faults: Vec<Fault> = serde_json::from_value(list).map_err(|error| error.to_string())?;
    house.faults.queue_all(faults)?;
    ok(&house.faults.pending())
}

fn change_quirks(house: &House, change: &Value) -> Result<Reply, String> {
    let mut platform = house.platform();
    platform.change_quirks(change)?;
    ok(&platform.quirks())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstallationChange {
    action: Change,
}

fn change_installation(
    house: &House,
    id: &str,
    wanted: &InstallationChange,
) -> Result<Reply, String> {
    if house.platform().change_installation(id, wanted.action) {
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

/// Registers the key that is given, or makes one and answers its private half.
fn add_key(house: &House, app_id: &str, wanted: NewKey) -> Result<Reply, String> {
    let (pem, reply) = match wanted.pem {
        Some(pem) => (pem, json!({})),
        None => {
            let private = generate_private_key();
            (private.clone(), json!({ "private_key": private }))
        }
    };
    let key = PublicKey::from_pem(&pem).map_err(|error| error.to_string())?;
    house.platform().add_key(app_id, key)?;
    ok(&reply)
}

fn drop_keys(house: &House, app_id: &str) -> Result<Reply, String> {
    if house.platform().drop_keys(app_id) {
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

fn press_button(house: &House, wanted: &ButtonPress) -> Result<Reply, String> {
    ok(&json!({ "location": press(house, &wanted.url, button(wanted.deny))? }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceDecision {
    user_code: String,
    #[serde(default)]
    deny: bool,
}

fn decide_device(house: &House, wanted: &DeviceDecision) -> Result<Reply, String> {
    ok(&json!({ "location": enter_code(house, &wanted.user_code, button(wanted.deny))? }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestDecision {
    manifest: Value,
    state: Option<String>,
    #[serde(default)]
    deny: bool,
}

fn decide_manifest(house: &House, wanted: &ManifestDecision) -> Result<Reply, String> {
    let (state, button) = (wanted.state.as_deref(), button(wanted.deny));
    ok(&json!({ "location": offer_manifest(house, &wanted.manifest, state, button)? }))
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
