//! A store as tokens see it: names made of what a token is for, records that are sealed.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest;
use serde_json::json;

use super::{
    Sealer, Store,
    record::{self, Record},
};
use crate::{cell::Key, error::Result, oauth::random, time::Timestamp, token::Token};

/// A store and the key to what is in it.
#[derive(Debug)]
pub(crate) struct Vault {
    store: Arc<dyn Store>,
    sealer: Arc<Sealer>,
    /// Whose tokens they are: where the platform is, and which app.
    owner: String,
}

/// What lies in the store, and the bytes that the next record takes the place of.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) record: Option<Record>,
    bytes: Option<Vec<u8>>,
}

impl Vault {
    pub(crate) fn new(store: Arc<dyn Store>, sealer: Arc<Sealer>, owner: String) -> Self {
        Self { store, sealer, owner }
    }

    /// The name of a key's record: a hash, so that names tell nothing and hold no separator.
    pub(crate) fn name(&self, key: &Key) -> String {
        let what = json!([self.owner, key.subject, key.scope.parts()]);
        hashed(&what.to_string())
    }

    pub(crate) fn find(&self, name: &str) -> Result<Found> {
        let bytes = self.store.get(name)?;
        // What cannot be opened is another's or damaged: as good as absent, and written over.
        let plain = bytes.as_ref().and_then(|bytes| self.sealer.open(name, bytes));
        Ok(Found { record: plain.and_then(|plain| record::read(&plain)), bytes })
    }

    /// Puts a record where `before` was, and says what lies there now; `None` if somebody else was
    /// quicker.
    pub(crate) fn put(&self, name: &str, record: Record, before: &Found) -> Result<Option<Found>> {
        let sealed = self.sealer.seal(name, &record::write(&record))?;
        let keep_until = keep_until(&record.token);
        let is_put = self.store.put(name, &sealed, before.bytes.as_deref(), keep_until)?;
        Ok(is_put.then(|| Found { record: Some(record), bytes: Some(sealed) }))
    }

    pub(crate) fn remove(&self, name: &str, found: &Found) -> Result<()> {
        found.bytes.as_ref().map_or(Ok(()), |bytes| self.store.remove(name, bytes))
    }

    /// Notes something that may happen once; whether this is the first time.
    pub(crate) fn note_once(&self, what: &str, keep_until: Timestamp) -> Result<bool> {
        let what = json!([self.owner, "once", what]).to_string();
        self.store.put(&hashed(&what), b"once", None, Some(keep_until))
    }

    /// The lock of a name, or `None` while another one has it.
    pub(crate) fn lock(&self, name: &str, lease: Duration) -> Result<Option<Lock>> {
        let owner = random()?;
        let is_ours = self.store.lock(name, &owner, lease)?;
        let store = Arc::clone(&self.store);
        Ok(is_ours.then(|| Lock { store, name: name.to_owned(), owner }))
    }
}

/// A session is kept for a while after it can no longer be renewed, so that what it died of can be
/// told; any other token as long as it lives.
fn keep_until(token: &Token) -> Option<Timestamp> {
    match token.refresh_token() {
        Some(_) => token.refresh_token_expires_at().map(|at| at.after(OBITUARY)),
        None => token.expires_at(),
    }
}

fn hashed(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A lock that is given back when it is dropped; if that fails, its lease ends it.
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

const OBITUARY: Duration = Duration::from_secs(30 * 86_400);
