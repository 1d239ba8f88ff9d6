//! The operations of a tool (app) on Acme Forge, and their errors.

mod common;

use appmint_sandbox::{Change, Effect, Fault};
use common::acme::{
    EDITION, PAPER, acme, as_tool, ask, at, claims, grant, mint, refusal, refused, titles, with,
};
use common::{NOW_S, jwt, send, signed};
use serde_json::{Value, json};

#[test]
fn an_assertion_has_its_audience_its_level_and_an_integer_as_issuer() {
    let sandbox = acme();
    let list = |claims: &Value| {
        let authorization = format!("Token {}", jwt(&sandbox, claims));
        refused(&ask(&sandbox, &authorization, "GET", "/v9/seats", ""))
    };
    assert_eq!(list(&claims()), refusal(200, ""));
    let changed = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        list(&claims)
    };
    assert_eq!(changed("exp", json!(NOW_S + 900)), refusal(200, ""));
    for (name, value) in
        [("exp", json!(NOW_S + 901)), ("exp", json!(NOW_S)), ("iat", json!(NOW_S + 1))]
    {
        assert_eq!(changed(name, value), refusal(418, "off_beat"));
    }
    for (name, value) in [("aud", json!("mint")), ("aud", Value::Null), ("acme/level", json!(2))] {
        assert_eq!(changed(name, value), refusal(401, "wrong_errand"));
    }
    assert_eq!(changed("iss", json!("8675309")), refusal(401, "unreadable"));
    assert_eq!(changed("iss", json!("tool-5")), refusal(401, "no_tool"));
}

#[test]
fn a_wrong_clock_is_named_in_the_error() {
    let sandbox = acme();
    sandbox.clock().advance_ms(301_000);
    let answer = as_tool(&sandbox, "GET", "/v9/seats", "");
    assert_eq!(at(&answer.json(), "/fault/text"), "by the gate's clock it is past exp");
}

#[test]
fn another_apps_key_is_refused() {
    let sandbox = acme();
    let other = sandbox.new_key("tool-9");
    let header = json!({ "alg": "RS256" });
    let mut claims = claims();
    let list = |claims: &Value| {
        let authorization = format!("Token {}", signed(&other, &header, claims));
        ask(&sandbox, &authorization, "GET", "/v9/seats", "")
    };
    assert_eq!(refused(&list(&claims)), refusal(401, "wrong_lock"));
    claims["iss"] = json!("tool-9");
    assert_eq!(list(&claims).json()["data"]["seats"], json!({ "all": [], "count": 0 }));
    assert!(sandbox.drop_keys("tool-5"));
    assert_eq!(refused(&as_tool(&sandbox, "GET", "/v9/seats", "")), refusal(401, "wrong_lock"));
}

#[test]
fn scheme_media_type_and_edition_are_checked() {
    let sandbox = acme();
    let assertion = jwt(&sandbox, &claims());
    let (good, bearer) = (format!("Token {assertion}"), format!("Bearer {assertion}"));
    let url = format!("{}/v9/tool", sandbox.api_url());
    let get = |headers: &[(&str, &str)]| refused(&send("GET", &url, headers, "").unwrap());
    assert_eq!(get(&[PAPER, EDITION, ("authorization", &good)]), refusal(200, ""));
    assert_eq!(get(&[PAPER, EDITION, ("authorization", &bearer)]), refusal(401, "no_token"));
    assert_eq!(get(&[PAPER, EDITION]), refusal(401, "no_token"));
    assert_eq!(get(&[EDITION, ("authorization", &good)]), refusal(406, "wrong_paper"));
    assert_eq!(get(&[PAPER, ("authorization", &good)]), refusal(400, "wrong_edition"));
}

#[test]
fn replies_carry_the_request_id_and_the_rate_limit() {
    let sandbox = acme();
    let answer = as_tool(&sandbox, "GET", "/v9/tool", "");
    assert_eq!(answer.header("acme-left"), Some("699"));
    assert_eq!(answer.header("acme-back-at"), Some((NOW_S + 3_600).to_string().as_str()));
    assert_eq!(
        answer.header("acme-trace"),
        Some(sandbox.ledger().entries()[0].request_id.as_str())
    );
    sandbox.quirks(&json!({ "rate_limit": 1, "enforce_rate_limit": true })).unwrap();
    let answer = as_tool(&sandbox, "GET", "/v9/tool", "");
    assert_eq!(refused(&answer), refusal(403, "too_fast"));
    assert_eq!(answer.header("acme-left"), Some("0"));
}

