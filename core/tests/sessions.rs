//! Users' sessions: a refresh token is spent once, whatever dies when.

#![cfg(unix)]

mod common;

use std::{
    collections::HashSet,
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use appmint_core::{
    App, Error, ErrorKind, ManualClock, Reason, Result, Task, Token,
    oauth::{AuthorizationRequest, CodeExchange},
};
use appmint_sandbox::{Effect, Fault, PlatformName};
use common::{put_store::PutStore, scene::Scene};

fn token(app: &App) -> Result<Token> {
    app.session("alice")?.token().wait()
}

fn refreshed(app: &App) -> Result<Token> {
    app.session("alice")?.invalidate();
    token(app)
}

fn outcome_of(outcome: Result<Token>) -> (ErrorKind, Option<Reason>) {
    let error: Error = outcome.unwrap_err();
    (error.kind(), error.reason())
}

fn pass(scene: &Scene, clock: &ManualClock, time: Duration) {
    clock.advance(time);
    scene.sandbox.clock().advance_ms(i64::try_from(time.as_millis()).unwrap());
}

/// The time for which a request may still arrive, with a timeout of 5 s: a connect timeout of three
/// quarters of it, and 17 s.
const IN_DOUBT: Duration = Duration::from_millis(3_750 + 17_000);
const INTERRUPTED: (ErrorKind, Option<Reason>) =
    (ErrorKind::Reauthorize, Some(Reason::RotationInterrupted));

#[test]
fn a_session_outlives_its_process_and_is_refreshed_once_for_all() {
    for scene in [Scene::on(PlatformName::AtomGit), Scene::strict()] {
        let first = scene.start(&scene.app());
        let (one, other) = (scene.app(), scene.app());
        assert!(token(&one).unwrap() == first && scene.refreshes() == 0);
        let second = refreshed(&one).unwrap();
        assert_ne!(second, first);
        assert_eq!(refreshed(&other).unwrap(), second, "what the other one got is good");
        assert_eq!((scene.refreshes(), scene.reuses()), (1, 0));
        for _ in 0..5 {
            refreshed(&one).unwrap();
        }
        assert_eq!((scene.refreshes(), scene.reuses()), (6, 0));
    }
}

#[test]
fn fifty_threads_of_two_apps_spend_one_refresh_token() {
    let scene = Scene::strict();
    scene.start(&scene.app());
    let apps = [scene.app(), scene.app()];
    apps.iter().for_each(|app| app.session("alice").unwrap().invalidate());
    let tokens: HashSet<String> = thread::scope(|scope| {
        let ask = |app: &App| token(app).unwrap().reveal().to_owned();
        let asking: Vec<_> = (0..100)
            .map(|n| {
                scope.spawn({
                    let app = &apps[n % 2];
                    move || ask(app)
                })
            })
            .collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(tokens.len() <= 2 && scene.refreshes() <= 1 && scene.reuses() == 0);
}

#[test]
fn a_lost_answer_is_survived_where_nothing_rotates_or_there_is_grace() {
    for scene in [Scene::on(PlatformName::AtomGit), Scene::lenient()] {
        let app = scene.app();
        let first = scene.start(&app);
        scene.fault(Effect::LostResponse);
        assert_ne!(refreshed(&app).unwrap(), first);
        assert_eq!((scene.refreshes(), scene.reuses()), (2, 0));
        assert!(refreshed(&app).is_ok());
    }
}

#[test]
fn a_lost_answer_without_grace_ends_the_session_by_name_and_is_not_sent_again() {
    let scene = Scene::strict();
    let app = scene.app();
    scene.start(&app);
    scene.fault(Effect::LostResponse);
    assert_eq!(outcome_of(refreshed(&app)), INTERRUPTED);
    assert_eq!(outcome_of(token(&scene.app())), INTERRUPTED);
    assert_eq!((scene.refreshes(), scene.reuses()), (1, 0));
    scene.start(&app);
    assert!(refreshed(&app).is_ok(), "a new authorization begins anew");
}

#[test]
fn a_refresh_that_was_not_carried_out_is_recognised() {
    let mut scene = Scene::strict();
    let (clock, _) = scene.stop_time();
    let app = scene.app();
    scene.start(&app);
    scene.fault(Effect::Cut);
    assert_eq!(outcome_of(refreshed(&app)).0, ErrorKind::Transport);
    assert_eq!(scene.refreshes(), 1, "it is not sent again at once");
    // The request may still arrive, although the old token works.
    for app in [&app, &scene.app()] {
        let error = refreshed(app).unwrap_err();
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Timeout, Some(IN_DOUBT)));
    }
    assert_eq!(scene.refreshes(), 1);
    pass(&scene, &clock, IN_DOUBT);
    // The old token still works, so the refresh never happened.
    assert!(refreshed(&app).is_ok() && token(&scene.app()).is_ok());
    assert_eq!((scene.refreshes(), scene.reuses()), (2, 0));
}

#[test]
fn a_refusal_spends_nothing_and_an_invalid_token_is_not_sent_again() {
    let scene = Scene::strict();
    let app = scene.app();
    scene.start(&app);
    let (status, retry_after) = (429, Some(0));
    scene.fault(Effect::RateLimited { status, retry_after });
    assert_eq!(outcome_of(refreshed(&app)).0, ErrorKind::RateLimited);
    app.session("alice").unwrap().invalidate();
    assert!(token(&app).is_ok());

    let dead = (ErrorKind::Reauthorize, Some(Reason::InvalidRefreshToken));
    let now = app.exchange_code("x").wait();
    assert!(now.is_err());
    let sessionless = Scene::strict();
    let app = sessionless.app();
    sessionless.start(&app);
    sessionless.quirks(&serde_json::json!({ "refresh_token_life_ms": -1 }));
    refreshed(&app).unwrap();
    assert_eq!(outcome_of(refreshed(&app)), dead);
    let asked = sessionless.refreshes();
    assert_eq!(outcome_of(refreshed(&app)), dead);
    assert_eq!(sessionless.refreshes(), asked, "what is known to be dead is not asked about");
}

#[test]
fn sessions_need_a_store_a_name_and_a_users_token() {
    let scene = Scene::strict();
    let app = scene.app();
    let none = (ErrorKind::Reauthorize, Some(Reason::NoSession));
    assert_eq!(outcome_of(token(&app)), none);
    assert_eq!(app.session("").unwrap_err().kind(), ErrorKind::InvalidArgument);
    let jwt = app.jwt().wait().unwrap();
    let refused = app.start_session("alice", jwt, None).wait().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
    scene.start(&app);
    app.end_session("alice").wait().unwrap();
    assert_eq!(outcome_of(token(&app)), none);
    let mut storeless = scene.settings.clone();
    (storeless.store, storeless.store_key) = (None, None);
    let error = storeless.clone().build().unwrap().session("alice").unwrap_err();
    assert!(error.to_string().contains("memory:"), "{error}");
    storeless.store = Some("memory:".into());
    let app = storeless.build().unwrap();
    scene.start(&app);
    assert!(refreshed(&app).is_ok());
}

#[test]
fn a_store_that_fails_fails_the_session() {
    let scene = Scene::strict();
    let app = scene.app();
    scene.start(&app);
    fs::remove_dir_all(scene.folder.path()).unwrap();
    fs::write(scene.folder.path(), "a file instead of a folder").unwrap();
    let fresh = scene.app();
    assert_eq!(outcome_of(token(&fresh)).0, ErrorKind::Store);
    assert_eq!(scene.refreshes(), 0, "nothing is spent that cannot be written down");
    fs::remove_file(scene.folder.path()).unwrap();
}

#[test]
fn tokens_that_never_end_are_never_refreshed() {
    let scene = Scene::strict();
    scene.quirks(&serde_json::json!({ "user_tokens_expire": false }));
    let app = scene.app();
    let only = scene.start(&app);
    assert_eq!(only.expires_at(), None);
    assert!(token(&scene.app()).unwrap() == only && scene.refreshes() == 0);
}

#[test]
fn many_sessions_are_refreshed_side_by_side() {
    let scene = Scene::strict();
    let app = scene.app();
    let token = scene.start(&app);
    for name in ["bob", "eve"] {
        let authorization = app.authorize(&AuthorizationRequest::default()).unwrap();
        let callback = scene.sandbox.press(authorization.url()).unwrap();
        let code = app.authorization_code(&callback, authorization.state()).unwrap();
        let verifier = authorization.code_verifier().cloned();
        let other = app
            .exchange_code(CodeExchange { code_verifier: verifier, ..CodeExchange::new(code) })
            .wait()
            .unwrap();
        assert_ne!(other, token);
        app.start_session(name, other, None).wait().unwrap();
    }
    let names = ["alice", "bob", "eve"];
    names.iter().for_each(|name| app.session(*name).unwrap().invalidate());
    let tasks = names.map(|name| app.session(name).unwrap().token());
    let tokens: HashSet<String> =
        tasks.into_iter().map(Task::wait).map(|it| it.unwrap().reveal().to_owned()).collect();
    assert_eq!((tokens.len(), scene.refreshes()), (3, 3));
}

#[test]
fn a_grace_period_begins_with_the_first_sending() {
    let mut scene = Scene::lenient();
    let (clock, _) = scene.stop_time();
    let app = scene.app();
    scene.start(&app);
    for _ in 0..2 {
        let lost = Fault::on("refresh_user_token", Effect::LostResponse).times(2);
        scene.sandbox.fault(lost).unwrap();
        assert_eq!(outcome_of(refreshed(&app)).0, ErrorKind::Transport);
        pass(&scene, &clock, Duration::from_secs(15));
    }
    // Half a minute after the first: another sending might arrive after the grace period, and be taken for
    // theft. The second may still be on its way.
    assert_eq!(outcome_of(refreshed(&app)).0, ErrorKind::Timeout);
    pass(&scene, &clock, IN_DOUBT);
    assert_eq!(outcome_of(refreshed(&app)), INTERRUPTED);
    assert_eq!(scene.reuses(), 0);
}

#[test]
fn a_refusal_of_the_second_sending_tells_nothing_of_the_first() {
    let mut scene = Scene::lenient();
    let (clock, _) = scene.stop_time();
    let app = scene.app();
    scene.start(&app);
    let lost = Fault::on("refresh_user_token", Effect::LostResponse);
    scene.sandbox.fault(lost).unwrap();
    let busy = Fault::on("refresh_user_token", Effect::Html { status: 503 });
    scene.sandbox.fault(busy).unwrap();
    assert_eq!(outcome_of(refreshed(&app)).0, ErrorKind::Server);
    clock.advance(Duration::from_secs(31));
    scene.sandbox.clock().advance_ms(31_000);
    assert_eq!(outcome_of(refreshed(&app)), INTERRUPTED);
    assert_eq!(scene.reuses(), 0);
}

#[test]
fn an_answer_that_is_repeated_late_still_brings_the_next_pair() {
    let mut scene = Scene::lenient();
    let (clock, now) = scene.stop_time();
    scene.quirks(&serde_json::json!({ "user_token_life_ms": 2000 }));
    let app = scene.app();
    scene.start(&app);
    let lost = Fault::on("refresh_user_token", Effect::LostResponse).times(2);
    scene.sandbox.fault(lost).unwrap();
    assert_eq!(outcome_of(refreshed(&app)).0, ErrorKind::Transport);
    clock.advance(Duration::from_secs(5));
    scene.sandbox.clock().advance_ms(5000);
    // The pair of five seconds ago comes again: its refresh token is good, its token is over.
    assert!(token(&app).unwrap().lives_past(now.after(Duration::from_secs(6))));
    assert_eq!((scene.refreshes(), scene.reuses()), (4, 0));
}

#[test]
fn a_token_that_is_over_when_it_comes_does_not_end_the_session() {
    let scene = Scene::strict();
    let app = scene.app();
    scene.start(&app);
    scene.quirks(&serde_json::json!({ "user_token_life_ms": 0 }));
    let dead = (ErrorKind::Protocol, Some(Reason::ExpiredOnArrival));
    assert_eq!(outcome_of(refreshed(&app)), dead);
    assert_eq!(scene.refreshes(), 1, "what brings dead tokens is not asked again at once");
    scene.quirks(&serde_json::json!({ "user_token_life_ms": 8 * 3_600_000 }));
    assert!(refreshed(&app).is_ok() && token(&scene.app()).is_ok());
    assert_eq!((scene.refreshes(), scene.reuses()), (2, 0));
}

#[test]
fn a_token_that_ends_while_it_is_written_down_is_not_handed_out() {
    let mut scene = Scene::strict();
    let (clock, now) = scene.stop_time();
    let (writes, sandbox_clock) = (AtomicUsize::new(0), scene.sandbox.clock());
    // The third write, of the answer to the first refresh, takes five seconds.
    let store = PutStore::new(move |inner, put| {
        if writes.fetch_add(1, Ordering::SeqCst) == 2 {
            clock.advance(Duration::from_secs(5));
            sandbox_clock.advance_ms(5000);
        }
        put.done_in(inner)
    });
    scene.settings.store = None;
    scene.settings.own_store = Some(Arc::new(store));
    scene.quirks(&serde_json::json!({ "user_token_life_ms": 2000 }));
    let app = scene.app();
    scene.start(&app);
    assert!(refreshed(&app).unwrap().lives_past(now.after(Duration::from_secs(6))));
    assert_eq!((scene.refreshes(), scene.reuses()), (2, 0));
}
