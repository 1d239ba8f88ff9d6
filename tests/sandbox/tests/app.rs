//! The operations of an app on AtomGit, and their errors.

mod common;

use appmint_sandbox::Change;
use common::*;
use serde_json::json;

const EXPIRED: &str = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
const TOO_FAR: &str = "'Expiration time' claim ('exp') is too far in the future";
const ISSUED_AT: &str = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
const UNDECODABLE: &str = "A JSON web token could not be decoded";

#[test]
fn the_documented_installations_are_listed() {
    let sandbox = sandbox();
    let answer = list(&sandbox, &good_jwt(&sandbox));
    assert_eq!(answer.status, 200);
    let list = answer.json();
    assert_eq!(list[0]["id"], 14);
    assert_eq!(list[0]["account"]["path"], "yanqianyu");
    assert_eq!(list[1]["target_id"], "6311ec658cfdd5a134b25fd3");
    assert_eq!(list[1]["events"], json!(["{\"code\":\"push\"", "\"desc\":\"push event\"}"]));
    assert!(answer.header("x-request-id").is_some());
    assert_eq!(answer.header("x-ratelimit-limit"), Some("5000"));
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("4999"));
    assert_eq!(answer.header("date"), Some("Sat, 06 May 2023 19:02:40 GMT"));
}

#[test]
fn the_list_can_be_wrapped_in_a_string() {
    let sandbox = sandbox();
    let array = list(&sandbox, &good_jwt(&sandbox)).text;
    sandbox.quirks(&json!({ "list_form": "json_string" })).unwrap();
    assert_eq!(list(&sandbox, &good_jwt(&sandbox)).json(), json!(array));
    sandbox.quirks(&json!({ "list_form": "broken_string" })).unwrap();
    assert_eq!(list(&sandbox, &good_jwt(&sandbox)).text, format!("\"{array}\""));
}

#[test]
fn a_minted_token_works_for_its_own_organization_only() {
    let sandbox = sandbox();
    let answer = mint(&sandbox, "14", &good_jwt(&sandbox));
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["expires_at"], "2023-05-07T04:02:40.758+08:00");
    assert_eq!(answer.json()["repository_selection"], "ALL");
    let token = text(&answer.json(), "token");
    assert!(token.starts_with("ats_") && token.len() == 36);
    let repos = get(&sandbox, "/orgs/yanqianyu/repos", &token);
    assert_eq!((repos.status, &repos.json()[0]["full_name"]), (200, &json!("yanqianyu/website")));
    assert_eq!(get(&sandbox, "/orgs/hanshuorg2/repos", &token).status, 404);
    assert_eq!(get(&sandbox, "/user/info", &token).status, 401);
}

#[test]
fn a_token_expires_at_its_expiry() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    sandbox.clock().advance_ms(3_599_999);
    assert_eq!(get(&sandbox, "/orgs/yanqianyu/repos", &token).status, 200);
    sandbox.clock().advance_ms(1);
    let answer = get(&sandbox, "/orgs/yanqianyu/repos", &token);
    assert_eq!((answer.status, answer.message().as_str()), (401, "Bad credentials"));
}

#[test]
fn claims_are_checked_to_the_second() {
    let sandbox = sandbox();
    let refusal = |claims| {
        let answer = list(&sandbox, &jwt(&sandbox, &claims));
        if answer.status == 200 { "ok".to_owned() } else { answer.message() }
    };
    for (claims, expected) in [
        (json!({ "iss": "75", "iat": NOW_S, "exp": NOW_S + 1 }), "ok"),
        (json!({ "iss": "75", "iat": NOW_S, "exp": NOW_S + 660 }), "ok"),
        (json!({ "iss": "75", "iat": NOW_S, "exp": NOW_S + 661 }), TOO_FAR),
        (json!({ "iss": "75", "iat": NOW_S, "exp": NOW_S }), EXPIRED),
        (json!({ "iss": "75", "iat": NOW_S }), EXPIRED),
        (json!({ "iss": "75", "iat": NOW_S, "exp": (NOW_S + 60).to_string() }), EXPIRED),
        (json!({ "iss": "75", "iat": NOW_S, "exp": 1_683_399_800.5 }), EXPIRED),
        (json!({ "iss": "75", "iat": NOW_S + 1, "exp": NOW_S + 60 }), ISSUED_AT),
        (json!({ "iss": "75", "iat": 1_683_399_700.5, "exp": NOW_S + 60 }), ISSUED_AT),
        (json!({ "iss": "75", "exp": NOW_S + 60 }), ISSUED_AT),
        (
            json!({ "iss": 75, "iat": NOW_S, "exp": NOW_S + 60 }),
            "'Issuer' claim ('iss') must be a String",
        ),
        (json!({ "iss": "76", "iat": NOW_S, "exp": NOW_S + 60 }), "Integration not found"),
    ] {
        assert_eq!(refusal(claims.clone()), expected, "{claims}");
    }
}

#[test]
fn only_the_apps_own_key_and_algorithm_sign_for_it() {
    let sandbox = sandbox();
    let other_key = sandbox.new_key("76");
    let header = json!({ "alg": "RS256", "typ": "JWT" });
    let wrong_key = signed(&other_key, &header, &good_claims());
    let own_key = sandbox.private_key_pem().unwrap();
    let wrong_algorithm = signed(own_key, &json!({ "alg": "RS512" }), &good_claims());
    let unsigned = format!("{}.", good_jwt(&sandbox).rsplit_once('.').unwrap().0);
    for jwt in [wrong_key.as_str(), &wrong_algorithm, &unsigned, "x.y.z", "ats_1234", "..."] {
        let answer = list(&sandbox, jwt);
        assert_eq!((answer.status, answer.message().as_str()), (401, UNDECODABLE), "{jwt}");
    }
}

