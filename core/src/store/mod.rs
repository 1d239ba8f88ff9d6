//! Stores: where tokens live between processes, so that a fleet of processes mints once.
//!
//! A [`Store`] keeps bytes by name and does not know what they are. `TokenStore` seals a token's
//! record before it is stored (`seal`, `record`), so that a reader of the store learns nothing.

mod account_sessions;
#[cfg(test)]
mod altered;
mod key_note;
#[cfg(feature = "keychain")]
mod keychain;
mod lock;
mod memory;
mod record;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod redis_failure;
#[cfg(feature = "redis")]
mod redis_tls;
mod seal;
#[cfg(feature = "sqlite")]
mod sqlite;
mod timed;
mod token_store;
mod unwritten;

use std::{fmt, sync::Arc, time::Duration};

use rustls::pki_types::{CertificateDer, PrivateKeyDer};

#[cfg(feature = "keychain")]
pub(crate) use self::keychain::read_key;
#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
pub(crate) use self::{
    key_note::KeyNote,
    lock::Lock,
    record::{Intent, Moment, Record},
    seal::Sealer,
    timed::TimedStore,
    token_store::{Found, TokenStore, not_taken},
    unwritten::Unwritten,
};
pub use self::{memory::MemoryStore, seal::StoreKey};
use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
    time::Timestamp,
};

/// A store that the program implements, which keeps bytes by name, outside of the process.
///
/// The bytes are sealed with the app's [`store_key`](crate::AppBuilder::store_key), unless
/// [`store_unencrypted`](crate::AppBuilder::store_unencrypted) is set. A function that fails, or
/// that takes longer than five seconds or than its caller has time, causes an event `store_failed`:
/// an installation token is then minted without the store, while the calls of a session fail.
///
/// Each method is called on a thread of appmint's and may block for a moment; all of them may be
/// called at the same time.
pub trait Store: Send + Sync + fmt::Debug {
    /// Returns the value of a name.
    ///
    /// `None` if there is none.
    ///
    /// - `name`: The value's name.
    ///
    /// # Errors
    /// - [`Store`](crate::ErrorKind::Store) if the store failed.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Replaces a value, atomically, if it is still the expected one.
    ///
    /// - `name`: The value's name.
    /// - `value`: The new value.
    /// - `expected`: The value to replace; `None` to add one only if there is none.
    /// - `keep_until`: When the value may be dropped, by this machine's clock even if the app has
    ///   another one; `None` to keep it.
    ///
    /// # Errors
    /// - [`Store`](crate::ErrorKind::Store) if the store failed.
    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool>;

    /// Removes a value, atomically, if it is still the expected one.
    ///
    /// - `name`: The value's name.
    /// - `expected`: The value to remove.
    ///
    /// # Errors
    /// - [`Store`](crate::ErrorKind::Store) if the store failed.
    fn remove(&self, name: &str, expected: &[u8]) -> Result<()>;

    /// Takes a lock for an owner, atomically, unless another owner has it.
    ///
    /// The lock is free again after the lease, even if its owner has died. If the owner has it
    /// already, the lease begins anew. Leases are best measured by a clock that nobody sets: the
    /// store's own, or the time since the machine started.
    ///
    /// - `name`: The lock's name.
    /// - `owner`: The owner's name.
    /// - `lease`: How long the lock is held if it is not released before.
    ///
    /// # Errors
    /// - [`Store`](crate::ErrorKind::Store) if the store failed.
    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool>;

    /// Releases a lock if the owner still has it.
    ///
    /// - `name`: The lock's name.
    /// - `owner`: The owner that took it.
    ///
    /// # Errors
    /// - [`Store`](crate::ErrorKind::Store) if the store failed.
    fn unlock(&self, name: &str, owner: &str) -> Result<()>;

    /// Whether others than this process can read the store, so that records must be sealed. A store for
    /// which this is false is memory: its methods must not block.
    fn is_shared(&self) -> bool {
        true
    }
}

