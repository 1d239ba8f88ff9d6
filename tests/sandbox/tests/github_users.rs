//! GitHub's user tokens: access to resources, and the operations of a client on them.

mod common;

use common::github::{CLIENT_ID, as_client, github, refresh, session, with};
use common::{send, text};
use serde_json::{Value, json};

#[test]
fn a_user_token_has_access_to_the_apps_repositories() {
    let sandbox = github();
    let (token, _) = session(&sandbox);
    assert_eq!(with(&sandbox, &token, "/user").json()["login"], "octocat");
    let installations = with(&sandbox, &token, "/user/installations").json();
    assert_eq!(installations["total_count"], 3);
    assert_eq!(installations["installations"][2]["id"], 3);
    let repos = with(&sandbox, &token, "/user/repos").json();
    assert_eq!(repos.as_array().unwrap().len(), 7);
    let own = with(&sandbox, &token, "/user/installations/3/repositories").json();
    assert_eq!(
        (&own["total_count"], &own["repository_selection"]),
        (&json!(2), &json!("selected"))
    );
    assert_eq!(with(&sandbox, &token, "/user/installations/4/repositories").status, 404);
    assert_eq!(with(&sandbox, &token, "/installation/repositories").status, 403);
    let kind = sandbox.ledger().entries().pop().unwrap().auth_kind;
    assert_eq!(kind.as_deref(), Some("ghu"));
}

#[test]
fn a_token_is_checked_reset_and_deleted() {
    let sandbox = github();
    let (token, refresh_token) = session(&sandbox);
    let body = json!({ "access_token": token });
    let checked = as_client(&sandbox, "POST", "/token", &body);
    assert_eq!(checked.status, 200);
    let checked = checked.json();
    assert_eq!(checked["expires_at"], "2023-05-07T03:02:40Z");
    assert_eq!(checked["app"]["client_id"], CLIENT_ID);
    assert_eq!(checked["user"]["login"], "octocat");
    let reset = as_client(&sandbox, "PATCH", "/token", &body).json();
    let renewed = text(&reset, "token");
    assert_ne!(renewed, token);
    assert_eq!(with(&sandbox, &token, "/user").status, 401);
    assert_eq!(as_client(&sandbox, "POST", "/token", &body).status, 404);
    let body = json!({ "access_token": renewed });
    assert_eq!(as_client(&sandbox, "DELETE", "/token", &body).status, 204);
    assert_eq!(with(&sandbox, &renewed, "/user").status, 401);
    assert_eq!(as_client(&sandbox, "POST", "/token", &json!({})).status, 422);
    assert!(refresh(&sandbox, &refresh_token).get("error").is_none());
}

#[test]
fn a_refresh_revokes_the_token_of_a_reset() {
    let sandbox = github();
    let (token, refresh_token) = session(&sandbox);
    let reset = as_client(&sandbox, "PATCH", "/token", &json!({ "access_token": token })).json();
    refresh(&sandbox, &refresh_token);
    assert_eq!(with(&sandbox, &text(&reset, "token"), "/user").status, 401);
}

#[test]
fn deleting_the_grant_revokes_every_session() {
    let sandbox = github();
    let (token, refresh_token) = session(&sandbox);
    let (other, _) = session(&sandbox);
    let body = json!({ "access_token": token });
    assert_eq!(as_client(&sandbox, "DELETE", "/grant", &body).status, 204);
    assert_eq!(with(&sandbox, &other, "/user").status, 401);
    assert_eq!(refresh(&sandbox, &refresh_token)["error"], "bad_refresh_token");
}

#[test]
fn a_scoped_token_has_less_access() {
    let sandbox = github();
    let (token, _) = session(&sandbox);
    let ask = |body: Value| as_client(&sandbox, "POST", "/token/scoped", &body);
    let answer = ask(json!({
        "access_token": token,
        "target": "github",
        "repositories": ["docs"],
        "permissions": { "issues": "read" }
    }));
    assert_eq!(answer.status, 200);
    let json = answer.json();
    assert_eq!(json["installation"]["account"]["login"], "github");
    assert_eq!(
        json["installation"]["permissions"],
        json!({ "issues": "read", "metadata": "read" })
    );
    let scoped = text(&json, "token");
    assert_eq!(with(&sandbox, &scoped, "/repos/github/docs").status, 200);
    assert_eq!(with(&sandbox, &scoped, "/repos/github/hello-world").status, 404);
    assert_eq!(with(&sandbox, &token, "/repos/github/hello-world").status, 200);
    assert_eq!(ask(json!({ "access_token": token })).status, 422);
    assert_eq!(ask(json!({ "access_token": token, "target": "nobody" })).status, 404);
    let too_much = json!({ "access_token": token, "target_id": 6_811_672, "permissions": { "contents": "write" } });
    assert_eq!(ask(too_much).status, 422);
}

#[test]
fn only_the_client_itself_manages_its_tokens() {
    let sandbox = github();
    let (token, _) = session(&sandbox);
    let url = format!("{}/applications/{CLIENT_ID}/token", sandbox.url());
    let body = json!({ "access_token": token }).to_string();
    let bearer = format!("Bearer {token}");
    for (authorization, message) in [
        (Some("Basic SXYxLjA6eA=="), "Bad credentials"),
        (Some(bearer.as_str()), "Bad credentials"),
        (None, "Requires authentication"),
    ] {
        let headers: Vec<_> = authorization.map(|it| ("authorization", it)).into_iter().collect();
        let answer = send("POST", &url, &headers, &body).unwrap();
        assert_eq!((answer.status, answer.message().as_str()), (401, message));
    }
}

#[test]
fn leaked_credentials_are_revoked_without_authentication() {
    let sandbox = github();
    let (token, refresh_token) = session(&sandbox);
    let url = format!("{}/credentials/revoke", sandbox.url());
    let revoke = |body: Value| send("POST", &url, &[], &body.to_string()).unwrap().status;
    assert_eq!(revoke(json!({ "credentials": [token, refresh_token, "ghp_unknown"] })), 202);
    assert_eq!(with(&sandbox, &token, "/user").status, 401);
    assert_eq!(refresh(&sandbox, &refresh_token)["error"], "bad_refresh_token");
    assert_eq!(revoke(json!({ "credentials": [] })), 422);
    assert_eq!(revoke(json!({})), 422);
}
