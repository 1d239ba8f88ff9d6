//! GitHub's device flow.

mod common;

use appmint_sandbox::Sandbox;
use common::github::{CLIENT_ID, github, oauth, tokens, with};
use common::{send, text};
use serde_json::{Value, json};

fn start(sandbox: &Sandbox) -> Value {
    oauth(sandbox, "/login/device/code", &[("client_id", CLIENT_ID)])
}

fn poll(sandbox: &Sandbox, device_code: &str) -> Value {
    let fields = [
        ("client_id", CLIENT_ID),
        ("device_code", device_code),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
    ];
    oauth(sandbox, "/login/oauth/access_token", &fields)
}

#[test]
fn an_approved_device_gets_tokens_once_and_refreshes_without_a_secret() {
    let sandbox = github();
    let started = start(&sandbox);
    assert_eq!((&started["expires_in"], &started["interval"]), (&json!(900), &json!(5)));
    assert_eq!(started["verification_uri"], format!("{}/login/device", sandbox.url()));
    let (device_code, user_code) = (text(&started, "device_code"), text(&started, "user_code"));
    assert_eq!((device_code.len(), user_code.len()), (40, 9));
    assert_eq!(poll(&sandbox, &device_code)["error"], "authorization_pending");
    let page = sandbox.approve_device(&user_code.to_lowercase().replace('-', "")).unwrap();
    assert_eq!(page, format!("{}/login/device/success", sandbox.url()));
    assert_eq!(send("GET", &page, &[], "").unwrap().status, 200);
    sandbox.clock().advance_ms(5_000);
    let (access, refresh) = tokens(&poll(&sandbox, &device_code));
    assert_eq!(with(&sandbox, &access, "/user").status, 200);
    assert_eq!(poll(&sandbox, &device_code)["error"], "incorrect_device_code");
    let fields = [
        ("client_id", CLIENT_ID),
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    let again = oauth(&sandbox, "/login/oauth/access_token", &fields);
    assert!(again.get("error").is_none());
    assert_eq!(sandbox.ledger().count("poll_device_token"), 3);
    assert_eq!(sandbox.ledger().count("device_code"), 1);
}

#[test]
fn a_device_that_polls_too_fast_has_to_slow_down_permanently() {
    let sandbox = github();
    let code = text(&start(&sandbox), "device_code");
    assert_eq!(poll(&sandbox, &code)["error"], "authorization_pending");
    sandbox.clock().advance_ms(4_999);
    let slow = poll(&sandbox, &code);
    assert_eq!((&slow["error"], &slow["interval"]), (&json!("slow_down"), &json!(10)));
    sandbox.clock().advance_ms(9_999);
    assert_eq!(poll(&sandbox, &code)["interval"], 15);
    sandbox.clock().advance_ms(15_000);
    assert_eq!(poll(&sandbox, &code)["error"], "authorization_pending");
}

#[test]
fn a_denied_device_gets_access_denied() {
    let sandbox = github();
    let started = start(&sandbox);
    let page = sandbox.deny_device(&text(&started, "user_code")).unwrap();
    assert!(page.ends_with("/login/device/failure"));
    assert_eq!(poll(&sandbox, &text(&started, "device_code"))["error"], "access_denied");
    assert!(sandbox.approve_device(&text(&started, "user_code")).is_err());
}

#[test]
fn a_device_code_expires() {
    let sandbox = github();
    let started = start(&sandbox);
    let code = text(&started, "device_code");
    sandbox.clock().advance_ms(900_000);
    assert_eq!(poll(&sandbox, &code)["error"], "expired_token");
    assert!(sandbox.approve_device(&text(&started, "user_code")).is_err());
    sandbox.quirks(&json!({ "device_expiry_error": "token_expired" })).unwrap();
    assert_eq!(poll(&sandbox, &code)["error"], "token_expired");
}

#[test]
fn an_unknown_device_code_is_refused() {
    let sandbox = github();
    assert_eq!(poll(&sandbox, "x")["error"], "incorrect_device_code");
    let unknown = oauth(&sandbox, "/login/device/code", &[("client_id", "Iv1.0")]);
    assert_eq!(unknown["error"], "incorrect_client_credentials");
    assert!(sandbox.approve_device("WDJB-MJHT").unwrap_err().contains("No device shows"));
    sandbox.quirks(&json!({ "device_flow": false })).unwrap();
    assert_eq!(start(&sandbox)["error"], "device_flow_disabled");
    assert_eq!(poll(&sandbox, "x")["error"], "device_flow_disabled");
}

#[test]
fn a_device_is_decided_by_a_command() {
    let sandbox = github();
    let started = start(&sandbox);
    let command = |path: &str, body: Value| {
        let url = format!("{}/{path}", sandbox.admin_url());
        send("POST", &url, &[], &body.to_string()).unwrap()
    };
    let uri = text(&started, "verification_uri");
    assert_eq!(command("press", json!({ "url": uri })).status, 422);
    let body = json!({ "user_code": started["user_code"] });
    let answer = command("device", body.clone());
    assert!(text(&answer.json(), "location").ends_with("/login/device/success"));
    assert_eq!(command("device", body).status, 422);
    let other = start(&sandbox);
    let url = format!("{uri}?user_code={}", text(&other, "user_code"));
    let answer = command("press", json!({ "url": url, "deny": true }));
    assert!(text(&answer.json(), "location").ends_with("/login/device/failure"));
}