#[test]
fn the_tool_describes_itself_without_secrets() {
    let sandbox = acme();
    let json = as_tool(&sandbox, "GET", "/v9/tool", "").json();
    assert_eq!(json["tool"]["key"], "tool-5");
    assert_eq!(json["tool"]["shop"], "8675309");
    assert_eq!(json["tool"]["hears"], json!(["hammered", "nailed"]));
    assert_eq!(json["maker"]["handle"], "wayland");
    assert!(json.get("sealed").is_none());
}

#[test]
fn seats_are_listed_in_pages() {
    let sandbox = acme();
    let json = as_tool(&sandbox, "GET", "/v9/seats", "").json();
    let seats = &json["data"]["seats"];
    assert_eq!(seats["count"], 5);
    assert_eq!(
        seats["all"][0],
        json!({
            "seat": {
                "number": 14,
                "holder": { "handle": "tinkers", "title": "The Tinkers", "key": "h-14" },
                "place": { "key": "place-14" },
                "reach": { "of": "ALL" },
                "powers": { "given": { "read.code": "full", "ring.bells": "peek", "write.notes": "own" } },
                "hears": ["hammered", "{\"kind\":{\"name\":\"nailed\"}}"],
                "times": {
                    "taken": "2026-01-02T03:04:05Z",
                    "moved": "2026-02-02T23:05:06-05:00",
                    "frozen": null
                }
            },
            "tool": { "key": "tool-5", "slug": "hammer" }
        })
    );
    assert_eq!(seats["all"][1]["seat"]["number"], "seat-b");
    sandbox.quirks(&json!({ "extra_installations": 80 })).unwrap();
    let leaf = |query: &str| {
        let json = as_tool(&sandbox, "GET", &format!("/v9/seats?{query}"), "").json();
        json["data"]["seats"]["all"].as_array().map(Vec::len)
    };
    assert_eq!(["leaf=1", "leaf=3", "leaf=4"].map(leaf), [Some(40), Some(5), Some(0)]);
    assert_eq!(["leaves=2", "leaves=900", "leaf=0"].map(leaf), [Some(2), Some(40), None]);
}

#[test]
fn a_seat_is_found_by_its_account() {
    let sandbox = acme();
    let number = |path: &str| {
        let answer = as_tool(&sandbox, "GET", path, "");
        assert_eq!(answer.status, 200, "{path}");
        answer.json()["seat"]["number"].clone()
    };
    assert_eq!(number("/v9/seats/14"), 14);
    assert_eq!(number("/v9/guilds/tailors/seat"), "seat-b");
    assert_eq!(number("/v9/smiths/wayland/seat"), 21);
    assert_eq!(number("/v9/works/glove/of/tailors/seat"), "seat-b");
    assert_eq!(number("/v9/cartels/night-market/seat"), 33);
    for path in [
        "/v9/seats/15",
        "/v9/guilds/wayland/seat",
        "/v9/smiths/tinkers/seat",
        "/v9/works/needle/of/tailors/seat",
        "/v9/works/tailors/of/glove/seat",
        "/v9/cartels/nobody/seat",
    ] {
        let answer = as_tool(&sandbox, "GET", path, "");
        assert_eq!(refused(&answer), refusal(410, "no_seat"), "{path}");
    }
}

#[test]
fn a_grant_lives_ten_minutes_and_works_for_its_guild_only() {
    let sandbox = acme();
    let answer = mint(&sandbox, "14", "{}");
    assert_eq!(answer.status, 201);
    let granted = &answer.json()["grant"];
    assert_eq!(granted["until"], NOW_S + 600);
    assert_eq!(granted["reach"], json!({ "of": "ALL" }));
    assert!(granted.get("works").is_none());
    let token = at(granted, "/secret/value");
    assert!(token.starts_with("acs."));
    let all = ["kettle", "lantern", "music-box", "clockwork-owl"];
    assert_eq!(titles(&with(&sandbox, &token, "/v9/guilds/tinkers/works")), all);
    assert_eq!(titles(&with(&sandbox, &token, "/v9/grant/works")), all);
    for path in ["/v9/guilds/tailors/works", "/v9/me/works"] {
        assert_eq!(refused(&with(&sandbox, &token, path)), refusal(403, "wrong_hands"), "{path}");
    }
    sandbox.clock().advance_ms(600_000);
    assert_eq!(refused(&with(&sandbox, &token, "/v9/grant/works")), refusal(401, "no_token"));
}

