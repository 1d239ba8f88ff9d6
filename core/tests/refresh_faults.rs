//! Refreshes on networks and stores that fail in the ways in which sessions used to be lost, or refresh
//! tokens sent twice.

#![cfg(unix)]

mod common;

use std::{
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use appmint_core::{
    App, Deadline, Error, ErrorKind, ManualClock, Reason, Result, Timestamp,
    binding::Settings,
    http::{HttpTransport, Network, Request, Response, Transport},
    oauth::{Authorization, AuthorizationRequest},
    store::{MemoryStore, SqliteStore, Store},
};
use common::{
    places::{Folder, Redis},
    scripted::{Answer, Log, Server, app, descriptor, pair, settings, tokens},
};
use serde_json::json;

const HOUR: i64 = 3600;
const STRICT: &str = "{}";
const PROVABLE: &str = r#"{ "ends_old_token": true }"#;
const INTERRUPTED: (ErrorKind, Option<Reason>) =
    (ErrorKind::Reauthorize, Some(Reason::RotationInterrupted));

/// A platform under a script, a store, and a clock that stands still.
struct Scene {
    settings: Settings,
    store: Arc<dyn Store>,
    clock: ManualClock,
}

impl Scene {
    fn new(url: &str, refresh: &str) -> Self {
        Self::with_store(url, refresh, Arc::new(MemoryStore::default()))
    }

    fn with_store(url: &str, refresh: &str, store: Arc<dyn Store>) -> Self {
        let clock = ManualClock::new(Timestamp::from(std::time::SystemTime::now()));
        let descriptor = descriptor(url, &serde_json::from_str(refresh).unwrap());
        let settings = Settings {
            retry_wait: Some(Duration::from_millis(1)),
            ..settings(descriptor, clock.clone())
        };
        Self { settings, store, clock }
    }

    fn app(&self) -> App {
        app(&self.settings, &self.store)
    }

    /// A user logs in, and the access token expires.
    fn begin(&self, app: &App) {
        let token = app.exchange_code("code").wait().unwrap();
        app.start_session("alice", token).wait().unwrap();
        self.clock.advance(Duration::from_secs(7200));
    }
}

fn token(app: &App) -> Result<String> {
    Ok(app.session("alice")?.token().wait()?.reveal().to_owned())
}

/// Asks until the failure that still counts has passed.
fn token_after_back_off(scene: &Scene, app: &App) -> Result<String> {
    scene.clock.advance(Duration::from_secs(2));
    token(app)
}

fn of(error: &Error) -> (ErrorKind, Option<Reason>) {
    (error.kind(), error.reason())
}

/// A server that answers a code with the first tokens, and each refresh token once with the next.
fn honest(log: &Log) -> impl Fn(&common::scripted::Asked) -> Answer + Send + Sync + 'static {
    let log = log.clone();
    move |asked| match asked.refresh_token() {
        None if asked.path.starts_with("/check") => Answer::Json(200, json!({ "token": "A1" })),
        None => tokens(1, HOUR),
        Some(token) if log.lines().iter().any(|before| before == token) => {
            log.add(format!("{token} again"));
            Answer::Json(400, json!({ "error": "invalid_grant" }))
        }
        Some(token) => {
            log.add(token);
            tokens(token[1..].parse::<usize>().unwrap() + 1, HOUR)
        }
    }
}

/// A port that takes no more connections: whoever connects waits.
struct Hole {
    listener: TcpListener,
    queued: Vec<TcpStream>,
}

impl Hole {
    fn open() -> Self {
        // SAFETY: plain calls on a socket of this test's own.
        let listener = unsafe {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            libc::listen(std::os::fd::AsRawFd::as_raw_fd(&listener), 0);
            listener
        };
        let address = listener.local_addr().unwrap();
        let connect = |_| TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let queued = (0..8).map_while(connect).collect();
        Self { listener, queued }
    }

    fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }

    /// From now on a server answers at this port.
    fn fill(self, log: &Log) -> Server {
        drop(self.queued);
        // SAFETY: as above.
        unsafe { libc::listen(std::os::fd::AsRawFd::as_raw_fd(&self.listener), 128) };
        Server::on(self.listener, honest(log))
    }
}

