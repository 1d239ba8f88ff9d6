//! The operations of an app on the International Carbon Registry, and their errors.

mod common;

use appmint_sandbox::{Change, Clock, PlatformName, Sandbox};
use common::{Answer, NOW_MS, NOW_S, call, get, jwt, send, text};
use serde_json::{Value, json};

const APP: &str = "0b54d8a6-3c1f-4e0b-9c8e-6f1f0f6f7a10";
const FIRST: &str = "5d0f8c1e-7a44-4f3b-8a1d-2f6f0a1c9b01";
const SECOND: &str = "5d0f8c1e-7a44-4f3b-8a1d-2f6f0a1c9b02";
const FORESTS: &str = "9a2e4b6c-1d3f-4a5b-8c7d-0e1f2a3b4c01";
const GEOTHERMAL: &str = "9a2e4b6c-1d3f-4a5b-8c7d-0e1f2a3b4c02";

fn icr() -> Sandbox {
    let builder = Sandbox::builder().platform(PlatformName::Icr);
    builder.clock(Clock::frozen(NOW_MS)).start().unwrap()
}

fn claims() -> Value {
    json!({ "iss": APP, "iat": NOW_S - 60, "exp": NOW_S + 600, "alg": "RS256" })
}

fn as_app(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Answer {
    call(method, &format!("{}{path}", sandbox.url()), &jwt(sandbox, &claims()), body)
}

fn mint(sandbox: &Sandbox, id: &str, body: &str) -> Answer {
    as_app(sandbox, "POST", &format!("/app/installations/{id}/accessTokens"), body)
}

fn unauthorized() -> Value {
    json!({ "statusCode": 401, "message": "Unauthorized" })
}

#[test]
fn an_installation_token_has_the_documented_members_and_lives_two_hours() {
    let sandbox = icr();
    let answer = mint(&sandbox, FIRST, "{}");
    assert_eq!(answer.status, 201);
    let json = answer.json();
    let members: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "appId",
            "createdAt",
            "expiresAt",
            "id",
            "installationId",
            "isActive",
            "organizationId",
            "permissions",
            "token",
            "updatedAt"
        ]
    );
    assert_eq!(json["expiresAt"], "2023-05-06T21:02:40Z");
    assert_eq!((&json["appId"], &json["installationId"]), (&json!(APP), &json!(FIRST)));
    assert_eq!(json["permissions"]["organization_inventory"], "REQUEST");
    let token = text(&json, "token");
    assert!(token.starts_with("crs_") && token.len() == 52);
    let organization = format!("/v0/organizations/{FORESTS}");
    assert_eq!(get(&sandbox, &organization, &token).json()["fullName"], "Reykjavik Forests");
    sandbox.clock().advance_ms(2 * 3_600_000);
    let late = get(&sandbox, &organization, &token);
    assert_eq!((late.status, late.json()), (401, unauthorized()));
}

#[test]
fn an_app_token_does_not_work_for_an_installation() {
    let sandbox = icr();
    let answer = as_app(&sandbox, "POST", "/app/accessTokens", "");
    assert_eq!(answer.status, 201);
    let json = answer.json();
    assert!(json.get("installationId").is_none() && json.get("organizationId").is_none());
    let path = format!("/v0/organizations/{FORESTS}");
    let refused = get(&sandbox, &path, &text(&json, "token"));
    assert_eq!(refused.status, 403);
    assert!(refused.json()["message"].is_array());
    assert_eq!(refused.json()["error"], "Forbidden");
}

#[test]
fn an_assertion_needs_alg_among_its_claims() {
    let sandbox = icr();
    let list = |claims: &Value| {
        let answer = get(&sandbox, "/app/installations", &jwt(&sandbox, claims));
        (answer.status, answer.json())
    };
    assert_eq!(list(&claims()).0, 200);
    for claims in [
        json!({ "iss": APP, "iat": NOW_S, "exp": NOW_S + 60 }),
        json!({ "iss": APP, "iat": NOW_S, "exp": NOW_S + 60, "alg": "HS256" }),
        json!({ "iss": APP, "iat": NOW_S, "exp": NOW_S + 601, "alg": "RS256" }),
        json!({ "iss": APP, "iat": NOW_S + 1, "exp": NOW_S + 60, "alg": "RS256" }),
        json!({ "iss": 75, "iat": NOW_S, "exp": NOW_S + 60, "alg": "RS256" }),
        json!({ "iss": "75", "iat": NOW_S, "exp": NOW_S + 60, "alg": "RS256" }),
    ] {
        assert_eq!(list(&claims), (401, unauthorized()), "{claims}");
    }
    sandbox.quirks(&json!({ "alg_claim_required": false })).unwrap();
    assert_eq!(list(&json!({ "iss": APP, "iat": NOW_S, "exp": NOW_S + 60 })).0, 200);
}

