//! User tokens on Acme Forge: consent, exchange, refresh, device flow, operations on slips (user tokens), blueprints (manifests), the shelf
//! (installation).

mod common;

use appmint_sandbox::Sandbox;
use common::acme::{
    DEVICE_GRANT, ENCODED_WORD, SHOP, WORD, acme, as_shop, ask, at, authorize_url, basic, claims,
    code, device, elsewhere, exchange, mint, poll, refresh, refusal, refused, session, swap,
    titles, tokens, with,
};
use common::github::{CALLBACK, FORM, JSON, VERIFIER, form};
use common::{Answer, parameter, send, signed, text};
use serde_json::{Value, json};

#[test]
fn a_consent_becomes_a_pair_of_tokens_with_its_scopes() {
    let sandbox = acme();
    let answer = exchange(&sandbox, &code(&sandbox));
    assert_eq!(answer.status, 200);
    let bearer = &answer.json()["bearer"];
    assert_eq!(bearer["life"], 7_200);
    assert_eq!(bearer["again"]["until"], "2023-06-05T19:02:40Z");
    assert_eq!(bearer["may"], json!(["read:all", "write:some"]));
    let (access, again) = tokens(&answer.json());
    assert!(access.starts_with("acu.") && again.starts_with("acr."));
    let all = with(&sandbox, &access, "/v9/me/works");
    let seen = ["kettle", "lantern", "music-box", "clockwork-owl", "cloak", "glove", "sword"];
    assert_eq!(titles(&all), seen);
    let guild = with(&sandbox, &access, "/v9/guilds/tinkers/works");
    assert_eq!(refused(&guild), refusal(403, "wrong_hands"));
    sandbox.clock().advance_ms(7_200_000);
    assert_eq!(refused(&with(&sandbox, &access, "/v9/me/works")), refusal(401, "no_token"));
}

#[test]
fn the_page_requires_its_parameters_and_pkce() {
    let sandbox = acme();
    let error = |from: &str, to: &str| {
        let url = authorize_url(&sandbox, &[("redirect_uri", CALLBACK), ("who", "wayland")]);
        let location = sandbox.press(&url.replace(from, to)).unwrap();
        assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
        parameter(&location, "error")
    };
    assert_eq!(error("", ""), None);
    let unsupported = Some("unsupported_response_type".to_owned());
    assert_eq!(error("response_type=code", "response_type=token"), unsupported);
    for (from, to) in
        [("prompt=consent", "prompt=none"), ("S256", "plain"), ("&code_challenge=", "&challenge=")]
    {
        assert_eq!(error(from, to).as_deref(), Some("invalid_request"), "{to}");
    }
    assert_eq!(error("who=wayland", "who=regin").as_deref(), Some("login_required"));
    let refused = sandbox.deny(&authorize_url(&sandbox, &[])).unwrap();
    assert_eq!(parameter(&refused, "error").as_deref(), Some("access_denied"));
    assert!(sandbox.press(&authorize_url(&sandbox, &[("redirect_uri", "https://x.y/")])).is_err());
    assert!(sandbox.press(&authorize_url(&sandbox, &[]).replace(SHOP, "1")).is_err());
}

#[test]
fn a_code_is_exchanged_once_with_its_verifier_and_redirect_uri() {
    let sandbox = acme();
    let one = code(&sandbox);
    assert_eq!(exchange(&sandbox, &one).status, 200);
    assert_eq!(refused(&exchange(&sandbox, &one)), refusal(400, "stale_slip"));
    let try_with = |door: &[(&str, &str)], verifier: &str| {
        let code = code(&sandbox);
        let fields = [("grant_type", "authorization_code"), ("code", &code)];
        let all = [&fields, door, &[("code_verifier", verifier)]].concat();
        refused(&swap(&sandbox, &all))
    };
    assert_eq!(try_with(&[("redirect_uri", CALLBACK)], VERIFIER), refusal(200, ""));
    assert_eq!(try_with(&[("redirect_uri", CALLBACK)], "another"), refusal(400, "stale_slip"));
    assert_eq!(try_with(&[], VERIFIER), refusal(400, "other_door"));
    let elsewhere = "http://127.0.0.1:5001/callback";
    assert_eq!(try_with(&[("redirect_uri", elsewhere)], VERIFIER), refusal(400, "other_door"));
    let late = code(&sandbox);
    sandbox.clock().advance_ms(300_000);
    assert_eq!(refused(&exchange(&sandbox, &late)), refusal(400, "stale_slip"));
}

