//! An authorization server as the RFCs have it, known by nothing but its issuer.

mod common;

use std::{sync::Arc, time::Duration};

use appmint_core::{
    App, AppTokenRequest, Call, Error, ErrorKind, ManualClock, Reason, Timestamp, Token, TokenKind,
    binding::Settings,
    logins::{Login, LoginRequest},
    oauth::AuthorizationRequest,
    platform::Platform,
    store::{MemoryStore, Store},
};
use appmint_sandbox::{PlatformName, Sandbox};
use common::{NOW_MS, sandbox_of};
use serde_json::{Value, json};

const CALLBACK: &str = "https://example.com/callback";
const SITE_SECRET: &str = "s3cr3t+with/odd:signs&ü";

struct Scene {
    sandbox: Sandbox,
    clock: ManualClock,
}

impl Scene {
    fn new() -> Self {
        let clock = ManualClock::new(Timestamp::from_millis(NOW_MS));
        Self { sandbox: sandbox_of(PlatformName::Issuer), clock }
    }

    fn settings(&self) -> Settings {
        Settings {
            proxy: Some("".into()),
            clock: Some(Arc::new(self.clock.clone())),
            retries: Some(0),
            ..Settings::default()
        }
    }

    fn issuer(&self, realm: &str) -> String {
        format!("{}/realms/{realm}", self.sandbox.web_url())
    }

    fn discover(&self, issuer: &str) -> Result<Platform, Error> {
        Platform::discover_with(issuer, &self.settings()).wait()
    }

    /// An app on what was discovered.
    fn app(&self, change: impl FnOnce(&mut Settings)) -> App {
        let platform = self.discover(&self.issuer("main")).unwrap();
        let mut settings = self.settings();
        settings.platform_descriptor = Some(platform.as_json().to_owned());
        settings.api_url = Some(self.sandbox.api_url());
        change(&mut settings);
        settings.build().unwrap()
    }

    fn key(&self) -> Vec<u8> {
        self.sandbox.private_key_pem().unwrap().as_bytes().to_vec()
    }

    fn site(&self) -> App {
        self.app(|it| {
            it.client_id = Some("site".into());
            it.client_secret = Some(SITE_SECRET.into());
        })
    }

    fn robot(&self) -> App {
        let key = self.key();
        self.app(|it| {
            it.client_id = Some("robot".into());
            it.private_key = Some(key.into());
        })
    }

    fn tool(&self) -> App {
        self.app(|it| it.client_id = Some("tool".into()))
    }

    fn account(&self) -> App {
        let key = self.key();
        self.app(|it| {
            it.app_id = Some("robot@issuer.test".into());
            it.private_key = Some(key.into());
            it.key_id = Some("key-1".into());
        })
    }

    fn log_in(&self, app: &App) -> Token {
        let redirect_uri = Some(CALLBACK.to_owned());
        let request = AuthorizationRequest { redirect_uri, ..Default::default() };
        let authorization = app.authorize(&request).unwrap();
        let callback = self.sandbox.press(authorization.url()).unwrap();
        app.finish_authorization(&authorization, &callback).wait().unwrap()
    }

    fn with_metadata(&self, patch: &Value) -> Result<Platform, Error> {
        self.sandbox.quirks(&json!({ "metadata": patch })).unwrap();
        self.discover(&self.issuer("main"))
    }
}

fn outcome_of<T>(outcome: Result<T, Error>) -> (ErrorKind, Option<Reason>) {
    let error = outcome.err().expect("a refusal");
    (error.kind(), error.reason())
}

#[test]
fn an_issuer_tells_what_its_platform_is() {
    let scene = Scene::new();
    let platform = scene.discover(&scene.issuer("main")).unwrap();
    let descriptor: Value = serde_json::from_str(platform.as_json()).unwrap();
    assert_eq!(descriptor["verified"], "discovered");
    assert_eq!(descriptor["as_of"], "2023-05-06");
    assert_eq!(descriptor["oauth"]["issuer"], scene.issuer("main"));
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    assert_eq!(descriptor["oauth"]["token"]["client_authentication"], json!(methods));
    assert_eq!(Platform::from_json(platform.as_json()).unwrap().name(), platform.name());
}