#[test]
fn a_connection_that_never_came_spends_nothing_whoever_waited_for_whom() {
    let log = Log::default();
    let (first, hole) = (Server::start(honest(&log)), Hole::open());
    let mut scene = Scene::new(&first.url(), STRICT);
    let login = scene.app().exchange_code("code").wait().unwrap();
    let there = descriptor(&hole.url(), &json!({}));
    scene.settings.platform_descriptor = Some(there);
    scene.settings.timeout = Some(Duration::from_secs(3));
    scene.app().start_session("alice", login).wait().unwrap();
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

/// A store in memory whose acknowledgements can be lost, and whose locks may have two holders.
#[derive(Debug, Default)]
struct Lying {
    inner: MemoryStore,
    /// So many of the next writes happen, and are reported as failed.
    lose: AtomicUsize,
    /// So many of the next writes do not happen.
    fail: AtomicUsize,
    lets_everybody_in: AtomicBool,
}

fn takes(count: &AtomicUsize) -> bool {
    let take = |left: usize| left.checked_sub(1);
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
}

fn failed() -> Error {
    Error::new(ErrorKind::Store, "the answer was lost")
}

impl Store for Lying {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.inner.get(name)
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        if takes(&self.fail) {
            return Err(failed());
        }
        let is_put = self.inner.put(name, value, expected, keep_until)?;
        if takes(&self.lose) { Err(failed()) } else { Ok(is_put) }
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.inner.remove(name, expected)
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        if self.lets_everybody_in.load(Ordering::SeqCst) {
            return Ok(true);
        }
        self.inner.lock(name, owner, lease)
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.inner.unlock(name, owner)
    }
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
fn an_intent_whose_request_was_never_sent_is_not_held_against_the_session() {
    let log = Log::default();
    let server = Server::start(honest(&log));
    let store = Arc::new(Lying::default());
    let mut scene = Scene::with_store(&server.url(), STRICT, Arc::clone(&store) as _);
    let app = scene.app();
    scene.begin(&app);
    // Nothing listens there, and the store does not take the note that nothing was sent.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let open = scene.settings.platform_descriptor.clone();
    scene.settings.platform_descriptor =
        Some(open.clone().unwrap().replace(&server.url(), &format!("http://{closed}")));
    let cut_off = scene.app();
    let owner_differs = token(&cut_off).unwrap_err();
    assert_eq!(owner_differs.reason(), Some(Reason::NoSession), "another platform's sessions");
    scene.settings.platform_descriptor = open;

    let login = scene.app();
    store.fail.store(1, Ordering::SeqCst); // the intent itself
    assert_eq!(token(&login).unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(log.lines(), [""; 0]);
    assert_eq!(token_after_back_off(&scene, &login).unwrap(), "A2");
    assert_eq!(log.lines(), ["R1"]);
}

#[test]
fn answers_that_the_store_does_not_take_are_offered_again_and_by_close_too() {
    let log = Log::default();
    let server = Server::start(honest(&log));
    let store = Arc::new(Lying::default());
    let mut scene = Scene::with_store(&server.url(), STRICT, Arc::clone(&store) as _);
    scene.settings.timeout = Some(Duration::from_secs(1));
    let app = scene.app();
    scene.begin(&app);
    // The intent is written (the first), and then nothing is for a while.
    let until = Arc::clone(&store);
    let dark = thread::spawn(move || {
        while log.lines().is_empty() {
            thread::sleep(Duration::from_millis(1));
        }
        until.fail.store(usize::MAX, Ordering::SeqCst);
    });
    let early = token(&app);
    dark.join().unwrap();
    if early.is_ok() {
        return; // the answer was written before the store went dark, as it may be on a slow machine
    }
    app.close();
    store.fail.store(0, Ordering::SeqCst);
    let fresh = scene.app();
    let saved = (0..200).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        token_after_back_off(&scene, &fresh).ok()
    });
    assert_eq!(saved.as_deref(), Some("A2"));
}

/// Holds a request until it is released.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<(bool, bool)>, Condvar)>);

impl Gate {
    fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.0 = true;
        changed.notify_all();
        drop(changed.wait_while(state, |(_, is_open)| !*is_open).unwrap());
    }

    fn wait_for_somebody(&self) {
        let (state, changed) = &*self.0;
        drop(changed.wait_while(state.lock().unwrap(), |(came, _)| !*came).unwrap());
    }

    fn open(&self) {
        self.0.0.lock().unwrap().1 = true;
        self.0.1.notify_all();
    }
}

#[test]
fn a_request_that_is_still_on_its_way_is_not_taken_for_one_that_never_was() {
    let (log, gate) = (Log::default(), Gate::default());
    let (answer, held) = (honest(&log), gate.clone());
    let server = Server::start(move |asked| {
        if asked.refresh_token() == Some("R1") {
            held.pass();
        }
        answer(asked)
    });
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
fn a_refresh_goes_on_after_its_callers_deadline() {
    let (log, gate) = (Log::default(), Gate::default());
    let (answer, held) = (honest(&log), gate.clone());
    let server = Server::start(move |asked| {
        if asked.refresh_token() == Some("R1") {
            held.pass();
        }
        answer(asked)
    });
    let mut scene = Scene::new(&server.url(), STRICT);
    scene.settings.timeout = Some(Duration::from_secs(1));
    let app = scene.app();
    scene.begin(&app);
    let late = token(&app).unwrap_err();
    assert_eq!((late.kind(), late.is_retryable()), (ErrorKind::Timeout, true), "{late:?}");
    app.close();
    drop(app);
    gate.open();
    let fresh = scene.app();
    let saved = (0..200).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        token_after_back_off(&scene, &fresh).ok()
    });
    assert_eq!(saved.as_deref(), Some("A2"), "{:?}", log.lines());
    assert_eq!(log.lines(), ["R1"]);
}

#[test]
fn a_process_that_is_stopped_reads_its_answer_when_it_goes_on() {
    for refresh in [STRICT, PROVABLE] {
        let (log, gate) = (Log::default(), Gate::default());
        let (answer, held) = (honest(&log), gate.clone());
        let server = Server::start(move |asked| {
            if asked.refresh_token() == Some("R1") {
                held.pass();
            }
            answer(asked)
        });
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

fn begin_authorization(app: &App) -> (Authorization, String) {
    let request = AuthorizationRequest {
        redirect_uri: Some("https://example.com/callback".to_owned()),
        ..AuthorizationRequest::default()
    };
    let authorization = app.authorize(&request).unwrap();
    let callback = format!("https://example.com/callback?code=c&state={}", authorization.state());
    (authorization, callback)
}

/// Sends to a port of this machine where nothing listens.
#[derive(Debug)]
struct Misled {
    port: u16,
}

impl Transport for Misled {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let mut request = request.clone();
        request.url.set_port(Some(self.port)).unwrap();
        HttpTransport::new(&Network::default())?.send(&request, deadline)
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