#[test]
fn a_redirect_uri_that_was_not_sent_need_not_be_repeated() {
    let sandbox = acme();
    let location = sandbox.press(&authorize_url(&sandbox, &[])).unwrap();
    let code = parameter(&location, "code").unwrap();
    let fields = [("grant_type", "authorization_code"), ("code", &code)];
    let answer = swap(&sandbox, &[&fields[..], &[("code_verifier", VERIFIER)]].concat());
    assert_eq!(answer.json()["bearer"]["may"], json!([]));
}

#[test]
fn the_exchange_requires_a_form_and_an_encoded_secret() {
    let sandbox = acme();
    let url = format!("{}/connect/swap", sandbox.web_url());
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "acr.unknown")];
    let swap_as = |word: &str, kind: (&str, &str)| {
        refused(
            &send("POST", &url, &[kind, ("authorization", &basic(word))], &form(&fields)).unwrap(),
        )
    };
    assert_eq!(swap_as(ENCODED_WORD, FORM), refusal(400, "stale_slip"));
    for word in [WORD, "wrong", ""] {
        assert_eq!(swap_as(word, FORM), refusal(401, "who_are_you"), "{word}");
    }
    let json = ("content-type", JSON.1);
    assert_eq!(swap_as(ENCODED_WORD, json), refusal(400, "wrong_paper"));
    assert_eq!(refused(&swap(&sandbox, &[("code", "x")])), refusal(400, "what_trade"));
}

#[test]
fn every_callback_carries_the_issuer() {
    let sandbox = acme();
    let issuer = Some("https://login.acme.example/people");
    let url = authorize_url(&sandbox, &[]);
    let odd = url.replace("prompt=consent", "prompt=none");
    for location in [sandbox.press(&url), sandbox.deny(&url), sandbox.press(&odd)] {
        assert_eq!(parameter(&location.unwrap(), "iss").as_deref(), issuer);
    }
}

#[test]
fn a_refresh_does_not_revoke_the_old_slip() {
    let sandbox = acme();
    let (access, again) = session(&sandbox);
    sandbox.clock().advance_ms(7_199_999);
    let (fresh, _) = tokens(&refresh(&sandbox, &again).json());
    assert_eq!(with(&sandbox, &access, "/v9/me/works").status, 200);
    sandbox.clock().advance_ms(1);
    assert_eq!(with(&sandbox, &fresh, "/v9/me/works").status, 200);
    assert_eq!(with(&sandbox, &access, "/v9/me/works").status, 401);
    let counts = sandbox.ledger().counts();
    assert_eq!((counts["exchange_code"], counts["refresh_user_token"]), (1, 1));
}

#[test]
fn a_used_refresh_token_returns_the_same_pair_within_the_grace_period() {
    let sandbox = acme();
    let (_, first) = session(&sandbox);
    let pair = tokens(&refresh(&sandbox, &first).json());
    sandbox.clock().advance_ms(29_999);
    let again = refresh(&sandbox, &first);
    assert_eq!(tokens(&again.json()), pair);
    assert_eq!(again.json()["bearer"]["life"], 7_170);
    assert!(!reused(&sandbox));
    sandbox.clock().advance_ms(1);
    assert_eq!(refused(&refresh(&sandbox, &first)), refusal(400, "stale_slip"));
    assert!(reused(&sandbox));
    assert_eq!(refresh(&sandbox, &pair.1).status, 200);
    assert!(!reused(&sandbox));
    refresh(&sandbox, "acr.unknown");
    assert!(!reused(&sandbox), "an unknown token is not a reused one");
}

#[test]
fn a_grace_period_ends_when_its_pair_is_refreshed() {
    let sandbox = acme();
    let (_, first) = session(&sandbox);
    let (_, second) = tokens(&refresh(&sandbox, &first).json());
    assert_eq!(refresh(&sandbox, &second).status, 200);
    assert_eq!(refused(&refresh(&sandbox, &first)), refusal(400, "stale_slip"));
}

