//! The control endpoints, as tests in other languages use them.

mod common;

use appmint_sandbox::Sandbox;
use common::*;
use serde_json::{Value, json};

fn command(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Answer {
    send(method, &format!("{}/{path}", sandbox.admin_url()), &[], body).unwrap()
}

fn run(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Value {
    let answer = command(sandbox, method, path, &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn state(sandbox: &Sandbox, path: &str) -> Value {
    command(sandbox, "GET", path, "").json()
}

#[test]
fn the_ledger_holds_kinds_and_no_secrets() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    get(&sandbox, "/orgs/yanqianyu/repos?page=1", &token);
    let code = code(&sandbox);
    exchange(&sandbox, &code);
    let ledger = command(&sandbox, "GET", "ledger", "").text;
    for secret in [token.as_str(), &code, CLIENT_SECRET, &good_jwt(&sandbox)] {
        assert!(!ledger.contains(secret));
    }
    let entries: Value = serde_json::from_str(&ledger).unwrap();
    assert_eq!(entries[0]["auth_kind"], "jwt");
    assert_eq!(entries[0]["status"], 201);
    assert_eq!(entries[1]["auth_kind"], "ats");
    assert_eq!(entries[1]["path"], "/orgs/yanqianyu/repos");
    assert_eq!(entries[1]["query_names"], json!(["page"]));
    assert_eq!(entries[4]["body_names"], json!(["client_id", "client_secret", "code"]));
    let counts = state(&sandbox, "ledger/counts");
    assert_eq!(
        (&counts["mint_installation_token"], &counts["exchange_code"]),
        (&json!(1), &json!(1))
    );
    run(&sandbox, "DELETE", "ledger", &json!({}));
    assert_eq!(state(&sandbox, "ledger"), json!([]));
}

#[test]
fn the_clock_can_be_set() {
    let sandbox = sandbox();
    assert_eq!(state(&sandbox, "clock"), json!({ "now_ms": NOW_MS, "frozen": true }));
    let moved = run(&sandbox, "POST", "clock", &json!({ "advance_ms": 1500 }));
    assert_eq!(moved["now_ms"], NOW_MS + 1500);
    assert_eq!(run(&sandbox, "POST", "clock", &json!({ "set_ms": 5 }))["now_ms"], 5);
    assert_eq!(run(&sandbox, "POST", "clock", &json!({ "frozen": false }))["frozen"], false);
}

#[test]
fn faults_are_queued_listed_and_cleared() {
    let sandbox = sandbox();
    let faults = json!([
        { "operation": "list_installations", "kind": "status", "status": 500 },
        { "kind": "cut", "count": 2, "after": 1 }
    ]);
    let pending = run(&sandbox, "POST", "faults", &faults);
    assert_eq!(pending[1]["operation"], "*");
    assert_eq!(list(&sandbox, &good_jwt(&sandbox)).message(), "sandbox fault");
    run(&sandbox, "DELETE", "faults", &json!({}));
    assert_eq!(state(&sandbox, "faults"), json!([]));
    assert_eq!(list(&sandbox, &good_jwt(&sandbox)).status, 200);
}

#[test]
fn an_invalid_command_is_refused_with_a_reason() {
    let sandbox = sandbox();
    for (path, body) in [
        ("faults", r#"{"operation":"mint","kind":"cut"}"#),
        ("faults", r#"{"kind":"unknown"}"#),
        ("faults", "hello"),
        ("clock", r#"{"advance":1}"#),
        ("quirks", r#"{"colour":"red"}"#),
        ("installations/99", r#"{"action":"suspend"}"#),
        ("apps/75/keys", r#"{"pem":"no"}"#),
        ("press", r#"{"url":"https://atomgit.com/login/oauth/authorize"}"#),
    ] {
        let answer = command(&sandbox, "POST", path, body);
        assert_eq!(answer.status, 422, "{path} {body}");
        assert!(!answer.message().is_empty());
    }
    assert_eq!(command(&sandbox, "GET", "unknown", "").status, 404);
}

#[test]
fn installations_keys_tokens_and_quirks_can_be_changed() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    run(&sandbox, "POST", "installations/14", &json!({ "action": "suspend" }));
    assert_eq!(mint(&sandbox, "14", &good_jwt(&sandbox)).status, 403);
    run(&sandbox, "POST", "installations/14", &json!({ "action": "unsuspend" }));
    run(&sandbox, "DELETE", "tokens", &json!({}));
    assert_eq!(get(&sandbox, "/orgs/yanqianyu/repos", &token).status, 401);
    let key = text(&run(&sandbox, "POST", "apps/75/keys", &json!({})), "private_key");
    let jwt = signed(&key, &json!({ "alg": "RS256" }), &good_claims());
    assert_eq!(list(&sandbox, &jwt).status, 200);
    let quirks = run(&sandbox, "POST", "quirks", &json!({ "mint_status": 200 }));
    assert_eq!((&quirks["mint_status"], &quirks["list_form"]), (&json!(200), &json!("array")));
    assert_eq!(mint(&sandbox, "14", &jwt).status, 200);
    run(&sandbox, "DELETE", "apps/75/keys", &json!({}));
    assert_eq!(list(&sandbox, &jwt).status, 401);
}

#[test]
fn a_button_is_pressed_by_a_command() {
    let sandbox = sandbox();
    let url = authorize_url(&sandbox, "http://127.0.0.1:5000/callback", "xyz");
    let pressed = run(&sandbox, "POST", "press", &json!({ "url": url }));
    let code = parameter(&text(&pressed, "location"), "code").unwrap();
    assert_eq!(exchange(&sandbox, &code).status, 200);
    let denied = run(&sandbox, "POST", "press", &json!({ "url": url, "deny": true }));
    assert!(text(&denied, "location").contains("error=access_denied"));
    assert_eq!(sandbox.ledger().count("authorize_decision"), 2);
}

#[test]
fn pages_of_other_sites_cannot_send_commands() {
    let sandbox = sandbox();
    let url = format!("{}/ledger", sandbox.admin_url());
    let answer = send("DELETE", &url, &[("origin", "https://evil.example")], "").unwrap();
    assert_eq!(answer.status, 403);
}

#[test]
fn the_sandbox_describes_itself() {
    let sandbox = sandbox();
    let about = state(&sandbox, "");
    assert_eq!(about["url"], sandbox.url());
    assert_eq!(about["registration"]["client_id"], CLIENT_ID);
    assert!(about["operations"].as_array().unwrap().contains(&json!("refresh_user_token")));
}
