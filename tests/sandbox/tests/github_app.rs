//! The operations of an app on GitHub, and their errors.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;

use appmint_sandbox::{Change, Sandbox};
use common::github::{app_jwt, as_app, claims, enterprise, github, installation_token, with};
use common::{Answer, NOW_S, call, jwt, send, signed, text};
use serde_json::{Value, json};

const EXPIRED: &str = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
const TOO_FAR: &str = "'Expiration time' claim ('exp') is too far in the future";
const ISSUED_AT: &str = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
const NOT_INTEGER: &str = "'Issuer' claim ('iss') must be an Integer";

fn app(sandbox: &Sandbox, claims: &Value) -> String {
    let answer = call("GET", &format!("{}/app", sandbox.api_url()), &jwt(sandbox, claims), "");
    if answer.status == 200 { "ok".to_owned() } else { answer.message() }
}

#[test]
fn the_app_describes_itself() {
    let sandbox = github();
    let answer = as_app(&sandbox, "GET", "/app", "");
    let json = answer.json();
    assert_eq!((&json["id"], &json["slug"]), (&json!(1), &json!("octoapp")));
    assert_eq!(json["client_id"], "Iv1.ab1112223334445c");
    assert_eq!(json["owner"]["login"], "octocat");
    assert_eq!(json["created_at"], "2017-07-08T16:18:44-04:00");
    assert!(answer.header("x-github-request-id").is_some());
    assert!(answer.header("x-request-id").is_none());
    assert_eq!(answer.header("x-ratelimit-resource"), Some("core"));
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("4999"));
    assert_eq!(answer.header("date"), Some("Sat, 06 May 2023 19:02:40 GMT"));
    assert_eq!(with(&sandbox, "", "/apps/octoapp").status, 200);
}

#[test]
fn claims_are_checked_to_the_second() {
    let sandbox = github();
    for (claims, expected) in [
        (json!({ "iss": 1, "iat": NOW_S, "exp": NOW_S + 600 }), "ok"),
        (json!({ "iss": 1, "iat": NOW_S, "exp": NOW_S + 601 }), TOO_FAR),
        (json!({ "iss": 1, "iat": NOW_S, "exp": NOW_S }), EXPIRED),
        (json!({ "iss": 1, "iat": NOW_S + 1, "exp": NOW_S + 60 }), ISSUED_AT),
        (json!({ "iss": 1, "iat": 1_683_399_700.5, "exp": NOW_S + 60 }), ISSUED_AT),
        (json!({ "iss": "1", "iat": NOW_S, "exp": NOW_S + 60 }), "ok"),
        (json!({ "iss": "Iv1.ab1112223334445c", "iat": NOW_S, "exp": NOW_S + 60 }), "ok"),
        (json!({ "iss": 99, "iat": NOW_S, "exp": NOW_S + 60 }), "Integration not found"),
        (json!({ "iss": "99", "iat": NOW_S, "exp": NOW_S + 60 }), "Integration not found"),
        (json!({ "iss": "Iv1.0", "iat": NOW_S, "exp": NOW_S + 60 }), "Integration not found"),
        (json!({ "iss": "octoapp", "iat": NOW_S, "exp": NOW_S + 60 }), NOT_INTEGER),
        (json!({ "iss": 1.5, "iat": NOW_S, "exp": NOW_S + 60 }), NOT_INTEGER),
        (json!({ "iat": NOW_S, "exp": NOW_S + 60 }), "Missing 'issuer' claim ('iss') in assertion"),
    ] {
        assert_eq!(app(&sandbox, &claims), expected, "{claims}");
    }
    sandbox.quirks(&json!({ "issuer_must_be_integer": true })).unwrap();
    let text = json!({ "iss": "1", "iat": NOW_S, "exp": NOW_S + 60 });
    assert_eq!(app(&sandbox, &text), NOT_INTEGER);
    assert!(sandbox.drop_keys("1"));
    assert_eq!(app(&sandbox, &claims()), "Integration must generate a public key");
}

