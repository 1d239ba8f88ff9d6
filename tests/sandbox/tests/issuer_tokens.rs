//! Token introspection and revocation at the issuer.

mod common;

use appmint_sandbox::Sandbox;
use common::github::{FORM, form};
use common::issuer::*;
use common::{Answer, NOW_S, jwt, send, text};
use serde_json::json;

fn revoke(sandbox: &Sandbox, token: &str) -> Answer {
    as_site(sandbox, "revoke", &[("token", token)])
}

fn introspect(sandbox: &Sandbox, token: &str) -> Answer {
    as_site(sandbox, "introspect", &[("token", token)])
}

#[test]
fn an_access_token_is_revoked_alone_and_a_refresh_token_with_its_family() {
    let sandbox = issuer();
    let (access, first) = session(&sandbox);
    let answer = revoke(&sandbox, &access);
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(me(&sandbox, &access).status, 401);
    let (access, second) = tokens(&refresh(&sandbox, &first));
    let (bystander, _) = session(&sandbox);
    assert_eq!(me(&sandbox, &access).status, 200);
    assert_eq!(revoke(&sandbox, &second).status, 200);
    assert_eq!(me(&sandbox, &access).status, 401);
    assert_eq!(refused(&refresh(&sandbox, &second)), refusal(400, "invalid_grant"));
    assert_eq!(me(&sandbox, &bystander).status, 200);
    assert_eq!(sandbox.ledger().count("revoke"), 2);
}

#[test]
fn revoking_an_inactive_token_succeeds() {
    let sandbox = issuer();
    let (access, _) = session(&sandbox);
    for token in ["isa_unknown", "unknown"] {
        assert_eq!(revoke(&sandbox, token).status, 200, "{token}");
    }
    let odd = [("token", access.as_str()), ("token_type_hint", "refresh_token")];
    let odder = [("token", access.as_str()), ("token_type_hint", "pac_token")];
    assert_eq!(as_site(&sandbox, "revoke", &odd).status, 200);
    assert_eq!(me(&sandbox, &access).status, 401, "a hint does not have to be right");
    assert_eq!(as_site(&sandbox, "revoke", &odder).status, 200);
    assert_eq!(refused(&as_site(&sandbox, "revoke", &[])), refusal(400, "invalid_request"));
}

#[test]
fn a_token_of_another_client_is_not_revoked() {
    let sandbox = issuer();
    let (access, refresh_token) = session(&sandbox);
    for token in [&access, &refresh_token] {
        let answer = as_tool(&sandbox, "revoke", &[("token", token)]);
        assert_eq!(refused(&answer), refusal(400, "invalid_grant"));
        let unauthenticated = post(&sandbox, "revoke", &[("token", token)]);
        assert_eq!(refused(&unauthenticated), refusal(401, "invalid_client"));
    }
    assert_eq!(me(&sandbox, &access).status, 200);
    assert_eq!(refresh(&sandbox, &refresh_token).status, 200);
    let url = at(&sandbox, "/realms/older/revoke");
    let headers = [FORM, ("authorization", &basic("site", ENCODED_SECRET))];
    let older = send("POST", &url, &headers, &form(&[("token", &access)])).unwrap();
    assert_eq!((older.status, me(&sandbox, &access).status), (200, 200), "the other realm's");
}

#[test]
fn every_kind_of_client_revokes_its_own_tokens() {
    let sandbox = issuer();
    let answer = as_tool(&sandbox, "token", &exchange_fields(&code(&sandbox, "tool")));
    let (access, _) = tokens(&answer);
    assert_eq!(as_tool(&sandbox, "revoke", &[("token", &access)]).status, 200);
    assert_eq!(me(&sandbox, &access).status, 401);
    let claims = |jti| client_claims(&sandbox, jti);
    let code = code(&sandbox, "robot");
    let answer = as_robot(&sandbox, "token", &claims("1"), &exchange_fields(&code));
    let (access, _) = tokens(&answer);
    let answer = as_robot(&sandbox, "revoke", &claims("2"), &[("token", &access)]);
    assert_eq!((answer.status, me(&sandbox, &access).status), (200, 401));
}

#[test]
fn a_server_can_refuse_revocation() {
    let sandbox = issuer();
    sandbox.quirks(&json!({ "revocation": "unsupported_token_type" })).unwrap();
    let (access, _) = session(&sandbox);
    assert_eq!(refused(&revoke(&sandbox, &access)), refusal(400, "unsupported_token_type"));
    assert_eq!(me(&sandbox, &access).status, 200);
}

