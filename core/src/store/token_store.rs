//! Tokens in a store: records are sealed, and names are hashes of the keys that tokens are for.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest;
use serde_json::{Value, json};

use super::{
    KeyNote, Lock, Sealer, Store, TimedStore,
    record::{self, Record},
    seal::damaged,
};
use crate::{
    clock::{Clock, SystemClock},
    encoding::{hex, random_text},
    error::{Error, ErrorKind, Result},
    tasks::Deadline,
    time::Timestamp,
    token::{Token, TokenKind},
};

/// A store, and the key that seals its records.
#[derive(Clone, Debug)]
pub(crate) struct TokenStore {
    pub(super) store: TimedStore,
    pub(super) sealer: Arc<Sealer>,
    /// The note that the store gets before a record is sealed with a key of the keychain.
    key_note: Option<Arc<KeyNote>>,
    /// The owner of the tokens: the platform and the app.
    pub(super) owner: String,
    /// The clock of the tokens' times, which need not be the machine's.
    clock: Arc<dyn Clock>,
}

/// A record as it was found, with its bytes: the next record replaces exactly those.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) record: Option<Record>,
    bytes: Option<Vec<u8>>,
    /// The reason why the bytes are no record for this app.
    unreadable: Option<Error>,
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
        let key_note = sealer.keychain_name().map(|name| Arc::new(KeyNote::new(name)));
        Self { store: TimedStore::new(store), sealer, key_note, owner, clock }
    }

    /// The same store, whose calls are waited for until then.
    pub(crate) fn until(&self, deadline: Deadline) -> Self {
        Self { store: self.store.until(deadline), ..self.clone() }
    }

    /// The name of a key's record: a hash, so that names tell nothing and hold no separator.
    pub(crate) fn name(&self, key: &Value) -> String {
        hash(&json!([self.owner, key]).to_string())
    }

    /// The record of this name.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) if the store fails, and for a record that this app cannot open: what it
    /// holds may be a session, which must not be taken for absent.
    pub(crate) fn find(&self, name: &str) -> Result<Found> {
        let found = self.find_replaceable(name)?;
        found.unreadable.clone().map_or(Ok(found), Err)
    }

    /// The record of this name. One that cannot be opened counts as absent: for what can be fetched anew,
    /// or is to be removed.
    pub(crate) fn find_replaceable(&self, name: &str) -> Result<Found> {
        let Some(bytes) = self.store.get(name)? else {
            return Ok(Found { record: None, bytes: None, unreadable: None });
        };
        let opened = self.sealer.open(name, &bytes);
        let record = opened.and_then(|plain| record::read(&plain).ok_or_else(damaged));
        let (record, unreadable) = match record {
            Ok(record) => (Some(record), None),
            Err(error) => (None, Some(error)),
        };
        Ok(Found { record, bytes: Some(bytes), unreadable })
    }

    /// Puts a record in the place of `before`; returns what is there now, or `None` if another process
    /// was quicker.
    pub(crate) fn put(&self, name: &str, record: Record, before: &Found) -> Result<Option<Found>> {
        let sealed = self.seal(name, &record::write(&record))?;
        let keep_until = self.keep_until(&record).map(|until| self.by_machine_clock(until));
        let is_put = self.store.put(name, &sealed, before.bytes.as_deref(), keep_until)?;
        Ok(is_put.then(|| Found { record: Some(record), bytes: Some(sealed), unreadable: None }))
    }

    pub(crate) fn remove(&self, name: &str, found: &Found) -> Result<()> {
        found.bytes.as_ref().map_or(Ok(()), |bytes| self.store.remove(name, bytes))
    }

    /// Records something that may happen once; whether this is the first time.
    pub(crate) fn record_once(&self, what: &str, keep_until: Timestamp) -> Result<bool> {
        let keep_until = self.by_machine_clock(keep_until.after(ONCE_MARGIN));
        let name = self.once_name(what);
        if self.store.put(&name, ONCE, None, Some(keep_until))? {
            return Ok(true);
        }
        // A store that never takes anything must not look like one that has it already.
        if self.store.get(&name)?.is_none() { Err(not_taken()) } else { Ok(false) }
    }

    /// Removes the record of something that did not happen after all.
    pub(crate) fn forget_once(&self, what: &str) -> Result<()> {
        self.store.remove(&self.once_name(what), ONCE)
    }

    /// The generation of something's records, which is part of their names; `None` for the first.
    pub(crate) fn generation(&self, of: &str) -> Result<Option<String>> {
        let mark = self.store.get(&self.generation_name(of))?;
        Ok(mark.map(|mark| hex(digest::digest(&digest::SHA256, &mark).as_ref())))
    }

    /// Begins another generation: nobody finds the records of the one before any more.
    pub(crate) fn begin_generation(&self, of: &str) -> Result<()> {
        let name = self.generation_name(of);
        let before = self.store.get(&name)?;
        let keep_until = SystemClock.now().after(GENERATION_LIFETIME);
        let mark = random_text()?;
        let is_put = self.store.put(&name, mark.as_bytes(), before.as_deref(), Some(keep_until))?;
        // If another process was quicker, its generation is as new as this one would have been.
        if is_put || self.store.get(&name)? != before { Ok(()) } else { Err(not_taken()) }
    }

    /// A text that was remembered, until its time has passed.
    pub(crate) fn remembered(&self, what: &Value) -> Result<Option<String>> {
        let name = self.name(what);
        let Some(bytes) = self.store.get(&name)? else { return Ok(None) };
        let plain = self.sealer.open(&name, &bytes)?;
        let (text, until): (String, i64) = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        Ok((Timestamp::from_millis(until) > SystemClock.now()).then_some(text))
    }

    /// Remembers a text in the place of any other, for so long.
    pub(crate) fn remember(&self, what: &Value, text: &str, time: Duration) -> Result<()> {
        let (name, until) = (self.name(what), SystemClock.now().after(time));
        let before = self.store.get(&name)?;
        let plain = json!([text, until.as_millis()]).to_string();
        let sealed = self.seal(&name, plain.as_bytes())?;
        self.store.put(&name, &sealed, before.as_deref(), Some(until)).map(drop)
    }

    /// Seals the text of a record of this name.
    pub(super) fn seal(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>> {
        self.key_note.as_ref().map_or(Ok(()), |note| note.write(&self.store))?;
        self.sealer.seal(name, plain)
    }

    fn generation_name(&self, of: &str) -> String {
        hash(&json!([self.owner, "generation", of]).to_string())
    }

    fn once_name(&self, what: &str) -> String {
        hash(&json!([self.owner, "once", what]).to_string())
    }

    /// When the record may be dropped. A session that has ended is kept only for as long as its reason.
    fn keep_until(&self, record: &Record) -> Option<Timestamp> {
        let now = self.clock.now();
        let ended = record.ended.map(|_| now.after(TOMBSTONE_LIFETIME));
        keep_until(&record.token, now).into_iter().chain(ended).min()
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

/// The error of a store that refuses to write although nothing else is there.
pub(crate) fn not_taken() -> Error {
    Error::new(ErrorKind::Store, "the store did not write a record, although it had not changed")
        .advise("`put` of a store writes when `expected` is what is there, and says so.")
}

/// A session is kept for a while after its refresh token expired, so that the reason can still be
/// reported; any other token is kept as long as it lives. If the platform does not say how long that is,
/// the program ends a user's session, and any other token is fetched anew after a while.
fn keep_until(token: &Token, now: Timestamp) -> Option<Timestamp> {
    match (token.refresh_token(), token.kind()) {
        (Some(_), _) => token.refresh_token_expires_at().map(|at| at.after(TOMBSTONE_LIFETIME)),
        (None, TokenKind::User) => token.expires_at(),
        (None, _) => Some(token.expires_at().unwrap_or_else(|| now.after(UNKNOWN_LIFETIME))),
    }
}

pub(super) fn hash(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hex(hash.as_ref())
}

/// A note that something was done once outlives what it is about, since clocks may be set meanwhile.
const ONCE_MARGIN: Duration = Duration::from_secs(86_400);
const ONCE: &[u8] = b"once";
/// It is also the margin for a machine whose clock is ahead: it must not drop sessions that go on.
const TOMBSTONE_LIFETIME: Duration = Duration::from_secs(90 * 86_400);
/// For tokens whose life no answer and no descriptor tells.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(30 * 86_400);
/// Longer than the tokens of the generation before live, and than their records are kept.
const GENERATION_LIFETIME: Duration = Duration::from_secs(90 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::ManualClock,
        error::Reason,
        secret::Secret,
        store::{MemoryStore, altered::Altered},
    };

    const NOW: Timestamp = Timestamp::from_secs(2_000_000_000);

    fn over(store: impl Store + 'static) -> TokenStore {
        let (sealer, clock) = (Arc::new(Sealer::new(Vec::new())), Arc::new(ManualClock::new(NOW)));
        TokenStore::new(Arc::new(store), sealer, "o".into(), clock)
    }

    fn kept_for(kind: TokenKind, refreshes: bool, ended: Option<Reason>) -> Option<Duration> {
        let store = over(MemoryStore::default());
        let refresh_token = refreshes.then(|| Secret::new("r"));
        let token = Token::builder(kind, Secret::new("t")).refresh_token(refresh_token, None);
        let record = Record { ended, ..Record::of(token.build()) };
        store.keep_until(&record).map(|until| NOW.until(until))
    }

    #[test]
    fn only_a_session_that_may_go_on_is_kept_for_good() {
        let ended = Some(Reason::InvalidRefreshToken);
        assert_eq!(kept_for(TokenKind::User, true, None), None);
        assert_eq!(kept_for(TokenKind::User, false, None), None);
        assert_eq!(kept_for(TokenKind::User, true, ended), Some(TOMBSTONE_LIFETIME));
        assert_eq!(kept_for(TokenKind::Installation, false, None), Some(UNKNOWN_LIFETIME));
    }

    #[test]
    fn a_record_that_was_replaced_is_another_one() {
        let store = over(MemoryStore::default());
        let token = || Token::builder(TokenKind::User, Secret::new("t")).build();
        let nothing = store.find("n").unwrap();
        let first = store.put("n", Record::of(token()), &nothing).unwrap().unwrap();
        assert!(store.find("n").unwrap().is_same(&first) && !first.is_same(&nothing));
    }

    #[test]
    fn a_generation_begins_if_another_process_was_quicker_and_fails_if_the_store_refuses() {
        for another_writes in [true, false] {
            let refuse = move |inner: &MemoryStore, name: &str, expected: Option<&[u8]>| {
                if another_writes {
                    inner.put(name, b"another's", expected, None)?;
                }
                Ok(false)
            };
            let store = over(Altered { put: Some(Box::new(refuse)), ..Altered::default() });
            assert_eq!(store.begin_generation("1").is_ok(), another_writes);
            assert_eq!(store.generation("1").unwrap().is_some(), another_writes);
        }
    }

    #[test]
    fn another_generation_has_other_names() {
        let store = over(MemoryStore::default());
        assert_eq!(store.generation("1").unwrap(), None);
        store.begin_generation("1").unwrap();
        let first = store.generation("1").unwrap();
        store.begin_generation("1").unwrap();
        assert!(first.is_some() && store.generation("1").unwrap() != first);
        assert_eq!(store.generation("2").unwrap(), None);
    }
}
