//! A store in an SQLite file that several processes of a machine share.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io,
    path::{self, Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};

use super::{SWEEP_MARGIN, Store, failed};
use crate::{
    clock::{Clock as _, SystemClock},
    error::{Error, ErrorKind, Result},
    tasks::{
        Deadline, PerProcess, lock,
        sync::{Mutex, thread},
    },
    time::Timestamp,
};

/// A store in an SQLite file, which is made with mode 0600 if it is not there.
pub struct SqliteStore {
    path: PathBuf,
    /// SQLite forbids a forked child to use its parent's connection.
    opened: PerProcess<Mutex<Option<Opened>>>,
    puts: AtomicU64,
}

/// A connection, and the files that it was made to.
struct Opened {
    connection: Connection,
    file: Option<FileId>,
    /// The write-ahead log beside it.
    log: Option<FileId>,
}

impl Opened {
    /// Whether the file still has this name. Who may not look there any more, because the program has given
    /// up its rights since, goes on with what is open.
    fn is_at(&self, path: &Path) -> bool {
        match fs::metadata(path) {
            Ok(there) => self.file == Some(FileId::from(&there)),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }
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
        // The program may change its working directory. SQLite has names of its own that are no paths.
        let is_path = !path.starts_with(":memory:") && !path.to_string_lossy().starts_with("file:");
        let absolute = is_path.then(|| path::absolute(path).ok()).flatten();
        let path = absolute.unwrap_or_else(|| path.to_owned());
        Ok(Self { path, opened: PerProcess::default(), puts: AtomicU64::new(0) })
    }

    fn with<T>(
        &self,
        what: &str,
        work: impl Fn(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let slot = self.opened.get_or_default();
        let mut slot = lock(&slot);
        if slot.as_ref().is_some_and(|opened| !opened.is_at(&self.path)) {
            self.close_replaced(&mut slot)?;
        }
        let opened = match &mut *slot {
            Some(opened) => opened,
            none => none.insert(self.open()?),
        };
        let done = work(&mut opened.connection).map_err(|error| {
            let is_busy = error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
            (is_busy, failed(what, error))
        });
        match done {
            Ok(done) if opened.is_at(&self.path) => Ok(done),
            Ok(_) => Err(replaced("while it was in use")),
            Err((true, error)) => Err(error),
            Err((false, error)) => {
                *slot = None; // a damaged file is opened anew by whoever comes next
                Err(error)
            }
        }
    }

    /// A file that was deleted or replaced can still be written to, and nobody would ever read it. Whatever
    /// is there now is opened instead, unless the log of the old file lies beside the new one: SQLite would
    /// write it into that (<https://sqlite.org/howtocorrupt.html#_unlinking_or_renaming_a_database_file_while_in_use>).
    fn close_replaced(&self, slot: &mut Option<Opened>) -> Result<()> {
        let log = slot.as_ref().and_then(|opened| opened.log);
        let is_deleted = FileId::of(&self.path).is_none();
        if log.is_some() && !is_deleted && log == FileId::of(&self.log()) {
            return Err(replaced("beside its write-ahead log"));
        }
        *slot = None;
        Ok(())
    }

    fn log(&self) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push("-wal");
        path.into()
    }

    fn open(&self) -> Result<Opened> {
        self.make_file();
        let file = FileId::of(&self.path);
        let connection =
            self.connect().map_err(|error| failed("the store could not be opened", error))?;
        if file == FileId::of(&self.path) {
            Ok(Opened { connection, file, log: FileId::of(&self.log()) })
        } else {
            Err(replaced("while it was opened"))
        }
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let give_up_at = Deadline::after(TIMEOUT);
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(BUSY_WHILE_OPENING)?;
        let set_wal = || connection.pragma_update(None, "journal_mode", "wal");
        persistently(give_up_at, set_wal)?;
        // A refresh token that was handed out must be there after a power cut.
        connection.pragma_update(None, "synchronous", "full")?;
        persistently(give_up_at, || connection.execute_batch(TABLES))?;
        persistently(give_up_at, || upgrade(&connection))?;
        // The file may be another program's at the moment: then whoever opens it next sweeps.
        let _ = sweep(&connection);
        connection.busy_timeout(TIMEOUT)?;
        Ok(connection)
    }

    /// Sweeps once in a while: a process may keep the file open for months.
    fn sweep_after_put(&self) {
        if self.puts.fetch_add(1, Ordering::Relaxed) % PUTS_PER_SWEEP == PUTS_PER_SWEEP - 1 {
            let _ = self.with("sweeping the store failed", |connection| {
                let swept = sweep(connection);
                connection.busy_timeout(TIMEOUT)?;
                swept
            });
        }
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
        let put = self.with("writing to the store failed", |connection| match expected {
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
        });
        self.sweep_after_put();
        put
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

/// A file, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    /// The file of this name, if there is one.
    fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().as_ref().map(Self::from)
    }
}

impl From<&fs::Metadata> for FileId {
    #[cfg(unix)]
    fn from(file: &fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(file.dev(), file.ino())
    }

    /// Elsewhere an open file can be neither deleted nor replaced.
    #[cfg(not(unix))]
    fn from(_: &fs::Metadata) -> Self {
        Self(0, 0)
    }
}

fn replaced(how: &str) -> Error {
    Error::new(ErrorKind::Store, format!("the store's file was deleted or replaced {how}")).advise(
        "Stop every program that uses the file, move FILE, FILE-wal and FILE-shm together, and start them.",
    )
}

/// SQLite reports a busy file, even within the timeout, when many processes set it up at once.
fn persistently(
    give_up_at: Deadline,
    work: impl Fn() -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    loop {
        let outcome = work();
        let code = outcome.as_ref().err().and_then(rusqlite::Error::sqlite_error_code);
        if code != Some(ErrorCode::DatabaseBusy) || give_up_at.remaining().is_zero() {
            return outcome;
        }
        thread::sleep(Duration::from_millis(20));
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

/// Removes what could have been dropped a while ago, and the locks of owners that have died. Never waits
/// for another program that writes.
fn sweep(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::ZERO)?;
    connection.execute_batch(INDEX)?;
    let keep_until = SystemClock.now().before(SWEEP_MARGIN).as_millis();
    let (clock, now) = lease_clock();
    let ended = "appmint_records where keep_until < ?1";
    let free = "appmint_locks where until < ?2 or clock <> ?1";
    // Looking needs no lock, and deleting does.
    if connection.prepare(&format!("select 1 from {ended}"))?.exists(params![keep_until])? {
        let some = format!("select name from {ended} limit {RECORDS_PER_SWEEP}");
        let delete = format!("delete from appmint_records where name in ({some})");
        connection.execute(&delete, params![keep_until])?;
    }
    if connection.prepare(&format!("select 1 from {free}"))?.exists(params![clock, now])? {
        connection.execute(&format!("delete from {free}"), params![clock, now])?;
    }
    Ok(())
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
const INDEX: &str =
    "create index if not exists appmint_records_keep_until on appmint_records (keep_until)";
const PUTS_PER_SWEEP: u64 = 256;
/// Others wait while records are deleted.
const RECORDS_PER_SWEEP: u32 = 1024;
/// Less than anybody waits for a call of the store, so that SQLite can say that the file is locked.
const TIMEOUT: Duration = Duration::from_secs(3);
const BUSY_WHILE_OPENING: Duration = Duration::from_millis(200);
