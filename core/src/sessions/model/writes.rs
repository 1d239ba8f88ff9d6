//! Writes what a process has to write: a record, new tokens, a note.

use super::{
    super::rotation::{Note, Outcome},
    environment::Luck,
    faults::Fault,
    transition::Transition,
    world::{Intent, Record, Unsaved, Unsent},
};
use crate::error::Reason;

/// The place of new tokens in a record.
enum Place {
    Intent,
    Saved,
    Other,
}

impl Transition<'_> {
    /// Writes new tokens. The first time the record is known; after that it is read in a step of its own.
    pub(super) fn save(&mut self, process: usize, luck: Luck) -> Option<Outcome> {
        let Some(unsaved) = self.world.processes[process].unsaved else {
            return Some(Outcome::Replaced);
        };
        if self.run(process).is_current.is_none() {
            return (!self.find(process, luck)).then_some(Outcome::StoreFailed);
        }
        let before = self.run(process).record;
        let outcome = match self.place(before, unsaved) {
            Place::Saved => self.saved(process, unsaved),
            Place::Other => self.throw_away(process, unsaved),
            Place::Intent => self.put_answer(process, unsaved, luck),
        };
        self.run(process).is_current = None;
        Some(outcome)
    }

    fn place(&self, before: Option<Record>, unsaved: Unsaved) -> Place {
        let Some(record) = before else { return Place::Other };
        let is_own = |intent: Intent| intent.id == unsaved.intent;
        let is_beside = record.tokens == unsaved.sent && !self.setup.has(Fault::ThrowsAnswerAway);
        if record.intent.is_some_and(is_own) || is_beside || self.setup.has(Fault::SavesBlindly) {
            return Place::Intent;
        }
        let is_saved = record.tokens == unsaved.tokens;
        if is_saved && !self.setup.has(Fault::LostSaveIsReplaced) {
            return Place::Saved;
        }
        Place::Other
    }

    fn put_answer(&mut self, process: usize, unsaved: Unsaved, luck: Luck) -> Outcome {
        let written = self.put(process, Record::of(unsaved.tokens), luck, Outcome::Noted);
        match written {
            Outcome::Noted => self.saved(process, unsaved),
            Outcome::RecordChanged if self.setup.has(Fault::MissedSaveCounts) => {
                self.saved(process, unsaved)
            }
            _ => written,
        }
    }

    fn saved(&mut self, process: usize, unsaved: Unsaved) -> Outcome {
        self.world.processes[process].unsaved = None;
        self.run(process).tokens = Some(unsaved.tokens);
        Outcome::Saved { alive: self.is_alive(unsaved.tokens) }
    }

    fn throw_away(&mut self, process: usize, unsaved: Unsaved) -> Outcome {
        self.check_thrown_away(unsaved.tokens);
        self.world.processes[process].unsaved = None;
        Outcome::Replaced
    }

    /// Writes a note, for as long as the record holds the intent that it is about. A note that missed is
    /// written again in steps of its own.
    pub(super) fn write_note(&mut self, process: usize, note: Note, luck: Luck) -> Option<Outcome> {
        if self.run(process).is_current.is_none() {
            return self.read_before_noting(process, luck);
        }
        let Some(record) = self.run(process).record else { return Some(Outcome::Noted) };
        let Some(intent) = record.intent else { return Some(Outcome::Noted) };
        self.run(process).intent = Some(intent);
        let ended = match note {
            Note::NotSpent => None,
            Note::Ended(reason) => Some(reason),
        };
        if note == Note::NotSpent {
            self.note_unsent(process, Unsent { id: intent.id, earlier: None });
        }
        self.check_end(process, ended, &intent);
        let keeps = ended == Some(Reason::RotationInterrupted);
        let record = Record { intent: Some(intent).filter(|_| keeps), ended, ..record };
        let written = self.put(process, record, luck, Outcome::Noted);
        match written {
            Outcome::Noted => self.world.processes[process].unsent.clear(),
            Outcome::RecordChanged
                if ended.is_none() && self.setup.has(Fault::LeavesMissedNote) =>
            {
                return Some(Outcome::Noted);
            }
            Outcome::RecordChanged => {
                self.run(process).is_current = None;
                return None;
            }
            _ => {}
        }
        Some(written)
    }

    fn read_before_noting(&mut self, process: usize, luck: Luck) -> Option<Outcome> {
        if !self.find(process, luck) {
            return Some(Outcome::StoreFailed);
        }
        (!self.holds_own_intent(process)).then_some(Outcome::RecordChanged)
    }

    /// Writes a record in the place of the one that was read.
    pub(super) fn put(
        &mut self,
        process: usize,
        record: Record,
        luck: Luck,
        done: Outcome,
    ) -> Outcome {
        let is_current = self.run(process).is_current == Some(true);
        if luck == Luck::StoreFails {
            self.world.left.store -= 1;
            // Perhaps it is applied later, unless another write is before.
            self.world.late.extend(Some(record).filter(|_| is_current));
            return Outcome::StoreFailed;
        }
        let is_blind = self.setup.has(Fault::NoSecondLook) && record.intent.is_some();
        if !is_current && !is_blind {
            return Outcome::RecordChanged;
        }
        self.write(record);
        let run = self.run(process);
        (run.record, run.is_current) = (Some(record), Some(true));
        done
    }
}
