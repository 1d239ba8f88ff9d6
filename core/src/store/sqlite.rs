//! A store in an SQLite file that several processes of a machine share.

use std::{
    fmt,
    fs::OpenOptions,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};

use super::{Store, failed};
use crate::{
    clock::{Clock as _, SystemClock},
    error::{Error, Result},
    tasks::{
        PerProcess, lock,
        sync::{Mutex, thread},
    },
    time::Timestamp,
};

/// A store in an SQLite file, which is made with mode 0600 if it is not there.
pub struct SqliteStore {
    path: PathBuf,
    /// SQLite forbids a forked child to use its parent's connection.
    connection: PerProcess<Mutex<Option<Connection>>>,
}

impl SqliteStore {
    /// The first use opens the store.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) without a path.
    pub fn new(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if path.as_os_str().is_empty() {
            return Err(
                Error::invalid("the store's URL names no file").advise("Give `sqlite:FILE`.")
            );
        }
        Ok(Self { path: path.to_owned(), connection: PerProcess::default() })
    }

    fn with<T>(
        &self,
        what: &str,
        work: impl Fn(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let slot = self.connection.get_or_default();
        let mut slot = lock(&slot);
        let connection = match &mut *slot {
            Some(connection) => connection,
            none => {
                none.insert(self.open().map_err(|e| failed("the store could not be opened", e))?)
            }
        };
        work(connection).map_err(|error| {
            // A file that was replaced or damaged is opened anew by whoever comes next.
            if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) {
                *slot = None;
            }
            failed(what, error)
        })
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        self.make_file();
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(TIMEOUT)?;
        persistently(|| connection.pragma_update(None, "journal_mode", "wal"))?;
        // A refresh token that was handed out must be there after a power cut.
        connection.pragma_update(None, "synchronous", "full")?;
        persistently(|| connection.execute_batch(TABLES))?;
        persistently(|| upgrade(&connection))?;
        // The file may be another program's at the moment: then whoever opens it next sweeps.
        let _ = sweep(&connection);
        Ok(connection)
    }

    /// Makes a file that only its owner can read; SQLite makes the files beside it with the same mode.
    fn make_file(&self) {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // If it is there, or cannot be made, opening will tell.
        drop(options.open(&self.path));
    }
}

impl Store for SqliteStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.with("reading from the store failed", |connection| {
            let mut query =
                connection.prepare_cached("select value from appmint_records where name = ?1")?;
            query.query_row(params![name], |row| row.get(0)).optional()
        })
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        let keep_until = keep_until.map_or(i64::MAX, Timestamp::as_millis);
        self.with("writing to the store failed", |connection| match expected {
            Some(expected) => connection
                .prepare_cached(
                    "update appmint_records set value = ?2, keep_until = ?3
                     where name = ?1 and value = ?4",
                )?
                .execute(params![name, value, keep_until, expected])
                .map(|changed| changed > 0),
            None => connection
                .prepare_cached(
                    "insert into appmint_records (name, value, keep_until) values (?1, ?2, ?3)
                     on conflict (name) do nothing",
                )?
                .execute(params![name, value, keep_until])
                .map(|changed| changed > 0),
        })
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.with("removing from the store failed", |connection| {
            connection
                .prepare_cached("delete from appmint_records where name = ?1 and value = ?2")?
                .execute(params![name, expected])
                .map(drop)
        })
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        let (clock, now) = lease_clock();
        let until = now.saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
        self.with("locking in the store failed", |connection| {
            connection
                .prepare_cached(
                    // A lease of another clock ended with the machine's restart.
                    "insert into appmint_locks (name, owner, until, clock) values (?1, ?2, ?3, ?4)
                     on conflict (name) do update set owner = ?2, until = ?3, clock = ?4
                     where appmint_locks.until <= ?5 or appmint_locks.owner = ?2
                        or appmint_locks.clock <> ?4",
                )?
                .execute(params![name, owner, until, clock, now])
                .map(|changed| changed > 0)
        })
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.with("releasing a lock of the store failed", |connection| {
            connection
                .prepare_cached("delete from appmint_locks where name = ?1 and owner = ?2")?
                .execute(params![name, owner])
                .map(drop)
        })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

/// SQLite reports a busy file, even within the timeout, when many processes set it up at once.
fn persistently(work: impl Fn() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let mut attempts = 0;
    loop {
        match work() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && attempts < 100 =>
            {
                attempts += 1;
                thread::sleep(Duration::from_millis(20));
            }
            outcome => return outcome,
        }
    }
}

/// The clock of leases, by name, and its time in milliseconds: the time since the machine started,
/// which nobody sets, where that can be compared between processes.
fn lease_clock() -> (&'static str, i64) {
    let since_start = i64::try_from(SystemClock.monotonic().as_millis()).unwrap_or(i64::MAX);
    match SystemClock::machine() {
        Some(machine) => (machine, since_start),
        None => ("wall", SystemClock.now().as_millis()),
    }
}

/// Removes what could have been dropped long ago. The margin is for clocks that were wrong meanwhile.
fn sweep(connection: &Connection) -> rusqlite::Result<()> {
    let bound = params![SystemClock.now().before(SWEEP_MARGIN).as_millis()];
    // Looking needs no lock, and deleting does.
    if !connection.prepare("select 1 from appmint_records where keep_until < ?1")?.exists(bound)? {
        return Ok(());
    }
    connection.busy_timeout(Duration::ZERO)?;
    let swept = connection.execute("delete from appmint_records where keep_until < ?1", bound);
    connection.busy_timeout(TIMEOUT)?;
    swept.map(drop)
}

/// Adds what earlier versions of the file lack.
fn upgrade(connection: &Connection) -> rusqlite::Result<()> {
    let has_clock = || {
        let columns = "select 1 from pragma_table_info('appmint_locks') where name = 'clock'";
        connection.prepare(columns)?.exists([])
    };
    if has_clock()? {
        return Ok(());
    }
    let added = connection
        .execute_batch("alter table appmint_locks add column clock text not null default ''");
    // Another process may have been quicker.
    if has_clock()? { Ok(()) } else { added }
}

const TABLES: &str = "
    create table if not exists appmint_records
        (name text primary key, value blob not null, keep_until integer not null) without rowid;
    create table if not exists appmint_locks
        (name text primary key, owner text not null, until integer not null,
         clock text not null default '') without rowid;
";
const SWEEP_MARGIN: Duration = Duration::from_secs(90 * 86_400);
const TIMEOUT: Duration = Duration::from_secs(5);
