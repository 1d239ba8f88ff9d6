//! Users of the fictional platform, which has what no real one has: a callback that says who sent
//! it, a device's code in other words, refresh tokens with a grace period.

mod common;

use std::{sync::Arc, time::Duration};

use appmint_core::{
    App, Error, ErrorKind, ManualClock, Reason, Result, Timestamp, Token, binding::Settings,
    oauth::AuthorizationRequest,
};
use appmint_sandbox::{Clock, Effect, Fault, PlatformName, Sandbox};
use common::settings;
use url::Url;

/// The year 2100: stores drop what is over by the machine's own clock.
const FAR_MS: i64 = 4_102_444_800_000;
const ACME: &str = include_str!("../../tests/platforms/acme.json");

struct Scene {
    sandbox: Sandbox,
    clock: ManualClock,
    settings: Settings,
    app: App,
}

impl Scene {
    fn new() -> Self {
        let frozen = Clock::frozen(FAR_MS);
        let sandbox =
            Sandbox::builder().platform(PlatformName::Acme).clock(frozen).start().unwrap();
        let clock = ManualClock::new(Timestamp::from_millis(FAR_MS));
        let mut settings = settings(&sandbox).0;
        settings.clock = Some(Arc::new(clock.clone()));
        settings.platform = None;
        settings.platform_descriptor = Some(ACME.to_owned());
        settings.web_url = Some(sandbox.web_url());
        settings.store = Some("memory:".into());
        settings.retry_wait = Some(Duration::from_millis(1));
        let app = settings.clone().build().unwrap();
        Self { sandbox, clock, settings, app }
    }

    /// The same time goes by here and there.
    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.sandbox.clock().advance_ms(i64::try_from(seconds).unwrap() * 1000);
    }

    fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest {
            redirect_uri: Some(self.sandbox.registration().redirect_uri),
            scopes: vec!["read:all".to_owned(), "write:some".to_owned()],
            ..AuthorizationRequest::default()
        }
    }

    /// What comes of a callback that `change` was made to.
    fn finish(&self, change: impl Fn(&mut Url)) -> Result<Token> {
        let authorization = self.app.authorize(&self.request()).unwrap();
        let mut callback = Url::parse(&self.sandbox.press(authorization.url()).unwrap()).unwrap();
        change(&mut callback);
        self.app.finish_authorization(&authorization, callback.as_str()).wait()
    }

    /// A session whose token has to be renewed.
    fn session(&self) -> Token {
        let token = self.finish(|_| {}).unwrap();
        self.app.start_session("wayland", token.clone(), None).wait().unwrap();
        self.app.session("wayland").unwrap().invalidate();
        token
    }

    fn token(&self) -> Result<Token> {
        self.app.session("wayland")?.token().wait()
    }

    fn lose_answers(&self, count: u32) {
        let fault = Fault::on("refresh_user_token", Effect::LostResponse);
        self.sandbox.fault(fault.times(count)).unwrap();
    }

    /// How many refreshes were sent, and how many of them showed a token too late.
    fn refreshes(&self) -> (usize, usize) {
        let entries = self.sandbox.ledger().entries();
        let reuses = entries.iter().filter(|entry| entry.reuse).count();
        (self.sandbox.ledger().count("refresh_user_token"), reuses)
    }
}

/// Gives a callback these `iss` instead of its own.
fn issued_by(issuers: &[&str]) -> impl Fn(&mut Url) {
    move |callback| {
        let is_kept = |(name, _): &(String, String)| name != "iss";
        let kept: Vec<_> = callback.query_pairs().into_owned().filter(is_kept).collect();
        let issuers = issuers.iter().map(|issuer| ("iss", *issuer));
        callback.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(issuers);
    }
}

fn outcome_of(error: &Error) -> (ErrorKind, Option<Reason>) {
    (error.kind(), error.reason())
}

const OURS: &str = "https://login.acme.example/people";

#[test]
fn a_callback_of_the_platform_brings_a_token() {
    let scene = Scene::new();
    let token = scene.finish(|_| {}).unwrap();
    assert!(token.reveal().starts_with("acu.") && token.refresh_token().is_some());
    assert_eq!(token.scopes(), ["read:all", "write:some"]);
    assert!(scene.finish(issued_by(&[OURS])).is_ok());
}

#[test]
fn a_callback_that_does_not_say_who_sent_it_is_refused() {
    let scene = Scene::new();
    let slashed = format!("{OURS}/");
    for issuers in [&[][..], &[""], &[&slashed], &["https://forge.example"]] {
        let error = scene.finish(issued_by(issuers)).unwrap_err();
        assert_eq!(outcome_of(&error), (ErrorKind::Reauthorize, Some(Reason::StateMismatch)));
    }
    let twice = scene.finish(issued_by(&[OURS, OURS])).unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Protocol);
    assert_eq!(scene.sandbox.ledger().count("exchange_code"), 0, "no code went out");
}

#[test]
fn a_denial_is_believed_only_if_the_platform_sent_it() {
    let scene = Scene::new();
    let authorization = scene.app.authorize(&scene.request()).unwrap();
    let callback = scene.sandbox.deny(authorization.url()).unwrap();
    let mut nobodys = Url::parse(&callback).unwrap();
    issued_by(&[])(&mut nobodys);
    let finish = |callback: &str| {
        outcome_of(&scene.app.finish_authorization(&authorization, callback).wait().unwrap_err())
    };
    let mismatch = (ErrorKind::Reauthorize, Some(Reason::StateMismatch));
    assert_eq!(finish(nobodys.as_str()), mismatch);
    assert_eq!(finish(&callback), (ErrorKind::Denied, Some(Reason::AccessDenied)));
}