#[test]
fn an_older_server_is_found_at_the_other_place() {
    let scene = Scene::new();
    assert!(scene.discover(&scene.issuer("older")).is_ok());
    let error = scene.discover(&scene.issuer("nowhere")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().unwrap().contains("descriptor"), "{error}");
}

#[test]
fn metadata_of_another_issuer_are_refused() {
    let scene = Scene::new();
    let slash = format!("{}/", scene.issuer("main"));
    let error = scene.discover(&slash).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::IssuerMismatch));
    assert!(error.hint().unwrap().contains(&scene.issuer("main")), "{error}");
    let mismatch = (ErrorKind::Protocol, Some(Reason::IssuerMismatch));
    let evil = json!({ "issuer": "https://evil.example" });
    assert_eq!(outcome_of(scene.with_metadata(&evil)), mismatch);
}

#[test]
fn metadata_that_cannot_be_used_are_refused() {
    let scene = Scene::new();
    let unusable = (ErrorKind::Protocol, Some(Reason::MissingMember));
    for patch in [
        json!({ "token_endpoint": null }),
        json!({ "token_endpoint": 7 }),
        json!({ "token_endpoint": "/token" }),
        json!({ "token_endpoint": "https://me:pw@example.com/token" }),
    ] {
        assert_eq!(outcome_of(scene.with_metadata(&patch)), unusable, "{patch}");
    }
    let plain = json!({ "token_endpoint": "http://example.com/token" });
    assert_eq!(outcome_of(scene.with_metadata(&plain)).0, ErrorKind::InvalidArgument);
    for issuer in ["", "gitlab.com", "ftp://x", "https://x/?a", "https://x/#a", "https://a@x"] {
        assert_eq!(outcome_of(scene.discover(issuer)).0, ErrorKind::InvalidArgument, "{issuer}");
    }
}

#[test]
fn every_kind_of_client_logs_its_user_in_and_refreshes() {
    let scene = Scene::new();
    for app in [scene.site(), scene.robot(), scene.tool()] {
        let token = scene.log_in(&app);
        let me = app.request(Call::get("/me").token(token.reveal())).wait().unwrap();
        assert_eq!(me.status, 200);
        let next = app.refresh(token.refresh_token().unwrap().clone()).wait().unwrap();
        assert_ne!(next.reveal(), token.reveal());
    }
}

#[test]
fn a_server_may_take_the_secret_in_the_body_only() {
    let scene = Scene::new();
    let post = json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] });
    scene.with_metadata(&post).unwrap();
    scene.log_in(&scene.site());
}

#[test]
fn a_key_that_the_server_does_not_know_gives_way_to_the_other() {
    let scene = Scene::new();
    let (known, unknown) = (scene.key(), Scene::new().key());
    let app = scene.app(|it| {
        it.client_id = Some("robot".into());
        it.private_key = Some(unknown.into());
        it.fallback_private_key = Some(known.into());
    });
    scene.log_in(&app);
    let alone = scene.app(|it| it.client_id = Some("robot".into()));
    let refused = alone.refresh("isr_x").wait();
    assert_eq!(outcome_of(refused), (ErrorKind::Unauthorized, Some(Reason::InvalidClient)));
}

#[test]
fn tokens_are_looked_at_and_ended() {
    let scene = Scene::new();
    let app = scene.site();
    let token = scene.log_in(&app);
    let known = app.introspect_token(token.reveal(), None).wait().unwrap();
    assert!(known.active);
    assert_eq!(
        known.expires_at.map(Timestamp::as_secs),
        token.expires_at().map(Timestamp::as_secs)
    );
    assert_eq!(known.client_id.as_deref(), Some("site"));
    app.revoke_token(token.reveal(), Some("access_token".into())).wait().unwrap();
    let gone = app.introspect_token(token.reveal(), None).wait().unwrap();
    assert!(!gone.active && gone.username.is_none());
    app.revoke_token("isa_never_was", None).wait().unwrap();
    let refresh_token = token.refresh_token().unwrap().clone();
    app.revoke_token(refresh_token.clone(), Some("refresh_token".into())).wait().unwrap();
    assert_eq!(
        outcome_of(app.refresh(refresh_token).wait()),
        (ErrorKind::Reauthorize, Some(Reason::InvalidRefreshToken))
    );
    assert_eq!(outcome_of(app.revoke_token("", None).wait()).0, ErrorKind::InvalidArgument);
    scene.sandbox.quirks(&json!({ "revocation": "unsupported_token_type" })).unwrap();
    assert_eq!(
        outcome_of(app.revoke_token("isa_x", None).wait()),
        (ErrorKind::Unsupported, Some(Reason::UnsupportedTokenType))
    );
    // RFC 7662 §2.1: who cannot prove to be anybody learns nothing.
    assert_eq!(
        outcome_of(scene.tool().introspect_token("isa_x", None).wait()).0,
        ErrorKind::Unauthorized
    );
}

