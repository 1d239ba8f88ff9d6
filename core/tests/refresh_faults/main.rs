//! Refreshes on networks and stores that fail in the ways in which sessions used to be lost, or refresh
//! tokens sent twice.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod notes;
mod world;

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use appmint_core::{
    Deadline, Error, ErrorKind, Reason, Timestamp,
    binding::Settings,
    http::{Body, HttpTransport, Network, Repeat, Request, Transport},
    store::SqliteStore,
};
use common::{
    places::{Folder, Redis},
    scripted::{Answer, Log, Server, app, descriptor, pair},
};
use serde_json::json;
use world::{
    GRACE, Gate, HOUR, Hole, INTERRUPTED, Lying, Misled, PROVABLE, STRICT, Scene,
    begin_authorization, holding, honest, of, token, token_after_back_off, token_at_last,
};

#[test]
fn a_connection_that_never_came_spends_nothing_whoever_waited_for_whom() {
    let log = Log::default();
    let (first, hole) = (Server::start(honest(&log)), Hole::open());
    let mut scene = Scene::new(&first.url(), STRICT);
    let login = scene.app().exchange_code("code").wait().unwrap();
    let there = descriptor(&hole.url(), &json!({}));
    scene.settings.platform_descriptor = Some(there);
    scene.settings.timeout = Some(Duration::from_secs(3));
    scene.app().start_session("alice", login, None).wait().unwrap();
    scene.clock.advance(Duration::from_secs(7200));

    let asking = || {
        let app = scene.app();
        thread::spawn(move || token(&app).unwrap_err())
    };
    let errors: Vec<Error> =
        [asking(), asking(), asking()].map(|asking| asking.join().unwrap()).into();
    for error in &errors {
        assert!(matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout), "{error:?}");
        assert!(error.is_retryable(), "{error:?}");
    }
    assert!(errors.iter().any(|error| error.reason() == Some(Reason::Unreachable)));
    let _server = hole.fill(&log);
    assert_eq!(token(&scene.app()).unwrap(), "A2");
    assert_eq!(log.lines(), ["R1"]);
}

#[test]
fn a_lost_acknowledgement_of_the_intent_or_of_the_answer_loses_nothing() {
    for lost in [1, 2] {
        let log = Log::default();
        let server = Server::start(honest(&log));
        let store = Arc::new(Lying::default());
        let scene = Scene::with_store(&server.url(), STRICT, Arc::clone(&store) as _);
        let app = scene.app();
        scene.begin(&app);
        store.lose.store(lost, Ordering::SeqCst);
        assert_eq!(token(&app).unwrap(), "A2");
        assert_eq!(token(&scene.app()).unwrap(), "A2", "the other process finds it written");
        assert_eq!(log.lines(), ["R1"]);
    }
}

#[test]
fn an_intent_that_was_not_written_or_not_sent_is_not_held_against_the_session() {
    for sound_writes in [0, 1] {
        let (log, place) = (Log::default(), TcpListener::bind("127.0.0.1:0").unwrap());
        let (first, address) = (Server::start(honest(&log)), place.local_addr().unwrap());
        let login = Scene::new(&first.url(), STRICT).app().exchange_code("code").wait().unwrap();
        let store = Arc::new(Lying::default());
        let url = format!("http://{address}");
        let scene = Scene::with_store(&url, STRICT, Arc::clone(&store) as _);
        let app = scene.app();
        app.start_session("alice", login, None).wait().unwrap();
        scene.clock.advance(Duration::from_secs(7200));
        // Nothing listens there. The store takes neither the intent, or the intent and not the note that
        // nothing was sent.
        drop(place);
        store.fail_after(sound_writes);
        let expected = [ErrorKind::Store, ErrorKind::Transport][sound_writes];
        assert_eq!(token(&app).unwrap_err().kind(), expected);
        store.fail.store(0, Ordering::SeqCst);
        let _server = Server::on(TcpListener::bind(address).unwrap(), honest(&log));
        assert_eq!(token_after_back_off(&scene, &app).unwrap(), "A2");
        assert_eq!(log.lines(), ["R1"]);
    }
}

