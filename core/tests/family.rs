//! The other platforms of the family, by the same code, against servers written from their
//! documentation.

mod common;

use appmint_core::{App, AuthorizationRequest, Call, Error, ErrorKind, Lookup, Reason, Scope};
use appmint_sandbox::{PlatformName, Sandbox};
use common::{NOW_MS, app, sandbox_of, settings};

const HUBS: [PlatformName; 2] = [PlatformName::GitHub, PlatformName::GitHubEnterprise];

fn kind(error: &Error) -> (ErrorKind, Option<Reason>) {
    (error.kind(), error.reason())
}

fn narrowed(app: &App, id: &str, scope: Scope) -> Result<appmint_core::Token, Error> {
    app.narrowed_installation(id, scope)?.token(None).wait()
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
        let error = app.find_installation("nobody").wait().unwrap_err();
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
    assert!(source.token(None).wait().unwrap().reveal().len() > 400);
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
        let token = app.exchange_code(code, None, Some(verifier)).wait().unwrap();
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
fn a_rotated_refresh_token_is_dead_and_said_to_be() {
    for platform in HUBS {
        let sandbox = sandbox_of(platform);
        let app = app(&sandbox);
        let (code, verifier) = authorized_code(&sandbox, &app);
        let token = app.exchange_code(code, None, Some(verifier)).wait().unwrap();
        assert_eq!(token.expires_at().unwrap().as_millis(), NOW_MS + 28_800_000);
        let spent = token.refresh_token().unwrap().clone();
        let refreshed = app.refresh(spent.clone()).wait().unwrap();
        assert_ne!(refreshed.refresh_token(), Some(&spent));
        let error = app.refresh(spent).wait().unwrap_err();
        assert_eq!(kind(&error), (ErrorKind::Reauthorize, Some(Reason::DeadRefreshToken)));
    }
}

#[test]
fn errors_with_a_status_of_success_are_errors() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let app = app(&sandbox);
    let error = app.exchange_code("nonsense", None, None).wait().unwrap_err();
    assert_eq!(kind(&error), (ErrorKind::Reauthorize, Some(Reason::DeadCode)));
    assert_eq!((error.status(), error.platform_code()), (Some(200), Some("bad_verification_code")));
    let (code, _) = authorized_code(&sandbox, &app);
    let error = app.exchange_code(code, None, Some("a".repeat(43).into())).wait().unwrap_err();
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
    assert_eq!(&app.find_installation("reykjavik forests").wait().unwrap().id, id);
    let token = app.installation(id).unwrap().token(None).wait().unwrap();
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
        let app = settings.app().unwrap();
        clock.set(appmint_core::Timestamp::from_millis(NOW_MS + 3_600_000));
        let id = sandbox.registration().installations[0].clone();
        let token = app.installation(id).unwrap().token(None).wait().unwrap();
        assert!(token.expires_at().unwrap().as_millis() > NOW_MS, "{platform:?}");
        assert_ne!(app.clock_offset_ms(), 0, "{platform:?}");
    }
}