#[test]
fn a_person_lets_a_device_in() {
    let scene = Scene::new();
    let scopes = vec!["read:all".to_owned(), "write:some".to_owned()];
    let login = scene.app.start_device_login(scopes).wait().unwrap();
    let door = format!("{}/elsewhere", scene.sandbox.web_url());
    assert_eq!(login.verification_uri(), door);
    let open_door = login.verification_uri_complete().unwrap();
    assert!(open_door.starts_with(&door) && open_door.ends_with(login.user_code()));
    let until = login.expires_at().unwrap().as_millis();
    assert_eq!(until, FAR_MS + 600_000);
    scene.pass(7);
    let pending = login.poll().wait().unwrap_err();
    assert_eq!(outcome_of(&pending), (ErrorKind::Pending, Some(Reason::AuthorizationPending)));
    assert_eq!(pending.retry_after(), Some(Duration::from_secs(7)));
    scene.sandbox.press(open_door).unwrap();
    scene.pass(7);
    let token = login.poll().wait().unwrap();
    assert_eq!(token.scopes(), ["read:all", "write:some"]);
    assert!(scene.app.refresh(token.refresh_token().unwrap().clone()).wait().is_ok());
    scene.pass(7);
    let again = login.poll().wait().unwrap_err();
    assert_eq!(outcome_of(&again), (ErrorKind::Reauthorize, Some(Reason::ExpiredDeviceCode)));
}

#[test]
fn a_device_slows_down_by_the_default_step() {
    let scene = Scene::new();
    let login = scene.app.start_device_login(Vec::new()).wait().unwrap();
    // Only our clock moves, so the platform finds the second question too early.
    for told in [7, 12] {
        scene.clock.advance(Duration::from_secs(7));
        let error = login.poll().wait().unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(told)), "{error}");
    }
    scene.pass(12);
    let error = login.poll().wait().unwrap_err();
    assert_eq!(outcome_of(&error), (ErrorKind::Pending, Some(Reason::AuthorizationPending)));
}

#[test]
fn a_device_login_reports_why_it_ended() {
    let scene = Scene::new();
    let start = |app: &App| app.start_device_login(Vec::new()).wait().unwrap();
    let login = start(&scene.app);
    scene.sandbox.deny_device(login.user_code()).unwrap();
    scene.pass(7);
    let denied = (ErrorKind::Denied, Some(Reason::AccessDenied));
    assert_eq!(outcome_of(&login.poll().wait().unwrap_err()), denied);

    let login = start(&scene.app);
    scene.clock.advance(Duration::from_secs(7));
    scene.sandbox.clock().advance_ms(600_000);
    let expired = (ErrorKind::Reauthorize, Some(Reason::ExpiredDeviceCode));
    assert_eq!(outcome_of(&login.poll().wait().unwrap_err()), expired);

    let unknown = |client_id: Option<&str>, client_secret: Option<&str>| {
        let mut settings = scene.settings.clone();
        settings.client_id = client_id.map(str::to_owned).or(settings.client_id);
        settings.client_secret = client_secret.map(Into::into).or(settings.client_secret);
        settings.build().unwrap()
    };
    let bad_client = (ErrorKind::Unauthorized, Some(Reason::InvalidClient));
    let other = unknown(Some("1"), None).start_device_login(Vec::new()).wait().unwrap_err();
    assert_eq!(outcome_of(&other), bad_client);
    let login = start(&unknown(None, Some("wrong")));
    scene.pass(7);
    assert_eq!(outcome_of(&login.poll().wait().unwrap_err()), bad_client);
}

#[test]
fn a_session_survives_an_answer_that_was_lost() {
    let scene = Scene::new();
    let first = scene.session();
    scene.lose_answers(1);
    let second = scene.token().unwrap();
    assert_ne!(second.reveal(), first.reveal());
    assert_eq!(scene.refreshes(), (2, 0));
    scene.app.session("wayland").unwrap().invalidate();
    assert_ne!(scene.token().unwrap().reveal(), second.reveal());
    assert_eq!(scene.refreshes(), (3, 0));
}

#[test]
fn early_in_the_grace_period_the_next_caller_sends_it_again() {
    let scene = Scene::new();
    scene.session();
    scene.lose_answers(2);
    assert!(scene.token().unwrap_err().is_retryable());
    scene.pass(14);
    assert!(scene.token().is_ok());
    assert_eq!(scene.refreshes(), (3, 0));
}

#[test]
fn after_the_grace_period_nothing_is_sent_again() {
    let scene = Scene::new();
    scene.sandbox.quirks(&serde_json::json!({ "refresh_reuse": "revoke_family" })).unwrap();
    scene.session();
    scene.lose_answers(2);
    assert!(scene.token().is_err());
    scene.pass(30);
    let interrupted = (ErrorKind::Reauthorize, Some(Reason::RotationInterrupted));
    assert_eq!(outcome_of(&scene.token().unwrap_err()), interrupted);
    assert_eq!(scene.refreshes(), (2, 0));
}
