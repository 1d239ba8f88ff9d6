//! Stores: a fleet mints once, and what a store does wrong costs nobody a token.

#![cfg(unix)]

mod common;

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use appmint_core::{
    App, Error, ErrorKind, ManualClock, Result, Timestamp,
    binding::Settings,
    store::{MemoryStore, RedisStore, SqliteStore, Store},
};
use appmint_sandbox::{Change, Sandbox};
use common::{
    places::{Folder, Redis},
    sandbox, settings,
};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const SECOND: Duration = Duration::from_secs(1);

fn stored(sandbox: &Sandbox, url: &str) -> (Settings, ManualClock) {
    let (mut settings, clock) = settings(sandbox);
    settings.store = Some(url.into());
    settings.store_key = Some(KEY.into());
    settings.retries = Some(0);
    // What is kept for so long is measured by the machine's clock.
    let now = Timestamp::from(std::time::SystemTime::now());
    clock.set(now);
    sandbox.clock().set_ms(now.as_millis());
    (settings, clock)
}

fn app_on(sandbox: &Sandbox, url: &str) -> App {
    stored(sandbox, url).0.build().unwrap()
}

fn minted(sandbox: &Sandbox) -> usize {
    sandbox.ledger().counts().get("mint_installation_token").copied().unwrap_or(0)
}

fn token(app: &App) -> Result<String> {
    Ok(app.installation("14")?.token().wait()?.reveal().to_owned())
}

fn contract(store: &dyn Store) {
    let (a, b) = (b"a".as_slice(), b"\0\xff".as_slice());
    assert_eq!(store.get("n").unwrap(), None);
    assert!(!store.put("n", a, Some(b), None).unwrap());
    assert!(store.put("n", a, None, None).unwrap());
    assert!(!store.put("n", b, None, None).unwrap());
    assert!(!store.put("n", b, Some(b), None).unwrap());
    assert!(store.put("n", b, Some(a), None).unwrap());
    assert_eq!(store.get("n").unwrap().as_deref(), Some(b));
    store.remove("n", a).unwrap();
    assert!(store.get("n").unwrap().is_some());
    store.remove("n", b).unwrap();
    assert_eq!(store.get("n").unwrap(), None);

    let now = Timestamp::from(std::time::SystemTime::now());
    assert!(store.put("m", a, None, Some(now.after(Duration::from_millis(150)))).unwrap());
    assert!(store.get("m").unwrap().is_some());
    thread::sleep(Duration::from_millis(200));
    // By now the store may have dropped it; either way the next value takes its place.
    let there = store.get("m").unwrap();
    assert!(there.is_none() || there.as_deref() == Some(a));
    assert!(store.put("m", b, there.as_deref(), None).unwrap());

    assert!(store.lock("n", "one", 60 * SECOND).unwrap());
    assert!(!store.lock("n", "two", 60 * SECOND).unwrap());
    assert!(store.lock("m", "two", 60 * SECOND).unwrap(), "another name is another lock");
    store.unlock("n", "two").unwrap();
    assert!(!store.lock("n", "two", 60 * SECOND).unwrap());
    assert!(!store.lock("n", "two", SECOND).unwrap(), "a short lease is no way around a long one");
    assert!(store.lock("n", "one", 60 * SECOND).unwrap(), "an owner may begin its lease anew");
    store.unlock("n", "one").unwrap();
    assert!(store.lock("n", "two", Duration::from_millis(100)).unwrap());
    thread::sleep(Duration::from_millis(150));
    assert!(store.lock("n", "three", SECOND).unwrap(), "a lease ends by itself");
}

#[test]
fn sqlite_keeps_the_contract_and_its_file_to_itself() {
    let folder = Folder::new();
    contract(&SqliteStore::new(folder.file()).unwrap());
    for file in fs::read_dir(folder.path()).unwrap().flatten() {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.path());
    }
}

#[test]
fn a_file_that_another_program_writes_to_can_be_opened_and_read() {
    let folder = Folder::new();
    let store = SqliteStore::new(folder.file()).unwrap();
    let long_ago = Timestamp::from_secs(1_000_000_000);
    assert!(store.put("old", b"a", None, Some(long_ago)).unwrap());
    assert!(store.put("n", b"b", None, None).unwrap());
    let writer = rusqlite::Connection::open(folder.file()).unwrap();
    writer.execute_batch("begin immediate").unwrap();
    let opened = SqliteStore::new(folder.file()).unwrap();
    assert_eq!(opened.get("n").unwrap().as_deref(), Some(b"b".as_slice()));
    drop(writer);
    let swept = SqliteStore::new(folder.file()).unwrap();
    assert_eq!(swept.get("old").unwrap(), None, "what could be dropped long ago is");
}

#[test]
fn redis_keeps_the_contract() {
    let redis = Redis::start();
    contract(&RedisStore::new(&redis.url()).unwrap());
}

#[test]
fn memory_keeps_the_contract() {
    contract(&MemoryStore::default());
}

