//! A store's note that a key of the keychain has sealed records in it.
//!
//! An entry of a keychain can be deleted. Then no other key may be made under its name as if there had never been one:
//! the records would stay closed, and nobody would know why. The note is written before the first record is sealed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::json;

use super::{Store, TimedStore, token_store::hash};
use crate::error::Result;

/// The note about the key of one name.
#[derive(Debug)]
pub(crate) struct KeyNote {
    record: String,
    is_written: AtomicBool,
}

impl KeyNote {
    /// The note about the key that the keychain has under this name.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            record: hash(&json!(["store_key", name]).to_string()),
            is_written: AtomicBool::new(false),
        }
    }

    /// Whether the store has the note: a key of this name has sealed records there.
    ///
    /// # Errors
    /// [`Store`](crate::ErrorKind::Store) if the store fails.
    pub(crate) fn is_in(&self, store: &Arc<dyn Store>) -> Result<bool> {
        Ok(TimedStore::new(Arc::clone(store)).get(&self.record)?.is_some())
    }

    /// Writes the note, once for each process.
    ///
    /// # Errors
    /// [`Store`](crate::ErrorKind::Store) if the store fails.
    pub(super) fn write(&self, store: &TimedStore) -> Result<()> {
        if !self.is_written.load(Ordering::Relaxed) {
            store.put(&self.record, NOTE, None, None)?;
            self.is_written.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

const NOTE: &[u8] = b"a key of the keychain has sealed records here";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    #[test]
    fn a_note_is_about_one_name_and_stays() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let (one, other) = (KeyNote::new("one"), KeyNote::new("other"));
        assert!(!one.is_in(&store).unwrap());
        let timed = TimedStore::new(Arc::clone(&store));
        for note in [&one, &one, &KeyNote::new("one")] {
            note.write(&timed).unwrap();
            assert!(one.is_in(&store).unwrap() && !other.is_in(&store).unwrap());
        }
    }
}
