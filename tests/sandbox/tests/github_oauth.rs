//! GitHub's consent page, codes, PKCE and user tokens.

mod common;

use appmint_sandbox::{Effect, Fault};
use common::github::{
    CALLBACK, CHALLENGE, CLIENT_ID, CLIENT_SECRET, FORM, JSON, VERIFIER, access_token, as_client,
    authorize_url, code, exchange, github, oauth, oauth_raw, refresh, session, tokens, with,
};
use common::{parameter, send, text};
use serde_json::{Value, json};

const PATH: &str = "/login/oauth/access_token";

fn pressed(sandbox: &appmint_sandbox::Sandbox, further: &[(&str, &str)]) -> String {
    parameter(&sandbox.press(&authorize_url(sandbox, further)).unwrap(), "code").unwrap()
}

#[test]
fn pressing_authorize_yields_a_code_for_two_tokens() {
    let sandbox = github();
    let callback = sandbox.press(&authorize_url(&sandbox, &[("login", "octocat")])).unwrap();
    assert!(callback.starts_with("http://127.0.0.1:5000/callback?code="));
    assert_eq!(parameter(&callback, "state").as_deref(), Some("xyz"));
    let reply = exchange(&sandbox, &parameter(&callback, "code").unwrap());
    let (access, refresh) = tokens(&reply);
    assert!(access.starts_with("ghu_") && access.len() == 40);
    assert!(refresh.starts_with("ghr_") && refresh.len() == 80);
    assert_eq!(reply["expires_in"], 28_800);
    assert_eq!(reply["refresh_token_expires_in"], 15_897_600);
    assert_eq!((&reply["scope"], &reply["token_type"]), (&json!(""), &json!("bearer")));
    assert_eq!(with(&sandbox, &access, "/user").json()["login"], "octocat");
    sandbox.clock().advance_ms(8 * 3_600_000);
    assert_eq!(with(&sandbox, &access, "/user").status, 401);
}