#[test]
fn every_route_requires_its_kind_of_credential() {
    let sandbox = github();
    let token = installation_token(&sandbox, 1);
    let ask = |path: &str, authorization: &str| -> (u16, String) {
        let url = format!("{}{path}", sandbox.url());
        let headers = [("authorization", authorization)];
        let headers = if authorization.is_empty() { &[][..] } else { &headers };
        let answer = send("GET", &url, headers, "").unwrap();
        (answer.status, answer.message())
    };
    let refused = |message: &str| (401, message.to_owned());
    let assertion = app_jwt(&sandbox);
    let undecodable = refused("A JSON web token could not be decoded");
    assert_eq!(ask("/app", &format!("Bearer {token}")), undecodable);
    assert_eq!(ask("/app", &format!("token {token}")), undecodable);
    assert_eq!(ask("/app", &format!("token {assertion}")), refused("Bad credentials"));
    assert_eq!(ask("/app", ""), refused("Requires authentication"));
    let repos = "/installation/repositories";
    assert_eq!(ask(repos, &format!("Bearer {assertion}")), refused("Bad credentials"));
    assert_eq!(ask(repos, &format!("Basic {token}")), refused("Bad credentials"));
    assert_eq!(ask(repos, &format!("token {token}")).0, 200);
    assert_eq!(ask("/user", &format!("Bearer {token}")).0, 403);
    let wrong_key = signed(&sandbox.new_key("2"), &json!({ "alg": "RS256" }), &claims());
    assert_eq!(ask("/app", &format!("Bearer {wrong_key}")), undecodable);
}

#[test]
fn installations_of_every_kind_are_listed() {
    let sandbox = github();
    let answer = as_app(&sandbox, "GET", "/app/installations?outdated=x&since=y", "");
    assert_eq!((answer.status, answer.header("link")), (200, None));
    let list = answer.json();
    let logins: Vec<_> =
        list.as_array().unwrap().iter().map(|it| it["account"]["login"].as_str()).collect();
    assert_eq!(
        logins,
        [Some("github"), Some("octocat"), Some("octo-org"), Some("suspended-org"), None, None]
    );
    assert_eq!(list[2]["repository_selection"], "selected");
    assert_eq!(list[3]["suspended_by"]["login"], "octocat");
    assert_eq!(list[4]["account"], Value::Null);
    assert_eq!(list[5]["target_type"], "Enterprise");
    let url = format!("{}/app/installations/1/access_tokens", sandbox.url());
    assert_eq!(list[0]["access_tokens_url"], url);
    assert_eq!(as_app(&sandbox, "GET", "/app/installations/5", "").status, 200);
    assert_eq!(as_app(&sandbox, "GET", "/app/installations/99", "").status, 404);
}

#[test]
fn pages_are_linked() {
    let sandbox = github();
    sandbox.quirks(&json!({ "extra_installations": 65 })).unwrap();
    let first = as_app(&sandbox, "GET", "/app/installations?per_page=30&page=1", "");
    let url = sandbox.url();
    assert_eq!(
        first.header("link").unwrap(),
        format!(
            "<{url}/app/installations?per_page=30&page=2>; rel=\"next\", \
             <{url}/app/installations?per_page=30&page=3>; rel=\"last\""
        )
    );
    let last = as_app(&sandbox, "GET", "/app/installations?page=3&per_page=30", "");
    assert_eq!(last.json().as_array().unwrap().len(), 11);
    let link = last.header("link").unwrap();
    assert!(link.contains("rel=\"prev\"") && link.contains("rel=\"first\""));
    assert!(!link.contains("next"));
    let all = as_app(&sandbox, "GET", "/app/installations?per_page=1000", "");
    assert_eq!(all.json().as_array().unwrap().len(), 71);
    assert_eq!(sandbox.registration().installations.len(), 71);
    let login = "/orgs/org-00065/installation";
    assert_eq!(as_app(&sandbox, "GET", login, "").json()["id"], 1065);
    sandbox.quirks(&json!({ "extra_installations": 0 })).unwrap();
    assert_eq!(as_app(&sandbox, "GET", login, "").status, 404);
}

#[test]
fn an_installation_is_suspended_and_deleted() {
    let sandbox = github();
    let token = installation_token(&sandbox, 1);
    let suspended = "/app/installations/1/suspended";
    let of_token = || with(&sandbox, &token, "/installation/repositories");
    assert_eq!(as_app(&sandbox, "PUT", suspended, "").status, 204);
    let answer = of_token();
    assert_eq!((answer.status, answer.message().as_str()), (403, SUSPENDED));
    assert_eq!(as_app(&sandbox, "DELETE", suspended, "").status, 204);
    assert_eq!(of_token().status, 200);
    assert_eq!(as_app(&sandbox, "DELETE", "/app/installations/1", "").status, 204);
    assert_eq!(of_token().status, 401);
    assert_eq!(as_app(&sandbox, "DELETE", "/app/installations/1", "").status, 404);
    assert!(sandbox.change_installation("4", Change::Unsuspend));
    installation_token(&sandbox, 4);
}

