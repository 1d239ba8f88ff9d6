//! Writes what became of a refresh: the new tokens, or a note about the old ones.

use std::time::Duration;

use super::{Refresh, errors::no_result};
use crate::{
    error::{Reason, Result},
    event::{Event, EventKind},
    sessions::{
        SAVE_TIME,
        kept::Unsaved,
        rotation::{Note, Outcome},
    },
    store::{Intent, Record, not_taken},
    tasks::{Deadline, sync::thread},
    token::Token,
};

impl Refresh {
    /// Offers tokens that the store did not take to it, until the deadline.
    pub(in crate::sessions) fn save_only(mut self) -> Result<()> {
        self.save_by = Some(self.wait_until);
        let mut outcome = self.save();
        while outcome == Outcome::StoreFailed || outcome == Outcome::RecordChanged {
            outcome = self.save_again();
        }
        match outcome {
            Outcome::TimeUp => Err(self.last_error.unwrap_or_else(no_result)),
            _ => Ok(()),
        }
    }

    /// Writes new tokens in the place of their own intent.
    pub(super) fn save(&mut self) -> Outcome {
        if let (Some(token), Some(intent)) = (self.token.take(), &self.intent) {
            let sent = self.record.as_ref().map(|record| record.token.clone());
            let unsaved = Unsaved { token, intent: intent.id.clone(), sent };
            self.sessions.kept.keep_unsaved(&self.name, unsaved);
        }
        self.save_by.get_or_insert_with(|| Deadline::after(SAVE_TIME));
        let Some(unsaved) = self.sessions.kept.unsaved(&self.name) else {
            return Outcome::Replaced;
        };
        // The first time the record is the one that holds the intent; after that it is read again.
        let before = self.found.take().map_or_else(|| self.store.find(&self.name), Ok);
        let before = match before {
            Ok(before) => before,
            Err(error) => return self.store_failed(error),
        };
        match unsaved.place(before.record.as_ref()) {
            Place::Saved => self.saved(&unsaved),
            Place::Other => {
                self.sessions.kept.forget_unsaved(&self.name, &unsaved.intent);
                Outcome::Replaced
            }
            Place::Intent => {
                let record = Record::of(unsaved.token.clone());
                match self.write(record, &before) {
                    Ok(Some(_)) => self.saved(&unsaved),
                    Ok(None) if self.is_refused_again(before) => self.store_failed(not_taken()),
                    Ok(None) => Outcome::RecordChanged,
                    Err(error) => self.store_failed(error),
                }
            }
        }
    }

    fn saved(&mut self, unsaved: &Unsaved) -> Outcome {
        self.sessions.kept.forget_unsaved(&self.name, &unsaved.intent);
        self.token = Some(unsaved.token.clone());
        Outcome::Saved { alive: self.sessions.is_alive(&unsaved.token) }
    }

    pub(super) fn save_again(&mut self) -> Outcome {
        if self.save_by.is_some_and(|deadline| deadline.remaining() < SAVE_PAUSE) {
            return Outcome::TimeUp;
        }
        thread::sleep(SAVE_PAUSE);
        self.save()
    }

    /// Writes a note into the record. If the store fails, the refresh's own result is still returned; if
    /// the record is another one by now, that one counts.
    pub(super) fn write_note(&mut self, note: Note) -> Outcome {
        // The intent is this refresh's own, or the one that it found.
        let (Some(record), Some(intent)) = (self.record.clone(), self.found_intent().cloned())
        else {
            return Outcome::Noted;
        };
        let ended = match note {
            Note::NotSpent => None,
            Note::Ended(reason) => Some(reason),
        };
        if note == Note::NotSpent {
            // Whatever was sent before it is proven unspent by now.
            self.sessions.kept.note_unsent(&self.name, &intent.id, None);
        }
        let of_refresh = self.last_error.take();
        let written = self.write_end(&record, &intent, ended);
        match written {
            Outcome::Noted => self.sessions.kept.forget_intents(&self.name),
            Outcome::StoreFailed => self.report_store_failure(),
            _ => {}
        }
        let is_unknown = written == Outcome::StoreFailed && note != Note::NotSpent;
        if !is_unknown {
            self.last_error = of_refresh;
        }
        written
    }

    /// Writes the end of an intent, for as long as the record holds that intent: another machine may mark
    /// it as seen meanwhile.
    fn write_end(&mut self, record: &Record, intent: &Intent, ended: Option<Reason>) -> Outcome {
        loop {
            let kept = Some(intent.clone()).filter(|_| keeps_intent(ended));
            let written =
                self.put(Record { intent: kept, ended, ..record.clone() }, Outcome::Noted);
            if written != Outcome::RecordChanged {
                return written;
            }
            let found = match self.store.find(&self.name) {
                Ok(found) => found,
                Err(error) => return self.store_failed(error),
            };
            let there = found.record.as_ref().and_then(|record| record.intent.as_ref());
            if there.is_none_or(|there| there.id != intent.id) {
                return Outcome::RecordChanged;
            }
            self.found = Some(found);
        }
    }

    fn report_store_failure(&self) {
        let event = Event::new(EventKind::StoreFailed).with_error(self.last_error.as_ref());
        self.sessions.events.emit(&event);
    }
}

/// The place of new tokens in a record.
enum Place {
    /// The record holds their intent, or still the tokens that were sent.
    Intent,
    /// The record holds them already: an acknowledgement was lost.
    Saved,
    /// The session was ended or started anew meanwhile: that counts.
    Other,
}

impl Unsaved {
    fn place(&self, record: Option<&Record>) -> Place {
        let Some(record) = record else { return Place::Other };
        let is_own = |intent: &Intent| intent.id == self.intent;
        let holds = |token: &Token| {
            let there = &record.token;
            there.reveal() == token.reveal() && there.refresh_token() == token.refresh_token()
        };
        // Another process may intend to send the same refresh token again.
        if record.intent.as_ref().is_some_and(is_own) || self.sent.as_ref().is_some_and(holds) {
            return Place::Intent;
        }
        if holds(&self.token) { Place::Saved } else { Place::Other }
    }
}

/// An interrupted session keeps its intent: if the answer comes after all, it takes its place.
fn keeps_intent(ended: Option<Reason>) -> bool {
    ended == Some(Reason::RotationInterrupted)
}

const SAVE_PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{secret::Secret, token::TokenKind};

    fn pair(token: &str, refresh_token: &str) -> Token {
        Token::builder(TokenKind::User, Secret::new(token))
            .refresh_token(Some(Secret::new(refresh_token)), None)
            .build()
    }

    #[test]
    fn new_tokens_take_the_place_of_what_was_sent_and_of_nothing_else() {
        let unsaved = Unsaved {
            token: pair("t2", "r2"),
            intent: "i".to_owned(),
            sent: Some(pair("t1", "r1")),
        };
        let place =
            |token, refresh_token| unsaved.place(Some(&Record::of(pair(token, refresh_token))));
        assert!(matches!(place("t1", "r1"), Place::Intent));
        assert!(matches!(place("t2", "r2"), Place::Saved));
        // Where nothing rotates, the refresh token is the same in another process's answer.
        for other in [place("t3", "r1"), place("t1", "r3"), place("t3", "r2"), place("t2", "r3")] {
            assert!(matches!(other, Place::Other));
        }
        assert!(matches!(unsaved.place(None), Place::Other));
    }
}
