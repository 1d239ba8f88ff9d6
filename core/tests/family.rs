//! The other platforms of the family, by the same code, against servers written from their
//! documentation.

mod common;

use std::time::Duration;

use appmint_core::{
    App, AppTokenRequest, Call, Error, ErrorKind, Lookup, Reason, Scope, TokenKind,
    oauth::{AuthorizationRequest, CodeExchange},
    resources::WebhookUpdate,
};
use appmint_sandbox::{Effect, Fault, PlatformName, Sandbox};
use common::{NOW_MS, app, sandbox_of, settings};

const HUBS: [PlatformName; 2] = [PlatformName::GitHub, PlatformName::GitHubEnterprise];

fn kind(error: &Error) -> (ErrorKind, Option<Reason>) {
    (error.kind(), error.reason())
}

fn narrowed(app: &App, id: &str, scope: Scope) -> Result<appmint_core::Token, Error> {
    app.installation(Lookup::from(id).narrowed(scope))?.token().wait()
}

fn authorized_code(sandbox: &Sandbox, app: &App) -> (String, appmint_core::Secret) {
    let authorization = app.authorize(&AuthorizationRequest::default()).unwrap();
    let callback = sandbox.press(authorization.url()).unwrap();
    let code = app.authorization_code(&callback, authorization.state()).unwrap();
    (code.reveal().to_owned(), authorization.code_verifier().unwrap().clone())
}

#[test]
fn all_pages_are_listed() {
    for platform in [PlatformName::GitHub, PlatformName::Icr] {
        let sandbox = sandbox_of(platform);
        sandbox.quirks(&serde_json::json!({ "extra_installations": 250 })).unwrap();
        let installations = app(&sandbox).installations().unwrap().all().unwrap();
        let own = sandbox.registration().installations.len();
        assert!(installations.len() == own && own > 250, "{platform:?}");
    }
}

#[test]
fn suspended_and_ownerless_installations_survive() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let all = app(&sandbox).installations().unwrap().all().unwrap();
    let of = |id: &str| all.iter().find(|one| one.id == id).unwrap();
    assert!(of("4").suspended_at.is_some() && of("1").suspended_at.is_none());
    assert_eq!(of("5").account, None);
    assert_eq!(of("5").target_id.as_deref(), Some("5005"));
}

#[test]
fn an_installation_is_found_by_what_it_is_on() {
    for platform in HUBS {
        let sandbox = sandbox_of(platform);
        let app = app(&sandbox);
        for (lookup, id) in [
            (Lookup::Id("3".into()), "3"),
            (Lookup::Organization("GitHub".into()), "1"),
            (Lookup::User("octocat".into()), "2"),
            (Lookup::Repository("octo-org/octo-repo".into()), "3"),
            (Lookup::Repository("octo-org/old-repo".into()), "3"),
            (Lookup::Account("octo-org".into()), "3"),
            (Lookup::Account("octocat".into()), "2"),
        ] {
            let found = app.find_installation(lookup.clone()).wait();
            assert_eq!(found.map(|one| one.id).ok().as_deref(), Some(id), "{lookup:?}");
        }
        let error = app.find_installation(Lookup::Account("nobody".into())).wait().unwrap_err();
        assert_eq!(kind(&error), (ErrorKind::NotFound, Some(Reason::NotInstalled)));
        let malformed = app.find_installation(Lookup::Repository("octo-repo".into())).wait();
        assert_eq!(malformed.unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn an_enterprise_is_found_where_there_are_any() {
    let enterprise = || Lookup::Enterprise("octo-enterprise".into());
    let sandbox = sandbox_of(PlatformName::GitHub);
    assert_eq!(app(&sandbox).find_installation(enterprise()).wait().unwrap().id, "6");
    let sandbox = sandbox_of(PlatformName::GitHubEnterprise);
    let error = app(&sandbox).find_installation(enterprise()).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn a_token_is_narrowed_and_says_so() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let app = app(&sandbox);
    let scope = Scope::all().repositories(["octo-repo"]).permission("contents", "read");
    let token = narrowed(&app, "3", scope).unwrap();
    assert_eq!(token.repositories(), ["octo-repo"]);
    assert_eq!(token.permissions()["contents"], "read");
    let whole = narrowed(&app, "3", Scope::all()).unwrap();
    assert!(whole != token && whole.repositories().is_empty());
}

#[test]
fn a_refused_narrowing_says_what_was_refused() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let app = app(&sandbox);
    let error = narrowed(&app, "3", Scope::all().repositories(["octo-secrets"])).unwrap_err();
    assert_eq!(kind(&error), (ErrorKind::Forbidden, Some(Reason::RepositoryNotAccessible)));
    let error = narrowed(&app, "3", Scope::all().permission("contents", "write")).unwrap_err();
    assert_eq!(kind(&error), (ErrorKind::Forbidden, Some(Reason::PermissionNotGranted)));
    let error = narrowed(&app, "4", Scope::all()).unwrap_err();
    assert_eq!(kind(&error), (ErrorKind::Forbidden, Some(Reason::Suspended)));
}

#[test]
fn a_long_token_with_dots_is_as_good_as_a_short_one() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    sandbox.quirks(&serde_json::json!({ "stateless_tokens": true })).unwrap();
    let source = app(&sandbox).installation("1").unwrap();
    assert!(source.token().wait().unwrap().reveal().len() > 400);
    assert_eq!(source.request(Call::get("/orgs/github/repos")).wait().unwrap().status, 200);
}

#[test]
fn a_path_gets_the_credential_that_it_wants() {
    for platform in HUBS {
        let sandbox = sandbox_of(platform);
        let app = app(&sandbox);
        let source = app.installation("1").unwrap();
        let status = |path: &str| source.request(Call::get(path)).wait().unwrap().status;
        assert_eq!((status("/app"), status("/orgs/github/repos")), (200, 200));
        let (code, verifier) = authorized_code(&sandbox, &app);
        let token =
            app.exchange_code(CodeExchange::new(code).code_verifier(verifier)).wait().unwrap();
        let path = format!("/applications/{}/token", sandbox.registration().client_id);
        let body = serde_json::json!({ "access_token": token.reveal() });
        let check = app.request(Call::new("POST", path).json(&body)).wait().unwrap();
        assert_eq!(check.status, 200);
    }
}

#[test]
fn a_call_as_an_installation_takes_no_other_token_on_any_path() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let source = app(&sandbox).installation("1").unwrap();
    for path in ["/app", "/orgs/github/repos"] {
        let error = source.request(Call::get(path).token("ghu_other")).wait().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{path}");
    }
}

