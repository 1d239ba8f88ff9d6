//! What a session's record allows, and what is told of a session's tokens.

#![cfg(unix)]

mod common;

use std::sync::{Arc, Mutex};

use appmint_core::{App, ErrorKind, Event, EventKind, Reason, Result, Token};
use appmint_sandbox::{Effect, Fault, PlatformName};
use common::scene::Scene;

fn token(app: &App) -> Result<Token> {
    app.session("alice")?.token().wait()
}

#[test]
fn the_token_of_a_session_that_has_ended_is_handed_out_by_nobody() {
    let scene = Scene::strict();
    let app = scene.app();
    scene.start(&app);
    let body = serde_json::json!({ "error": "bad_refresh_token" });
    let headers = Default::default();
    scene.fault(Effect::Status { status: 200, body, headers });
    app.session("alice").unwrap().invalidate();
    for app in [&app, &scene.app()] {
        let error = token(app).unwrap_err();
        let ended = (ErrorKind::Reauthorize, Some(Reason::InvalidRefreshToken));
        assert_eq!((error.kind(), error.reason()), ended);
    }
}

#[test]
fn only_what_was_minted_tells_the_quota_of_the_app() {
    let mut scene = Scene::strict();
    let events = Arc::new(Mutex::new(Vec::<Event>::new()));
    let log = Arc::clone(&events);
    scene.settings.on_event = Some(Arc::new(move |event| log.lock().unwrap().push(event.clone())));
    let app = scene.app();
    scene.start(&app);
    app.installation("3").unwrap().token().wait().unwrap();
    let session = app.session("alice").unwrap();
    session.invalidate();
    session.token().wait().unwrap();
    scene.fault(Effect::Cut);
    session.invalidate();
    session.token().wait().unwrap_err();
    let seen: Vec<_> = (events.lock().unwrap().iter())
        .filter(|event| !matches!(event.kind, EventKind::StoreFailed))
        .map(|event| (event.kind, event.quota.is_some()))
        .collect();
    let wanted =
        [(EventKind::Minted, true), (EventKind::Minted, false), (EventKind::MintFailed, false)];
    assert_eq!(seen, wanted);
}

#[test]
fn a_refresh_of_unknown_end_leaves_the_token_to_others_where_it_ends_none() {
    let scene = Scene::on(PlatformName::AtomGit);
    let app = scene.app();
    let first = scene.start(&app);
    scene.sandbox.fault(Fault::on("refresh_user_token", Effect::LostResponse).times(3)).unwrap();
    app.session("alice").unwrap().invalidate();
    token(&app).unwrap_err();
    let refreshes = scene.refreshes();
    assert_eq!(token(&scene.app()).unwrap(), first);
    assert_eq!(scene.refreshes(), refreshes);
}
