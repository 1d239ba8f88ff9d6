//! A platform that fails for everybody is left alone, and a limit of one installation is its own.

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use appmint_core::{App, ErrorKind, ManualClock, Task, Token};
use common::{
    scripted::{Answer, Server},
    settings,
};
use serde_json::json;

fn token() -> Answer {
    Answer::Json(201, json!({ "token": "ats_1", "expires_at": "2099-01-01T00:00:00Z" }))
}

fn app(server: &Server, retries: u32) -> (App, ManualClock) {
    let (mut settings, clock) = settings(&common::sandbox());
    (settings.api_url, settings.web_url) = (Some(server.url()), None);
    (settings.retries, settings.timeout) = (Some(retries), Some(Duration::from_secs(60)));
    (settings.build().unwrap(), clock)
}

fn mint(app: &App, id: usize) -> Task<Token> {
    app.installation((id + 1).to_string()).unwrap().token()
}

#[test]
fn a_platform_that_fails_for_everybody_is_asked_a_few_times() {
    let (asked, is_up) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, up) = (Arc::clone(&asked), Arc::clone(&is_up));
    let server = Server::start(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        if up.load(Ordering::SeqCst) { token() } else { Answer::Json(500, json!({})) }
    });
    let (app, clock) = app(&server, 2);
    for id in 0..200 {
        let error = mint(&app, id).wait().unwrap_err();
        assert!(error.kind() == ErrorKind::Server && error.is_retryable(), "{error}");
        assert_eq!(error.retry_after().is_some(), id >= 10, "{id}: {error}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 9 * 3 + 3, "ten installations, each three times");
    for _ in 0..60 {
        clock.advance(Duration::from_secs(2));
        (0..200).for_each(|id| drop(mint(&app, id).wait()));
    }
    assert!(asked.load(Ordering::SeqCst) <= 30 + 8, "in two minutes a few probes, each once");
    is_up.store(true, Ordering::SeqCst);
    clock.advance(Duration::from_secs(65));
    assert!((0..2).all(|_| mint(&app, 3).wait().is_ok()) && mint(&app, 4).wait().is_ok());
}

#[test]
fn limits_of_many_installations_leave_threads_for_the_others() {
    let server = Server::start(|asked| match asked.path.contains("/1/access_tokens") {
        true => token(),
        false => Answer::Limited(50),
    });
    let (app, _) = app(&server, 2);
    let limited: Vec<_> = (1..201).map(|id| mint(&app, id)).collect();
    let other = mint(&app, 0).wait_for(Duration::from_secs(20));
    assert!(other.is_some_and(|minted| minted.is_ok()));
    assert!(limited.iter().any(|task| !task.is_finished()), "some wait as the platform says");
}