#[test]
fn a_rotated_refresh_token_is_reported_as_invalid() {
    for platform in HUBS {
        let sandbox = sandbox_of(platform);
        let app = app(&sandbox);
        let (code, verifier) = authorized_code(&sandbox, &app);
        let token =
            app.exchange_code(CodeExchange::new(code).code_verifier(verifier)).wait().unwrap();
        assert_eq!(token.expires_at().unwrap().as_millis(), NOW_MS + 28_800_000);
        let spent = token.refresh_token().unwrap().clone();
        let refreshed = app.refresh(spent.clone()).wait().unwrap();
        assert_ne!(refreshed.refresh_token(), Some(&spent));
        let error = app.refresh(spent).wait().unwrap_err();
        assert_eq!(kind(&error), (ErrorKind::Reauthorize, Some(Reason::InvalidRefreshToken)));
    }
}

#[test]
fn errors_with_a_status_of_success_are_errors() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let app = app(&sandbox);
    let error = app.exchange_code("no-such-code").wait().unwrap_err();
    assert_eq!(kind(&error), (ErrorKind::Reauthorize, Some(Reason::InvalidCode)));
    assert_eq!((error.status(), error.platform_code()), (Some(200), Some("bad_verification_code")));
    let (code, _) = authorized_code(&sandbox, &app);
    let error = app
        .exchange_code(CodeExchange::new(code).code_verifier("a".repeat(43)))
        .wait()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Reauthorize);
}

#[test]
fn icr_goes_its_own_way_through_the_same_code() {
    let sandbox = sandbox_of(PlatformName::Icr);
    let app = app(&sandbox);
    let id = &sandbox.registration().installations[0];
    let organization = "9a2e4b6c-1d3f-4a5b-8c7d-0e1f2a3b4c01";
    let found = app.find_installation(Lookup::Organization(organization.into())).wait().unwrap();
    assert_eq!((&found.id, found.account_name.as_deref()), (id, Some("Reykjavik Forests")));
    assert_eq!(
        &app.find_installation(Lookup::Account("reykjavik forests".into())).wait().unwrap().id,
        id
    );
    let token = app.installation(id).unwrap().token().wait().unwrap();
    assert!(token.reveal().starts_with("crs_"));
    assert_eq!(token.expires_at().unwrap().as_millis(), NOW_MS / 1000 * 1000 + 7_200_000);
    let error = narrowed(&app, id, Scope::all().permission("x", "VIEW")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let error = app.authorize(&AuthorizationRequest::default()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidArgument));
}

