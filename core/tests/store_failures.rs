//! What goes wrong with stores: it costs no installation token, it is named, and no session is written over.

#![cfg(unix)]

mod common;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use appmint_core::{
    App, Error, ErrorKind, Reason, Result, Timestamp, Token,
    auth::Scope,
    binding::Settings,
    oauth::{AuthorizationRequest, CodeExchange},
    resources::{InstallationRequest, Lookup, WebhookEvent},
    store::{SqliteStore, Store},
};
use appmint_sandbox::{Clock, PlatformName, Sandbox};
use common::{places::Folder, settings};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const OTHER_KEY: &str = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const SECOND: Duration = Duration::from_secs(1);

/// A platform, and the settings of an app with little time.
struct Scene {
    sandbox: Sandbox,
    settings: Settings,
    events: Arc<Mutex<String>>,
}

impl Scene {
    fn new(store: impl Into<Place>) -> Self {
        let now = Timestamp::from(std::time::SystemTime::now());
        let clock = Clock::frozen(now.as_millis());
        let platform = PlatformName::GitHub;
        let sandbox = Sandbox::builder().platform(platform).clock(clock).start().unwrap();
        let (mut settings, clock) = settings(&sandbox);
        clock.set(now);
        let events = Arc::new(Mutex::new(String::new()));
        let log = Arc::clone(&events);
        settings.on_event = Some(Arc::new(move |event| {
            *log.lock().unwrap() += &format!("{event}\n");
        }));
        settings.store_key = Some(KEY.into());
        settings.retries = Some(0);
        settings.timeout = Some(2 * SECOND);
        match store.into() {
            Place::Url(url) => settings.store = Some(url.into()),
            Place::Own(store) => settings.own_store = Some(store),
        }
        Self { sandbox, settings, events }
    }

    fn app(&self) -> App {
        self.settings.clone().build().unwrap()
    }

    fn app_with_key(&self, key: &str) -> App {
        let mut settings = self.settings.clone();
        settings.store_key = Some(key.into());
        settings.build().unwrap()
    }

    /// A user's token, as a login brings it.
    fn login(&self, app: &App) -> Token {
        let authorization = app.authorize(&AuthorizationRequest::default()).unwrap();
        let callback = self.sandbox.press(authorization.url()).unwrap();
        let code = app.authorization_code(&callback, authorization.state()).unwrap();
        let code_verifier = authorization.code_verifier().cloned();
        let exchange = CodeExchange { code_verifier, ..CodeExchange::new(code) };
        app.exchange_code(exchange).wait().unwrap()
    }

    fn minted(&self) -> usize {
        self.sandbox.ledger().count("mint_installation_token")
    }

    fn events(&self) -> String {
        self.events.lock().unwrap().clone()
    }

    fn webhook(&self, app: &App, body: &str) -> WebhookEvent {
        let signature = format!("sha256={}", hmac("secret", body.as_bytes()));
        let headers =
            [("X-Hub-Signature-256", signature.as_str()), ("X-GitHub-Event", "installation")];
        app.verify_webhook(&headers, body.as_bytes(), &["secret".into()]).unwrap()
    }
}

enum Place {
    Url(String),
    Own(Arc<dyn Store>),
}

impl From<String> for Place {
    fn from(url: String) -> Self {
        Self::Url(url)
    }
}

impl<S: Store + 'static> From<Arc<S>> for Place {
    fn from(store: Arc<S>) -> Self {
        Self::Own(store)
    }
}

fn hmac(secret: &str, body: &[u8]) -> String {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn token(app: &App, lookup: impl Into<InstallationRequest>) -> Result<Token> {
    app.installation(lookup)?.token().wait()
}

fn session(app: &App) -> Result<Token> {
    app.session("alice")?.token().wait()
}

fn outcome<T>(result: Result<T>) -> (ErrorKind, Option<&'static str>) {
    let error = result.map(drop).unwrap_err();
    (error.kind(), error.reason().map(Reason::name))
}

/// A store of the program's own that misbehaves.
#[derive(Default)]
struct Own {
    values: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Every call waits for as long as this holds.
    is_stuck: Mutex<bool>,
    released: Condvar,
    refuses_locks: bool,
    refuses_writes: bool,
    fails: bool,
    asked: AtomicUsize,
}

impl Own {
    fn stick(&self, is_stuck: bool) {
        *self.is_stuck.lock().unwrap() = is_stuck;
        self.released.notify_all();
    }

    fn values(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        drop(self.released.wait_while(self.is_stuck.lock().unwrap(), |stuck| *stuck).unwrap());
        self.values.lock().unwrap()
    }
}

impl std::fmt::Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Own")
    }
}

