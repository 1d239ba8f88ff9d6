//! What one process remembers about its refreshes, because the store may not know it.

use std::collections::HashMap;

use crate::{
    error::Reason,
    store::Record,
    tasks::{PerProcess, lock, sync::Mutex},
    token::Token,
};

/// Facts about sessions, by the names of their records.
#[derive(Default)]
pub(super) struct Kept(PerProcess<Mutex<Facts>>);

#[derive(Clone, Default)]
struct Facts {
    /// Tokens that the store has yet to take.
    unsaved: HashMap<String, Unsaved>,
    /// The ids of intents that may be in the store although their refresh token was never sent.
    unsent: HashMap<String, Vec<String>>,
    /// The intents whose answer this process has lost, so that it need not wait for it.
    lost: HashMap<String, String>,
}

/// A token whose predecessor is spent, and which the store must still take.
#[derive(Clone)]
pub(super) struct Unsaved {
    pub(super) token: Token,
    /// The intent that the token takes the place of.
    pub(super) intent: String,
}

impl Kept {
    pub(super) fn unsaved(&self, name: &str) -> Option<Unsaved> {
        self.with(|facts| facts.unsaved.get(name).cloned())
    }

    pub(super) fn all_unsaved(&self) -> Vec<String> {
        self.with(|facts| facts.unsaved.keys().cloned().collect())
    }

    pub(super) fn keep_unsaved(&self, name: &str, unsaved: Unsaved) {
        self.with(|facts| facts.unsaved.insert(name.to_owned(), unsaved));
    }

    /// Forgets the tokens that take the place of this intent.
    pub(super) fn forget_unsaved(&self, name: &str, intent: &str) {
        self.with(|facts| {
            if facts.unsaved.get(name).is_some_and(|unsaved| unsaved.intent == intent) {
                facts.unsaved.remove(name);
            }
        });
    }

    /// Forgets everything about a session that was started anew or ended.
    pub(super) fn forget(&self, name: &str) {
        self.with(|facts| {
            facts.unsaved.remove(name);
            facts.unsent.remove(name);
            facts.lost.remove(name);
        });
    }

    /// Remembers that the refresh token of this intent was not sent, and never will be.
    pub(super) fn note_unsent(&self, name: &str, intent: &str) {
        self.with(|facts| {
            let all = facts.unsent.entry(name.to_owned()).or_default();
            if all.len() == MAX_UNSENT {
                all.remove(0);
            }
            all.push(intent.to_owned());
        });
    }

    /// Remembers that the answer to this intent's request will not come to this process.
    pub(super) fn note_lost(&self, name: &str, intent: &str) {
        self.with(|facts| facts.lost.insert(name.to_owned(), intent.to_owned()));
    }

    pub(super) fn is_lost(&self, name: &str, intent: &str) -> bool {
        self.with(|facts| facts.lost.get(name).is_some_and(|lost| lost == intent))
    }

    /// Forgets the intents of a record that by now holds something else.
    pub(super) fn forget_intents(&self, name: &str) {
        self.with(|facts| {
            facts.unsent.remove(name);
            facts.lost.remove(name);
        });
    }

    /// The record without an intent whose refresh token was not sent, and without the end that another
    /// process may have concluded from it.
    pub(super) fn corrected(&self, name: &str, record: Record) -> Record {
        let is_unsent = |facts: &Facts| {
            let intent = record.intent.as_ref().map(|intent| &intent.id);
            facts.unsent.get(name).zip(intent).is_some_and(|(all, id)| all.contains(id))
        };
        if !self.with(|facts| is_unsent(facts)) {
            return record;
        }
        let ended = record.ended.filter(|reason| *reason != Reason::RotationInterrupted);
        Record { intent: None, ended, ..record }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Facts) -> T) -> T {
        // If the parent held the lock when it forked, the child starts empty.
        let copied = |parent: &Mutex<Facts>| {
            parent.try_lock().map_or_else(|_| Mutex::default(), |it| Mutex::new(it.clone()))
        };
        work(&mut lock(&self.0.get(copied)))
    }
}

/// A store that loses more acknowledgements of one session in a row is left with an intent in doubt.
const MAX_UNSENT: usize = 16;