#[test]
fn installations_are_paged_from_zero() {
    let sandbox = icr();
    let json = as_app(&sandbox, "GET", "/app/installations", "").json();
    assert_eq!(json["pagination"], json!({ "page": 0, "limit": 10, "total": 2 }));
    assert_eq!(json["installations"][1]["id"], SECOND);
    sandbox.quirks(&json!({ "extra_installations": 23 })).unwrap();
    let page = |page: u32| {
        let path = format!("/app/installations?limit=10&page={page}");
        as_app(&sandbox, "GET", &path, "").json()["installations"].as_array().unwrap().len()
    };
    assert_eq!([page(0), page(1), page(2), page(3)], [10, 10, 5, 0]);
    let refused = as_app(&sandbox, "GET", "/app/installations?page=x", "");
    assert_eq!(
        (refused.status, &refused.json()["message"][0]),
        (400, &json!("page must be a number"))
    );
}

#[test]
fn installations_are_found_by_id_and_by_organization() {
    let sandbox = icr();
    let json = as_app(&sandbox, "GET", &format!("/app/installations/{SECOND}"), "").json();
    assert_eq!(json["organization"]["fullName"], "Akureyri Geothermal");
    assert!(text(&json, "accessTokensUrl").starts_with("undefined/"));
    let path = format!("/app/organizations/{FORESTS}/installation");
    assert_eq!(as_app(&sandbox, "GET", &path, "").json()["id"], FIRST);
    for missing in ["/app/installations/14", "/app/organizations/14/installation"] {
        let answer = as_app(&sandbox, "GET", missing, "");
        assert_eq!(
            (answer.status, answer.json()),
            (
                404,
                json!({ "statusCode": 404, "message": "Installation not found", "error": "Not Found" })
            )
        );
    }
}

#[test]
fn a_token_has_the_access_of_its_permissions() {
    let sandbox = icr();
    let [first, second] = [FIRST, SECOND].map(|id| text(&mint(&sandbox, id, "").json(), "token"));
    let projects = |organization: &str, token: &str| {
        get(&sandbox, &format!("/v0/organizations/{organization}/projects"), token)
    };
    assert_eq!(projects(FORESTS, &first).json().as_array().unwrap().len(), 2);
    assert_eq!(projects(FORESTS, &second).status, 403);
    let refused = projects(GEOTHERMAL, &second);
    assert_eq!(
        refused.json()["message"],
        json!(["The permission organization_projects is missing"])
    );
}

#[test]
fn a_revoked_token_is_refused() {
    let sandbox = icr();
    let token = text(&mint(&sandbox, FIRST, "{}").json(), "token");
    let url = format!("{}/app/installations/token", sandbox.url());
    assert_eq!(call("DELETE", &url, &token, "").status, 200);
    assert_eq!(call("DELETE", &url, &token, "").status, 401);
    let entry = sandbox.ledger().entries().pop().unwrap();
    assert_eq!(entry.operation, "revoke_installation_token");
    assert_eq!(entry.auth_kind.as_deref(), Some("crs"));
}

#[test]
fn a_body_with_members_is_refused() {
    let sandbox = icr();
    let answer = mint(&sandbox, FIRST, r#"{"permissions":{}}"#);
    assert_eq!(
        (answer.status, answer.json()),
        (
            400,
            json!({
                "statusCode": 400,
                "message": ["property permissions should not exist"],
                "error": "Bad Request"
            })
        )
    );
    assert_eq!(mint(&sandbox, FIRST, "hello").status, 400);
}

#[test]
fn a_suspended_installation_gives_no_token() {
    let sandbox = icr();
    let token = text(&mint(&sandbox, FIRST, "{}").json(), "token");
    assert!(sandbox.change_installation(FIRST, Change::Suspend));
    assert_eq!(mint(&sandbox, FIRST, "{}").status, 403);
    assert_eq!(get(&sandbox, &format!("/v0/organizations/{FORESTS}"), &token).status, 403);
    assert!(sandbox.change_installation(FIRST, Change::Delete));
    assert_eq!(mint(&sandbox, FIRST, "{}").status, 404);
    assert_eq!(get(&sandbox, &format!("/v0/organizations/{FORESTS}"), &token).status, 401);
}

#[test]
fn an_organization_is_created_with_an_installation() {
    let sandbox = icr();
    let path = "/app/create/user/organization";
    let body = json!({
        "user": { "email": "a@example.com" },
        "organization": { "fullName": "New Trees", "type": "company" }
    });
    let answer = as_app(&sandbox, "POST", path, &body.to_string());
    assert_eq!(answer.status, 201);
    assert_eq!(mint(&sandbox, &text(&answer.json()["installation"], "id"), "{}").status, 201);
    let refused = as_app(&sandbox, "POST", path, "{}").json();
    assert_eq!(refused["message"][0], "user.email must be a string");
}

#[test]
fn undocumented_behaviour_can_be_changed() {
    let sandbox = icr();
    let change = json!({ "mint_status": 200, "token_life_ms": 1000, "messages_are_lists": true });
    sandbox.quirks(&change).unwrap();
    let answer = mint(&sandbox, FIRST, "{}");
    assert_eq!((answer.status, &answer.json()["expiresAt"]), (200, &json!("2023-05-06T19:02:41Z")));
    let url = format!("{}/nothing", sandbox.url());
    let missing = send("GET", &url, &[], "").unwrap();
    assert_eq!(
        (missing.status, &missing.json()["message"]),
        (404, &json!(["Cannot GET /nothing"]))
    );
    assert!(sandbox.quirks(&json!({ "list_form": "array" })).is_err());
    assert!(sandbox.approve_device("WDJB-MJHT").is_err());
}