impl Store for Own {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.fails {
            return Err(Error::new(ErrorKind::Store, "the store is ill"));
        }
        Ok(self.values().get(name).cloned())
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        _: Option<Timestamp>,
    ) -> Result<bool> {
        let mut values = self.values();
        let writes = !self.refuses_writes && values.get(name).map(Vec::as_slice) == expected;
        if writes {
            values.insert(name.to_owned(), value.to_vec());
        }
        Ok(writes)
    }

    fn remove(&self, name: &str, _: &[u8]) -> Result<()> {
        self.values().remove(name);
        Ok(())
    }

    fn lock(&self, _: &str, _: &str, _: Duration) -> Result<bool> {
        drop(self.values());
        Ok(!self.refuses_locks)
    }

    fn unlock(&self, _: &str, _: &str) -> Result<()> {
        drop(self.values());
        Ok(())
    }
}

#[test]
fn a_locked_file_costs_an_event_and_no_token() {
    let exclusive = "pragma locking_mode = exclusive; begin exclusive";
    for (opens_before, locks) in [(false, exclusive), (true, "begin immediate")] {
        let folder = Folder::new();
        let scene = Scene::new(folder.url());
        let app = scene.app();
        if opens_before {
            token(&app, "1").unwrap();
        }
        let other = rusqlite::Connection::open(folder.file()).unwrap();
        other.execute_batch(locks).unwrap();
        assert!(token(&app, "2").is_ok());
        assert!(scene.events().contains("store_failed installation 2"), "{}", scene.events());
    }
}

#[test]
fn a_store_that_blocks_costs_an_event_and_no_token() {
    let store = Arc::new(Own::default());
    let scene = Scene::new(Arc::clone(&store));
    let app = scene.app();
    store.stick(true);
    assert!(token(&app, "1").is_ok());
    assert!(scene.events().contains("the store did not answer within"), "{}", scene.events());
    assert_eq!(outcome(session(&app)), (ErrorKind::Store, None));
    store.stick(false);
}

#[test]
fn a_store_whose_failure_took_long_is_not_asked_again_at_once() {
    let store = Arc::new(Own::default());
    let scene = Scene::new(Arc::clone(&store));
    let app = scene.app();
    store.stick(true);
    assert!(token(&app, "1").is_ok());
    let asked = store.asked.load(Ordering::SeqCst);
    assert!(token(&app, "2").is_ok());
    assert_eq!(store.asked.load(Ordering::SeqCst), asked);
    store.stick(false);

    let store = Arc::new(Own { fails: true, ..Own::default() });
    let scene = Scene::new(Arc::clone(&store));
    let app = scene.app();
    assert!(token(&app, "1").is_ok());
    let asked = store.asked.load(Ordering::SeqCst);
    assert!(token(&app, "2").is_ok());
    assert!(store.asked.load(Ordering::SeqCst) > asked, "it failed at once");
}

#[test]
fn a_store_that_blocks_after_minting_costs_no_token_either() {
    let store = Arc::new(Own::default());
    let scene = Scene::new(Arc::clone(&store));
    let app = scene.app();
    let (sticks, is_minted) = (Arc::clone(&store), scene.sandbox.ledger().clone());
    let watch = thread::spawn(move || {
        while is_minted.count("mint_installation_token") == 0 {
            thread::yield_now();
        }
        sticks.stick(true);
    });
    assert!(token(&app, "1").is_ok());
    watch.join().unwrap();
    store.stick(false);
}

#[test]
fn a_lock_whose_holder_died_leaves_time_for_minting() {
    let folder = Folder::new();
    let scene = Scene::new(folder.url());
    let app = scene.app();
    token(&app, "1").unwrap();
    let name: String = rusqlite::Connection::open(folder.file())
        .unwrap()
        .query_row("select name from appmint_records", [], |row| row.get(0))
        .unwrap();
    let store = SqliteStore::new(folder.file()).unwrap();
    assert!(store.lock(&name, "one that died", 60 * SECOND).unwrap());
    app.installation("1").unwrap().invalidate();
    assert!(token(&app, "1").is_ok());
    assert_eq!(scene.minted(), 2);
    assert!(scene.events().contains("the store's lock"), "{}", scene.events());
}

#[test]
fn a_store_that_always_answers_no_is_named() {
    let own = Own { refuses_locks: true, refuses_writes: true, ..Own::default() };
    let scene = Scene::new(Arc::new(own));
    let app = scene.app();
    assert!(token(&app, "1").is_ok());
    assert!(scene.events().contains("store_failed installation 1"), "{}", scene.events());
    let user = scene.login(&app);
    assert_eq!(outcome(app.start_session("alice", user, None).wait()), (ErrorKind::Store, None));
    let authorization = app.authorize(&AuthorizationRequest::default()).unwrap();
    let callback = scene.sandbox.press(authorization.url()).unwrap();
    let finished = app.finish_authorization(&authorization, &callback).wait();
    assert_eq!(outcome(finished), (ErrorKind::Store, None));
}