#[test]
fn an_answer_that_the_store_does_not_take_is_offered_again_after_the_caller_has_gone() {
    let log = Log::default();
    let server = Server::start(honest(&log));
    let store = Arc::new(Lying::default());
    let mut scene = Scene::with_store(&server.url(), STRICT, Arc::clone(&store) as _);
    scene.settings.timeout = Some(Duration::from_secs(1));
    let app = scene.app();
    scene.begin(&app);
    store.fail_after(1); // the intent is written, the answer is not
    assert_eq!(token(&app).unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(log.lines(), ["R1"]);
    app.close();
    store.fail.store(0, Ordering::SeqCst);
    assert_eq!(token_at_last(&scene).as_deref(), Some("A2"));
    assert_eq!(log.lines(), ["R1"]);
}

#[test]
fn an_answer_finds_its_place_although_another_process_means_to_send_again() {
    let log = Log::default();
    let server = Server::start(honest(&log));
    let store = Arc::new(Lying::default());
    let mut scene = Scene::with_store(&server.url(), GRACE, Arc::clone(&store) as _);
    scene.settings.timeout = Some(Duration::from_secs(2));
    let first = scene.app();
    scene.begin(&first);
    store.fail_after(1);
    assert_eq!(token(&first).unwrap_err().kind(), ErrorKind::Timeout);
    // The other one has the lock, too, writes its intent, and does not reach the platform.
    let its_store = store.of_another_process();
    its_store.lets_everybody_in.store(true, Ordering::SeqCst);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let transport: Arc<dyn Transport> = Arc::new(Misled { port: closed.port() });
    let elsewhere = Settings { transport: Some(transport), ..scene.settings.clone() };
    let other = app(&elsewhere, &(its_store as _));
    assert_eq!(of(&token(&other).unwrap_err()).1, Some(Reason::Unreachable));
    store.fail.store(0, Ordering::SeqCst);
    assert_eq!(token_at_last(&scene).as_deref(), Some("A2"));
    assert_eq!(log.lines(), ["R1"]);
}

#[test]
fn a_note_that_nothing_was_sent_is_written_beside_another_machines_mark() {
    let (log, hole) = (Log::default(), Hole::open());
    let first = Server::start(honest(&log));
    let login = Scene::new(&first.url(), STRICT).app().exchange_code("code").wait().unwrap();
    let store = Arc::new(Lying::default());
    store.lets_everybody_in.store(true, Ordering::SeqCst);
    let mut scene = Scene::with_store(&hole.url(), STRICT, Arc::clone(&store) as _);
    scene.settings.timeout = Some(Duration::from_secs(3));
    let [one, other] = ["one", "other"].map(|name| scene.app_on(name));
    one.start_session("alice", login, None).wait().unwrap();
    scene.clock.advance(Duration::from_secs(7200));
    let (here, elsewhere) = thread::scope(|scope| {
        let writes = store.writes();
        let connecting = scope.spawn(|| token(&one).unwrap_err());
        store.wait_for_write_after(writes); // of its intent
        let marking = scope.spawn(|| token(&other).unwrap_err());
        (connecting.join().unwrap(), marking.join().unwrap())
    });
    assert_eq!(here.reason(), Some(Reason::Unreachable));
    assert_eq!(elsewhere.kind(), ErrorKind::Timeout);
    let _server = hole.fill(&log);
    assert_eq!(token_after_back_off(&scene, &other).unwrap(), "A2");
    assert_eq!(log.lines(), ["R1"]);
}

#[test]
fn a_deadline_that_passes_before_there_is_a_connection_says_that_nothing_was_sent() {
    let hole = Hole::open();
    let transport = HttpTransport::new(&Network { proxy: Some("".into()), ..Network::default() });
    let request = Request {
        method: "POST".to_owned(),
        url: hole.url().parse().unwrap(),
        headers: Vec::new(),
        authorization: None,
        body: Body::None,
        response_limit: 1024,
        repeat: Repeat::Never,
        send_by: None,
        quota_of: None,
        secrets: Vec::new(),
    };
    let deadline = Deadline::after(Duration::from_millis(300));
    let error = transport.unwrap().send(&request, deadline).unwrap_err();
    assert_eq!(of(&error), (ErrorKind::Timeout, Some(Reason::Unreachable)));
}

#[test]
fn a_request_that_is_still_on_its_way_is_not_taken_for_one_that_never_was() {
    let (log, gate) = (Log::default(), Gate::default());
    let server = holding(&log, &gate);
    // Two holders of one lock, as after a step of the clock or a Redis that failed over.
    let store = Arc::new(Lying::default());
    store.lets_everybody_in.store(true, Ordering::SeqCst);
    let scene = Scene::with_store(&server.url(), PROVABLE, store as _);
    let app = scene.app();
    scene.begin(&app);
    let first = thread::spawn(move || token(&app).unwrap());
    gate.wait_for_somebody();
    let other = scene.app();
    // The old token works at this moment, and yet nothing is sent.
    let second = thread::spawn(move || token(&other).unwrap());
    thread::sleep(Duration::from_millis(300));
    assert_eq!(log.lines(), [""; 0]);
    gate.open();
    assert_eq!((first.join().unwrap(), second.join().unwrap()), ("A2".into(), "A2".into()));
    assert_eq!(log.lines(), ["R1"]);
}

#[test]
fn two_other_machines_find_out_what_became_of_a_refresh() {
    let log = Log::default();
    let (answer, is_first) = (honest(&log), AtomicBool::new(true));
    let server = Server::start(move |asked| {
        let is_lost = asked.refresh_token().is_some() && is_first.swap(false, Ordering::SeqCst);
        if is_lost { Answer::HangUp } else { answer(asked) }
    });
    let mut scene = Scene::new(&server.url(), PROVABLE);
    scene.settings.timeout = Some(Duration::from_secs(1));
    let [gone, one, other] = ["gone", "one", "other"].map(|name| scene.app_on(name));
    scene.begin(&gone);
    assert_eq!(token(&gone).unwrap_err().kind(), ErrorKind::Transport);
    // Neither knows when the request was sent, so each counts from its own first look.
    for app in [&one, &other, &one, &other] {
        assert_eq!(token_after_back_off(&scene, app).unwrap_err().kind(), ErrorKind::Timeout);
    }
    scene.clock.advance(Duration::from_secs(27));
    assert_eq!(token(&one).unwrap(), "A2");
    assert_eq!(token(&other).unwrap(), "A2");
    assert_eq!(log.lines(), ["R1"]);
}

#[test]
fn a_refresh_goes_on_after_its_callers_deadline() {
    let (log, gate) = (Log::default(), Gate::default());
    let server = holding(&log, &gate);
    let mut scene = Scene::new(&server.url(), STRICT);
    scene.settings.timeout = Some(Duration::from_secs(1));
    let app = scene.app();
    scene.begin(&app);
    let late = token(&app).unwrap_err();
    assert_eq!((late.kind(), late.is_retryable()), (ErrorKind::Timeout, true), "{late:?}");
    app.close();
    drop(app);
    gate.open();
    assert_eq!(token_at_last(&scene).as_deref(), Some("A2"), "{:?}", log.lines());
    assert_eq!(log.lines(), ["R1"]);
}

#[test]
fn a_process_that_is_stopped_reads_its_answer_when_it_goes_on() {
    for refresh in [STRICT, PROVABLE] {
        let (log, gate) = (Log::default(), Gate::default());
        let server = holding(&log, &gate);
        let folder = Folder::new();
        let store = Arc::new(SqliteStore::new(folder.file()).unwrap());
        let mut scene = Scene::with_store(&server.url(), refresh, store);
        scene.settings.timeout = Some(Duration::from_secs(2));
        scene.begin(&scene.app());
        // SAFETY: the child makes an app of its own and leaves by `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let app = scene.app();
            let code = i32::from((0..20).all(|_| token_after_back_off(&scene, &app).is_err()));
            // SAFETY: ends this process, which has nothing to clean up.
            unsafe { libc::_exit(code) };
        }
        gate.wait_for_somebody();
        // SAFETY: signals to a child that we made and have not waited for.
        unsafe { libc::kill(child, libc::SIGSTOP) };
        gate.open();
        // By its lease the stopped process has lost the lock, and the answer waits in its socket.
        let meanwhile = token(&scene.app()).unwrap_err();
        assert_eq!((meanwhile.kind(), meanwhile.is_retryable()), (ErrorKind::Timeout, true));
        // SAFETY: as above.
        unsafe { libc::kill(child, libc::SIGCONT) };
        let mut status = 0;
        // SAFETY: waits for a child of ours; `status` outlives the call.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        assert_eq!(token(&scene.app()).unwrap(), "A2");
        assert_eq!(log.lines(), ["R1"]);
    }
}