#[test]
fn a_refresh_token_reused_too_late_can_revoke_its_family() {
    let sandbox = acme();
    sandbox.quirks(&json!({ "refresh_reuse": "revoke_family" })).unwrap();
    let (bystander, _) = session(&sandbox);
    let (access, first) = session(&sandbox);
    let (fresh, second) = tokens(&refresh(&sandbox, &first).json());
    assert_eq!(refresh(&sandbox, &first).status, 200);
    sandbox.clock().advance_ms(30_000);
    assert_eq!(refused(&refresh(&sandbox, &first)), refusal(400, "stale_slip"));
    assert_eq!(with(&sandbox, &access, "/v9/me/works").status, 401);
    assert_eq!(with(&sandbox, &fresh, "/v9/me/works").status, 401);
    assert_eq!(refused(&refresh(&sandbox, &second)), refusal(400, "stale_slip"));
    assert_eq!(with(&sandbox, &bystander, "/v9/me/works").status, 200);
}

/// Whether the last request reused a refresh token.
fn reused(sandbox: &Sandbox) -> bool {
    sandbox.ledger().entries().last().unwrap().reuse
}

#[test]
fn an_approved_device_gets_a_pair_once() {
    let sandbox = acme();
    let answer = elsewhere(&sandbox, &[("client_id", SHOP), ("scope", "read:all,write:some")]);
    let slate = &answer.json()["slate"];
    assert_eq!((&slate["pace"], &slate["until"]), (&json!(7), &json!("2023-05-06T19:12:40Z")));
    let (hidden, shown) = (text(slate, "hidden"), text(slate, "shown"));
    let door = format!("{}/elsewhere", sandbox.web_url());
    assert_eq!(text(slate, "door"), door);
    assert_eq!(text(slate, "open_door"), format!("{door}?user_code={shown}"));
    assert_eq!(refused(&poll(&sandbox, &hidden)), refusal(400, "authorization_pending"));
    let page = sandbox.approve_device(&shown.replace('-', "")).unwrap();
    assert_eq!(page, format!("{door}/let-in"));
    assert_eq!(send("GET", &page, &[], "").unwrap().status, 200);
    sandbox.clock().advance_ms(7_000);
    let answer = poll(&sandbox, &hidden).json();
    assert_eq!(answer["bearer"]["may"], json!(["read:all", "write:some"]));
    let (access, again) = tokens(&answer);
    assert_eq!(with(&sandbox, &access, "/v9/me/works").status, 200);
    assert_eq!(refresh(&sandbox, &again).status, 200);
    assert_eq!(refused(&poll(&sandbox, &hidden)), refusal(400, "stale_slip"));
    let counts = sandbox.ledger().counts();
    let of_device = ["device_code", "device_decision", "poll_device_token"].map(|it| counts[it]);
    assert_eq!(of_device, [1, 1, 3]);
}

#[test]
fn a_device_that_polls_too_fast_has_to_slow_down_permanently() {
    let sandbox = acme();
    let (hidden, _) = device(&sandbox);
    let word_after = |ms: i64| {
        sandbox.clock().advance_ms(ms);
        refused(&poll(&sandbox, &hidden)).1
    };
    assert_eq!(word_after(0), "authorization_pending");
    assert_eq!(word_after(6_999), "slow_down");
    assert_eq!(word_after(11_999), "slow_down");
    assert_eq!(word_after(17_000), "authorization_pending");
}

#[test]
fn a_device_is_denied_or_expires() {
    let sandbox = acme();
    let (hidden, shown) = device(&sandbox);
    assert!(sandbox.deny_device(&shown).unwrap().ends_with("/people/elsewhere/sent-away"));
    assert_eq!(refused(&poll(&sandbox, &hidden)), refusal(400, "access_denied"));
    assert!(sandbox.approve_device(&shown).unwrap_err().contains("No device shows"));
    sandbox.quirks(&json!({ "device_code_life_s": 60, "device_interval_s": 1 })).unwrap();
    let (hidden, shown) = device(&sandbox);
    sandbox.clock().advance_ms(60_000);
    assert_eq!(refused(&poll(&sandbox, &hidden)), refusal(400, "expired_token"));
    assert!(sandbox.approve_device(&shown).is_err());
}

#[test]
fn an_unknown_device_or_shop_is_refused() {
    let sandbox = acme();
    assert_eq!(refused(&poll(&sandbox, "slate-unknown")), refusal(400, "stale_slip"));
    let unknown = elsewhere(&sandbox, &[("client_id", "1")]);
    assert_eq!(refused(&unknown), refusal(401, "who_are_you"));
    assert_eq!(refused(&elsewhere(&sandbox, &[])), refusal(400, "odd_member"));
    let (hidden, shown) = device(&sandbox);
    sandbox.approve_device(&shown).unwrap();
    let fields = [("grant_type", DEVICE_GRANT), ("device_code", hidden.as_str())];
    let url = format!("{}/connect/swap", sandbox.web_url());
    let unauthenticated = send("POST", &url, &[FORM], &form(&fields)).unwrap();
    assert_eq!(refused(&unauthenticated), refusal(401, "who_are_you"));
    assert_eq!(poll(&sandbox, &hidden).status, 200);
}

