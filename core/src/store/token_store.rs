//! Tokens in a store: records are sealed, and names are hashes of the keys that tokens are for.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest;
use serde_json::{Value, json};

use super::{
    Lock, Sealer, Store,
    record::{self, Record},
};
use crate::{
    clock::{Clock, SystemClock},
    encoding::hex,
    error::Result,
    time::Timestamp,
    token::Token,
};

/// A store, and the key that seals its records.
#[derive(Debug)]
pub(crate) struct TokenStore {
    store: Arc<dyn Store>,
    sealer: Arc<Sealer>,
    /// The owner of the tokens: the platform and the app.
    owner: String,
    /// The clock of the tokens' times, which need not be the machine's.
    clock: Arc<dyn Clock>,
}

/// A record as it was found, with its bytes: the next record replaces exactly those.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) record: Option<Record>,
    bytes: Option<Vec<u8>>,
}

impl Found {
    /// Whether nothing was written in between.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl TokenStore {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        sealer: Arc<Sealer>,
        owner: String,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, sealer, owner, clock }
    }

    /// The name of a key's record: a hash, so that names tell nothing and hold no separator.
    pub(crate) fn name(&self, key: &Value) -> String {
        hash(&json!([self.owner, key]).to_string())
    }

    pub(crate) fn find(&self, name: &str) -> Result<Found> {
        let bytes = self.store.get(name)?;
        // A record that cannot be opened is another key's or damaged: it counts as absent, and is replaced.
        let plain = bytes.as_ref().and_then(|bytes| self.sealer.open(name, bytes));
        Ok(Found { record: plain.and_then(|plain| record::read(&plain)), bytes })
    }

    /// Puts a record in the place of `before`; returns what is there now, or `None` if another process
    /// was quicker.
    pub(crate) fn put(&self, name: &str, record: Record, before: &Found) -> Result<Option<Found>> {
        let sealed = self.sealer.seal(name, &record::write(&record))?;
        let keep_until = keep_until(&record.token).map(|until| self.by_machine_clock(until));
        let is_put = self.store.put(name, &sealed, before.bytes.as_deref(), keep_until)?;
        Ok(is_put.then(|| Found { record: Some(record), bytes: Some(sealed) }))
    }

    pub(crate) fn remove(&self, name: &str, found: &Found) -> Result<()> {
        found.bytes.as_ref().map_or(Ok(()), |bytes| self.store.remove(name, bytes))
    }

    /// Records something that may happen once; whether this is the first time.
    pub(crate) fn record_once(&self, what: &str, keep_until: Timestamp) -> Result<bool> {
        let keep_until = self.by_machine_clock(keep_until.after(ONCE_MARGIN));
        self.store.put(&self.once_name(what), ONCE, None, Some(keep_until))
    }

    /// Removes the record of something that did not happen after all.
    pub(crate) fn forget_once(&self, what: &str) -> Result<()> {
        self.store.remove(&self.once_name(what), ONCE)
    }

    fn once_name(&self, what: &str) -> String {
        hash(&json!([self.owner, "once", what]).to_string())
    }

    /// The same distance from now by the machine's clock: a store drops by that one, and the app's
    /// clock may be another.
    fn by_machine_clock(&self, time: Timestamp) -> Timestamp {
        SystemClock.now().after(self.clock.now().until(time))
    }

    /// The lock of a name; `None` while another owner has it.
    pub(crate) fn lock(&self, name: &str, lease: Duration) -> Result<Option<Lock>> {
        Lock::take(&self.store, name, lease)
    }
}

/// A session is kept for a while after its refresh token expired, so that the reason can still be
/// reported; any other token is kept as long as it lives.
fn keep_until(token: &Token) -> Option<Timestamp> {
    match token.refresh_token() {
        Some(_) => token.refresh_token_expires_at().map(|at| at.after(TOMBSTONE_LIFETIME)),
        None => token.expires_at(),
    }
}

fn hash(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hex(hash.as_ref())
}

/// A note that something was done once outlives what it is about, since clocks may be set meanwhile.
const ONCE_MARGIN: Duration = Duration::from_secs(86_400);
const ONCE: &[u8] = b"once";
const TOMBSTONE_LIFETIME: Duration = Duration::from_secs(30 * 86_400);
