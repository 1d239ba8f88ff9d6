//! What is written about a refresh after it, and what is told if that fails.

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use appmint_core::ErrorKind;
use serde_json::json;

use crate::{
    common::scripted::{Answer, Log, Server},
    world::{Lying, STRICT, Scene, honest, token, token_after_back_off},
};

#[test]
fn an_end_that_cannot_be_written_is_told_and_sends_nothing_again() {
    let log = Log::default();
    let (honest, refusals) = (honest(&log), log.clone());
    let server = Server::start(move |asked| match asked.refresh_token() {
        Some(token) => {
            refusals.add(format!("{token} is refused"));
            Answer::Json(400, json!({ "error": "invalid_grant" }))
        }
        None => honest(asked),
    });
    let store = Arc::new(Lying::default());
    let mut scene = Scene::with_store(&server.url(), STRICT, Arc::clone(&store) as _);
    let events = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&events);
    scene.settings.timeout = Some(Duration::from_secs(2));
    scene.settings.on_event = Some(Arc::new(move |event| {
        told.lock().unwrap().push(event.kind.name());
    }));
    let app = scene.app();
    scene.begin(&app);
    store.fail_after(1); // the intent is written, the end is not
    assert_eq!(token(&app).unwrap_err().kind(), ErrorKind::Store);
    let failures = events.lock().unwrap().iter().filter(|kind| **kind == "store_failed").count();
    assert!(failures > 0, "{:?}", events.lock().unwrap());
    store.fail.store(0, Ordering::SeqCst);
    // Nobody knows any more what the refusal said, so the refresh token is not sent again.
    assert!(token_after_back_off(&scene, &app).is_err());
    assert_eq!(log.lines(), ["R1 is refused"]);
}
