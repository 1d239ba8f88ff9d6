//! The names of an account's sessions. A session's record is found by the program's name for it; a
//! platform on which the user revokes the authorization names the account.

use serde_json::json;

use super::token_store::{TokenStore, hash, not_taken};
use crate::error::Result;

/// The names of the records of an account's sessions, as they were found.
pub(crate) struct AccountSessions {
    pub(crate) names: Vec<String>,
    bytes: Option<Vec<u8>>,
}

impl TokenStore {
    /// The sessions that were started for an account. Some of them may have ended.
    pub(crate) fn account_sessions(&self, account_id: &str) -> Result<AccountSessions> {
        let name = self.account_name(account_id);
        let bytes = self.store.get(&name)?;
        // The records of a key that is gone are sessions that nobody can open any more.
        let plain = bytes.as_deref().and_then(|bytes| self.sealer.open(&name, bytes).ok());
        let names = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        Ok(AccountSessions { names: names.unwrap_or_default(), bytes })
    }

    /// Notes that a session is an account's.
    pub(crate) fn add_account_session(&self, account_id: &str, session: &str) -> Result<()> {
        self.change_account_sessions(account_id, |names| {
            names.retain(|name| name != session && self.is_there(name));
            names.push(session.to_owned());
        })
    }

    /// Notes that a session has ended.
    pub(crate) fn remove_account_session(&self, account_id: &str, session: &str) -> Result<()> {
        self.change_account_sessions(account_id, |names| names.retain(|name| name != session))
    }

    /// Forgets an account's sessions, unless others were started meanwhile.
    pub(crate) fn forget_account(&self, account_id: &str, found: &AccountSessions) -> Result<()> {
        let Some(bytes) = &found.bytes else { return Ok(()) };
        self.store.remove(&self.account_name(account_id), bytes)
    }

    fn change_account_sessions(
        &self,
        account_id: &str,
        change: impl Fn(&mut Vec<String>),
    ) -> Result<()> {
        for _ in 0..MAX_ATTEMPTS {
            let found = self.account_sessions(account_id)?;
            let mut names = found.names.clone();
            change(&mut names);
            if names == found.names {
                return Ok(());
            }
            if names.is_empty() {
                return self.forget_account(account_id, &found);
            }
            let (name, plain) = (self.account_name(account_id), json!(names).to_string());
            let sealed = self.seal(&name, plain.as_bytes())?;
            if self.store.put(&name, &sealed, found.bytes.as_deref(), None)? {
                return Ok(());
            }
        }
        Err(not_taken())
    }

    /// Whether a session may be there; one that cannot be read may.
    fn is_there(&self, name: &str) -> bool {
        self.store.get(name).map_or(true, |bytes| bytes.is_some())
    }

    fn account_name(&self, account_id: &str) -> String {
        hash(&json!([self.owner, "account", account_id]).to_string())
    }
}

/// Nobody starts as many sessions of one account at the same moment.
const MAX_ATTEMPTS: usize = 16;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        clock::SystemClock,
        store::{MemoryStore, Sealer, Store as _},
    };

    fn store() -> (Arc<MemoryStore>, TokenStore) {
        let memory = Arc::new(MemoryStore::default());
        let sealer = Arc::new(Sealer::new(Vec::new()));
        let store = TokenStore::new(memory.clone(), sealer, "o".into(), Arc::new(SystemClock));
        (memory, store)
    }

    fn names(store: &TokenStore, account: &str) -> Vec<String> {
        store.account_sessions(account).unwrap().names
    }

    #[test]
    fn an_account_has_the_sessions_that_were_started_and_have_not_ended() {
        let (memory, store) = store();
        for session in ["a", "b", "c"] {
            assert!(memory.put(session, b"its record", None, None).unwrap());
            store.add_account_session("1", session).unwrap();
        }
        store.add_account_session("1", "b").unwrap();
        assert_eq!(names(&store, "1"), ["a", "c", "b"]);
        assert!(names(&store, "2").is_empty(), "another account has others");
        store.remove_account_session("1", "c").unwrap();
        assert_eq!(names(&store, "1"), ["a", "b"]);
        // A session whose record is gone is left out when another one is added.
        memory.remove("a", b"its record").unwrap();
        store.add_account_session("1", "d").unwrap();
        assert_eq!(names(&store, "1"), ["b", "d"]);
    }

    #[test]
    fn an_account_is_forgotten_unless_a_session_was_started_meanwhile() {
        let (_, store) = store();
        store.add_account_session("1", "a").unwrap();
        let found = store.account_sessions("1").unwrap();
        store.add_account_session("1", "b").unwrap();
        store.forget_account("1", &found).unwrap();
        assert!(!names(&store, "1").is_empty());
        store.forget_account("1", &store.account_sessions("1").unwrap()).unwrap();
        assert!(names(&store, "1").is_empty());
        store.add_account_session("1", "c").unwrap();
        store.remove_account_session("1", "c").unwrap();
        assert!(store.account_sessions("1").unwrap().bytes.is_none(), "no empty list is left");
    }
}
