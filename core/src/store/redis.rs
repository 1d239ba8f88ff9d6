//! A store in Redis, for the processes of many machines.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use redis::{Client, Connection, Script};
use url::Url;

use super::{
    Certificates, Store, failed, no_redis_of_many,
    redis_failure::{advice, redacted, unreachable},
    redis_tls,
};
use crate::{
    clock::{Clock as _, SystemClock},
    error::{Error, ErrorKind, Result},
    tasks::{
        PerProcess, lock,
        sync::{self, Mutex},
    },
    time::Timestamp,
};

/// A store in Redis. All names begin with a prefix: `appmint:`, or the URL's `?prefix=`.
///
/// Redis tells its replicas about a write after it has acknowledged it, so a fail-over may take back what
/// was acknowledged. With `?wait_replicas=N` a write counts only once N replicas have it.
pub struct RedisStore {
    client: Client,
    prefix: String,
    wait_replicas: u32,
    /// How many writes failed that may be there all the same, perhaps without enough replicas.
    doubtful_writes: AtomicU64,
    /// So many of them are known to have enough replicas.
    confirmed_writes: AtomicU64,
    /// Idle connections, and since when. A forked child must not use its parent's.
    idle: PerProcess<Mutex<Vec<(Connection, Instant)>>>,
}

impl RedisStore {
    /// The first use opens the store.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a text that is not a Redis URL.
    pub fn new(url: &str) -> Result<Self> {
        Self::over_tls(url, &Certificates::default())
    }

    /// A store with these certificates, if the URL's scheme has TLS.
    pub(super) fn over_tls(url: &str, certificates: &Certificates) -> Result<Self> {
        // Neither error may show the URL: there may be a password in it.
        let unreadable = || Error::invalid("the store's URL is not a Redis URL");
        if hosts(url).contains(',') {
            return Err(no_redis_of_many("Cluster").advise("Name one host: the URL has several."));
        }
        let mut url = Url::parse(url).map_err(|_| unreadable())?;
        let prefix = take(&mut url, "prefix").unwrap_or_else(|| "appmint:".to_owned());
        let wait_replicas = take(&mut url, "wait_replicas").map_or(Ok(0), |text| text.parse());
        let wait_replicas = wait_replicas.map_err(|_| {
            Error::invalid("`wait_replicas` in the store's URL is not a number of replicas")
        })?;
        let client = redis_tls::client(&url, certificates).map_err(|_| unreadable())?;
        Ok(Self {
            client,
            prefix,
            wait_replicas,
            doubtful_writes: AtomicU64::new(0),
            confirmed_writes: AtomicU64::new(0),
            idle: PerProcess::default(),
        })
    }

    /// Writes, and waits until enough replicas have it.
    fn write<T>(
        &self,
        what: &str,
        work: impl FnOnce(&mut Connection) -> redis::RedisResult<T>,
    ) -> Result<T> {
        let written = self.once(what, |connection| {
            let done = work(connection)?;
            Ok((done, self.is_replicated(connection)?))
        });
        let error = match written {
            Ok((done, true)) => return Ok(done),
            Ok((_, false)) => too_few_replicas(),
            Err(error) => error,
        };
        if self.wait_replicas > 0 {
            self.doubtful_writes.fetch_add(1, Ordering::SeqCst);
        }
        Err(error)
    }

    /// Whether enough replicas have the writes of this connection, or have them in time.
    fn is_replicated(&self, connection: &mut Connection) -> redis::RedisResult<bool> {
        if self.wait_replicas == 0 {
            return Ok(true);
        }
        let timeout_ms = u64::try_from(REPLICA_TIMEOUT.as_millis()).unwrap_or(u64::MAX);
        let replicas: u32 =
            redis::cmd("WAIT").arg(self.wait_replicas).arg(timeout_ms).query(connection)?;
        Ok(replicas >= self.wait_replicas)
    }

    /// Makes sure that enough replicas have the writes that failed and may be there all the same.
    /// Replicas get writes in their order: one that has a new write has those before it, too.
    fn confirm_doubtful_writes(&self) -> Result<()> {
        let doubtful = self.doubtful_writes.load(Ordering::SeqCst);
        if doubtful == self.confirmed_writes.load(Ordering::SeqCst) {
            return Ok(());
        }
        let is_replicated = self.with("writing to the store failed", |connection| {
            let mark = format!("{}confirmed", self.prefix);
            redis::cmd("SET").arg(mark).arg("1").arg("EX").arg(60).exec(connection)?;
            self.is_replicated(connection)
        })?;
        if !is_replicated {
            return Err(too_few_replicas());
        }
        self.confirmed_writes.fetch_max(doubtful, Ordering::SeqCst);
        Ok(())
    }

    /// Does what can be done twice: on a new connection, if the one that lay idle turns out to be closed.
    fn with<T>(
        &self,
        what: &str,
        work: impl Fn(&mut Connection) -> redis::RedisResult<T>,
    ) -> Result<T> {
        if let Some((mut connection, _)) = self.idle_connection() {
            match work(&mut connection) {
                Err(error) if error.is_connection_dropped() => self.forget_idle(),
                outcome => return self.finish(what, connection, outcome),
            }
        }
        let mut connection = self.connect()?;
        let outcome = work(&mut connection);
        self.finish(what, connection, outcome)
    }