#[test]
fn a_service_account_has_tokens_for_its_scopes() {
    let scene = Scene::new();
    let app = scene.account();
    let wanted = |scopes: &[&str], subject: Option<&str>| AppTokenRequest {
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        subject: subject.map(str::to_owned),
    };
    let token = |wanted| app.app_tokens(wanted).unwrap().token().wait();
    let first = token(wanted(&["read", "write"], None)).unwrap();
    assert_eq!(first.kind(), TokenKind::App);
    assert_eq!(token(wanted(&["write", "read", "read"], None)).unwrap(), first);
    assert_ne!(token(wanted(&["read"], None)).unwrap(), first);
    let hers = token(wanted(&["read"], Some("ada@example.test"))).unwrap();
    let me = app.request(Call::get("/me").token(hers.reveal())).wait().unwrap();
    let me: Value = serde_json::from_slice(&me.body).unwrap();
    assert_eq!(me["username"], "ada");
    let refused = (ErrorKind::Unauthorized, Some(Reason::InvalidAssertion));
    assert_eq!(outcome_of(token(wanted(&["read"], Some("eve@example.test")))), refused);
}

#[test]
fn a_clock_that_is_off_is_corrected_for_assertions_too() {
    let scene = Scene::new();
    scene.clock.advance(Duration::from_secs(2 * 3600));
    let app = scene.account();
    let wanted = AppTokenRequest { scopes: vec!["read".into()], subject: None };
    app.app_tokens(wanted).unwrap().token().wait().unwrap();
    let client = scene.robot();
    scene.sandbox.clock().advance_ms(4 * 3_600_000);
    scene.log_in(&client);
}

#[test]
fn a_device_proves_its_client_too() {
    let scene = Scene::new();
    for app in [scene.site(), scene.robot(), scene.tool()] {
        let login = app.start_device_login(Vec::new()).wait().unwrap();
        scene.sandbox.approve_device(login.user_code()).unwrap();
        scene.clock.advance(Duration::from_secs(5));
        scene.sandbox.clock().advance_ms(5000);
        login.poll().wait().unwrap();
    }
}

#[test]
fn two_servers_before_one_api_share_no_session() {
    let scene = Scene::new();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let app = |realm: &str| {
        let mut settings = scene.settings();
        let platform = scene.discover(&scene.issuer(realm)).unwrap();
        settings.platform_descriptor = Some(platform.as_json().to_owned());
        settings.api_url = Some(scene.sandbox.api_url());
        settings.client_id = Some("site".into());
        settings.client_secret = Some(SITE_SECRET.into());
        settings.own_store = Some(Arc::clone(&store));
        settings.store_unencrypted = true;
        settings.build().unwrap()
    };
    let (main, older) = (app("main"), app("older"));
    let token = scene.log_in(&main);
    main.start_session("alice", token.clone(), None).wait().unwrap();
    assert_eq!(app("main").session("alice").unwrap().token().wait().unwrap(), token);
    let other = older.session("alice").unwrap().token().wait();
    assert_eq!(outcome_of(other), (ErrorKind::Reauthorize, Some(Reason::NoSession)));
}

#[test]
fn waiting_logins_do_not_delay_calls() {
    let scene = Scene::new();
    let app = scene.site();
    let logins: Vec<_> =
        (0..80).map(|_| app.start_login(LoginRequest::default()).unwrap()).collect();
    let waiting: Vec<_> = logins.iter().map(|login| login.wait(None)).collect();
    assert!(!app.introspect_token("isa_x", None).wait().unwrap().active);
    logins.iter().for_each(Login::cancel);
    for login in waiting {
        assert_eq!(outcome_of(login.wait()).0, ErrorKind::Cancelled);
    }
}
