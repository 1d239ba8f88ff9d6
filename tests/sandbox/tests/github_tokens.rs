//! GitHub's installation tokens: minted, narrowed, used and revoked.

mod common;

use common::github::{app_jwt, as_app, github, installation_token, mint, with};
use common::{NOW_S, call, send, text};
use serde_json::{Value, json};

fn refused(status: u16, message: &str) -> (u16, String) {
    (status, message.to_owned())
}

fn full_names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|it| it["full_name"].as_str().unwrap()).collect()
}

#[test]
fn a_token_is_minted_with_all_granted_permissions() {
    let sandbox = github();
    let answer = mint(&sandbox, 1, "");
    let json = answer.json();
    assert_eq!(answer.status, 201);
    assert_eq!(json["expires_at"], "2023-05-06T20:02:40Z");
    assert_eq!(json["permissions"]["issues"], "write");
    assert_eq!(json["repository_selection"], "all");
    assert!(json.get("repositories").is_none());
    assert_eq!(json["single_file"], "config.yml");
    let token = text(&json, "token");
    assert!(token.starts_with("ghs_") && token.len() == 40 && !token.contains('.'));
    let repos = with(&sandbox, &token, "/installation/repositories").json();
    assert_eq!(repos["total_count"], 3);
    assert_eq!(repos["repository_selection"], "all");
    sandbox.clock().advance_ms(3_600_000);
    let answer = with(&sandbox, &token, "/installation/repositories");
    assert_eq!((answer.status, answer.message()), refused(401, "Bad credentials"));
}

#[test]
fn the_stateless_form_is_chosen_by_quirk_or_header() {
    let sandbox = github();
    sandbox.quirks(&json!({ "stateless_tokens": true })).unwrap();
    let token = installation_token(&sandbox, 1);
    assert!(token.starts_with("ghs_1_ey") && token.matches('.').count() == 2);
    assert!((500..540).contains(&token.len()), "{}", token.len());
    assert_eq!(with(&sandbox, &token, "/installation/repositories").status, 200);
    let url = format!("{}/app/installations/1/access_tokens", sandbox.url());
    let bearer = format!("Bearer {}", app_jwt(&sandbox));
    let headers =
        [("authorization", bearer.as_str()), ("x-github-stateless-s2s-token", "disabled")];
    let classic = send("POST", &url, &headers, "").unwrap().json();
    assert_eq!(text(&classic, "token").len(), 40);
}

#[test]
fn a_token_is_narrowed_to_repositories() {
    let sandbox = github();
    for body in [
        json!({ "repositories": ["Docs"] }),
        json!({ "repository_ids": [1001] }),
        json!({ "repositories": ["docs"], "repository_ids": [1001] }),
    ] {
        let json = mint(&sandbox, 1, &body.to_string()).json();
        assert_eq!(json["repository_selection"], "selected");
        assert_eq!(full_names(&json["repositories"]), ["github/docs"]);
        let token = text(&json, "token");
        let repos = with(&sandbox, &token, "/installation/repositories").json();
        assert_eq!(full_names(&repos["repositories"]), ["github/docs"]);
        assert_eq!(repos["repository_selection"], "selected");
        assert_eq!(with(&sandbox, &token, "/repos/github/docs").status, 200);
        assert_eq!(with(&sandbox, &token, "/repos/github/hello-world").status, 404);
    }
    let whole = mint(&sandbox, 3, "").json();
    assert_eq!(whole["repository_selection"], "selected");
    assert!(whole.get("repositories").is_none());
}

