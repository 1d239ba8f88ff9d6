//! Authentication of the issuer's clients and of its service account.

mod common;

use appmint_sandbox::Sandbox;
use common::github::FORM;
use common::issuer::*;
use common::{Answer, NOW_S, jwt, send, signed, text};
use serde_json::{Value, json};

/// A request that an authenticated client gets `invalid_grant` for.
const STALE: [(&str, &str); 2] =
    [("grant_type", "refresh_token"), ("refresh_token", "isr_unknown")];

#[test]
fn a_secret_comes_in_a_header_or_in_the_form() {
    let sandbox = issuer();
    assert_eq!(refused(&as_site(&sandbox, "token", &STALE)), refusal(400, "invalid_grant"));
    let secret = [("client_id", "site"), ("client_secret", SECRET)];
    let in_form = post(&sandbox, "token", &[&secret[..], &STALE].concat());
    assert_eq!(refused(&in_form), refusal(400, "invalid_grant"));
}

#[test]
fn failed_basic_authentication_is_challenged() {
    let sandbox = issuer();
    sandbox.quirks(&json!({ "invalid_client_status": 400 })).unwrap();
    for authorization in [
        basic("site", SECRET),
        basic("site", "wrong"),
        basic("nobody", ENCODED_SECRET),
        basic("tool", ""),
        basic("robot", ENCODED_SECRET),
        "Basic ?".to_owned(),
        "Bearer isa_unknown".to_owned(),
    ] {
        let headers = [("authorization", authorization.as_str())];
        let answer = post_with(&sandbox, "token", &headers, &STALE);
        assert_eq!(refused(&answer), refusal(401, "invalid_client"), "{authorization}");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn missing_or_incomplete_credentials_are_refused() {
    let sandbox = issuer();
    let nobodies: [&[(&str, &str)]; 6] = [
        &[],
        &[("client_id", "site")],
        &[("client_id", "robot")],
        &[("client_id", "nobody")],
        &[("client_id", "site"), ("client_secret", "wrong")],
        &[("client_id", "tool"), ("client_secret", SECRET)],
    ];
    for status in [401, 400] {
        sandbox.quirks(&json!({ "invalid_client_status": status })).unwrap();
        for fields in nobodies {
            let answer = post(&sandbox, "token", &[fields, &STALE].concat());
            assert_eq!(refused(&answer), refusal(status, "invalid_client"), "{fields:?}");
        }
    }
    assert!(sandbox.quirks(&json!({ "invalid_client_status": 403 })).is_err());
}

#[test]
fn a_client_must_not_use_two_authentication_methods() {
    let sandbox = issuer();
    let invalid = refusal(400, "invalid_request");
    for fields in [
        [("client_id", "site"), ("client_secret", SECRET)],
        [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", "a.b.c")],
    ] {
        assert_eq!(refused(&as_site(&sandbox, "token", &[&fields[..], &STALE].concat())), invalid);
    }
    let named =
        |id| refused(&as_site(&sandbox, "token", &[&[("client_id", id)], &STALE[..]].concat()));
    assert_eq!(named("tool"), invalid);
    assert_eq!(named("site"), refusal(400, "invalid_grant"));
}

#[test]
fn a_malformed_form_is_refused() {
    let sandbox = issuer();
    let invalid = refusal(400, "invalid_request");
    let twice = [&STALE[..], &[("scope", "read"), ("scope", "read")]].concat();
    assert_eq!(refused(&as_site(&sandbox, "token", &twice)), invalid);
    assert_eq!(refused(&as_site(&sandbox, "token", &[])), invalid);
    assert_eq!(refused(&as_site(&sandbox, "token", &STALE[..1])), invalid);
    let unknown = as_site(&sandbox, "token", &[("grant_type", "password")]);
    assert_eq!(refused(&unknown), refusal(400, "unsupported_grant_type"));
    let url = at(&sandbox, "/realms/main/token");
    let json = [("content-type", "application/json")];
    assert_eq!(refused(&send("POST", &url, &json, "{}").unwrap()), invalid);
    let in_address = format!("{url}?client_id=site&client_secret=x");
    assert_eq!(refused(&send("POST", &in_address, &[FORM], "grant_type=x").unwrap()), invalid);
    assert_eq!(send("GET", &url, &[], "").unwrap().status, 404);
}

#[test]
fn a_client_assertion_is_accepted_once() {
    let sandbox = issuer();
    let claims = client_claims(&sandbox, "one");
    let show = |claims: &Value| refused(&as_robot(&sandbox, "token", claims, &STALE));
    assert_eq!(show(&claims), refusal(400, "invalid_grant"));
    assert_eq!(show(&claims), refusal(401, "invalid_client"));
    let mut listed = client_claims(&sandbox, "two");
    listed["aud"] = json!(["https://other.test", at(&sandbox, "/realms/main/token")]);
    assert_eq!(show(&listed), refusal(400, "invalid_grant"));
}

#[test]
fn every_claim_of_a_client_assertion_is_checked() {
    let sandbox = issuer();
    let with = |claim: &str, value: Value| {
        let mut claims = client_claims(&sandbox, "odd");
        claims[claim] = value;
        refused(&as_robot(&sandbox, "token", &claims, &STALE))
    };
    for (claim, value) in [
        ("iss", json!("site")),
        ("iss", json!("nobody")),
        ("sub", json!("site")),
        ("aud", json!(at(&sandbox, "/realms/older"))),
        ("aud", json!([])),
        ("exp", json!(NOW_S)),
        ("exp", json!(NOW_S + 301)),
        ("exp", Value::Null),
        ("iat", json!(NOW_S + 1)),
        ("nbf", json!(NOW_S + 1)),
        ("jti", Value::Null),
        ("jti", json!("")),
    ] {
        assert_eq!(with(claim, value.clone()), refusal(401, "invalid_client"), "{claim} {value}");
    }
    assert_eq!(with("nbf", json!(NOW_S)), refusal(400, "invalid_grant"), "jti is not used up");
}

#[test]
fn a_client_assertion_is_signed_with_the_key_that_it_names() {
    let sandbox = issuer();
    let other = Sandbox::start().unwrap();
    let (own, foreign) = (sandbox.private_key_pem().unwrap(), other.private_key_pem().unwrap());
    let show = |key: &str, header: Value, kind: &str| {
        let assertion = signed(key, &header, &client_claims(&sandbox, &header.to_string()));
        let proof = [("client_assertion_type", kind), ("client_assertion", &assertion)];
        refused(&post(&sandbox, "token", &[&proof[..], &STALE].concat())).1
    };
    let header = |kid: &str| json!({ "alg": "RS256", "kid": kid });
    assert_eq!(show(own, header("key-1"), ASSERTION_TYPE), "invalid_grant");
    assert_eq!(show(own, header("key-2"), ASSERTION_TYPE), "invalid_client");
    assert_eq!(show(own, json!({ "alg": "RS384" }), ASSERTION_TYPE), "invalid_client");
    assert_eq!(show(own, json!({ "alg": "RS256" }), "urn:other"), "invalid_client");
    assert_eq!(show(foreign, header("key-1"), ASSERTION_TYPE), "invalid_client");
    let second = sandbox.new_key("robot");
    assert_eq!(show(&second, header("key-2"), ASSERTION_TYPE), "invalid_grant");
    assert!(sandbox.drop_keys("robot") && !sandbox.drop_keys("site"));
    assert_eq!(show(&second, json!({ "alg": "RS256" }), ASSERTION_TYPE), "invalid_client");
    assert!(sandbox.register_key("site", own).is_err());
    let alone = [&[("client_assertion", "a.b.c")], &STALE[..]].concat();
    assert_eq!(refused(&post(&sandbox, "token", &alone)), refusal(400, "invalid_request"));
}

/// The claims of the service account's assertion.
fn word(sandbox: &Sandbox) -> Value {
    json!({
        "iss": "robot@issuer.test", "aud": at(sandbox, "/realms/main/token"),
        "iat": NOW_S, "exp": NOW_S + 3600, "scope": "read write"
    })
}

fn trade(sandbox: &Sandbox, assertion: &str) -> Answer {
    post(sandbox, "token", &[("grant_type", JWT_GRANT), ("assertion", assertion)])
}

#[test]
fn an_assertion_grant_yields_no_refresh_token() {
    let sandbox = issuer();
    let answer = trade(&sandbox, &jwt(&sandbox, &word(&sandbox)));
    let reply = answer.json();
    assert_eq!(
        (&reply["token_type"], &reply["expires_in"], &reply["scope"], reply.get("refresh_token")),
        (&json!("Bearer"), &json!(3600), &json!("read write"), None)
    );
    assert_eq!(me(&sandbox, &text(&reply, "access_token")).json()["sub"], "robot@issuer.test");
    let mut delegated = word(&sandbox);
    delegated["sub"] = json!("ada@example.test");
    delegated["aud"] = json!([at(&sandbox, "/realms/main")]);
    let reply = trade(&sandbox, &jwt(&sandbox, &delegated)).json();
    let person = json!({ "sub": "user-1815", "username": "ada", "scope": "read write" });
    assert_eq!(me(&sandbox, &text(&reply, "access_token")).json(), person);
    assert_eq!(sandbox.ledger().count("exchange_assertion"), 2);
}

#[test]
fn every_claim_of_an_assertion_grant_is_checked() {
    let sandbox = issuer();
    let untimely = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable \
                    timeframe. Check your iat and exp values in the JWT claim.";
    for (claim, value, error, description) in [
        ("iss", json!("other@issuer.test"), "invalid_grant", "Invalid grant: account not found"),
        ("sub", json!("bob@example.test"), "invalid_grant", "Invalid email or User ID"),
        (
            "aud",
            json!("https://other.test"),
            "invalid_grant",
            "Invalid JWT: Failed audience check.",
        ),
        ("exp", json!(NOW_S + 3601), "invalid_grant", untimely),
        ("exp", json!(NOW_S), "invalid_grant", untimely),
        ("iat", json!(NOW_S + 1), "invalid_grant", untimely),
        ("iat", Value::Null, "invalid_grant", untimely),
        ("scope", json!(""), "invalid_scope", "Empty or missing scope not allowed."),
        ("scope", Value::Null, "invalid_scope", "Empty or missing scope not allowed."),
        ("scope", json!("read all"), "invalid_scope", "Some requested scopes were invalid."),
    ] {
        let mut claims = word(&sandbox);
        claims[claim] = value.clone();
        let answer = trade(&sandbox, &jwt(&sandbox, &claims));
        assert_eq!(refused(&answer), refusal(400, error), "{claim} {value}");
        assert_eq!(answer.json()["error_description"], description, "{claim} {value}");
    }
}

#[test]
fn an_assertion_grant_is_signed_with_the_registered_key() {
    let sandbox = issuer();
    let other = Sandbox::start().unwrap();
    let own = sandbox.private_key_pem().unwrap();
    let by = |key: &str, header: Value| trade(&sandbox, &signed(key, &header, &word(&sandbox)));
    assert_eq!(by(own, json!({ "alg": "RS256", "kid": "key-1" })).status, 200);
    for answer in [
        by(own, json!({ "alg": "RS256", "kid": "key-7" })),
        by(other.private_key_pem().unwrap(), json!({ "alg": "RS256" })),
    ] {
        assert_eq!(refused(&answer), refusal(400, "invalid_grant"));
        assert_eq!(answer.json()["error_description"], "Invalid JWT Signature.");
    }
    assert_eq!(refused(&trade(&sandbox, "no.jwt")), refusal(400, "invalid_grant"));
    assert_eq!(refused(&trade(&sandbox, "")), refusal(400, "invalid_request"));
}

#[test]
fn an_assertion_grant_needs_no_client_but_a_given_one_is_checked() {
    let sandbox = issuer();
    let assertion = jwt(&sandbox, &word(&sandbox));
    let fields = [("grant_type", JWT_GRANT), ("assertion", assertion.as_str())];
    assert_eq!(as_site(&sandbox, "token", &fields).status, 200);
    let named = post(&sandbox, "token", &[&[("client_id", "site")], &fields[..]].concat());
    assert_eq!(refused(&named), refusal(401, "invalid_client"));
}
