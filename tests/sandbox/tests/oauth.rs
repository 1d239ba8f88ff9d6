//! The consent page, codes and user tokens of AtomGit.

mod common;

use common::*;
use serde_json::json;

#[test]
fn pressing_authorize_yields_a_code_for_a_token() {
    let sandbox = sandbox();
    let url = authorize_url(&sandbox, "http://127.0.0.1:5000/callback", "a&b=c d");
    let callback = sandbox.press(&url).unwrap();
    assert!(callback.starts_with("http://127.0.0.1:5000/callback?code="));
    assert_eq!(parameter(&callback, "state").as_deref(), Some("a&b=c d"));
    let answer = exchange(&sandbox, &parameter(&callback, "code").unwrap());
    assert_eq!(answer.status, 200);
    let json = answer.json();
    let members: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["access_token", "expires_in", "refresh_token", "refresh_token_expires_in"]
    );
    assert_eq!(json["expires_in"], NOW_MS + 8 * 3_600_000);
    // 2023-11-06T19:02:40.758Z, six calendar months later.
    assert_eq!(json["refresh_token_expires_in"], 1_699_297_360_758_i64);
    let token = text(&json, "access_token");
    assert!(token.starts_with("atu_") && token.len() == 36);
    assert!(text(&json, "refresh_token").starts_with("refresh_"));
    assert_eq!(get(&sandbox, "/user/info", &token).json()["login"], "sample-user");
    assert_eq!(get(&sandbox, "/user/repos", &token).status, 200);
    assert_eq!(get(&sandbox, "/orgs/hanshuorg2/repos", &token).status, 200);
}

#[test]
fn pressing_cancel_returns_an_error_and_the_state() {
    let sandbox = sandbox();
    let callback =
        sandbox.deny(&authorize_url(&sandbox, "https://example.com/callback", "xyz")).unwrap();
    assert_eq!(parameter(&callback, "error").as_deref(), Some("access_denied"));
    assert!(parameter(&callback, "error_description").is_some());
    assert_eq!(parameter(&callback, "state").as_deref(), Some("xyz"));
    assert_eq!(parameter(&callback, "code"), None);
}

#[test]
fn the_page_never_redirects_to_an_unregistered_uri() {
    let sandbox = sandbox();
    for uri in
        ["https://evil.example/callback", "http://127.0.0.1:5000/other", "javascript:alert(1)"]
    {
        let url = authorize_url(&sandbox, uri, "xyz");
        let answer = send("GET", &url, &[], "").unwrap();
        assert_eq!((answer.status, answer.header("location")), (400, None), "{uri}");
        assert!(!answer.text.contains("<form"));
        assert!(sandbox.press(&url).unwrap_err().contains("not registered"));
    }
}

#[test]
fn an_unknown_or_repeated_client_gets_an_error_page() {
    let sandbox = sandbox();
    for query in ["client_id=<script>", "", "client_id=Iv1.49521b236a3e8937&client_id=x"] {
        let url = format!("{}/login/oauth/authorize", sandbox.url());
        let url = url::Url::parse(&format!("{url}?{query}")).unwrap();
        let answer = send("GET", url.as_str(), &[], "").unwrap();
        assert_eq!((answer.status, answer.header("location")), (400, None));
        assert!(!answer.text.contains("<script"));
    }
}

