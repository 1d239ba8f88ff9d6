//! The issuer's metadata, its consent page, and the grants of codes and refresh tokens.

mod common;

use appmint_sandbox::{Effect, Fault, PlatformName, Sandbox};
use common::github::{CALLBACK, FORM, VERIFIER};
use common::issuer::*;
use common::{parameter, send};
use serde_json::json;

fn metadata(sandbox: &Sandbox, path: &str) -> common::Answer {
    send("GET", &at(sandbox, path), &[], "").unwrap()
}

const INSERTED: &str = "/.well-known/oauth-authorization-server/realms/";

#[test]
fn an_issuer_publishes_its_metadata_at_its_own_path_only() {
    let sandbox = issuer();
    let document = metadata(&sandbox, &format!("{INSERTED}main")).json();
    assert_eq!(document["issuer"], at(&sandbox, "/realms/main"));
    assert_eq!(document["token_endpoint"], at(&sandbox, "/realms/main/token"));
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    let appended = "/.well-known/openid-configuration";
    let older = metadata(&sandbox, &format!("/realms/older{appended}")).json();
    assert_eq!(older["issuer"], at(&sandbox, "/realms/older"));
    for (name, endpoint) in
        document.as_object().unwrap().iter().filter(|(it, _)| it.ends_with("_endpoint"))
    {
        let twin = endpoint.as_str().unwrap().replace("/main/", "/older/");
        assert_eq!(older[name], twin);
    }
    for path in [
        format!("{INSERTED}older"),
        format!("{INSERTED}other"),
        format!("/realms/main{appended}"),
        "/.well-known/oauth-authorization-server".to_owned(),
    ] {
        assert_eq!(metadata(&sandbox, &path).status, 404, "{path}");
    }
    assert_eq!(sandbox.ledger().count("metadata"), 4);
}

#[test]
fn a_quirk_patches_the_metadata() {
    let sandbox = issuer();
    let patch = json!({ "issuer": "https://other.test", "token_endpoint": null });
    sandbox.quirks(&json!({ "metadata": patch })).unwrap();
    let document = metadata(&sandbox, &format!("{INSERTED}main")).json();
    assert_eq!(
        (&document["issuer"], document.get("token_endpoint")),
        (&json!("https://other.test"), None)
    );
    assert!(document["revocation_endpoint"].is_string());
    assert!(sandbox.quirks(&json!({ "metadata": [] })).is_err());
    assert!(sandbox.quirks(&json!({ "no_such": 1 })).is_err());
}

#[test]
fn the_registration_is_that_of_the_site() {
    let app = issuer().registration();
    assert_eq!((app.platform, app.app_id.as_str()), (PlatformName::Issuer.as_str(), "robot"));
    assert_eq!((app.client_id.as_str(), app.client_secret.as_str()), ("site", SECRET));
    assert_eq!(
        (app.redirect_uri.as_str(), app.installations.len()),
        ("http://127.0.0.1/callback", 0)
    );
}