#[test]
fn a_refresh_names_the_store_that_refuses_its_lock_or_its_writes() {
    for (refuses_locks, refuses_writes) in [(true, false), (false, true)] {
        let well = Arc::new(Own::default());
        let scene = Scene::new(Arc::clone(&well));
        let app = scene.app();
        app.start_session("alice", scene.login(&app), None).wait().unwrap();
        let values = Mutex::new(well.values().clone());
        let own = Own { values, refuses_locks, refuses_writes, ..Own::default() };
        let mut settings = scene.settings.clone();
        settings.own_store = Some(Arc::new(own));
        let app = settings.build().unwrap();
        let source = app.session("alice").unwrap();
        source.token().wait().unwrap();
        source.invalidate();
        assert_eq!(outcome(source.token().wait()), (ErrorKind::Store, None));
        assert_eq!(scene.sandbox.ledger().count("refresh_user_token"), 0);
    }
}

#[test]
fn a_session_that_another_key_sealed_is_named_and_not_written_over() {
    let folder = Folder::new();
    let scene = Scene::new(folder.url());
    let (app, other) = (scene.app(), scene.app_with_key(OTHER_KEY));
    let user = scene.login(&app);
    app.start_session("alice", user.clone(), None).wait().unwrap();
    let wrong_key = (ErrorKind::Store, Some("wrong_store_key"));
    assert_eq!(outcome(session(&other)), wrong_key);
    let error = session(&other).unwrap_err();
    assert!(error.to_string().contains("previous_store_key"), "{error}");
    assert_eq!(outcome(other.start_session("alice", scene.login(&other), None).wait()), wrong_key);
    assert!(session(&scene.app()).unwrap() == user, "the session is still there");
    other.end_session("alice").wait().unwrap();
    let no_session = (ErrorKind::Reauthorize, Some("no_session"));
    assert_eq!(outcome(session(&scene.app())), no_session);
}

#[test]
fn a_record_that_is_damaged_or_not_sealed_is_not_written_over() {
    let store = Arc::new(Own::default());
    let scene = Scene::new(Arc::clone(&store));
    let app = scene.app();
    app.start_session("alice", scene.login(&app), None).wait().unwrap();
    let name = store.values().keys().next().unwrap().clone();
    for record in [b"appmint1".to_vec(), b"appmint0{}".to_vec(), b"{}".to_vec()] {
        store.values().insert(name.clone(), record.clone());
        assert_eq!(outcome(session(&scene.app())).0, ErrorKind::Store);
        let started = scene.app().start_session("alice", scene.login(&app), None).wait();
        assert_eq!(outcome(started).0, ErrorKind::Store);
        assert_eq!(store.values()[&name], record);
    }
}

#[test]
fn a_webhook_forgets_the_tokens_in_the_store_whatever_they_are_narrowed_to() {
    let folder = Folder::new();
    let scene = Scene::new(folder.url());
    let narrowed = || Lookup::from("1").narrowed(Scope::all().repositories(["docs"]));
    let (first, told) = (scene.app(), scene.app());
    let before = [token(&first, "1").unwrap(), token(&first, narrowed()).unwrap()];
    let other = token(&first, "2").unwrap();
    let body = r#"{"action":"suspend","installation":{"id":1}}"#;
    assert_eq!(told.apply_webhook(&scene.webhook(&told, body)), 0, "it has none in memory");
    let after = [token(&told, "1").unwrap(), token(&told, narrowed()).unwrap()];
    assert!(after[0] != before[0] && after[1] != before[1]);
    let third = scene.app();
    assert!(token(&third, "1").unwrap() == after[0], "the others share the new ones");
    assert!(token(&third, narrowed()).unwrap() == after[1]);
    assert!(token(&third, "2").unwrap() == other, "another installation's are kept");
}

#[test]
fn a_store_that_panics_costs_an_event_and_no_token() {
    #[derive(Debug)]
    struct Panics;
    impl Store for Panics {
        fn get(&self, _: &str) -> Result<Option<Vec<u8>>> {
            panic!("on purpose")
        }

        fn put(&self, _: &str, _: &[u8], _: Option<&[u8]>, _: Option<Timestamp>) -> Result<bool> {
            Err(Error::invalid("not asked"))
        }

        fn remove(&self, _: &str, _: &[u8]) -> Result<()> {
            Err(Error::invalid("not asked"))
        }

        fn lock(&self, _: &str, _: &str, _: Duration) -> Result<bool> {
            Err(Error::invalid("not asked"))
        }

        fn unlock(&self, _: &str, _: &str) -> Result<()> {
            Err(Error::invalid("not asked"))
        }
    }
    let scene = Scene::new(Arc::new(Panics));
    let app = scene.app();
    assert!(token(&app, "1").is_ok());
    assert!(scene.events().contains("the store panicked"), "{}", scene.events());
    assert_eq!(outcome(session(&app)), (ErrorKind::Callback, None));
}
