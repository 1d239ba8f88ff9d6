//! What becomes of a store's file and of its connections while a process runs.

#![cfg(unix)]

mod common;

use std::{fs, sync::Arc, thread, time::Duration};

use appmint_core::{
    App, AppBuilder, Deadline, Error, ErrorKind, Reason, Result, Timestamp,
    http::{Request, Response, Transport},
    store::{RedisStore, SqliteStore, Store as _},
};
use common::{
    NOW_MS,
    places::{Folder, Redis},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_file_that_is_deleted_or_replaced_is_noticed() {
    let folder = Folder::new();
    let store = SqliteStore::new(folder.file()).unwrap();
    assert!(store.put("n", b"a", None, None).unwrap());
    fs::remove_file(folder.file()).unwrap();
    assert_eq!(store.get("n").unwrap(), None);
    assert!(store.put("n", b"b", None, None).unwrap());
    let same = SqliteStore::new(folder.file()).unwrap();
    assert_eq!(same.get("n").unwrap().as_deref(), Some(b"b".as_slice()));

    let backup = Folder::new();
    assert!(SqliteStore::new(backup.file()).unwrap().put("n", b"c", None, None).unwrap());
    fs::rename(backup.file(), folder.file()).unwrap();
    // SQLite would write the old file's log, which is still there, into the new one.
    for _ in 0..2 {
        let error = store.put("n", b"d", Some(b"b"), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
    }
    fs::remove_file(folder.path().join("tokens.db-wal")).unwrap();
    for store in [&store, &same] {
        assert_eq!(store.get("n").unwrap().as_deref(), Some(b"c".as_slice()));
    }
}

#[test]
fn rows_that_may_be_dropped_do_not_pile_up() {
    let folder = Folder::new();
    let store = SqliteStore::new(folder.file()).unwrap();
    let long_ago = Timestamp::from_millis(NOW_MS);
    assert!(store.put("kept", b"a", None, None).unwrap());
    for n in 0..600 {
        assert!(store.put(&n.to_string(), b"a", None, Some(long_ago)).unwrap());
        assert!(store.lock(&n.to_string(), "one that died", Duration::ZERO).unwrap());
    }
    let file = rusqlite::Connection::open(folder.file()).unwrap();
    for (table, most) in [("appmint_records", 257), ("appmint_locks", 257)] {
        let count = format!("select count(*) from {table}");
        let count: u32 = file.query_row(&count, [], |row| row.get(0)).unwrap();
        assert!(count < most, "{table}: {count}");
    }
    assert!(store.get("kept").unwrap().is_some());
}

#[test]
fn a_connection_that_redis_has_closed_costs_nothing() {
    let mut redis = Redis::durable();
    let store = RedisStore::new(&redis.url()).unwrap();
    assert!(store.put("n", b"a", None, None).unwrap());
    redis.restart();
    assert_eq!(store.get("n").unwrap().as_deref(), Some(b"a".as_slice()));
    redis.restart();
    thread::sleep(SECOND); // a connection that was used a moment ago is taken for open
    assert!(store.put("n", b"b", Some(b"a"), None).unwrap());
    redis.restart();
    assert!(store.lock("n", "one", SECOND).unwrap());
}

#[test]
fn a_connection_to_redis_serves_many_calls() {
    let redis = Redis::start();
    let before = redis.connections();
    let store = RedisStore::new(&redis.url()).unwrap();
    for n in 0..20 {
        assert!(store.put(&n.to_string(), b"a", None, None).unwrap());
        assert!(store.get(&n.to_string()).unwrap().is_some());
    }
    thread::sleep(SECOND); // a connection that lay idle for so long is asked whether it is open
    assert!(store.put("n", b"a", None, None).unwrap());
    assert_eq!(redis.connections(), before + 2, "the store's, and the one that asks");
}

/// What a session's look into the store says: that there is no such session, if the store works.
fn look(store: &str, roots: Option<&str>) -> Error {
    let app = with_store(store);
    first_look(match roots {
        Some(roots) => app.root_certificates(roots),
        None => app,
    })
}

fn with_store(store: &str) -> AppBuilder {
    let app = App::builder("github").client_id("c").client_secret("s").store(store);
    app.store_key("00".repeat(32))
}

fn first_look(app: AppBuilder) -> Error {
    app.build().unwrap().session("nobody").unwrap().token().wait().unwrap_err()
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut ca = CertificateParams::new([]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key, as PEM.
fn signed(ca: &CertifiedIssuer<'_, KeyPair>, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut certificate = CertificateParams::new([name.to_owned()]).unwrap();
    certificate.distinguished_name.push(DnType::CommonName, name);
    (certificate.signed_by(&key, ca).unwrap().pem(), key.serialize_pem())
}

#[test]
fn a_redis_that_wants_a_certificate_gets_the_apps() {
    let (ca, other) = (authority(), authority());
    let (certificate, key) = signed(&ca, "localhost");
    let (_redis, port) = Redis::over_tls(&certificate, &key, Some(&ca.pem()));
    let place = format!("rediss://app:hunter3@localhost:{port}");
    let app = || with_store(&place).root_certificates(ca.pem());
    let (shown, its_key) = signed(&ca, "a client");

    let right = first_look(app().client_certificate(shown.clone()).client_key(its_key.clone()));
    assert_eq!(right.reason(), Some(Reason::NoSession), "{right}");
    // The HTTP client of the program needs no certificates, but the store does.
    let own =
        app().transport(Arc::new(Silent)).client_certificate(shown.clone()).client_key(its_key);
    let right = first_look(own);
    assert_eq!(right.reason(), Some(Reason::NoSession), "{right}");

    let (unknown, unknown_key) = signed(&other, "a client");
    for app in [app(), app().client_certificate(unknown).client_key(unknown_key.clone())] {
        let error = first_look(app);
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("give client_certificate and client_key"), "{error} {hint}");
    }
    let error = app().client_certificate(shown).client_key(unknown_key).build().unwrap_err();
    assert!(error.to_string().contains("client_key does not belong"), "{error}");
}

/// An HTTP client that is never asked.
#[derive(Debug)]
struct Silent;

impl Transport for Silent {
    fn send(&self, _: &Request, _: Deadline) -> Result<Response> {
        unreachable!("nothing is sent")
    }
}

#[test]
fn a_redis_that_refuses_says_why() {
    let ca = authority();
    let (certificate, key) = signed(&ca, "localhost");
    let (redis, port) = Redis::over_tls(&certificate, &key, None);
    let plain = redis.url().rsplit_once('@').unwrap().1.to_owned();

    let right = look(&format!("rediss://app:hunter3@localhost:{port}"), Some(&ca.pem()));
    assert_eq!(right.reason(), Some(Reason::NoSession), "{right}");
    for (store, roots, says) in [
        (
            format!("rediss://app:hunter3@localhost:{port}"),
            None,
            "give its authority as root_certificates",
        ),
        (
            format!("rediss://app:hunter3@127.0.0.1:{port}"),
            Some(ca.pem()),
            "TLS with the store failed",
        ),
        (format!("redis://app:hunter3@localhost:{port}"), None, "write rediss://"),
        (
            format!("rediss://app:hunter3@{plain}"),
            Some(ca.pem()),
            "with TLS if the URL begins with rediss://",
        ),
        (format!("redis://app:wrong-password@{plain}"), None, "refuses the user, the password"),
        (format!("redis://nobody:hunter3@{plain}"), None, "refuses the user, the password"),
        (format!("redis://:wrong-password@{plain}"), None, "refuses the user, the password"),
        (format!("redis://{plain}"), None, "refuses the user, the password"),
    ] {
        let error = look(&store, roots.as_deref());
        assert_eq!(error.kind(), ErrorKind::Store, "{store}: {error}");
        let text = format!("{error} {}", error.hint().unwrap_or_default());
        assert!(text.contains(says), "{store}: {text}");
        assert!(!text.contains("hunter") && !text.contains("wrong-password"), "{text}");
    }
}