#[test]
fn a_device_is_decided_by_a_command_or_by_the_complete_uri() {
    let sandbox = acme();
    let command = |path: &str, body: Value| {
        let url = format!("{}/{path}", sandbox.admin_url());
        send("POST", &url, &[], &body.to_string()).unwrap()
    };
    let (hidden, shown) = device(&sandbox);
    let answer = command("device", json!({ "user_code": shown }));
    assert!(text(&answer.json(), "location").ends_with("/let-in"));
    assert_eq!(command("device", json!({ "user_code": shown })).status, 422);
    assert_eq!(poll(&sandbox, &hidden).status, 200);
    let slate = elsewhere(&sandbox, &[("client_id", SHOP)]).json();
    assert!(sandbox.deny(&at(&slate, "/slate/open_door")).unwrap().ends_with("/sent-away"));
    assert!(sandbox.press(&at(&slate, "/slate/door")).is_err());
}

#[test]
fn a_shop_checks_and_resets_slips() {
    let sandbox = acme();
    let (_, first) = session(&sandbox);
    let (access, _) = tokens(&refresh(&sandbox, &first).json());
    sandbox.clock().advance_ms(20_000);
    let look =
        |token: &str| as_shop(&sandbox, "PUT", "/slips", &json!({ "slip": { "look_at": token } }));
    let json = look(&access).json();
    let slip = json!({
        "value": access, "life": 7_180, "may": ["read:all", "write:some"], "powers": {}, "reach": "ALL"
    });
    assert_eq!((&json["slip"], &json["holder"]["handle"]), (&slip, &json!("wayland")));
    let renewed = as_shop(&sandbox, "POST", "/slips", &json!({ "slip": { "renew": access } }));
    assert_eq!(renewed.json()["slip"]["life"], 7_200);
    let fresh = at(&renewed.json(), "/slip/value");
    assert_eq!(refused(&look(&access)), refusal(410, "burnt_slip"));
    assert_eq!(look(&fresh).status, 200);
    assert_eq!(tokens(&refresh(&sandbox, &first).json()).0, fresh, "the session has the new token");
    assert_eq!(look(&fresh).status, 200);
    assert_eq!(sandbox.ledger().entries().last().unwrap().auth_kind.as_deref(), Some("client"));
}

#[test]
fn a_slip_is_scoped_to_a_seat() {
    let sandbox = acme();
    let (access, _) = session(&sandbox);
    let cut = |body: Value| {
        let mut whole = json!({ "slip": access });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        as_shop(&sandbox, "POST", "/slips/cut", &whole)
    };
    let only = json!({ "works": ["cloak"], "numbers": [602], "powers": { "read.code": "peek" } });
    let answer = cut(json!({ "holder": "tailors", "only": only }));
    assert_eq!(answer.json()["slip"]["powers"], json!({ "read.code": "peek" }));
    assert_eq!(answer.json()["slip"]["reach"], "SELECTED");
    let token = at(&answer.json(), "/slip/value");
    assert_eq!(titles(&with(&sandbox, &token, "/v9/me/works")), ["cloak", "glove"]);
    assert_eq!(with(&sandbox, &access, "/v9/me/works").status, 200);
    assert_eq!(cut(json!({ "holder_key": "place-14", "only": {} })).status, 200);
    assert_eq!(cut(json!({ "holder_key": "h-14" })).status, 200);
    assert_eq!(refused(&cut(json!({ "only": {} }))), refusal(400, "odd_member"));
    assert_eq!(refused(&cut(json!({ "holder": "sleepers" }))), refusal(410, "no_seat"));
    let foreign = json!({ "holder": "tinkers", "only": { "numbers": [601] } });
    assert_eq!(refused(&cut(foreign)), refusal(422, "no_such_work"));
}