#[test]
fn a_grant_is_narrowed_by_name_by_number_and_by_power() {
    let sandbox = acme();
    let narrowing = json!({
        "only_works": ["kettle"], "only_numbers": [502], "only_powers": { "read.code": "peek" }
    });
    let answer = mint(&sandbox, "14", &narrowing.to_string());
    let granted = &answer.json()["grant"];
    assert_eq!(granted["reach"]["of"], "SELECTED");
    assert_eq!(granted["powers"], json!({ "read.code": "peek" }));
    assert_eq!(granted["works"][1]["title"]["short"], "lantern");
    let token = at(granted, "/secret/value");
    assert_eq!(titles(&with(&sandbox, &token, "/v9/grant/works")), ["kettle", "lantern"]);
}

#[test]
fn an_impossible_grant_is_refused() {
    let sandbox = acme();
    for (body, expected) in [
        (json!({ "only_numbers": [501, 502, 503, 504] }), refusal(422, "too_many_works")),
        (json!({ "only_works": ["needle"] }), refusal(422, "no_such_work")),
        (json!({ "only_powers": { "ring.bells": "own" } }), refusal(422, "no_such_power")),
        (json!({ "only_works": [] }), refusal(400, "odd_member")),
        (json!({ "only_powers": {} }), refusal(400, "odd_member")),
        (json!({ "only_works": null }), refusal(400, "odd_member")),
        (json!({ "repositories": ["kettle"] }), refusal(400, "odd_member")),
        (json!([]), refusal(400, "odd_body")),
    ] {
        assert_eq!(refused(&mint(&sandbox, "14", &body.to_string())), expected, "{body}");
    }
    assert_eq!(refused(&mint(&sandbox, "14", "")), refusal(400, "odd_body"));
    assert_eq!(refused(&mint(&sandbox, "40", "{}")), refusal(423, "frozen_seat"));
    assert_eq!(refused(&mint(&sandbox, "15", "{}")), refusal(410, "no_seat"));
}

#[test]
fn the_tools_own_token_does_not_work_for_a_seat() {
    let sandbox = acme();
    let answer = as_tool(&sandbox, "POST", "/v9/tool/grant", "{}");
    assert_eq!(answer.status, 201);
    let token = at(&answer.json(), "/grant/secret/value");
    assert_eq!(answer.json()["grant"]["until"], NOW_S + 600);
    assert_eq!(refused(&with(&sandbox, &token, "/v9/grant/works")), refusal(403, "wrong_hands"));
    assert_eq!(sandbox.ledger().count("mint_app_token"), 1);
}

