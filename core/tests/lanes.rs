//! Callers' slow requests never keep a token from being minted.

mod common;

use std::{
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use appmint_core::{App, Call, ErrorKind};
use common::{
    scripted::{Answer, Server},
    settings,
};
use serde_json::json;

/// A door at which requests wait.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn wait(&self) {
        let (is_open, changed) = &*self.0;
        drop(changed.wait_while(is_open.lock().unwrap(), |is_open| !*is_open));
    }

    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

/// An app whose platform mints at once, and answers anything else when the gate opens.
fn app() -> (App, Gate) {
    let gate = Gate::default();
    let door = gate.clone();
    let server = Server::start(move |asked| {
        if asked.path.contains("access_tokens") {
            let token = json!({ "token": "ats_1", "expires_at": "2099-01-01T00:00:00Z" });
            return Answer::Json(201, token);
        }
        door.wait();
        Answer::Json(200, json!({}))
    });
    let (mut settings, _) = settings(&common::sandbox());
    (settings.api_url, settings.web_url) = (Some(server.url()), None);
    settings.timeout = Some(Duration::from_secs(60));
    (settings.build().unwrap(), gate)
}

#[test]
fn seventy_hanging_calls_delay_no_minting() {
    let (app, gate) = app();
    let source = app.installation("1").unwrap();
    let hanging: Vec<_> = (0..70).map(|_| source.request(Call::get("/slow"))).collect();
    assert!(app.installation("2").unwrap().token().wait().is_ok());
    assert!(app.jwt().wait().is_ok());
    assert!(hanging.iter().all(|task| !task.is_finished()));
    gate.open();
    assert!(hanging.into_iter().all(|task| task.wait().unwrap().status == 200));
}

#[test]
fn a_call_for_which_no_thread_is_free_says_so() {
    let (app, gate) = app();
    let hanging: Vec<_> = (0..64).map(|_| app.request(Call::get("/slow"))).collect();
    let late = app.request(Call::get("/slow").timeout(Duration::from_millis(50)));
    let error = late.clone().wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.message().contains("no thread was free"), "{error}");
    gate.open();
    assert!(hanging.into_iter().all(|task| task.wait().unwrap().status == 200));
    // The task itself completes with the same error once a thread looks at it.
    let (sender, receiver) = std::sync::mpsc::channel();
    late.on_complete(move |result| sender.send(result).unwrap());
    let error = receiver.recv_timeout(Duration::from_secs(20)).unwrap().unwrap_err();
    assert!(error.message().contains("no thread was free"), "{error}");
}
