//! What becomes of a store's file and of its connections while a process runs.

#![cfg(unix)]

mod common;

use std::{fs, thread, time::Duration};

use appmint_core::{
    ErrorKind, Timestamp,
    store::{RedisStore, SqliteStore, Store as _},
};
use common::{
    NOW_MS,
    places::{Folder, Redis},
};

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