/// The store that a URL names: `memory:`, which ends with the app, `sqlite:FILE`, or `redis://…` and
/// `rediss://…` (TLS) or `redis+unix:///PATH` as <https://docs.rs/redis/latest/redis/#connection-parameters> describes, with
/// `?prefix=…` for the names and `?wait_replicas=N` for writes that N replicas must have.
///
/// # Errors
/// [`InvalidArgument`](ErrorKind::InvalidArgument) for another one; nothing is opened yet.
#[cfg_attr(not(feature = "redis"), expect(unused_variables, reason = "only Redis has TLS"))]
pub(crate) fn named(url: &str, certificates: &Certificates) -> Result<Arc<dyn Store>> {
    match url.split_once(':') {
        Some(("memory", "")) => Ok(Arc::new(MemoryStore::default())),
        #[cfg(feature = "sqlite")]
        Some(("sqlite", path)) => Ok(Arc::new(SqliteStore::new(path)?)),
        #[cfg(feature = "redis")]
        Some((scheme, _)) if redis::SCHEMES.contains(&scheme) => {
            Ok(Arc::new(RedisStore::over_tls(url, certificates)?))
        }
        #[cfg(not(feature = "sqlite"))]
        Some(("sqlite", _)) => Err(left_out()),
        #[cfg(not(feature = "redis"))]
        Some(("redis" | "rediss", _)) => Err(left_out()),
        Some((scheme, _)) if scheme.contains("sentinel") => Err(no_redis_of_many("Sentinel")),
        Some((scheme, _)) if scheme.contains("cluster") => Err(no_redis_of_many("Cluster")),
        _ => Err(Error::invalid("the store's URL scheme is unknown").advise(
            "Give `memory:`, `sqlite:FILE`, `redis://…`, `rediss://…`, `redis+unix:///PATH`, or callbacks of your own.",
        )),
    }
}

/// Whether the store that a URL names is reached over TLS.
pub(crate) fn has_tls(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| matches!(scheme, "rediss" | "valkeys"))
}

/// The certificates for a store that is reached over TLS.
#[derive(Default)]
#[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "only Redis has TLS"))]
pub(crate) struct Certificates {
    /// Those that are trusted beside the system's.
    pub(crate) roots: Vec<CertificateDer<'static>>,
    /// The one that is shown to a store that wants one, with those between it and its root, and its key.
    pub(crate) client: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
}

fn no_redis_of_many(kind: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("Redis {kind} is not supported as a store"))
        .advise("Give the URL of one Redis, which a proxy or a name may keep on the master, or callbacks of your own.")
}

/// The key of a setting: its text. Keychains were left out of this library.
#[cfg(not(feature = "keychain"))]
pub(crate) fn read_key(setting: &Secret, _: Missing, _: Duration) -> Result<StoreKey> {
    if name_in_keychain(setting).is_some() {
        let error = Error::new(ErrorKind::Unsupported, "this library was built without keychains");
        return Err(
            error.advise("Give the key itself, or build the library with the feature `keychain`.")
        );
    }
    StoreKey::parse(setting)
}

/// The name of a key in the keychain, if that is the setting.
pub(crate) fn name_in_keychain(setting: &Secret) -> Option<&str> {
    setting.reveal().trim().strip_prefix("keychain:")
}

/// How a key is treated that the keychain does not have.
#[cfg_attr(not(feature = "keychain"), expect(dead_code, reason = "nothing is made"))]
#[derive(Clone, Copy)]
pub(crate) enum Missing<'a> {
    /// It is made: this key seals what is stored from now on. It is an error if this says of the name that its key has
    /// sealed records before.
    MadeUnless(&'a dyn Fn(&str) -> Result<bool>),
    /// It is an error: this key has sealed records before.
    Refused,
}

/// The error of a library that was built without this store.
#[cfg(not(all(feature = "redis", feature = "sqlite")))]
fn left_out() -> Error {
    Error::new(ErrorKind::Unsupported, "this library was built without that store")
        .advise("Build it with the features `redis` and `bundled-sqlite`.")
}

#[cfg(any(feature = "redis", feature = "sqlite"))]
fn failed(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Store, what).caused_by(error)
}

/// The time after which a lock is free again when its holder has died or was stopped.
pub(crate) const LEASE: Duration = Duration::from_secs(5);
/// The pause between two looks at a store whose lock another process holds.
pub(crate) const STORE_POLL_INTERVAL: Duration = Duration::from_millis(60);
/// A value is dropped so long after its `keep_until`: by then a clock that was a little wrong is right.
const SWEEP_MARGIN: Duration = Duration::from_secs(86_400);