#[test]
fn every_registered_key_signs_until_all_are_removed() {
    let sandbox = sandbox();
    let second = sandbox.new_key("75");
    let header = json!({ "alg": "RS256" });
    assert_eq!(list(&sandbox, &signed(&second, &header, &good_claims())).status, 200);
    assert_eq!(list(&sandbox, &good_jwt(&sandbox)).status, 200);
    assert!(sandbox.drop_keys("75"));
    let answer = list(&sandbox, &good_jwt(&sandbox));
    assert_eq!(answer.message(), "Integration must generate a public key");
}

#[test]
fn an_app_does_not_see_installations_of_another() {
    let sandbox = sandbox();
    let key = sandbox.new_key("76");
    let claims = json!({ "iss": "76", "iat": NOW_S, "exp": NOW_S + 60 });
    let jwt = signed(&key, &json!({ "alg": "RS256" }), &claims);
    assert_eq!(list(&sandbox, &jwt).json(), json!([]));
    let answer = mint(&sandbox, "14", &jwt);
    assert_eq!((answer.status, answer.message().as_str()), (404, "Not Found"));
    assert_eq!(mint(&sandbox, "15", &good_jwt(&sandbox)).status, 404);
    assert_eq!(mint(&sandbox, "014", &good_jwt(&sandbox)).status, 404);
}

#[test]
fn a_request_without_a_bearer_credential_is_refused() {
    let sandbox = sandbox();
    let url = format!("{}/app/installations", sandbox.url());
    let token_scheme = format!("token {}", good_jwt(&sandbox));
    for headers in [vec![], vec![("authorization", token_scheme.as_str())]] {
        let answer = send("GET", &url, &headers, "").unwrap();
        assert_eq!((answer.status, answer.message().as_str()), (401, "Requires authentication"));
    }
}

#[test]
fn a_suspended_installation_gives_no_token_and_its_tokens_stop_working() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    assert!(sandbox.change_installation("14", Change::Suspend));
    let answer = mint(&sandbox, "14", &good_jwt(&sandbox));
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (403, "This installation has been suspended")
    );
    assert_eq!(get(&sandbox, "/orgs/yanqianyu/repos", &token).status, 403);
    assert!(sandbox.change_installation("14", Change::Unsuspend));
    assert_eq!(mint(&sandbox, "14", &good_jwt(&sandbox)).status, 201);
    assert!(sandbox.change_installation("14", Change::Delete));
    assert_eq!(get(&sandbox, "/orgs/yanqianyu/repos", &token).status, 401);
    assert!(!sandbox.change_installation("14", Change::Suspend));
}

#[test]
fn narrowing_is_refused_instead_of_ignored() {
    let sandbox = sandbox();
    let jwt = good_jwt(&sandbox);
    for body in [r#"{"permissions":{"contents":"read"}}"#, r#"{"repositories":["a"]}"#] {
        assert_eq!(mint_with(&sandbox, "14", &jwt, body).status, 422);
    }
    assert_eq!(mint_with(&sandbox, "14", &jwt, "{}").status, 201);
    assert_eq!(mint_with(&sandbox, "14", &jwt, "hello").status, 400);
}

#[test]
fn only_the_documented_version_is_supported() {
    let sandbox = sandbox();
    let url = format!("{}/app/installations", sandbox.url());
    let bearer = format!("Bearer {}", good_jwt(&sandbox));
    for (version, status) in [("2023-02-21", 200), ("2022-11-28", 400)] {
        let headers = [("authorization", bearer.as_str()), ("x-api-version", version)];
        assert_eq!(send("GET", &url, &headers, "").unwrap().status, status);
    }
}

#[test]
fn a_rate_limit_can_be_enforced() {
    let sandbox = sandbox();
    sandbox.quirks(&json!({ "rate_limit": 1, "enforce_rate_limit": true })).unwrap();
    assert_eq!(list(&sandbox, &good_jwt(&sandbox)).status, 200);
    let answer = list(&sandbox, &good_jwt(&sandbox));
    assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (403, Some("0")));
    assert!(answer.message().starts_with("API rate limit exceeded"));
    sandbox.clock().advance_ms(3_600_001);
    let later = json!({ "iss": "75", "iat": NOW_S, "exp": NOW_S + 3_700 });
    assert_eq!(list(&sandbox, &jwt(&sandbox, &later)).status, 200);
}

#[test]
fn undocumented_behaviour_can_be_changed() {
    let sandbox = sandbox();
    sandbox.quirks(&json!({ "mint_status": 200, "installation_token_life_ms": 1000 })).unwrap();
    let answer = mint(&sandbox, "14", &good_jwt(&sandbox));
    assert_eq!(
        (answer.status, &answer.json()["expires_at"]),
        (200, &json!("2023-05-07T03:02:41.758+08:00"))
    );
    assert!(sandbox.quirks(&json!({ "mint_status": 404 })).is_err());
    assert!(sandbox.quirks(&json!({ "mint_statsu": 200 })).is_err());
}