#[test]
fn a_grant_is_returned_once() {
    let sandbox = acme();
    let token = grant(&sandbox, "14");
    let give_back = |body: &str| {
        refused(&ask(&sandbox, &format!("Token {token}"), "POST", "/v9/grant/return", body))
    };
    assert_eq!(give_back("{}"), refusal(400, "odd_member"));
    assert_eq!(give_back(r#"{"now":true}"#), refusal(200, ""));
    assert_eq!(refused(&with(&sandbox, &token, "/v9/grant/works")), refusal(401, "no_token"));
    assert_eq!(give_back(r#"{"now":true}"#), refusal(409, "nothing_left"));
}

#[test]
fn a_fresh_grant_can_be_refused_at_first() {
    let sandbox = acme();
    let lag = Fault::on("mint_installation_token", Effect::FreshTokenLag { seconds: 3 });
    sandbox.fault(lag).unwrap();
    let token = grant(&sandbox, "14");
    let give_back = || {
        let authorization = format!("Token {token}");
        refused(&ask(&sandbox, &authorization, "POST", "/v9/grant/return", r#"{"now":true}"#))
    };
    assert_eq!(refused(&with(&sandbox, &token, "/v9/grant/works")), refusal(401, "no_token"));
    assert_eq!(give_back(), refusal(401, "no_token"));
    sandbox.clock().advance_ms(3_000);
    assert_eq!(give_back(), refusal(200, ""));
}

#[test]
fn a_seat_is_frozen_thawed_and_deleted() {
    let sandbox = acme();
    let token = grant(&sandbox, "14");
    let seat = |action: &str, body: &str| {
        refused(&as_tool(&sandbox, "POST", &format!("/v9/seats/14/{action}"), body))
    };
    let works = || refused(&with(&sandbox, &token, "/v9/grant/works"));
    assert_eq!(seat("freeze", "{}"), refusal(400, "odd_member"));
    assert_eq!(seat("freeze", r#"{"how":"hard"}"#), refusal(200, ""));
    assert_eq!(works(), refusal(423, "frozen_seat"));
    let json = as_tool(&sandbox, "GET", "/v9/seats/14", "").json();
    assert_eq!(json["seat"]["times"]["frozen"], "2023-05-06T19:02:40Z");
    assert_eq!(seat("thaw", ""), refusal(200, ""));
    assert_eq!(works(), refusal(200, ""));
    assert_eq!(seat("leave", ""), refusal(200, ""));
    assert_eq!(works(), refusal(401, "no_token"));
    assert_eq!(seat("leave", ""), refusal(410, "no_seat"));
    assert!(sandbox.change_installation("40", Change::Unsuspend));
    assert_eq!(mint(&sandbox, "40", "{}").status, 201);
}

#[test]
fn the_bell_is_changed_by_member_and_hides_its_secret() {
    let sandbox = acme();
    let change =
        |bell: Value| as_tool(&sandbox, "PUT", "/v9/bell", &json!({ "bell": bell }).to_string());
    let json = change(json!({ "where": "https://example.com/new", "word": "psst" })).json();
    let bell = json!({
        "where": "https://example.com/new", "how": "json", "careless": false, "sealed": true
    });
    assert_eq!(json["bell"], bell);
    assert_eq!(change(json!({ "careless": true })).json()["bell"]["careless"], true);
    assert_eq!(as_tool(&sandbox, "GET", "/v9/bell", "").json()["bell"]["careless"], true);
    for bell in [json!({ "how": null }), json!({ "url": "x" }), json!("x")] {
        assert_eq!(refused(&change(bell)), refusal(400, "odd_member"));
    }
}

#[test]
fn rings_are_listed_shown_and_redelivered() {
    let sandbox = acme();
    let leaf = |number: u32| {
        let path = format!("/v9/rings?leaf={number}&leaves=25");
        let json = as_tool(&sandbox, "GET", &path, "").json();
        json["data"]["rings"].as_array().unwrap().clone()
    };
    assert_eq!([1, 2, 3, 4].map(|number| leaf(number).len()), [25, 25, 10, 0]);
    assert_eq!(leaf(1)[0]["answer"], json!({ "word": "shut", "number": 503 }));
    let ring = as_tool(&sandbox, "GET", "/v9/rings/7060", "").json();
    assert_eq!(ring["ring"]["slip"], "ring-0060");
    assert_eq!(ring["letter"]["headers"]["Acme-Slip"], "ring-0060");
    assert_eq!(as_tool(&sandbox, "PUT", "/v9/rings/7060/again", "").status, 202);
    let newest = &leaf(1)[0];
    assert_eq!((&newest["ring"]["number"], &newest["ring"]["again"]), (&json!(7061), &json!(true)));
    assert_eq!(newest["ring"]["slip"], "ring-0060");
    let nowhere = as_tool(&sandbox, "GET", "/v9/rings/1", "");
    assert_eq!(refused(&nowhere), refusal(404, "nowhere"));
}

#[test]
fn the_api_is_below_rpc_and_other_paths_are_unknown() {
    let sandbox = acme();
    assert_eq!(sandbox.api_url(), format!("{}/rpc", sandbox.url()));
    assert_eq!(sandbox.web_url(), format!("{}/people", sandbox.url()));
    let url = format!("{}/v9/seats", sandbox.url());
    let lost = send("GET", &url, &[PAPER, EDITION], "").unwrap();
    assert_eq!(refused(&lost), refusal(404, "nowhere"));
    assert_eq!(sandbox.ledger().count("unknown"), 1);
}