#[test]
fn an_exchange_accepts_and_returns_every_encoding() {
    let sandbox = github();
    let fields = |code: &str| {
        [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET), ("code", code)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let borrowed = |fields: &[(String, String)]| {
        common::github::form(
            &fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>(),
        )
    };
    let url = format!("{}{PATH}", sandbox.url());
    let form = send("POST", &url, &[FORM], &borrowed(&fields(&code(&sandbox)))).unwrap();
    assert!(form.header("content-type").unwrap().starts_with("application/x-www-form-urlencoded"));
    assert!(form.text.starts_with("access_token=ghu_") && form.text.contains("&scope=&"));
    let body = Value::Object(
        fields(&code(&sandbox)).into_iter().map(|(n, v)| (n, Value::String(v))).collect(),
    );
    let headers = [("content-type", "application/json"), JSON];
    assert_eq!(send("POST", &url, &headers, &body.to_string()).unwrap().json()["scope"], "");
    let query = format!("{url}?{}", borrowed(&fields(&code(&sandbox))));
    let xml = send("POST", &query, &[("accept", "application/xml")], "").unwrap();
    assert!(xml.text.starts_with("<OAuth><access_token>ghu_"), "{}", xml.text);
    let wrong = send("POST", &url, &[FORM], &borrowed(&fields("x"))).unwrap();
    assert!(wrong.text.starts_with("error=bad_verification_code&error_description=The+code"));
}

#[test]
fn failures_have_status_200_and_the_documented_bodies() {
    let sandbox = github();
    let host = "https://docs.github.com/apps/managing-oauth-apps";
    let page = format!("{host}/troubleshooting-oauth-app-access-token-request-errors");
    assert_eq!(
        exchange(&sandbox, "x"),
        json!({
            "error": "bad_verification_code",
            "error_description": "The code passed is incorrect or expired.",
            "error_uri": format!("{page}/#bad-verification-code")
        })
    );
    let code = code(&sandbox);
    let wrong_secret = [("client_id", CLIENT_ID), ("client_secret", "x"), ("code", &code)];
    assert_eq!(
        oauth(&sandbox, PATH, &wrong_secret),
        json!({
            "error": "incorrect_client_credentials",
            "error_description": "The client_id and/or client_secret passed are incorrect.",
            "error_uri": format!("{page}/#incorrect-client-credentials")
        })
    );
    let elsewhere = [("code", code.as_str()), ("redirect_uri", "https://example.com/callback")];
    assert_eq!(access_token(&sandbox, &elsewhere)["error"], "redirect_uri_mismatch");
    let unsupported = [("grant_type", "password")];
    assert_eq!(access_token(&sandbox, &unsupported)["error"], "unsupported_grant_type");
    let same = [("code", code.as_str()), ("redirect_uri", CALLBACK)];
    assert!(access_token(&sandbox, &same).get("access_token").is_some());
}

#[test]
fn an_unknown_client_can_be_a_404() {
    let sandbox = github();
    let fields = [("client_id", "Iv1.0"), ("client_secret", "x"), ("code", "y")];
    assert_eq!(oauth(&sandbox, PATH, &fields)["error"], "incorrect_client_credentials");
    sandbox.quirks(&json!({ "unknown_client_not_found": true })).unwrap();
    let answer = oauth_raw(&sandbox, PATH, &[FORM, JSON], &fields);
    assert_eq!((answer.status, answer.json()), (404, json!({ "error": "Not Found" })));
}

#[test]
fn a_code_is_valid_once_and_for_ten_minutes() {
    let sandbox = github();
    let replayed = code(&sandbox);
    assert!(exchange(&sandbox, &replayed).get("error").is_none());
    let late = code(&sandbox);
    sandbox.clock().advance_ms(600_000);
    for dead in [replayed, late] {
        assert_eq!(exchange(&sandbox, &dead)["error"], "bad_verification_code");
    }
}

#[test]
fn a_challenge_needs_its_verifier() {
    let sandbox = github();
    let further = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let code = pressed(&sandbox, &further);
    let good = [("code", code.as_str()), ("code_verifier", VERIFIER)];
    assert!(access_token(&sandbox, &good).get("access_token").is_some());
    for verifier in [None, Some("x"), Some(CHALLENGE)] {
        let code = pressed(&sandbox, &further);
        let mut fields = vec![("code", code.as_str())];
        fields.extend(verifier.map(|it| ("code_verifier", it)));
        assert_eq!(access_token(&sandbox, &fields)["error"], "bad_verification_code");
        let again = [("code", code.as_str()), ("code_verifier", VERIFIER)];
        assert_eq!(access_token(&sandbox, &again)["error"], "bad_verification_code");
    }
}

#[test]
fn a_challenge_that_is_not_s256_is_refused() {
    let sandbox = github();
    for further in [
        vec![("code_challenge", VERIFIER), ("code_challenge_method", "plain")],
        vec![("code_challenge", CHALLENGE)],
        vec![("code_challenge", "short"), ("code_challenge_method", "S256")],
        vec![("code_challenge_method", "S256")],
    ] {
        let location = sandbox.press(&authorize_url(&sandbox, &further)).unwrap();
        assert_eq!(parameter(&location, "error").as_deref(), Some("invalid_request"));
        assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
    }
}

#[test]
fn errors_go_to_a_registered_callback_only() {
    let sandbox = github();
    let denied = sandbox.deny(&authorize_url(&sandbox, &[])).unwrap();
    assert_eq!(parameter(&denied, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&denied, "state").as_deref(), Some("xyz"));
    assert!(parameter(&denied, "error_uri").is_some());
    let evil = authorize_url(&sandbox, &[]).replace("127.0.0.1%3A5000", "evil.example");
    let location = sandbox.press(&evil).unwrap();
    assert!(location.starts_with("http://127.0.0.1/callback?error=redirect_uri_mismatch&"));
    let unknown_client = authorize_url(&sandbox, &[]).replace(CLIENT_ID, "Iv1.0");
    assert!(sandbox.press(&unknown_client).unwrap_err().contains("No app has this client_id."));
}

#[test]
fn a_refresh_revokes_both_old_tokens() {
    let sandbox = github();
    let (access, first) = session(&sandbox);
    let (renewed, second) = tokens(&refresh(&sandbox, &first));
    assert_eq!(with(&sandbox, &access, "/user").status, 401);
    assert_eq!(with(&sandbox, &renewed, "/user").status, 200);
    let reused = refresh(&sandbox, &first);
    assert_eq!(reused["error"], "bad_refresh_token");
    assert_eq!(reused["error_description"], "The refresh token passed is incorrect or expired.");
    assert_eq!(with(&sandbox, &renewed, "/user").status, 200);
    assert!(refresh(&sandbox, &second).get("error").is_none());
    assert_eq!(sandbox.ledger().count("refresh_user_token"), 3);
}

#[test]
fn a_reused_refresh_token_can_revoke_its_family() {
    let sandbox = github();
    sandbox.quirks(&json!({ "refresh_reuse": "revoke_family" })).unwrap();
    let (bystander, _) = session(&sandbox);
    let (_, first) = session(&sandbox);
    let (renewed, second) = tokens(&refresh(&sandbox, &first));
    assert_eq!(refresh(&sandbox, &first)["error"], "bad_refresh_token");
    assert_eq!(with(&sandbox, &renewed, "/user").status, 401);
    assert_eq!(refresh(&sandbox, &second)["error"], "bad_refresh_token");
    assert_eq!(with(&sandbox, &bystander, "/user").status, 200);
}

#[test]
fn a_used_refresh_token_can_return_the_same_pair_within_a_grace_period() {
    let sandbox = github();
    sandbox.quirks(&json!({ "refresh_grace_s": 30 })).unwrap();
    let (_, first) = session(&sandbox);
    let pair = tokens(&refresh(&sandbox, &first));
    sandbox.clock().advance_ms(29_999);
    let again = refresh(&sandbox, &first);
    assert_eq!(tokens(&again), pair);
    assert_eq!(again["expires_in"], 28_770);
    sandbox.clock().advance_ms(1);
    assert_eq!(refresh(&sandbox, &first)["error"], "bad_refresh_token");
    assert!(refresh(&sandbox, &pair.1).get("error").is_none());
}

#[test]
fn a_lost_reply_rotates_the_refresh_token_too() {
    let sandbox = github();
    let (access, token) = session(&sandbox);
    sandbox.fault(Fault::on("refresh_user_token", Effect::LostResponse)).unwrap();
    let fields = [
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("grant_type", "refresh_token"),
        ("refresh_token", &token),
    ];
    let url = format!("{}{PATH}", sandbox.url());
    assert!(send("POST", &url, &[FORM, JSON], &common::github::form(&fields)).is_err());
    assert_eq!(with(&sandbox, &access, "/user").status, 401);
    assert_eq!(refresh(&sandbox, &token)["error"], "bad_refresh_token");
    assert!(sandbox.fault(Fault::on("poll_device_token", Effect::Cut)).is_ok());
    assert!(sandbox.fault(Fault::on("list_projects", Effect::Cut)).is_err());
}

#[test]
fn the_ledger_holds_kinds_and_no_secrets() {
    let sandbox = github();
    let (access, token) = session(&sandbox);
    refresh(&sandbox, &token);
    as_client(&sandbox, "POST", "/token", &json!({ "access_token": access }));
    let entries = sandbox.ledger().entries();
    let ledger = serde_json::to_string(&entries).unwrap();
    for secret in [access.as_str(), &token, CLIENT_SECRET] {
        assert!(!ledger.contains(secret));
    }
    let operations: Vec<_> = entries.iter().map(|entry| entry.operation.as_str()).collect();
    assert_eq!(
        operations,
        [
            "authorize_page",
            "authorize_decision",
            "exchange_code",
            "refresh_user_token",
            "check_token"
        ]
    );
    assert_eq!(entries[4].auth_kind.as_deref(), Some("client"));
}

#[test]
fn a_refresh_token_expires_after_six_months() {
    let sandbox = github();
    let (_, token) = session(&sandbox);
    sandbox.clock().advance_ms(15_897_600_000);
    assert_eq!(refresh(&sandbox, &token)["error"], "bad_refresh_token");
}

#[test]
fn user_tokens_can_have_no_expiry() {
    let sandbox = github();
    sandbox.quirks(&json!({ "user_tokens_expire": false })).unwrap();
    let reply = exchange(&sandbox, &code(&sandbox));
    let members: Vec<_> = reply.as_object().unwrap().keys().collect();
    assert_eq!(members, ["access_token", "scope", "token_type"]);
    sandbox.clock().advance_ms(400 * 24 * 3_600_000);
    assert_eq!(with(&sandbox, &text(&reply, "access_token"), "/user").status, 200);
}

#[test]
fn a_refresh_needs_the_client_it_was_issued_to() {
    let sandbox = github();
    let (_, token) = session(&sandbox);
    let ask = |id: &str, secret: Option<&str>| {
        let mut fields =
            vec![("client_id", id), ("grant_type", "refresh_token"), ("refresh_token", &token)];
        fields.extend(secret.map(|secret| ("client_secret", secret)));
        oauth(&sandbox, PATH, &fields)["error"].clone()
    };
    assert_eq!(ask(CLIENT_ID, None), "incorrect_client_credentials");
    assert_eq!(ask(CLIENT_ID, Some("x")), "incorrect_client_credentials");
    let manifest = json!({ "url": "https://example.com", "redirect_url": "https://example.com/x" });
    let location = sandbox.create_app(&manifest, None).unwrap();
    let code = parameter(&location, "code").unwrap();
    let url = format!("{}/app-manifests/{code}/conversions", sandbox.url());
    let other = send("POST", &url, &[], "").unwrap().json();
    let (id, secret) = (text(&other, "client_id"), text(&other, "client_secret"));
    assert_eq!(ask(&id, Some(&secret)), "unauthorized_client");
    assert_eq!(ask(CLIENT_ID, Some(CLIENT_SECRET)), Value::Null);
}