#[test]
fn a_token_is_narrowed_to_permissions() {
    let sandbox = github();
    let json = mint(&sandbox, 1, r#"{"permissions":{"issues":"read"}}"#).json();
    assert_eq!(json["permissions"], json!({ "issues": "read", "metadata": "read" }));
    assert!(json.get("single_file").is_none());
    assert_eq!(json["repository_selection"], "all");
}

#[test]
fn excessive_narrowing_is_refused_with_the_recorded_messages() {
    let sandbox = github();
    let permissions = "The permissions requested are not granted to this installation.";
    let repositories = "There is at least one repository that does not exist or is not accessible to the parent installation.";
    let many: Vec<u64> = (0..501).collect();
    for (id, body, (status, message)) in [
        (1, json!({ "permissions": { "contents": "admin" } }), refused(422, permissions)),
        (1, json!({ "permissions": { "members": "read" } }), refused(422, permissions)),
        (3, json!({ "permissions": { "contents": "write" } }), refused(422, permissions)),
        (1, json!({ "repositories": ["nothing"] }), refused(422, repositories)),
        (1, json!({ "repositories": ["github/docs"] }), refused(422, repositories)),
        (3, json!({ "repositories": ["octo-secrets"] }), refused(422, repositories)),
        (1, json!({ "repository_ids": [1001, 3001] }), refused(422, repositories)),
        (4, json!({}), refused(403, "This installation has been suspended")),
        (99, json!({}), refused(404, "Not Found")),
    ] {
        let answer = mint(&sandbox, id, &body.to_string());
        assert_eq!((answer.status, answer.message()), (status, message), "{body}");
    }
    assert_eq!(mint(&sandbox, 1, &json!({ "repository_ids": many }).to_string()).status, 422);
    assert_eq!(mint(&sandbox, 1, r#"{"repositories":"docs"}"#).status, 422);
    let answer = mint(&sandbox, 1, "hello");
    assert_eq!((answer.status, answer.message()), refused(400, "Problems parsing JSON"));
}

#[test]
fn an_app_cannot_mint_for_an_installation_of_another() {
    let sandbox = github();
    let key = sandbox.new_key("7");
    let claims = json!({ "iss": 7, "iat": NOW_S, "exp": NOW_S + 60 });
    let jwt = common::signed(&key, &json!({ "alg": "RS256" }), &claims);
    let url = format!("{}/app/installations/1/access_tokens", sandbox.url());
    assert_eq!(call("POST", &url, &jwt, "").status, 404);
    assert!(sandbox.register_key("seven", &key).is_err());
}

#[test]
fn a_revoked_token_is_refused() {
    let sandbox = github();
    let (token, other) = (installation_token(&sandbox, 1), installation_token(&sandbox, 1));
    let url = format!("{}/installation/token", sandbox.url());
    let answer = call("DELETE", &url, &token, "");
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(call("DELETE", &url, &token, "").status, 401);
    assert_eq!(with(&sandbox, &other, "/installation/repositories").status, 200);
    let ledger = sandbox.ledger();
    assert_eq!(ledger.count("revoke_installation_token"), 2);
    assert_eq!(ledger.entries().last().unwrap().auth_kind.as_deref(), Some("ghs"));
}

#[test]
fn tokens_give_access_to_their_own_and_public_repositories() {
    let sandbox = github();
    let token = installation_token(&sandbox, 3);
    let repos = with(&sandbox, &token, "/orgs/octo-org/repos").json();
    assert_eq!(full_names(&repos), ["octo-org/octo-repo", "octo-org/octo-site"]);
    let foreign = with(&sandbox, &token, "/orgs/github/repos").json();
    assert_eq!(full_names(&foreign), ["github/octokit"]);
    assert_eq!(with(&sandbox, &token, "/orgs/nobody/repos").status, 404);
    assert_eq!(with(&sandbox, &token, "/repos/octocat/Hello-World").status, 200);
    assert_eq!(with(&sandbox, &token, "/repos/octocat/Spoon-Knife").status, 404);
    assert_eq!(with(&sandbox, &token, "/repos/octo-org/old-repo").status, 301);
    assert_eq!(with(&sandbox, &token, "/repositories/3001").status, 200);
    let paged = with(&sandbox, &token, "/installation/repositories?per_page=1");
    assert_eq!(paged.json()["total_count"], 2);
    assert!(paged.header("link").unwrap().contains("page=2>; rel=\"next\""));
}

#[test]
fn webhooks_are_configured_listed_and_redelivered() {
    let sandbox = github();
    let config = as_app(&sandbox, "GET", "/app/hook/config", "").json();
    assert_eq!(config["secret"], "********");
    let change = r#"{"url":"https://example.com/new","insecure_ssl":0}"#;
    let config = as_app(&sandbox, "PATCH", "/app/hook/config", change).json();
    assert_eq!(config["url"], "https://example.com/new");
    let first = as_app(&sandbox, "GET", "/app/hook/deliveries?per_page=25", "");
    assert_eq!(first.json().as_array().unwrap().len(), 25);
    let link = first.header("link").unwrap();
    let next = link.strip_prefix('<').unwrap().split('>').next().unwrap();
    let second = call("GET", next, &app_jwt(&sandbox), "");
    assert_eq!(second.json().as_array().unwrap().len(), 15);
    assert_eq!(second.header("link"), None);
    let failed = as_app(&sandbox, "GET", "/app/hook/deliveries?status=failure", "").json();
    assert_eq!(failed.as_array().unwrap().len(), 4);
    let path = format!("/app/hook/deliveries/{}", failed[0]["id"]);
    assert_eq!(
        as_app(&sandbox, "GET", &path, "").json()["request"]["payload"]["installation"]["id"],
        1
    );
    assert_eq!(as_app(&sandbox, "POST", &format!("{path}/attempts"), "").status, 202);
    let newest = as_app(&sandbox, "GET", "/app/hook/deliveries?per_page=1", "").json();
    assert_eq!(newest[0]["guid"], failed[0]["guid"]);
    assert_eq!(newest[0]["redelivery"], true);
    assert_eq!(as_app(&sandbox, "GET", "/app/hook/deliveries/1", "").status, 404);
}

#[test]
fn an_app_is_created_from_a_manifest() {
    let sandbox = github();
    let manifest = json!({
        "name": "Octoapp",
        "url": "https://example.com",
        "redirect_url": "https://example.com/made",
        "default_permissions": { "issues": "write" },
        "default_events": ["issues"],
        "hook_attributes": { "url": "https://example.com/hook" }
    });
    let location = sandbox.create_app(&manifest, Some("a&b")).unwrap();
    assert_eq!(common::parameter(&location, "state").as_deref(), Some("a&b"));
    let code = common::parameter(&location, "code").unwrap();
    let convert = || {
        let url = format!("{}/app-manifests/{code}/conversions", sandbox.url());
        send("POST", &url, &[], "").unwrap()
    };
    let answer = convert();
    assert_eq!(answer.status, 201);
    assert_eq!(convert().status, 404);
    let app = answer.json();
    assert_eq!((&app["id"], &app["slug"]), (&json!(2), &json!("octoapp-1")));
    for secret in ["client_id", "client_secret", "webhook_secret"] {
        assert!(!text(&app, secret).is_empty());
    }
    let pem = text(&app, "pem");
    assert!(pem.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    let claims = json!({ "iss": 2, "iat": NOW_S, "exp": NOW_S + 60 });
    let jwt = common::signed(&pem, &json!({ "alg": "RS256" }), &claims);
    let answer = call("GET", &format!("{}/app", sandbox.url()), &jwt, "");
    assert_eq!(answer.json()["permissions"], json!({ "issues": "write" }));
    assert!(sandbox.create_app(&json!({ "name": "x" }), None).is_err());
}