#[test]
fn a_clock_that_is_off_is_corrected_everywhere() {
    for platform in [PlatformName::GitHub, PlatformName::GitHubEnterprise, PlatformName::Icr] {
        let sandbox = sandbox_of(platform);
        let (settings, clock) = settings(&sandbox);
        let app = settings.build().unwrap();
        clock.set(appmint_core::Timestamp::from_millis(NOW_MS + 3_600_000));
        let id = sandbox.registration().installations[0].clone();
        let token = app.installation(id).unwrap().token().wait().unwrap();
        assert!(token.expires_at().unwrap().as_millis() > NOW_MS, "{platform:?}");
        assert_ne!(app.clock_offset_ms(), 0, "{platform:?}");
    }
}

#[test]
fn an_app_knows_itself_and_its_webhook() {
    for platform in HUBS {
        let sandbox = sandbox_of(platform);
        let app = app(&sandbox);
        let registration = app.registration().wait().unwrap();
        assert_eq!(registration.id, sandbox.registration().app_id.to_string());
        assert!(registration.private_key.is_none());
        let change = WebhookUpdate {
            url: Some("https://example.com/hook".into()),
            secret: Some("it-is-a-secret".into()),
            insecure_ssl: Some(false),
            ..WebhookUpdate::default()
        };
        let changed = app.update_webhook_config(change).wait().unwrap();
        assert_eq!(changed.url.as_deref(), Some("https://example.com/hook"));
        assert_eq!(changed.insecure_ssl, Some(false));
        assert_eq!(app.webhook_config().wait().unwrap(), changed);
    }
}

#[test]
fn a_delivery_is_listed_shown_and_sent_once_more() {
    for platform in HUBS {
        let sandbox = sandbox_of(platform);
        let app = app(&sandbox);
        let newest = app.webhook_deliveries().unwrap().next_item().wait().unwrap().unwrap();
        assert_eq!(sandbox.ledger().count("list_hook_deliveries"), 1);
        let whole = app.webhook_delivery(newest.id.as_str()).wait().unwrap();
        assert_eq!(whole.guid, newest.guid);
        assert!(
            whole.raw.pointer("/request").is_some() && newest.raw.pointer("/request").is_none()
        );
        app.redeliver_webhook(newest.id.as_str()).wait().unwrap();
        let again = app.webhook_deliveries().unwrap().next_item().wait().unwrap().unwrap();
        assert_eq!((&again.guid, again.is_redelivery), (&newest.guid, Some(true)));
        assert!(app.webhook_delivery("1").wait().is_err());
    }
}

#[test]
fn a_suspended_installation_mints_nothing_until_a_second_after_it_is_unsuspended() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let (settings, clock) = settings(&sandbox);
    let app = settings.build().unwrap();
    let mint = || app.installation("1").unwrap().token().wait();
    app.suspend_installation("1").wait().unwrap();
    assert_eq!(kind(&mint().unwrap_err()), (ErrorKind::Forbidden, Some(Reason::Suspended)));
    app.unsuspend_installation("1").wait().unwrap();
    assert_eq!(mint().unwrap_err().reason(), Some(Reason::Suspended), "for a second");
    clock.advance(Duration::from_secs(1));
    assert!(mint().is_ok());
    app.delete_installation("1").wait().unwrap();
    for gone in [app.delete_installation("1").wait(), app.suspend_installation("1").wait()] {
        assert_eq!(kind(&gone.unwrap_err()), (ErrorKind::NotFound, Some(Reason::NotInstalled)));
    }
}

#[test]
fn a_manifest_becomes_an_app_that_mints() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let manifest = serde_json::json!({
        "name": "Anvil", "url": "https://example.com", "redirect_url": "https://example.com/made",
        "default_permissions": { "contents": "read" }, "default_events": ["push"],
    });
    let callback = sandbox.create_app(&manifest, Some("xyz")).unwrap();
    let (_, code) = callback.split_once("code=").unwrap();
    let code = code.split('&').next().unwrap();
    let (mut settings, _) = settings(&sandbox);
    settings.private_key = None;
    let made = settings.clone().build().unwrap().convert_manifest(code).wait().unwrap();
    assert_eq!(made.name.as_deref(), Some("Anvil"));
    let key = made.private_key.clone().unwrap();
    assert!(!format!("{made:?}{}", made.raw).contains(key.reveal().lines().nth(1).unwrap()));
    let spent = settings.clone().build().unwrap().convert_manifest(code).wait().unwrap_err();
    assert_eq!(kind(&spent), (ErrorKind::Rejected, Some(Reason::InvalidCode)));

    settings.app_id = Some(made.id.clone());
    settings.private_key = Some(key.reveal().as_bytes().to_vec().into());
    assert_eq!(settings.build().unwrap().registration().wait().unwrap().id, made.id);
}