#[test]
fn an_active_token_is_described() {
    let sandbox = issuer();
    let (access, refresh_token) = session(&sandbox);
    let mut described = introspect(&sandbox, &access).json();
    assert_eq!(described["jti"].take().as_str().map(str::len), Some(32));
    let mut expected = json!({
        "active": true, "scope": "profile read write", "client_id": "site", "username": "ada",
        "sub": "user-1815", "token_type": "Bearer", "exp": NOW_S + 3600, "iat": NOW_S, "nbf": NOW_S,
        "aud": sandbox.api_url(), "iss": at(&sandbox, "/realms/main"), "jti": null
    });
    assert_eq!(described, expected);
    let mut described = introspect(&sandbox, &refresh_token).json();
    described["jti"].take();
    expected["exp"] = json!(NOW_S + 30 * 24 * 3600);
    expected["aud"] = json!(at(&sandbox, "/realms/main"));
    expected.as_object_mut().unwrap().remove("token_type");
    assert_eq!(described, expected);
}

#[test]
fn an_inactive_token_is_not_described() {
    let sandbox = issuer();
    let nothing = json!({ "active": false });
    let (access, first) = session(&sandbox);
    let (fresh, second) = tokens(&refresh(&sandbox, &first));
    assert_eq!(introspect(&sandbox, &first).json(), nothing, "spent");
    revoke(&sandbox, &access);
    assert_eq!(introspect(&sandbox, &access).json(), nothing, "revoked");
    assert_eq!(introspect(&sandbox, "isa_unknown").json(), nothing);
    sandbox.clock().advance_ms(3_600_000);
    assert_eq!(introspect(&sandbox, &fresh).json(), nothing, "expired");
    assert_eq!(introspect(&sandbox, &second).json()["active"], true);
    assert_eq!(refused(&as_site(&sandbox, "introspect", &[])), refusal(400, "invalid_request"));
}

#[test]
fn only_a_confidential_client_may_introspect() {
    let sandbox = issuer();
    let (access, _) = session(&sandbox);
    let fields = [("token", access.as_str())];
    for answer in [as_tool(&sandbox, "introspect", &fields), post(&sandbox, "introspect", &fields)]
    {
        assert_eq!(refused(&answer), refusal(401, "invalid_client"));
    }
    let claims = client_claims(&sandbox, "1");
    let described = as_robot(&sandbox, "introspect", &claims, &fields).json();
    assert_eq!((&described["active"], &described["client_id"]), (&json!(true), &json!("site")));
}

#[test]
fn the_service_accounts_token_belongs_to_the_robot() {
    let sandbox = issuer();
    let word = json!({
        "iss": "robot@issuer.test", "aud": at(&sandbox, "/realms/main"),
        "iat": NOW_S, "exp": NOW_S + 60, "scope": "read"
    });
    let assertion = jwt(&sandbox, &word);
    let reply = post(&sandbox, "token", &[("grant_type", JWT_GRANT), ("assertion", &assertion)]);
    let token = text(&reply.json(), "access_token");
    let described = introspect(&sandbox, &token).json();
    assert_eq!(
        (&described["client_id"], &described["sub"]),
        (&json!("robot"), &json!("robot@issuer.test"))
    );
    assert_eq!(refused(&revoke(&sandbox, &token)), refusal(400, "invalid_grant"));
    let claims = client_claims(&sandbox, "1");
    assert_eq!(as_robot(&sandbox, "revoke", &claims, &[("token", &token)]).status, 200);
    assert_eq!(me(&sandbox, &token).status, 401);
}

#[test]
fn the_ledger_holds_kinds_and_no_secrets() {
    let sandbox = issuer();
    let (access, refresh_token) = session(&sandbox);
    me(&sandbox, &access);
    let entries = sandbox.ledger().entries();
    let kind = |operation: &str| {
        let entry = entries.iter().find(|it| it.operation == operation).unwrap();
        entry.auth_kind.clone().unwrap_or_default()
    };
    assert_eq!((kind("exchange_code").as_str(), kind("me").as_str()), ("client", "isa"));
    let ledger = serde_json::to_string(&entries).unwrap();
    for secret in [access.as_str(), &refresh_token, ENCODED_SECRET] {
        assert!(!ledger.contains(secret));
    }
}
