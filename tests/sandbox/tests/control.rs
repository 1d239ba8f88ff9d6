//! The control surface, as a test in another language sees it.

mod common;

use appmint_sandbox::Sandbox;
use common::*;
use serde_json::{Value, json};

fn command(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Answer {
    send(method, &format!("{}/{path}", sandbox.admin_url()), &[], body).unwrap()
}

fn tell(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Value {
    let answer = command(sandbox, method, path, &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn ask(sandbox: &Sandbox, path: &str) -> Value {
    command(sandbox, "GET", path, "").json()
}

#[test]
fn the_ledger_tells_kinds_and_never_secrets() {
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
    let counts = ask(&sandbox, "ledger/counts");
    assert_eq!(
        (&counts["mint_installation_token"], &counts["exchange_code"]),
        (&json!(1), &json!(1))
    );
    tell(&sandbox, "DELETE", "ledger", &json!({}));
    assert_eq!(ask(&sandbox, "ledger"), json!([]));
}

#[test]
fn the_clock_moves() {
    let sandbox = sandbox();
    assert_eq!(ask(&sandbox, "clock"), json!({ "now_ms": NOW_MS, "frozen": true }));
    let moved = tell(&sandbox, "POST", "clock", &json!({ "advance_ms": 1500 }));
    assert_eq!(moved["now_ms"], NOW_MS + 1500);
    assert_eq!(tell(&sandbox, "POST", "clock", &json!({ "set_ms": 5 }))["now_ms"], 5);
    assert_eq!(tell(&sandbox, "POST", "clock", &json!({ "frozen": false }))["frozen"], false);
}

#[test]
fn faults_are_queued_shown_and_cleared() {
    let sandbox = sandbox();
    let faults = json!([
        { "operation": "list_installations", "kind": "status", "status": 500 },
        { "kind": "cut", "count": 2, "after": 1 }
    ]);
    let pending = tell(&sandbox, "POST", "faults", &faults);
    assert_eq!(pending[1]["operation"], "*");
    assert_eq!(list(&sandbox, &good_jwt(&sandbox)).message(), "sandbox fault");
    tell(&sandbox, "DELETE", "faults", &json!({}));
    assert_eq!(ask(&sandbox, "faults"), json!([]));
    assert_eq!(list(&sandbox, &good_jwt(&sandbox)).status, 200);
}

#[test]
fn a_command_that_makes_no_sense_says_why() {
    let sandbox = sandbox();
    for (path, body) in [
        ("faults", r#"{"operation":"mint","kind":"cut"}"#),
        ("faults", r#"{"kind":"nonsense"}"#),
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
    assert_eq!(command(&sandbox, "GET", "nonsense", "").status, 404);
}

#[test]
fn installations_keys_tokens_and_quirks_are_rearranged() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    tell(&sandbox, "POST", "installations/14", &json!({ "action": "suspend" }));
    assert_eq!(mint(&sandbox, "14", &good_jwt(&sandbox)).status, 403);
    tell(&sandbox, "POST", "installations/14", &json!({ "action": "unsuspend" }));
    tell(&sandbox, "DELETE", "tokens", &json!({}));
    assert_eq!(get(&sandbox, "/orgs/yanqianyu/repos", &token).status, 401);
    let key = text(&tell(&sandbox, "POST", "apps/75/keys", &json!({})), "private_key");
    let jwt = signed(&key, &json!({ "alg": "RS256" }), &good_claims());
    assert_eq!(list(&sandbox, &jwt).status, 200);
    let quirks = tell(&sandbox, "POST", "quirks", &json!({ "mint_status": 200 }));
    assert_eq!((&quirks["mint_status"], &quirks["list_form"]), (&json!(200), &json!("array")));
    assert_eq!(mint(&sandbox, "14", &jwt).status, 200);
    tell(&sandbox, "DELETE", "apps/75/keys", &json!({}));
    assert_eq!(list(&sandbox, &jwt).status, 401);
}

#[test]
fn a_button_is_pressed_from_outside() {
    let sandbox = sandbox();
    let url = authorize_url(&sandbox, "http://127.0.0.1:5000/callback", "xyz");
    let pressed = tell(&sandbox, "POST", "press", &json!({ "url": url }));
    let code = parameter(&text(&pressed, "location"), "code").unwrap();
    assert_eq!(exchange(&sandbox, &code).status, 200);
    let denied = tell(&sandbox, "POST", "press", &json!({ "url": url, "deny": true }));
    assert!(text(&denied, "location").contains("error=access_denied"));
    assert_eq!(sandbox.ledger().count("authorize_decision"), 2);
}

#[test]
fn pages_of_other_sites_cannot_command() {
    let sandbox = sandbox();
    let url = format!("{}/ledger", sandbox.admin_url());
    let answer = send("DELETE", &url, &[("origin", "https://evil.example")], "").unwrap();
    assert_eq!(answer.status, 403);
}

#[test]
fn it_says_who_it_is() {
    let sandbox = sandbox();
    let about = ask(&sandbox, "");
    assert_eq!(about["url"], sandbox.url());
    assert_eq!(about["registration"]["client_id"], CLIENT_ID);
    assert!(about["operations"].as_array().unwrap().contains(&json!("refresh_user_token")));
}