#[test]
fn no_process_hands_out_a_token_that_another_ones_refresh_has_ended() {
    let log = Log::default();
    let server = Server::start(honest(&log));
    let scene = Scene::new(&server.url(), PROVABLE);
    let (one, other) = (scene.app(), scene.app());
    scene.begin(&one);
    for (minutes, expected) in [(0, "A2"), (45, "A2"), (10, "A3")] {
        scene.clock.advance(Duration::from_secs(minutes * 60));
        assert_eq!([token(&one).unwrap(), token(&other).unwrap()], [expected; 2]);
    }
    assert_eq!(log.lines(), ["R1", "R2"]);
}

#[test]
fn a_refresh_is_never_written_to_a_connection_that_lay_idle() {
    let log = Log::default();
    let answer = honest(&log);
    // The server gives a connection up after its first request, and does not read a second one.
    let server =
        Server::start(move |asked| if asked.earlier > 0 { Answer::HangUp } else { answer(asked) });
    let scene = Scene::new(&server.url(), STRICT);
    let app = scene.app();
    scene.begin(&app);
    for expected in ["A2", "A3", "A4"] {
        assert_eq!(token(&app).unwrap(), expected);
        scene.clock.advance(Duration::from_secs(7200));
    }
    assert_eq!(log.lines(), ["R1", "R2", "R3"]);
}