#[test]
fn a_users_token_is_checked_reset_and_ended() {
    for platform in HUBS {
        let sandbox = sandbox_of(platform);
        let app = app(&sandbox);
        let (code, verifier) = authorized_code(&sandbox, &app);
        let token =
            app.exchange_code(CodeExchange::new(code).code_verifier(verifier)).wait().unwrap();
        let checked = app.check_token(token.reveal()).wait().unwrap();
        assert_eq!(checked.reveal(), token.reveal());
        assert_eq!(checked.expires_at().unwrap().as_millis(), NOW_MS / 1000 * 1000 + 28_800_000);
        assert!(checked.account().is_some() && checked.refresh_token().is_none());
        let reset = app.reset_token(token.reveal()).wait().unwrap();
        assert_ne!(reset.reveal(), token.reveal());
        let dead = app.check_token(token.reveal()).wait().unwrap_err();
        assert_eq!(kind(&dead), (ErrorKind::Reauthorize, Some(Reason::InvalidToken)));
        app.delete_token(reset.reveal()).wait().unwrap();
        app.delete_token(reset.reveal()).wait().unwrap();
        assert!(app.check_token(reset.reveal()).wait().is_err());
    }
}

#[test]
fn a_revoked_token_opens_nothing_and_the_next_one_does() {
    for platform in [PlatformName::GitHub, PlatformName::GitHubEnterprise, PlatformName::Icr] {
        let sandbox = sandbox_of(platform);
        let app = app(&sandbox);
        let id = sandbox.registration().installations[0].clone();
        let source = app.installation(id).unwrap();
        source.revoke().wait().unwrap();
        let first = source.token().wait().unwrap();
        source.revoke().wait().unwrap();
        source.revoke().wait().unwrap();
        assert!(source.expires_at().is_none(), "{platform:?}");
        app.revoke_installation_token(first.reveal()).wait().unwrap();
        assert_ne!(source.token().wait().unwrap(), first, "{platform:?}");
    }
}

#[test]
fn what_an_installation_reaches_is_listed() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let app = app(&sandbox);
    let all = app.installation("3").unwrap().repositories().unwrap().all().unwrap();
    assert!(all.iter().any(|it| it.name == "octo-repo" && it.full_name.is_some()));
    let narrowed = app
        .installation(Lookup::from("3").narrowed(Scope::all().repositories(["octo-repo"])))
        .unwrap();
    assert_eq!(narrowed.repositories().unwrap().all().unwrap().len(), 1);
    let asked = Scope::all().repositories(["octo-repo", "octo-secrets"]);
    let error =
        app.installation(Lookup::from("3").narrowed(asked)).unwrap().token().wait().unwrap_err();
    assert_eq!(error.message(), "installation 3 does not reach octo-secrets");
}

#[test]
fn a_token_is_given_time_to_become_known() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let (mut settings, _) = settings(&sandbox);
    settings.retry_wait = Some(Duration::from_millis(1));
    let source = settings.build().unwrap().installation("1").unwrap();
    let lag = Effect::FreshTokenLag { seconds: 5 };
    sandbox.fault(Fault::on("mint_installation_token", lag)).unwrap();
    let status = || source.request(Call::get("/orgs/github/repos")).wait().unwrap().status;
    assert_eq!((status(), sandbox.ledger().count("list_org_repos")), (401, 4));
    sandbox.clock().advance_ms(5000);
    assert_eq!((status(), sandbox.ledger().count("mint_installation_token")), (200, 1));
}

#[test]
fn an_app_has_a_token_of_its_own_where_there_are_any() {
    let sandbox = sandbox_of(PlatformName::Icr);
    let tokens = app(&sandbox).app_tokens(AppTokenRequest::default()).unwrap();
    assert_eq!(tokens.installation_id(), None);
    let token = tokens.token().wait().unwrap();
    assert_eq!(token.kind(), TokenKind::App);
    assert_eq!(tokens.token().wait().unwrap(), token);
}