#[test]
fn a_code_becomes_tokens_for_the_api() {
    let sandbox = issuer();
    let answer = exchange(&sandbox, &code(&sandbox, "site"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let reply = answer.json();
    assert_eq!(
        (&reply["token_type"], &reply["expires_in"], &reply["scope"]),
        (&json!("Bearer"), &json!(3600), &json!("profile read write"))
    );
    let (access, refresh_token) = tokens(&answer);
    assert!(access.starts_with("isa_") && refresh_token.starts_with("isr_"));
    let person = json!({ "sub": "user-1815", "username": "ada", "scope": "profile read write" });
    assert_eq!(me(&sandbox, &access).json(), person);
    sandbox.clock().advance_ms(3_600_000);
    for token in [access.as_str(), &refresh_token, "isa_unknown"] {
        let answer = me(&sandbox, token);
        assert_eq!(refused(&answer), refusal(401, "invalid_token"));
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with(r#"Bearer error="invalid_token""#), "{challenge}");
    }
    let nothing = send("GET", &at(&sandbox, "/me"), &[], "").unwrap();
    assert_eq!(nothing.header("www-authenticate"), Some(r#"Bearer realm="issuer""#));
}

#[test]
fn every_callback_carries_the_issuer() {
    let sandbox = issuer();
    let url = authorize_url(&sandbox, "site", &[]);
    let odd = url.replace("response_type=code", "response_type=token");
    let iss = at(&sandbox, "/realms/main");
    for location in [sandbox.press(&url), sandbox.deny(&url), sandbox.press(&odd)] {
        let location = location.unwrap();
        assert_eq!(parameter(&location, "iss"), Some(iss.clone()));
        assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
    }
    let older = sandbox.press(&url.replace("/main/", "/older/")).unwrap();
    assert_eq!(parameter(&older, "iss"), Some(at(&sandbox, "/realms/older")));
    sandbox.quirks(&json!({ "callback_iss": "https://other.test" })).unwrap();
    let other = sandbox.press(&url).unwrap();
    assert_eq!(parameter(&other, "iss").as_deref(), Some("https://other.test"));
    sandbox.quirks(&json!({ "sends_iss": false })).unwrap();
    assert_eq!(parameter(&sandbox.press(&url).unwrap(), "iss"), None);
}

#[test]
fn an_invalid_request_is_reported_to_the_callback() {
    let sandbox = issuer();
    let error = |client: &str, further: &[(&str, &str)]| {
        let location = sandbox.press(&authorize_url(&sandbox, client, further)).unwrap();
        assert!(location.starts_with(CALLBACK), "{location}");
        parameter(&location, "error").unwrap_or_default()
    };
    assert_eq!(error("site", &[]), "");
    assert_eq!(error("site", &[("scope", "read everything")]), "invalid_scope");
    assert_eq!(error("site", &[("scope", "read"), ("scope", "read")]), "invalid_request");
    assert_eq!(error("tool", &[]), "invalid_request");
    assert_eq!(error("tool", &PKCE), "");
    assert_eq!(error("tool", &PKCE[..1]), "invalid_request");
    let plain = [("code_challenge", VERIFIER), ("code_challenge_method", "plain")];
    assert_eq!(error("site", &plain), "invalid_request");
    let denied = sandbox.deny(&authorize_url(&sandbox, "site", &[])).unwrap();
    assert_eq!(parameter(&denied, "error").as_deref(), Some("access_denied"));
    let odd = |from: &str, to: &str| {
        let url = authorize_url(&sandbox, "site", &[]).replace(from, to);
        parameter(&sandbox.press(&url).unwrap(), "error").unwrap()
    };
    assert_eq!(odd("response_type=code", "response_type=token"), "unsupported_response_type");
    assert_eq!(odd("response_type=code&", ""), "invalid_request");
}

#[test]
fn a_browser_is_redirected_to_registered_uris_only() {
    let sandbox = issuer();
    let url = authorize_url(&sandbox, "site", &[]);
    let page = |from: &str, to: &str| sandbox.press(&url.replace(from, to));
    for to in ["http%3A%2F%2F%5B%3A%3A1%5D%3A7%2Fcallback", "https%3A%2F%2Fexample.com%2Fcallback"]
    {
        assert!(page("http%3A%2F%2F127.0.0.1%3A5000%2Fcallback", to).is_ok(), "{to}");
    }
    for (from, to) in [
        ("5000%2Fcallback", "5000%2Fcallback2"),
        ("%2F127.0.0.1%3A", "%2Flocalhost%3A"),
        ("client_id=site", "client_id=nobody"),
        ("client_id=site", "client_id=site&client_id=tool"),
        ("redirect_uri", "elsewhere"),
    ] {
        assert!(page(from, to).unwrap_err().contains("answers 400"), "{to}");
    }
    assert!(page("/main/", "/other/").unwrap_err().contains("404"));
}

#[test]
fn a_code_is_valid_once_and_for_its_client() {
    let sandbox = issuer();
    let with_code = |change: (&str, &str)| {
        let code = code(&sandbox, "site");
        let fields = exchange_fields(&code)
            .map(|(name, value)| if name == change.0 { change } else { (name, value) });
        refused(&as_site(&sandbox, "token", &fields))
    };
    let wrong_verifier = VERIFIER.replace('d', "e");
    for change in [
        ("code", "isc_unknown"),
        ("redirect_uri", "https://example.com/callback"),
        ("code_verifier", &wrong_verifier),
        ("code_verifier", ""),
    ] {
        assert_eq!(with_code(change), refusal(400, "invalid_grant"), "{change:?}");
    }
    for name in ["code", "redirect_uri"] {
        assert_eq!(with_code((name, "")), refusal(400, "invalid_request"), "{name}");
    }
    let code = code(&sandbox, "site");
    let foreign = as_tool(&sandbox, "token", &exchange_fields(&code));
    assert_eq!(refused(&foreign), refusal(400, "invalid_grant"));
    let older = send(
        "POST",
        &at(&sandbox, "/realms/older/token"),
        &[FORM, ("authorization", &basic("site", ENCODED_SECRET))],
        &common::github::form(&exchange_fields(&code)),
    );
    assert_eq!(refused(&older.unwrap()), refusal(400, "invalid_grant"));
    assert_eq!(exchange(&sandbox, &code).status, 200, "it was left alone");
}

#[test]
fn a_code_used_again_revokes_its_tokens() {
    let sandbox = issuer();
    let (bystander, _) = session(&sandbox);
    let code = code(&sandbox, "site");
    let (access, refresh_token) = tokens(&exchange(&sandbox, &code));
    assert_eq!(refused(&exchange(&sandbox, &code)), refusal(400, "invalid_grant"));
    assert_eq!(me(&sandbox, &access).status, 401);
    assert_eq!(refused(&refresh(&sandbox, &refresh_token)), refusal(400, "invalid_grant"));
    assert_eq!(me(&sandbox, &bystander).status, 200);
    let late = common::issuer::code(&sandbox, "site");
    sandbox.clock().advance_ms(60_000);
    assert_eq!(refused(&exchange(&sandbox, &late)), refusal(400, "invalid_grant"));
}

#[test]
fn a_verifier_without_a_challenge_is_refused() {
    let sandbox = issuer();
    let code = || {
        let location = sandbox.press(&authorize_url(&sandbox, "site", &[])).unwrap();
        parameter(&location, "code").unwrap()
    };
    assert_eq!(refused(&exchange(&sandbox, &code())), refusal(400, "invalid_grant"));
    let answer = as_site(&sandbox, "token", &exchange_fields(&code())[..3]);
    assert_eq!(answer.json()["scope"], "profile", "the default scope");
}

#[test]
fn a_refresh_rotates_and_a_reused_token_revokes_the_family() {
    let sandbox = issuer();
    let (bystander, _) = session(&sandbox);
    let (access, first) = session(&sandbox);
    let (fresh, second) = tokens(&refresh(&sandbox, &first));
    assert_ne!((&access, &first), (&fresh, &second));
    assert_eq!((me(&sandbox, &access).status, me(&sandbox, &fresh).status), (200, 200));
    assert_eq!(refused(&refresh(&sandbox, &first)), refusal(400, "invalid_grant"));
    assert!(sandbox.ledger().entries().last().unwrap().reuse);
    assert_eq!((me(&sandbox, &access).status, me(&sandbox, &fresh).status), (401, 401));
    assert_eq!(refused(&refresh(&sandbox, &second)), refusal(400, "invalid_grant"));
    assert_eq!(me(&sandbox, &bystander).status, 200);
    assert_eq!(refused(&refresh(&sandbox, "isr_unknown")), refusal(400, "invalid_grant"));
    assert!(!sandbox.ledger().entries().last().unwrap().reuse);
    assert_eq!(sandbox.ledger().count("refresh_user_token"), 4);
}

#[test]
fn a_used_refresh_token_can_return_the_same_pair_within_a_grace_period() {
    let sandbox = issuer();
    sandbox.quirks(&json!({ "refresh_grace_s": 30, "refresh_reuse": "refuse" })).unwrap();
    let (_, first) = session(&sandbox);
    let pair = tokens(&refresh(&sandbox, &first));
    sandbox.clock().advance_ms(29_999);
    let again = refresh(&sandbox, &first);
    assert_eq!((tokens(&again), &again.json()["expires_in"]), (pair.clone(), &json!(3570)));
    sandbox.clock().advance_ms(1);
    assert_eq!(refused(&refresh(&sandbox, &first)), refusal(400, "invalid_grant"));
    assert_eq!(refresh(&sandbox, &pair.1).status, 200, "nothing else happened");
}

#[test]
fn refresh_tokens_can_be_made_not_to_rotate() {
    let sandbox = issuer();
    sandbox.quirks(&json!({ "rotates": false, "access_token_life_ms": 60_000 })).unwrap();
    let (_, refresh_token) = session(&sandbox);
    for _ in 0..2 {
        let reply = refresh(&sandbox, &refresh_token).json();
        assert_eq!((&reply["expires_in"], reply.get("refresh_token")), (&json!(60), None));
    }
    sandbox.clock().advance_ms(30 * 24 * 3_600_000);
    assert_eq!(refused(&refresh(&sandbox, &refresh_token)), refusal(400, "invalid_grant"));
}

#[test]
fn a_refresh_can_narrow_scopes_but_not_widen_them() {
    let sandbox = issuer();
    let (_, first) = session(&sandbox);
    let asking = |refresh_token: &str, scope: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        as_site(&sandbox, "token", &[&fields[..], &[("scope", scope)]].concat())
    };
    assert_eq!(refused(&asking(&first, "read admin")), refusal(400, "invalid_scope"));
    let less = asking(&first, "read");
    assert_eq!(less.json()["scope"], "read");
    let whole = refresh(&sandbox, &tokens(&less).1).json();
    assert_eq!(whole["scope"], "profile read write");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", whole["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(refused(&as_tool(&sandbox, "token", &fields)), refusal(400, "invalid_grant"));
}

#[test]
fn the_public_client_needs_no_secret() {
    let sandbox = issuer();
    let answer = as_tool(&sandbox, "token", &exchange_fields(&code(&sandbox, "tool")));
    let (access, refresh_token) = tokens(&answer);
    assert_eq!(me(&sandbox, &access).status, 200);
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    assert_eq!(as_tool(&sandbox, "token", &fields).status, 200);
}

#[test]
fn a_quirk_patches_the_token_reply() {
    let sandbox = issuer();
    let patch = json!({ "expires_in": null, "token_type": "mac" });
    sandbox.quirks(&json!({ "token_reply": patch })).unwrap();
    let reply = exchange(&sandbox, &code(&sandbox, "site")).json();
    assert_eq!((&reply["token_type"], reply.get("expires_in")), (&json!("mac"), None));
}

#[test]
fn faults_apply_to_operations_by_name() {
    let sandbox = issuer();
    let down = |operation: &str| {
        let status = Effect::Status { status: 503, body: json!({}), headers: Default::default() };
        sandbox.fault(Fault::on(operation, status)).unwrap();
    };
    down("refresh_user_token");
    let (_, refresh_token) = session(&sandbox);
    assert_eq!(refresh(&sandbox, &refresh_token).status, 503);
    sandbox.fault(Fault::on("refresh_user_token", Effect::LostResponse)).unwrap();
    let url = at(&sandbox, "/realms/main/token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    let headers = [FORM, ("authorization", &basic("site", ENCODED_SECRET))];
    assert!(send("POST", &url, &headers, &common::github::form(&fields)).is_err());
    assert_eq!(refused(&refresh(&sandbox, &refresh_token)), refusal(400, "invalid_grant"));
    for operation in [
        "metadata",
        "authorize_page",
        "authorize_decision",
        "exchange_code",
        "poll_device_token",
        "exchange_assertion",
        "device_code",
        "revoke",
        "introspect",
        "me",
    ] {
        sandbox.fault(Fault::on(operation, Effect::Cut)).unwrap();
    }
    assert!(sandbox.fault(Fault::on("mint_installation_token", Effect::Cut)).is_err());
}

#[test]
fn forgetting_tokens_keeps_refresh_tokens() {
    let sandbox = issuer();
    let (access, refresh_token) = session(&sandbox);
    sandbox.forget_tokens();
    assert_eq!(me(&sandbox, &access).status, 401);
    assert_eq!(refresh(&sandbox, &refresh_token).status, 200);
    let lag = Effect::FreshTokenLag { seconds: 5 };
    sandbox.fault(Fault::on("exchange_code", lag)).unwrap();
    let (early, _) = session(&sandbox);
    assert_eq!(me(&sandbox, &early).status, 401);
    sandbox.clock().advance_ms(5_000);
    assert_eq!(me(&sandbox, &early).status, 200);
}