#[test]
fn a_slip_and_a_grant_are_deleted_once() {
    let sandbox = acme();
    let (access, again) = session(&sandbox);
    let shop = |path: &str, token: &str| {
        refused(&as_shop(&sandbox, "POST", path, &json!({ "slip": token })))
    };
    assert_eq!(shop("/slips/burn", &access), refusal(200, ""));
    assert_eq!(shop("/slips/burn", &access), refusal(410, "burnt_slip"));
    let (access, _) = tokens(&refresh(&sandbox, &again).json());
    let (other, again) = session(&sandbox);
    assert_eq!(shop("/trust/end", &access), refusal(200, ""));
    assert_eq!(shop("/trust/end", &access), refusal(410, "burnt_slip"));
    assert_eq!(with(&sandbox, &other, "/v9/me/works").status, 401);
    assert_eq!(refused(&refresh(&sandbox, &again)), refusal(400, "stale_slip"));
    let body = json!({ "slip": other }).to_string();
    let foreign = ask(&sandbox, &basic(ENCODED_WORD), "POST", "/v9/shops/1/slips/burn", &body);
    assert_eq!(refused(&foreign), refusal(404, "nowhere"));
    let wrong_secret =
        ask(&sandbox, &basic("wrong"), "POST", "/v9/shops/8675309/slips/burn", &body);
    assert_eq!(refused(&wrong_secret), refusal(401, "who_are_you"));
}

#[test]
fn leaked_credentials_are_revoked_without_authentication() {
    let sandbox = acme();
    let (access, again) = session(&sandbox);
    let granted = at(&mint(&sandbox, "14", "{}").json(), "/grant/secret/value");
    let found = json!({ "found": { "lying_about": [access, again, granted, "nothing"] } });
    assert_eq!(ask(&sandbox, "", "PUT", "/v9/lost", &found.to_string()).status, 202);
    assert_eq!(with(&sandbox, &access, "/v9/me/works").status, 401);
    assert_eq!(with(&sandbox, &granted, "/v9/grant/works").status, 401);
    assert_eq!(refused(&refresh(&sandbox, &again)), refusal(400, "stale_slip"));
    let none = json!({ "found": { "lying_about": [] } }).to_string();
    assert_eq!(refused(&ask(&sandbox, "", "PUT", "/v9/lost", &none)), refusal(400, "odd_member"));
}

#[test]
fn a_blueprint_is_built_once_and_returns_its_secrets() {
    let sandbox = acme();
    let blueprint = json!({
        "title": "The Tongs", "returns_to": "https://example.com/made", "bell": "https://example.com/bell",
        "powers": { "read.code": "peek" }, "hears": ["hammered"]
    });
    let location = sandbox.create_app(&blueprint, Some("xyz")).unwrap();
    assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
    let path = format!("/v9/blueprints/{}/build", parameter(&location, "code").unwrap());
    let build = |body: &str| ask(&sandbox, "", "PUT", &path, body);
    assert_eq!(refused(&build("")), refusal(400, "odd_body"));
    let answer = build("{}");
    assert_eq!(answer.status, 201);
    assert_eq!(refused(&build("{}")), refusal(410, "burnt_slip"));
    let json = answer.json();
    assert_eq!(json["tool"]["title"], "The Tongs");
    assert!(json["sealed"]["shop_word"].is_string() && json["sealed"]["bell_word"].is_string());
    let listed = list_as(&sandbox, &text(&json["tool"], "shop"), &text(&json["sealed"], "lock"));
    assert_eq!(listed.json()["data"]["seats"]["count"], 0);
    assert!(sandbox.create_app(&json!({ "name": "no blueprint" }), None).is_err());
}

fn list_as(sandbox: &Sandbox, shop: &str, key: &str) -> Answer {
    let mut claims = claims();
    claims["iss"] = json!(shop);
    let authorization = format!("Token {}", signed(key, &json!({ "alg": "RS256" }), &claims));
    ask(sandbox, &authorization, "GET", "/v9/seats", "")
}

#[test]
fn a_tool_is_installed_from_the_shelf() {
    let sandbox = acme();
    let url = format!("{}/shelf/hammer/take?state=xyz&back_to={CALLBACK}", sandbox.web_url());
    let location = sandbox.press(&url).unwrap();
    assert!(location.starts_with(CALLBACK));
    assert_eq!(parameter(&location, "seat_number").as_deref(), Some("21"));
    assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
    sandbox.change_installation("21", appmint_sandbox::Change::Delete);
    let taken = parameter(&sandbox.press(&url).unwrap(), "seat_number").unwrap();
    assert_eq!(taken, "41");
    assert_eq!(mint(&sandbox, &taken, "{}").status, 201);
    assert!(sandbox.deny(&url).is_err());
    assert!(sandbox.press(&url.replace("hammer", "anvil")).is_err());
    assert!(sandbox.press(&url.replace(CALLBACK, "https://x.y/")).is_err());
}
