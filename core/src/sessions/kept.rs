//! Facts about its refreshes that one process remembers, because the store may not know them.

use std::collections::HashMap;

use crate::{
    error::Reason,
    store::{Intent, Record},
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
    /// Intents that may be in the store although they never led to a request.
    unsent: HashMap<String, Vec<Unsent>>,
    /// The intents whose answer this process has lost, so that it need not wait for it.
    lost: HashMap<String, String>,
}

/// An intent that never led to a request.
#[derive(Clone)]
struct Unsent {
    id: String,
    /// The intent whose place it took: that one may have led to a request.
    earlier: Option<Intent>,
}

/// A token whose predecessor is spent, and which the store must still take.
#[derive(Clone)]
pub(super) struct Unsaved {
    pub(super) token: Token,
    /// The intent that the token takes the place of.
    pub(super) intent: String,
    /// The tokens whose refresh token was sent.
    pub(super) sent: Option<Token>,
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
    /// `earlier` is the intent whose place it took.
    pub(super) fn note_unsent(&self, name: &str, intent: &str, earlier: Option<Intent>) {
        self.with(|facts| {
            let all = facts.unsent.entry(name.to_owned()).or_default();
            if all.len() == MAX_UNSENT {
                all.remove(0);
            }
            all.push(Unsent { id: intent.to_owned(), earlier });
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

    /// The record with the intent before one that never led to a request, and without the end that
    /// another process may have concluded from it.
    pub(super) fn corrected(&self, name: &str, record: Record) -> Record {
        let unsent = record.intent.as_ref().and_then(|intent| self.unsent(name, &intent.id));
        let Some(Unsent { earlier, .. }) = unsent else { return record };
        let ended = record.ended.filter(|reason| *reason != Reason::RotationInterrupted);
        Record { intent: earlier, ended, ..record }
    }

    fn unsent(&self, name: &str, intent: &str) -> Option<Unsent> {
        let is_it = |unsent: &&Unsent| unsent.id == intent;
        self.with(|facts| facts.unsent.get(name)?.iter().find(is_it).cloned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{secret::Secret, store::Moment, token::TokenKind};

    fn intent(id: &str) -> Intent {
        let moment = Moment { clock: "c".to_owned(), monotonic_ms: 1, wall_ms: 1 };
        let (first, last) = (moment.clone(), moment);
        Intent { id: id.to_owned(), first, last, may_arrive_for_ms: 1, seen: Vec::new() }
    }

    #[test]
    fn an_intent_that_was_not_sent_leaves_the_one_before_it() {
        let kept = Kept::default();
        kept.note_unsent("alice", "resend", Some(intent("sent")));
        kept.note_unsent("alice", "first", None);
        let token = Token::builder(TokenKind::User, Secret::new("t")).build();
        let record = |id| Record { intent: Some(intent(id)), ..Record::of(token.clone()) };
        let left = |id| kept.corrected("alice", record(id)).intent.map(|intent| intent.id);
        assert_eq!(left("resend").as_deref(), Some("sent"));
        assert_eq!(left("first"), None);
        assert_eq!(left("another").as_deref(), Some("another"));
    }

    #[test]
    fn the_end_that_another_process_concluded_from_an_unsent_intent_is_no_end() {
        let kept = Kept::default();
        kept.note_unsent("alice", "first", None);
        let ended = |id, reason| {
            let token = Token::builder(TokenKind::User, Secret::new("t")).build();
            let record =
                Record { intent: Some(intent(id)), ended: Some(reason), ..Record::of(token) };
            kept.corrected("alice", record).ended
        };
        assert_eq!(ended("first", Reason::RotationInterrupted), None);
        let refused = Reason::InvalidRefreshToken;
        assert_eq!(ended("first", refused), Some(refused));
        let interrupted = Reason::RotationInterrupted;
        assert_eq!(ended("another", interrupted), Some(interrupted));
    }

    fn unsaved(intent: &str) -> Unsaved {
        let token = Token::builder(TokenKind::User, Secret::new("t")).build();
        Unsaved { token, intent: intent.to_owned(), sent: None }
    }

    #[test]
    fn only_the_tokens_of_the_intent_that_was_written_are_forgotten() {
        let kept = Kept::default();
        kept.keep_unsaved("alice", unsaved("one"));
        kept.forget_unsaved("alice", "another");
        kept.forget_unsaved("bob", "one");
        assert_eq!(kept.all_unsaved(), ["alice"]);
        assert!(kept.unsaved("alice").is_some_and(|it| it.intent == "one"));
        kept.forget_unsaved("alice", "one");
        assert!(kept.unsaved("alice").is_none() && kept.all_unsaved().is_empty());
    }

    #[test]
    fn a_session_that_was_started_anew_has_no_past_and_others_keep_theirs() {
        let kept = Kept::default();
        let is_unsent = |name: &str| kept.unsent(name, "unsent").is_some();
        for forget in [Kept::forget, Kept::forget_intents] {
            for name in ["alice", "bob"] {
                kept.keep_unsaved(name, unsaved("one"));
                kept.note_unsent(name, "unsent", None);
                kept.note_lost(name, "lost");
                assert!(kept.is_lost(name, "lost") && !kept.is_lost(name, "unsent"));
            }
            forget(&kept, "alice");
            assert!(!is_unsent("alice") && !kept.is_lost("alice", "lost"));
            assert!(is_unsent("bob") && kept.is_lost("bob", "lost"));
        }
        assert!(kept.unsaved("alice").is_some(), "tokens outlive their intent");
        kept.forget("alice");
        assert_eq!(kept.all_unsaved(), ["bob"]);
    }

    #[test]
    fn the_last_unsent_intents_are_remembered() {
        let kept = Kept::default();
        (0..=MAX_UNSENT).for_each(|at| kept.note_unsent("alice", &at.to_string(), None));
        assert!(kept.unsent("alice", "0").is_none());
        assert!((1..=MAX_UNSENT).all(|at| kept.unsent("alice", &at.to_string()).is_some()));
    }
}