#[test]
fn a_write_that_too_few_replicas_have_is_a_failure_until_they_have_it() {
    let master = Redis::durable();
    let url = format!("{}&wait_replicas=1", master.url());
    let store = RedisStore::new(&url).unwrap();
    assert!(store.put("n", b"a", None, None).is_err(), "there is no replica");
    assert!(store.get("n").is_err(), "what was written may be taken back");
    let replica = Redis::replica_of(&master);
    let give_up = Instant::now() + 20 * SECOND;
    while store.get("n").is_err() {
        assert!(Instant::now() < give_up, "the replica does not confirm");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(store.put("n", b"b", Some(b"a"), None).unwrap());
    drop(master);
    let taken_over = RedisStore::new(&replica.url()).unwrap();
    assert_eq!(taken_over.get("n").unwrap().as_deref(), Some(b"b".as_slice()));
    let error = RedisStore::new("redis://127.0.0.1/?wait_replicas=some").unwrap_err();
    assert!(error.to_string().contains("wait_replicas"), "{error}");
}

#[test]
fn a_write_without_an_answer_is_confirmed_before_it_is_believed() {
    let master = Redis::durable();
    let replica = Redis::replica_of(&master);
    let store = RedisStore::new(&format!("{}&wait_replicas=1", master.url())).unwrap();
    let give_up = Instant::now() + 20 * SECOND;
    while store.put("other", b"a", None, None).is_err() && store.get("other").is_err() {
        assert!(Instant::now() < give_up, "the replica does not confirm");
        thread::sleep(Duration::from_millis(50));
    }
    thread::scope(|scope| {
        scope.spawn(|| master.stall(Duration::from_millis(2600)));
        thread::sleep(Duration::from_millis(100)); // the answer comes later than anybody waits for it
        assert!(store.put("n", b"b", None, None).is_err());
    });
    drop(replica);
    let error = store.get("n").unwrap_err();
    assert!(error.to_string().contains("replicas"), "{error}");
}

#[test]
fn a_second_app_takes_what_the_first_minted() {
    let redis = Redis::start();
    let folder = Folder::new();
    for url in [folder.url(), redis.url()] {
        let sandbox = sandbox();
        let first = token(&app_on(&sandbox, &url)).unwrap();
        let second = app_on(&sandbox, &url);
        assert_eq!(token(&second).unwrap(), first);
        assert_eq!((minted(&sandbox), second.stats().from_store), (1, 1));
        let other = second.installation("18").unwrap().token().wait().unwrap();
        assert_ne!(other.reveal(), first);
    }
}

#[test]
fn an_invalidated_or_refused_token_is_not_taken_back() {
    let folder = Folder::new();
    let sandbox = sandbox();
    let app = app_on(&sandbox, &folder.url());
    let first = token(&app).unwrap();
    app.installation("14").unwrap().invalidate();
    let second = token(&app).unwrap();
    assert_ne!(second, first);
    assert_eq!(token(&app_on(&sandbox, &folder.url())).unwrap(), second);
}

#[test]
fn nothing_in_the_file_tells_a_token() {
    let folder = Folder::new();
    let sandbox = sandbox();
    let secret = token(&app_on(&sandbox, &folder.url())).unwrap();
    let holds = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        [secret.as_bytes(), b"ats_", b"installation", b"contents"]
            .iter()
            .any(|part| bytes.windows(part.len()).any(|window| window == *part))
    };
    assert!(fs::read_dir(folder.path()).unwrap().flatten().all(|file| !holds(&file.path())));
}

#[test]
fn a_rotated_key_opens_and_a_wrong_one_mints() {
    let folder = Folder::new();
    let sandbox = sandbox();
    let first = token(&app_on(&sandbox, &folder.url())).unwrap();
    let new_key = "ff".repeat(32);
    let mut both = stored(&sandbox, &folder.url()).0;
    (both.store_key, both.previous_store_key) = (Some(new_key.as_str().into()), Some(KEY.into()));
    assert_eq!(token(&both.build().unwrap()).unwrap(), first);
    let mut wrong = stored(&sandbox, &folder.url()).0;
    wrong.store_key = Some(new_key.as_str().into());
    assert_ne!(token(&wrong.build().unwrap()).unwrap(), first);
    assert_eq!(minted(&sandbox), 2);
}

#[test]
fn a_store_needs_a_key_or_a_word() {
    let folder = Folder::new();
    let sandbox = sandbox();
    let with = |change: &dyn Fn(&mut Settings)| {
        let mut settings = stored(&sandbox, &folder.url()).0;
        change(&mut settings);
        settings.build().map(|_| ()).map_err(|error| error.kind())
    };
    let wrong = Err(ErrorKind::InvalidArgument);
    assert_eq!(with(&|it| it.store_key = None), wrong);
    assert_eq!(with(&|it| it.store_unencrypted = true), wrong);
    assert_eq!(with(&|it| it.store = None), Ok(()), "the key seals authorizations, too");
    assert_eq!(with(&|it| it.store = Some("mysql://x".into())), wrong);
    assert_eq!(with(&|it| it.store = Some("sqlite:".into())), wrong);
    assert_eq!(with(&|it| it.store_key = Some("short".into())), wrong);
    let unencrypted = |it: &mut Settings| (it.store_key, it.store_unencrypted) = (None, true);
    assert_eq!(with(&unencrypted), Ok(()));
}