#[test]
fn an_answer_with_the_tokens_is_kept_whatever_stands_beside_them() {
    let mut odd = pair(2, HOUR);
    odd["expires_in"] = json!("soon");
    let no_time = odd.to_string().into_bytes();
    let twice = br#"{"scope": "a", "access_token": "A2", "refresh_token": "R2", "scope": "b"}"#;
    let latin = b"{\"access_token\": \"A2\", \"refresh_token\": \"R2\", \"name\": \"Ren\xe9\"}";
    let marked =
        "\u{feff}{\"access_token\": \"A2\", \"refresh_token\": \"R2\", \"expires_in\": -1e99}";
    for body in [no_time, twice.to_vec(), latin.to_vec(), marked.as_bytes().to_vec()] {
        let log = Log::default();
        let (answer, shown) = (honest(&log), String::from_utf8_lossy(&body).into_owned());
        let server = Server::start(move |asked| match (asked.refresh_token(), answer(asked)) {
            (Some("R1"), _) => Answer::Bytes(200, body.clone()),
            (_, answer) => answer,
        });
        let scene = Scene::new(&server.url(), STRICT);
        let app = scene.app();
        scene.begin(&app);
        assert_eq!(token(&app).map_err(|error| error.to_string()), Ok("A2".into()), "{shown}");
        app.session("alice").unwrap().invalidate();
        assert_eq!(token(&app).unwrap(), "A3", "{shown}");
        assert_eq!(log.lines(), ["R1", "R2"], "{shown}");
    }
}