#[test]
fn installations_are_found_by_account_and_repository() {
    let sandbox = github();
    let id = |path: &str| as_app(&sandbox, "GET", path, "").json()["id"].clone();
    assert_eq!(id("/orgs/GitHub/installation"), 1);
    assert_eq!(id("/users/octocat/installation"), 2);
    assert_eq!(id("/users/octo-org/installation"), 3);
    assert_eq!(id("/repos/octo-org/octo-repo/installation"), 3);
    assert_eq!(id("/enterprises/octo-enterprise/installation"), 6);
    for nowhere in [
        "/orgs/octocat/installation",
        "/users/nobody/installation",
        "/repos/octo-org/octo-secrets/installation",
        "/repos/octo-org/nothing/installation",
    ] {
        let answer = as_app(&sandbox, "GET", nowhere, "");
        assert_eq!((answer.status, answer.message().as_str()), (404, "Not Found"), "{nowhere}");
        assert_eq!(answer.json()["status"], "404");
    }
}

#[test]
fn former_names_are_redirected_on_the_same_origin() {
    let sandbox = github();
    let url = sandbox.url();
    for (old, new) in [
        ("/repos/octo-org/old-repo/installation", "/repositories/3001/installation"),
        ("/repos/old-octo-org/octo-site/installation", "/repositories/3002/installation"),
        ("/orgs/old-octo-org/installation", "/organizations/6811672/installation"),
    ] {
        let answer = as_app(&sandbox, "GET", old, "");
        assert_eq!(answer.status, 301);
        assert_eq!(answer.header("location").unwrap(), format!("{url}{new}"));
        assert_eq!(as_app(&sandbox, "GET", new, "").json()["id"], 3);
    }
    sandbox.quirks(&json!({ "redirect_origin": "https://evil.example" })).unwrap();
    let answer = as_app(&sandbox, "GET", "/orgs/old-octo-org/installation", "");
    assert!(answer.header("location").unwrap().starts_with("https://evil.example/"));
}

#[test]
fn an_enterprise_server_has_another_api_path_and_no_rate_limits() {
    let sandbox = enterprise();
    assert_eq!(sandbox.api_url(), format!("{}/api/v3", sandbox.url()));
    let answer = as_app(&sandbox, "GET", "/app", "");
    assert_eq!((answer.status, answer.header("x-ratelimit-limit")), (200, None));
    let list = as_app(&sandbox, "GET", "/app/installations?per_page=2", "");
    let next = format!("<{}/app/installations?per_page=2&page=2>", sandbox.api_url());
    assert!(list.header("link").unwrap().starts_with(&next));
    assert_eq!(list.json()[0]["account"]["url"], format!("{}/users/github", sandbox.api_url()));
    let missing = "/enterprises/octo-enterprise/installation";
    assert_eq!(as_app(&sandbox, "GET", missing, "").status, 404);
    assert_eq!(call("GET", &format!("{}/app", sandbox.url()), &app_jwt(&sandbox), "").status, 404);
    assert_eq!(sandbox.ledger().count("get_app"), 1);
    let page = format!("{}/login/oauth/authorize", sandbox.url());
    assert_eq!(send("GET", &page, &[], "").unwrap().status, 404);
    assert_eq!(sandbox.ledger().count("authorize_page"), 1);
}

#[test]
fn a_request_needs_a_user_agent_and_a_supported_version() {
    let sandbox = github();
    let mut stream = TcpStream::connect(sandbox.address()).unwrap();
    stream.write_all(b"GET /versions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 403 Forbidden"), "{reply}");
    assert!(reply.contains("User-Agent header"));
    let versioned = |version: &str| -> Answer {
        let url = format!("{}/versions", sandbox.url());
        send("GET", &url, &[("x-github-api-version", version)], "").unwrap()
    };
    assert_eq!(versioned("2022-11-28").status, 200);
    assert_eq!(versioned("2019-01-01").status, 400);
    sandbox.quirks(&json!({ "unsupported_version_status": 410 })).unwrap();
    assert_eq!(versioned("2019-01-01").status, 410);
}

#[test]
fn a_rate_limit_can_be_enforced() {
    let sandbox = github();
    let limit = json!({ "rate_limit": 1, "enforce_rate_limit": true, "rate_limit_status": 429 });
    sandbox.quirks(&limit).unwrap();
    let token = installation_token(&sandbox, 1);
    assert_eq!(with(&sandbox, &token, "/installation/repositories").status, 200);
    let answer = with(&sandbox, &token, "/installation/repositories");
    assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (429, Some("0")));
    assert_eq!(answer.message(), "API rate limit exceeded for installation ID 1.");
}

#[test]
fn installation_requests_are_listed() {
    let sandbox = github();
    let list = as_app(&sandbox, "GET", "/app/installation-requests", "").json();
    assert_eq!(text(&list[0]["account"], "login"), "waiting-org");
    assert_eq!(text(&list[0]["requester"], "login"), "octocat");
}

const SUSPENDED: &str = "This installation has been suspended";