#[test]
fn a_form_needs_its_token_and_is_accepted_once() {
    let sandbox = sandbox();
    let page = send("GET", &authorize_url(&sandbox, "https://example.com/callback", "x"), &[], "")
        .unwrap();
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    let token = page.text.split("name=\"form_token\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    let url = format!("{}/login/oauth/authorize", sandbox.url());
    let post = |origin: &str, token: &str| {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let body = format!("form_token={token}&decision=authorize");
        send("POST", &url, &[form, ("origin", origin)], &body).unwrap()
    };
    assert_eq!(post("https://evil.example", token).status, 403);
    assert_eq!(post("null", token).status, 403);
    assert_eq!(post(sandbox.url(), "guess").status, 400);
    assert_eq!(post(sandbox.url(), token).status, 302);
    assert_eq!(post(sandbox.url(), token).status, 400);
}

#[test]
fn a_code_is_valid_once_and_for_ten_minutes() {
    let sandbox = sandbox();
    let replayed = code(&sandbox);
    assert_eq!(exchange(&sandbox, &replayed).status, 200);
    let late = code(&sandbox);
    sandbox.clock().advance_ms(600_000);
    for dead in [replayed.as_str(), &late, "acdc24186bc7a8485544", ""] {
        let answer = exchange(&sandbox, dead);
        assert_eq!(answer.status, 403);
        assert_eq!(
            answer.json(),
            json!({
                "error": "bad_verification_code",
                "error_description": "The code passed is incorrect or expired.",
                "message": "The code passed is incorrect or expired."
            })
        );
    }
}

#[test]
fn a_wrong_client_does_not_use_up_the_code() {
    let sandbox = sandbox();
    let code = code(&sandbox);
    let wrong_secret = access_token(&sandbox, &json!({ "client_secret": "x", "code": code }));
    assert_eq!(wrong_secret.status, 403);
    assert_eq!(wrong_secret.json()["error"], "incorrect_client_credentials");
    let unknown = access_token(&sandbox, &json!({ "client_id": "x", "code": code }));
    assert_eq!((unknown.status, unknown.message().as_str()), (404, "Not Found"));
    let bare_id = json!({ "client_id": "49521b236a3e8937", "code": code });
    assert_eq!(access_token(&sandbox, &bare_id).status, 200);
}

#[test]
fn a_body_that_is_not_json_is_refused() {
    let sandbox = sandbox();
    let url = format!("{}/login/oauth/access_token", sandbox.url());
    for (kind, body) in [
        ("application/json", "client_id=x"),
        ("application/x-www-form-urlencoded", "client_id=x"),
        ("text/plain", "{}"),
    ] {
        assert_eq!(send("POST", &url, &[("content-type", kind)], body).unwrap().status, 400);
    }
}

#[test]
fn a_refresh_extends_the_same_refresh_token() {
    let sandbox = sandbox();
    let first = exchange(&sandbox, &code(&sandbox)).json();
    sandbox.clock().advance_ms(1_000);
    let second = refresh(&sandbox, &text(&first, "refresh_token")).json();
    assert_eq!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(second["refresh_token_expires_in"], 1_699_297_361_758_i64);
    assert_ne!(second["access_token"], first["access_token"]);
    assert_eq!(get(&sandbox, "/user/info", &text(&first, "access_token")).status, 200);
}

#[test]
fn an_expired_refresh_token_is_refused() {
    let sandbox = sandbox();
    let issued = exchange(&sandbox, &code(&sandbox)).json();
    sandbox.clock().set_ms(issued["refresh_token_expires_in"].as_i64().unwrap());
    for dead in [text(&issued, "refresh_token").as_str(), "refresh_0", ""] {
        let answer = refresh(&sandbox, dead);
        assert_eq!((answer.status, &answer.json()["error"]), (403, &json!("bad_refresh_token")));
    }
}

#[test]
fn refresh_tokens_can_be_made_to_rotate() {
    let sandbox = sandbox();
    let change = json!({ "refresh_token": "rotated", "refresh_ends_old_token": true });
    sandbox.quirks(&change).unwrap();
    let first = exchange(&sandbox, &code(&sandbox)).json();
    let second = refresh(&sandbox, &text(&first, "refresh_token")).json();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(refresh(&sandbox, &text(&first, "refresh_token")).status, 403);
    assert_eq!(get(&sandbox, "/user/info", &text(&first, "access_token")).status, 401);
    sandbox.quirks(&json!({ "refresh_token": "omitted" })).unwrap();
    let third = refresh(&sandbox, &text(&second, "refresh_token")).json();
    assert!(third.get("refresh_token").is_none());
    assert_eq!(refresh(&sandbox, &text(&second, "refresh_token")).status, 200);
}
