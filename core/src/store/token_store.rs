//! Tokens in a store: records are sealed, and names are hashes of the keys that tokens are for.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest;
use serde_json::{Value, json};

use super::{
    Sealer, Store,
    record::{self, Record},
};
use crate::{
    encoding::{hex, random_text},
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
}

/// A record as it was found, with its bytes: the next record replaces exactly those.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) record: Option<Record>,
    bytes: Option<Vec<u8>>,
}

impl TokenStore {
    pub(crate) fn new(store: Arc<dyn Store>, sealer: Arc<Sealer>, owner: String) -> Self {
        Self { store, sealer, owner }
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
        let keep_until = keep_until(&record.token);
        let is_put = self.store.put(name, &sealed, before.bytes.as_deref(), keep_until)?;
        Ok(is_put.then(|| Found { record: Some(record), bytes: Some(sealed) }))
    }

    pub(crate) fn remove(&self, name: &str, found: &Found) -> Result<()> {
        found.bytes.as_ref().map_or(Ok(()), |bytes| self.store.remove(name, bytes))
    }

    /// Records something that may happen once; whether this is the first time.
    pub(crate) fn record_once(&self, what: &str, keep_until: Timestamp) -> Result<bool> {
        let what = json!([self.owner, "once", what]).to_string();
        self.store.put(&hash(&what), b"once", None, Some(keep_until))
    }

    /// The lock of a name; `None` while another owner has it.
    pub(crate) fn lock(&self, name: &str, lease: Duration) -> Result<Option<Lock>> {
        let owner = random_text()?;
        let is_ours = self.store.lock(name, &owner, lease)?;
        let store = Arc::clone(&self.store);
        Ok(is_ours.then(|| Lock { store, name: name.to_owned(), owner }))
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

/// A lock that is released when it is dropped. If releasing fails, its lease ends it.
pub(crate) struct Lock {
    store: Arc<dyn Store>,
    name: String,
    owner: String,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.store.unlock(&self.name, &self.owner);
    }
}

const TOMBSTONE_LIFETIME: Duration = Duration::from_secs(30 * 86_400);