    /// Does what must not be done twice: an answer that is lost would make the second time a failure, and
    /// `WAIT` counts only the writes of its own connection. A connection that lay idle must answer before.
    fn once<T>(
        &self,
        what: &str,
        work: impl FnOnce(&mut Connection) -> redis::RedisResult<T>,
    ) -> Result<T> {
        let answers = |(mut connection, since): (Connection, Instant)| {
            let is_fresh = sync::now() - since < FRESH;
            (is_fresh || is_open(&mut connection)).then_some(connection)
        };
        let mut connection = match self.idle_connection().and_then(answers) {
            Some(connection) => connection,
            None => {
                self.forget_idle();
                self.connect()?
            }
        };
        let outcome = work(&mut connection);
        self.finish(what, connection, outcome)
    }

    fn finish<T>(
        &self,
        what: &str,
        connection: Connection,
        outcome: redis::RedisResult<T>,
    ) -> Result<T> {
        match outcome {
            Ok(done) => {
                lock(&self.idle.get_or_default()).push((connection, sync::now()));
                Ok(done)
            }
            Err(error) => {
                self.forget_idle();
                let failure = failed(what, redacted(&error));
                Err(match advice(&error) {
                    Some(advice) => failure.advise(advice),
                    None => failure,
                })
            }
        }
    }

    fn idle_connection(&self) -> Option<(Connection, Instant)> {
        lock(&self.idle.get_or_default()).pop()
    }

    /// If one connection is broken, the others probably are, too.
    fn forget_idle(&self) {
        lock(&self.idle.get_or_default()).clear();
    }

    fn connect(&self) -> Result<Connection> {
        let connect = || {
            let connection = self.client.get_connection_with_timeout(TIMEOUT)?;
            connection.set_read_timeout(Some(TIMEOUT))?;
            connection.set_write_timeout(Some(TIMEOUT))?;
            Ok(connection)
        };
        connect().map_err(|error: redis::RedisError| unreachable(&error))
    }

    fn record(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn lock_of(&self, name: &str) -> String {
        format!("{}lock:{name}", self.prefix)
    }
}

impl Store for RedisStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.confirm_doubtful_writes()?;
        self.with("reading from the store failed", |connection| {
            redis::cmd("GET").arg(self.record(name)).query(connection)
        })
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        let (is_expected, expected) = (i32::from(expected.is_some()), expected.unwrap_or_default());
        let now = SystemClock.now();
        let keep_ms = keep_until.map_or(0, |until| now.until(until).as_millis().max(1));
        let keep_ms = u64::try_from(keep_ms).unwrap_or(MAX_KEEP_MS).min(MAX_KEEP_MS);
        self.write("writing to the store failed", |connection| {
            let script = Script::new(PUT);
            let mut call = script.key(self.record(name));
            call.arg(value).arg(is_expected).arg(expected).arg(keep_ms).invoke(connection)
        })
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.write("removing from the store failed", |connection| {
            Script::new(REMOVE).key(self.record(name)).arg(expected).invoke(connection)
        })
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX).max(1);
        self.with("locking in the store failed", |connection| {
            Script::new(LOCK).key(self.lock_of(name)).arg(owner).arg(lease_ms).invoke(connection)
        })
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.with("releasing a lock of the store failed", |connection| {
            Script::new(REMOVE).key(self.lock_of(name)).arg(owner).invoke(connection)
        })
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// Whether the server answers on this connection. A closed one says so at once.
fn is_open(connection: &mut Connection) -> bool {
    let ask = |connection: &mut Connection| {
        connection.set_read_timeout(Some(PING_TIMEOUT))?;
        redis::cmd("PING").exec(connection)?;
        connection.set_read_timeout(Some(TIMEOUT))
    };
    ask(connection).is_ok()
}

fn too_few_replicas() -> Error {
    let message = "fewer replicas than `wait_replicas` have what was written to the store";
    Error::new(ErrorKind::Store, message)
        .advise("Check the replicas of that Redis, or give a smaller `wait_replicas`.")
}

/// Takes a parameter out of a URL's query that is ours and not Redis's.
fn take(url: &mut Url, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let (ours, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(other, _)| other == name);
    if others.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(others);
    }
    ours.into_iter().next().map(|(_, value)| value)
}

/// A URL's hosts, without its user and password.
fn hosts(url: &str) -> &str {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts)
}

/// The schemes of one Redis: over TCP, TLS and a unix socket.
pub(super) const SCHEMES: [&str; 7] =
    ["redis", "rediss", "valkey", "valkeys", "redis+unix", "valkey+unix", "unix"];
const PUT: &str = "
    local there = redis.call('GET', KEYS[1])
    if ARGV[2] == '1' then
        if there ~= ARGV[3] then return 0 end
    elseif there then
        return 0
    end
    if ARGV[4] == '0' then
        redis.call('SET', KEYS[1], ARGV[1])
    else
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
    end
    return 1";
const LOCK: &str = "
    local holder = redis.call('GET', KEYS[1])
    if holder and holder ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 1";
const REMOVE: &str = "
    if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
    return 0";
const TIMEOUT: Duration = Duration::from_secs(2);
/// A connection that was used a moment ago is taken for open.
const FRESH: Duration = Duration::from_secs(1);
/// A server that is busy for longer is asked on a new connection.
const PING_TIMEOUT: Duration = Duration::from_millis(500);
/// Less than the timeout, so that the answer of `WAIT` comes in time.
const REPLICA_TIMEOUT: Duration = Duration::from_millis(1500);
/// Ten years: Redis refuses a time to live that its own clock cannot hold.
const MAX_KEEP_MS: u64 = 10 * 366 * 86_400_000;