#[test]
fn an_answer_whose_tokens_are_not_certain_is_not_used() {
    for body in [
        br#"{"access_token": "A2", "refresh_token": "R2", "refresh_token": "R3"}"#.as_slice(),
        b"{\"access_token\": \"A\xff2\", \"refresh_token\": \"R2\"}",
    ] {
        let log = Log::default();
        let answer = honest(&log);
        let server = Server::start(move |asked| match (asked.refresh_token(), answer(asked)) {
            (Some(_), _) => Answer::Bytes(200, body.to_vec()),
            (_, answer) => answer,
        });
        let scene = Scene::new(&server.url(), STRICT);
        let app = scene.app();
        scene.begin(&app);
        assert_eq!(of(&token(&app).unwrap_err()), INTERRUPTED);
        assert_eq!(of(&token(&scene.app()).unwrap_err()), INTERRUPTED);
        assert_eq!(log.lines(), ["R1"]);
    }
}

#[test]
fn what_was_done_once_is_known_to_all_under_a_wrong_clock_too() {
    let (folder, redis) = (Folder::new(), Redis::start());
    for years in [-30, 30] {
        for url in [folder.url(), redis.url()] {
            let server = Server::start(honest(&Log::default()));
            let mut scene = Scene::new(&server.url(), STRICT);
            let seconds = Timestamp::from(std::time::SystemTime::now()).as_secs();
            scene.clock.set(Timestamp::from_secs(seconds + years * 366 * 86_400));
            scene.settings.store = Some(url.into());
            let [one, other] = [(); 2].map(|()| scene.settings.clone().build().unwrap());
            let (authorization, callback) = begin_authorization(&one);
            one.finish_authorization(&authorization, &callback).wait().unwrap();
            let again = other.finish_authorization(&authorization, &callback).wait().unwrap_err();
            assert_eq!(again.reason(), Some(Reason::StaleAuthorization), "{years} years");
        }
    }
}

#[test]
fn a_code_that_was_never_sent_can_be_sent_and_one_that_may_be_spent_cannot() {
    let (log, is_up) = (Log::default(), Arc::new(AtomicBool::new(true)));
    let (answer, up) = (honest(&log), Arc::clone(&is_up));
    let server =
        Server::start(
            move |asked| {
                if up.load(Ordering::SeqCst) { answer(asked) } else { Answer::HangUp }
            },
        );
    let scene = Scene::new(&server.url(), STRICT);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut cut_off = Scene::with_store(&server.url(), STRICT, Arc::clone(&scene.store));
    cut_off.settings.transport = Some(Arc::new(Misled { port: closed.port() }));
    let unreachable = cut_off.app();
    let (authorization, callback) = begin_authorization(&unreachable);
    for _ in 0..2 {
        let error = unreachable.finish_authorization(&authorization, &callback).wait().unwrap_err();
        assert_eq!(of(&error), (ErrorKind::Transport, Some(Reason::Unreachable)));
    }
    let app = scene.app();
    app.finish_authorization(&authorization, &callback).wait().unwrap();
    let again = app.finish_authorization(&authorization, &callback).wait().unwrap_err();
    assert_eq!(again.reason(), Some(Reason::StaleAuthorization));

    let (authorization, callback) = begin_authorization(&app);
    is_up.store(false, Ordering::SeqCst);
    let lost = app.finish_authorization(&authorization, &callback).wait().unwrap_err();
    assert!(!lost.is_retryable(), "{lost:?}");
    is_up.store(true, Ordering::SeqCst);
    let again = app.finish_authorization(&authorization, &callback).wait().unwrap_err();
    assert_eq!(again.reason(), Some(Reason::StaleAuthorization));
}
