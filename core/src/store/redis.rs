//! A store in Redis, for the processes of many machines.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use redis::{Client, Connection, Script};
use url::Url;

use super::{Store, failed};
use crate::{
    clock::{Clock as _, SystemClock},
    error::{Error, Result},
    tasks::{PerProcess, lock, sync::Mutex},
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
    /// Whether a write is there that too few replicas have confirmed.
    is_unconfirmed: AtomicBool,
    /// Idle connections. A forked child must not use its parent's.
    idle: PerProcess<Mutex<Vec<Connection>>>,
}

impl RedisStore {
    /// The first use opens the store.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a text that is not a Redis URL.
    pub fn new(url: &str) -> Result<Self> {
        // Neither error may show the URL: there may be a password in it.
        let unreadable = || Error::invalid("the store's URL is not a Redis URL");
        let mut url = Url::parse(url).map_err(|_| unreadable())?;
        let prefix = take(&mut url, "prefix").unwrap_or_else(|| "appmint:".to_owned());
        let wait_replicas = take(&mut url, "wait_replicas").map_or(Ok(0), |text| text.parse());
        let wait_replicas = wait_replicas.map_err(|_| {
            Error::invalid("`wait_replicas` in the store's URL is not a number of replicas")
        })?;
        let client = Client::open(url.as_str()).map_err(|_| unreadable())?;
        let (is_unconfirmed, idle) = (AtomicBool::new(false), PerProcess::default());
        Ok(Self { client, prefix, wait_replicas, is_unconfirmed, idle })
    }

    /// Waits until enough replicas have the writes of this connection.
    fn confirm(&self, connection: &mut Connection) -> redis::RedisResult<()> {
        if self.wait_replicas == 0 {
            return Ok(());
        }
        self.is_unconfirmed.store(true, Ordering::SeqCst);
        let timeout_ms = u64::try_from(REPLICA_TIMEOUT.as_millis()).unwrap_or(u64::MAX);
        let confirmed: u32 =
            redis::cmd("WAIT").arg(self.wait_replicas).arg(timeout_ms).query(connection)?;
        if confirmed < self.wait_replicas {
            let what = "fewer replicas than `wait_replicas` confirmed a write";
            return Err((redis::ErrorKind::Client, what).into());
        }
        self.is_unconfirmed.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// Replicas get writes in their order: one that has a new write has those before it, too.
    fn confirm_earlier(&self, connection: &mut Connection) -> redis::RedisResult<()> {
        if !self.is_unconfirmed.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mark = format!("{}confirmed", self.prefix);
        redis::cmd("SET").arg(mark).arg("1").arg("EX").arg(60).exec(connection)?;
        self.confirm(connection)
    }

    fn with<T>(
        &self,
        what: &str,
        work: impl FnOnce(&mut Connection) -> redis::RedisResult<T>,
    ) -> Result<T> {
        let idle = self.idle.get_or_default();
        let kept = lock(&idle).pop();
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let outcome = work(&mut connection);
        if outcome.is_ok() {
            lock(&idle).push(connection);
        } else {
            lock(&idle).clear(); // the others are probably broken, too
        }
        outcome.map_err(|error| failed(what, redacted(&error)))
    }

    fn connect(&self) -> Result<Connection> {
        let connect = || {
            let connection = self.client.get_connection_with_timeout(TIMEOUT)?;
            connection.set_read_timeout(Some(TIMEOUT))?;
            connection.set_write_timeout(Some(TIMEOUT))?;
            Ok(connection)
        };
        connect().map_err(|error: redis::RedisError| {
            failed("the store could not be reached", redacted(&error))
                .advise("Check the store's URL, and that Redis is running there.")
        })
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
        self.with("reading from the store failed", |connection| {
            self.confirm_earlier(connection)?;
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
        self.with("writing to the store failed", |connection| {
            let script = Script::new(PUT);
            let mut call = script.key(self.record(name));
            call.arg(value).arg(is_expected).arg(expected).arg(keep_ms);
            let is_put = call.invoke(connection)?;
            self.confirm(connection)?;
            Ok(is_put)
        })
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.with("removing from the store failed", |connection| {
            let remove = Script::new(REMOVE);
            remove.key(self.record(name)).arg(expected).invoke::<()>(connection)?;
            self.confirm(connection)
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

/// A Redis error without its text, which may repeat values that were sent.
#[derive(Debug)]
struct Redacted(redis::ErrorKind, Option<String>);

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.1 {
            Some(code) => write!(f, "Redis: {:?} ({code})", self.0),
            None => write!(f, "Redis: {:?}", self.0),
        }
    }
}

impl std::error::Error for Redacted {}

fn redacted(error: &redis::RedisError) -> Redacted {
    Redacted(error.kind(), error.code().map(str::to_owned))
}

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
/// Less than that, so that the answer of `WAIT` comes in time.
const REPLICA_TIMEOUT: Duration = Duration::from_millis(1500);
/// Ten years: Redis refuses a time to live that its own clock cannot hold.
const MAX_KEEP_MS: u64 = 10 * 366 * 86_400_000;
