//! The effects of faults.

mod common;

use std::thread;

use appmint_sandbox::{Effect, Fault, Sandbox};
use common::*;
use serde_json::json;

const MINT: &str = "mint_installation_token";

fn try_mint(sandbox: &Sandbox) -> Result<Answer, ureq::Error> {
    let url = format!("{}/app/installations/14/access_tokens", sandbox.url());
    send("POST", &url, &[("authorization", &format!("Bearer {}", good_jwt(sandbox)))], "")
}

fn with_fault(effect: Effect) -> Sandbox {
    let sandbox = sandbox();
    sandbox.fault(Fault::on(MINT, effect)).unwrap();
    sandbox
}

/// The statuses of the last entry: the one that the client received and the one of the platform's own reply.
fn outcome(sandbox: &Sandbox) -> (Option<u16>, Option<u16>) {
    let entry = sandbox.ledger().entries().pop().unwrap();
    (entry.status, entry.work_status)
}

#[test]
fn a_status_fault_applies_count_times() {
    let sandbox = sandbox();
    let effect = Effect::Status {
        status: 503,
        body: json!("busy"),
        headers: [("retry-after".to_owned(), "7".to_owned())].into(),
    };
    sandbox.fault(Fault::on(MINT, effect).times(2)).unwrap();
    assert_eq!(list(&sandbox, &good_jwt(&sandbox)).status, 200);
    for _ in 0..2 {
        let answer = try_mint(&sandbox).unwrap();
        assert_eq!((answer.status, answer.text.as_str()), (503, "busy"));
        assert_eq!(answer.header("retry-after"), Some("7"));
    }
    assert_eq!(outcome(&sandbox), (Some(503), None));
    assert_eq!(try_mint(&sandbox).unwrap().status, 201);
}

#[test]
fn a_cut_connection_does_not_reach_the_platform() {
    let sandbox = with_fault(Effect::Cut);
    assert!(try_mint(&sandbox).is_err());
    assert_eq!(outcome(&sandbox), (None, None));
}

#[test]
fn a_lost_response_reaches_the_platform() {
    let sandbox = sandbox();
    sandbox.fault(Fault::on("exchange_code", Effect::LostResponse)).unwrap();
    let code = code(&sandbox);
    let url = format!("{}/login/oauth/access_token", sandbox.url());
    let body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "code": code });
    let json_header = [("content-type", "application/json")];
    assert!(send("POST", &url, &json_header, &body.to_string()).is_err());
    assert_eq!(outcome(&sandbox), (None, Some(200)));
    assert_eq!(exchange(&sandbox, &code).status, 403);
}

#[test]
fn a_truncated_body_is_shorter_than_its_length() {
    let sandbox = with_fault(Effect::Truncated { keep_bytes: Some(10) });
    assert!(try_mint(&sandbox).is_err());
    assert_eq!(outcome(&sandbox), (Some(201), Some(201)));
}

#[test]
fn an_oversize_body_is_the_padded_reply() {
    let sandbox = with_fault(Effect::Oversize { bytes: 2 << 20 });
    let answer = try_mint(&sandbox).unwrap();
    assert_eq!(answer.text.len(), 2 << 20);
    assert_eq!(answer.json()["repository_selection"], "ALL");
}

#[test]
fn a_gateway_answers_html() {
    let sandbox = with_fault(Effect::Html { status: 502 });
    let answer = try_mint(&sandbox).unwrap();
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (502, Some("text/html; charset=utf-8"))
    );
}

#[test]
fn a_date_header_can_be_wrong() {
    let sandbox = with_fault(Effect::DateOffset { seconds: -3600 });
    let answer = try_mint(&sandbox).unwrap();
    assert_eq!(
        (answer.status, answer.header("date")),
        (201, Some("Sat, 06 May 2023 18:02:40 GMT"))
    );
}

#[test]
fn a_fresh_token_is_refused_for_a_while() {
    let sandbox = with_fault(Effect::FreshTokenLag { seconds: 5 });
    let token = text(&try_mint(&sandbox).unwrap().json(), "token");
    sandbox.clock().advance_ms(4_999);
    assert_eq!(get(&sandbox, "/orgs/yanqianyu/repos", &token).message(), "Bad credentials");
    sandbox.clock().advance_ms(1);
    assert_eq!(get(&sandbox, "/orgs/yanqianyu/repos", &token).status, 200);
}

#[test]
fn a_rate_limit_error_carries_retry_after() {
    let sandbox = with_fault(Effect::RateLimited { status: 429, retry_after: Some(30) });
    let answer = try_mint(&sandbox).unwrap();
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("30")));
}

#[test]
fn a_held_reply_waits_until_it_is_released() {
    let sandbox = with_fault(Effect::Hold);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| try_mint(&sandbox).unwrap().status);
        while sandbox.ledger().count(MINT) == 0 {
            thread::yield_now();
        }
        assert!(!waiting.is_finished());
        sandbox.faults().release();
        assert_eq!(waiting.join().unwrap(), 201);
    });
}

#[test]
fn a_delayed_reply_is_the_same_reply() {
    let sandbox = with_fault(Effect::Delay { ms: 1 });
    assert_eq!(try_mint(&sandbox).unwrap().status, 201);
}

#[test]
fn an_invalid_fault_is_refused() {
    let sandbox = sandbox();
    assert!(sandbox.fault(Fault::on("mint", Effect::Cut)).is_err());
    assert!(sandbox.fault(Fault::on(MINT, Effect::Html { status: 99 })).is_err());
    assert!(sandbox.faults().pending().is_empty());
}
