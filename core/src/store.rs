//! Where tokens live between processes, so that a fleet mints once.
//!
//! A store keeps bytes by name; it is not told what they are. What goes into it is sealed first
//! (`seal`), so that whoever reads the store has nothing.

mod memory;
mod record;
#[cfg(feature = "redis")]
mod redis;
mod seal;
#[cfg(feature = "sqlite")]
mod sqlite;
mod vault;

use std::{fmt, sync::Arc, time::Duration};

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
pub use self::{memory::MemoryStore, seal::StoreKey};
pub(crate) use self::{
    record::{Intent, Record},
    seal::Sealer,
    vault::{Found, Vault},
};
use crate::{
    error::{Error, ErrorKind, Result},
    time::Timestamp,
};

/// A place outside of the process. Each method is called on a worker thread and may block for a
/// moment; all of them may be called at once.
pub trait Store: Send + Sync + fmt::Debug {
    /// The value of this name, if there is one.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) when it cannot be known.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Puts a value in the place of `expected` (`None`: of nothing), unless something else is there
    /// by now; whether it did. After `keep_until` the value may be dropped.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) when it cannot be known.
    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool>;

    /// Takes a value away, unless something else is there by now.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) when it cannot be known.
    fn remove(&self, name: &str, expected: &[u8]) -> Result<()>;

    /// Takes the lock of this name for an owner, unless another one has it; whether it did. It is
    /// free again after the lease, whatever became of the owner.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) when it cannot be known.
    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool>;

    /// Gives the lock back, if it is still the owner's.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) when it cannot be known.
    fn unlock(&self, name: &str, owner: &str) -> Result<()>;

    /// Whether others than this process may read it, so that what it holds must be sealed.
    fn is_shared(&self) -> bool {
        true
    }
}

/// The store that a URL names: `memory:`, which ends with the app, `sqlite:FILE`, or `redis://…` and `rediss://…` (TLS) as
/// <https://docs.rs/redis/latest/redis/#connection-parameters> has it, with `?prefix=…` for the
/// names.
///
/// # Errors
/// [`InvalidArgument`](ErrorKind::InvalidArgument) for another one; nothing is opened yet.
pub(crate) fn named(url: &str) -> Result<Arc<dyn Store>> {
    match url.split_once(':') {
        Some(("memory", "")) => Ok(Arc::new(MemoryStore::default())),
        #[cfg(feature = "sqlite")]
        Some(("sqlite", path)) => Ok(Arc::new(SqliteStore::new(path)?)),
        #[cfg(feature = "redis")]
        Some(("redis" | "rediss", _)) => Ok(Arc::new(RedisStore::new(url)?)),
        #[cfg(not(feature = "sqlite"))]
        Some(("sqlite", _)) => Err(left_out()),
        #[cfg(not(feature = "redis"))]
        Some(("redis" | "rediss", _)) => Err(left_out()),
        _ => Err(Error::invalid("the store is none that appmint knows").advise(
            "Give `memory:`, `sqlite:FILE`, `redis://…`, `rediss://…`, or callbacks of your own.",
        )),
    }
}

/// Of a library that was built without a store.
#[cfg(not(all(feature = "redis", feature = "sqlite")))]
fn left_out() -> Error {
    Error::new(ErrorKind::Unsupported, "this library was built without that store")
        .advise("Build it with the features `redis` and `sqlite`.")
}

#[cfg(any(feature = "redis", feature = "sqlite"))]
fn failed(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Store, what).caused_by(error)
}
