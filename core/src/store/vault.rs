//! A store as tokens see it: names made of what a token is for, records that are sealed.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest;
use serde_json::json;

use super::{Sealer, Store, record};
use crate::{cell::Key, error::Result, oauth::random, token::Token};

/// A store and the key to what is in it.
#[derive(Debug)]
pub(crate) struct Vault {
    store: Arc<dyn Store>,
    sealer: Sealer,
    /// Whose tokens they are: where the platform is, and which app.
    owner: String,
}

/// What lies in the store: the token, and the bytes that the next one takes the place of.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) token: Option<Token>,
    bytes: Option<Vec<u8>>,
}

impl Vault {
    pub(crate) fn new(store: Arc<dyn Store>, sealer: Sealer, owner: String) -> Self {
        Self { store, sealer, owner }
    }

    /// The name of a key's record: a hash, so that names tell nothing and hold no separator.
    pub(crate) fn name(&self, key: &Key) -> String {
        let what = json!([self.owner, key.installation_id, key.scope.parts()]);
        let hash = digest::digest(&digest::SHA256, what.to_string().as_bytes());
        hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn find(&self, name: &str) -> Result<Found> {
        let bytes = self.store.get(name)?;
        // What cannot be opened is another's or damaged: as good as absent, and written over.
        let plain = bytes.as_ref().and_then(|bytes| self.sealer.open(name, bytes));
        Ok(Found { token: plain.and_then(|plain| record::read(&plain)), bytes })
    }

    /// Puts a token where `before` was; false if somebody else was quicker.
    pub(crate) fn put(&self, name: &str, token: &Token, before: &Found) -> Result<bool> {
        let sealed = self.sealer.seal(name, &record::write(token))?;
        self.store.put(name, &sealed, before.bytes.as_deref(), token.expires_at())
    }

    /// The lock of a name, or `None` while another one has it.
    pub(crate) fn lock(&self, name: &str, lease: Duration) -> Result<Option<Lock>> {
        let owner = random()?;
        let is_ours = self.store.lock(name, &owner, lease)?;
        let store = Arc::clone(&self.store);
        Ok(is_ours.then(|| Lock { store, name: name.to_owned(), owner }))
    }
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
