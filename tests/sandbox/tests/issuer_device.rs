//! The issuer's device flow.

mod common;

use appmint_sandbox::Sandbox;
use common::issuer::*;
use common::text;
use serde_json::{Value, json};

fn device(sandbox: &Sandbox, fields: &[(&str, &str)]) -> Value {
    as_tool(sandbox, "device_authorization", fields).json()
}

fn poll(sandbox: &Sandbox, device: &Value) -> common::Answer {
    let device_code = text(device, "device_code");
    as_tool(sandbox, "token", &[("grant_type", DEVICE_GRANT), ("device_code", &device_code)])
}

#[test]
fn an_approved_device_gets_tokens_once() {
    let sandbox = issuer();
    let device = device(&sandbox, &[("scope", "read")]);
    assert_eq!((&device["expires_in"], &device["interval"]), (&json!(600), &json!(5)));
    let user_code = text(&device, "user_code");
    let page = at(&sandbox, "/realms/main/device");
    assert_eq!(text(&device, "verification_uri"), page);
    assert_eq!(text(&device, "verification_uri_complete"), format!("{page}?user_code={user_code}"));
    assert_eq!(refused(&poll(&sandbox, &device)), refusal(400, "authorization_pending"));
    let typed = user_code.replace('-', "").to_lowercase();
    assert_eq!(sandbox.approve_device(&typed).unwrap(), format!("{page}/approved"));
    sandbox.clock().advance_ms(5_000);
    let answer = poll(&sandbox, &device);
    assert_eq!(answer.json()["scope"], "read");
    assert_eq!(me(&sandbox, &tokens(&answer).0).json()["username"], "ada");
    assert_eq!(refused(&poll(&sandbox, &device)), refusal(400, "invalid_grant"));
    let counts = sandbox.ledger().counts();
    let of_device = ["device_code", "device_decision", "poll_device_token"].map(|it| counts[it]);
    assert_eq!(of_device, [1, 1, 3]);
}

#[test]
fn a_device_slows_down_is_denied_or_expires() {
    let sandbox = issuer();
    let waiting = device(&sandbox, &[]);
    let error_after = |ms: i64| {
        sandbox.clock().advance_ms(ms);
        refused(&poll(&sandbox, &waiting)).1
    };
    assert_eq!(error_after(0), "authorization_pending");
    assert_eq!(error_after(4_999), "slow_down");
    assert_eq!(error_after(9_999), "slow_down");
    assert_eq!(error_after(15_000), "authorization_pending");
    assert!(sandbox.deny_device(&text(&waiting, "user_code")).unwrap().ends_with("/device/denied"));
    assert_eq!(error_after(15_000), "access_denied");
    let late = device(&sandbox, &[]);
    sandbox.clock().advance_ms(600_000);
    assert_eq!(refused(&poll(&sandbox, &late)), refusal(400, "expired_token"));
    assert!(sandbox.approve_device(&text(&late, "user_code")).is_err());
    let unknown = as_tool(&sandbox, "device_authorization", &[("scope", "everything")]);
    assert_eq!(refused(&unknown), refusal(400, "invalid_scope"));
    let unauthenticated = post(&sandbox, "device_authorization", &[]);
    assert_eq!(refused(&unauthenticated), refusal(401, "invalid_client"));
    assert_eq!(
        refused(&as_site(
            &sandbox,
            "token",
            &[("grant_type", DEVICE_GRANT), ("device_code", "isd_x")]
        )),
        refusal(400, "invalid_grant")
    );
}