#[test]
fn installation_tokens_go_on_without_a_store_that_is_broken_or_absent() {
    let folder = Folder::new();
    fs::write(folder.file(), b"this is no database, but it is long enough to be taken for one")
        .unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let redis = format!("redis://:hunter2@127.0.0.1:{closed}/");
    for url in [folder.url(), "sqlite:/nowhere/at/all.db".to_owned(), redis] {
        let sandbox = sandbox();
        let events = Arc::new(Mutex::new(String::new()));
        let log = Arc::clone(&events);
        let mut settings = stored(&sandbox, &url).0;
        settings.on_event = Some(Arc::new(move |event| {
            *log.lock().unwrap() += &format!("{event} {event:?}\n");
        }));
        let app = settings.build().unwrap();
        assert!(token(&app).is_ok());
        assert_eq!(app.stats().store_failed, 1, "{url}");
        let events = events.lock().unwrap();
        assert!(events.contains("store_failed") && !events.contains("hunter2"), "{events}");
    }
}

#[test]
fn a_lock_whose_holder_died_is_free_after_its_lease() {
    let folder = Folder::new();
    let sandbox = sandbox();
    let app = app_on(&sandbox, &folder.url());
    token(&app).unwrap();
    let store = SqliteStore::new(folder.file()).unwrap();
    app.installation("14").unwrap().invalidate();
    let name = sqlite_names(&folder);
    assert!(store.lock(&name, "one that died", SECOND).unwrap());
    assert!(token(&app).is_ok());
    assert_eq!(minted(&sandbox), 2);
}

/// The one record's name.
fn sqlite_names(folder: &Folder) -> String {
    let connection = rusqlite::Connection::open(folder.file()).unwrap();
    connection.query_row("select name from appmint_records", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_platform_error_of_one_process_is_not_shared_through_the_store() {
    let folder = Folder::new();
    let sandbox = sandbox();
    sandbox.change_installation("14", Change::Suspend);
    let app = app_on(&sandbox, &folder.url());
    let error = token(&app).unwrap_err();
    assert_eq!((error.kind(), app.stats().store_failed), (ErrorKind::Forbidden, 0));
}

/// A store of the program's own.
#[derive(Debug, Default)]
struct Records(Mutex<std::collections::BTreeMap<String, Vec<u8>>>);

impl Store for Records {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.0.lock().unwrap().get(name).cloned())
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        _: Option<Timestamp>,
    ) -> Result<bool> {
        let mut records = self.0.lock().unwrap();
        let is_expected = records.get(name).map(Vec::as_slice) == expected;
        if is_expected {
            records.insert(name.to_owned(), value.to_vec());
        }
        Ok(is_expected)
    }

    fn remove(&self, name: &str, _: &[u8]) -> Result<()> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }

    fn lock(&self, _: &str, _: &str, _: Duration) -> Result<bool> {
        Err(Error::new(ErrorKind::Callback, "no locks here"))
    }

    fn unlock(&self, _: &str, _: &str) -> Result<()> {
        Ok(())
    }
}

#[test]
fn records_cannot_be_swapped() {
    let sandbox = sandbox();
    let records = Arc::new(Records::default());
    let app = || {
        let mut settings = stored(&sandbox, "").0;
        settings.store = None;
        settings.own_store = Some(Arc::new(Locked(Arc::clone(&records))));
        settings.build().unwrap()
    };
    let ask = |id: &str| app().installation(id).unwrap().token().wait().unwrap();
    let (one, other) = (ask("14"), ask("18"));
    assert!(ask("14") == one && ask("18") == other && minted(&sandbox) == 2);
    {
        let mut records = records.0.lock().unwrap();
        let names: Vec<_> = records.keys().cloned().collect();
        let (first, second) = (records[&names[0]].clone(), records[&names[1]].clone());
        records.insert(names[0].clone(), second);
        records.insert(names[1].clone(), first);
    }
    assert!(ask("14") != other && ask("18") != one);
    assert_eq!(minted(&sandbox), 4);
}

/// Records whose locks are always free.
#[derive(Debug)]
struct Locked(Arc<Records>);

impl Store for Locked {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.0.get(name)
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        self.0.put(name, value, expected, keep_until)
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.0.remove(name, expected)
    }

    fn lock(&self, _: &str, _: &str, _: Duration) -> Result<bool> {
        Ok(true)
    }

    fn unlock(&self, _: &str, _: &str) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_callback_that_fails_costs_no_token() {
    let sandbox = sandbox();
    let mut settings = stored(&sandbox, "").0;
    (settings.store, settings.own_store) =
        (None, Some(Arc::new(Records::default()) as Arc<dyn Store>));
    let app = settings.build().unwrap();
    assert!(token(&app).is_ok());
    assert_eq!(app.stats().store_failed, 1);
}
