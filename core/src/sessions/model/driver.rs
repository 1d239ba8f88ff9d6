//! Carries out the actions of a process, as [`super::super::refresh`] does.

use super::{
    super::rotation::{Action, Finish, Outcome, Reading, State},
    clocks,
    environment::{Loss, Luck},
    faults::{self, Fault},
    setup::{FRESH, Kind, LEASE, SEND_WITHIN},
    transition::Transition,
    world::{Answer, Intent, Lease, Moment, Record, Request, Run, Unsaved, Unsent},
};
use crate::error::Reason;

impl Transition<'_> {
    /// A caller asks for a token, and the process has no refresh that runs.
    pub(super) fn call(&mut self, process: usize) {
        let of = &mut self.world.processes[process];
        of.calls = of.calls.saturating_sub(1);
        of.run = Some(Run::new());
        let has_unsaved = of.unsaved.is_some();
        self.advance(process, Outcome::Start { has_unsaved });
        self.act(process, Luck::Well);
    }

    /// Carries out the action of a process, and the reading after it if nobody else sees that action:
    /// what may happen between the two may as well happen before.
    pub(super) fn step(&mut self, process: usize, luck: Luck) {
        let before = self.run(process).action;
        self.act(process, luck);
        let is_unseen = match before {
            Action::Wait => true,
            Action::Lock => !self.setup.lock.is_kept(),
            _ => false,
        };
        let reads = |run: &Run| run.action == Action::Read;
        if is_unseen && self.world.processes[process].run.as_ref().is_some_and(reads) {
            self.act(process, luck);
        }
    }

    pub(super) fn run(&mut self, process: usize) -> &mut Run {
        self.world.processes[process].run.as_mut().unwrap() // only processes that run have actions
    }

    /// Lets the state machine decide what follows.
    pub(super) fn advance(&mut self, process: usize, outcome: Outcome) {
        let (setup, look) = (self.setup, self.run(process).first_look);
        let (state, action) = faults::next(setup, self.run(process).state, outcome, look);
        let run = self.run(process);
        (run.state, run.action) = (state, action);
        match action {
            Action::Finish(finish) => self.finish(process, finish),
            // What was read before is read again, or not used.
            Action::Read | Action::Lock | Action::Wait if !setup.has(Fault::NoSecondLook) => {
                (run.record, run.is_current, run.intent, run.tokens) = (None, None, None, None);
            }
            _ => {}
        }
    }

    /// Carries out one action. Some take two steps: others may write in between.
    fn act(&mut self, process: usize, luck: Luck) {
        let outcome = match self.run(process).action {
            Action::Read => Some(self.read(process, luck)),
            Action::Lock => Some(self.lock(process)),
            Action::Wait | Action::SaveAgain if luck == Luck::TimeUp => Some(Outcome::TimeUp),
            Action::Wait => Some(Outcome::Waited),
            Action::MarkSeen => Some(self.mark_seen(process, luck)),
            Action::CheckOldToken => Some(self.check_old_token(process, luck)),
            Action::WriteIntent { keeps_first } => {
                Some(self.write_intent(process, keeps_first, luck))
            }
            Action::ConfirmIntent => Some(self.confirm_intent(process, luck)),
            Action::Send => self.send(process, luck),
            Action::Save | Action::SaveAgain => self.save(process, luck),
            Action::WriteNote(note) => self.write_note(process, note, luck),
            Action::Finish(_) => None,
        };
        if let Some(outcome) = outcome {
            self.advance(process, outcome);
        }
    }

    /// Reads the record as it is there; whether the store answered.
    pub(super) fn find(&mut self, process: usize, luck: Luck) -> bool {
        if luck == Luck::StoreFails {
            self.world.left.store -= 1;
            return false;
        }
        let found = self.world.record;
        let run = self.run(process);
        (run.record, run.is_current) = (found, Some(true));
        true
    }

    fn read(&mut self, process: usize, luck: Luck) -> Outcome {
        if !self.find(process, luck) {
            return Outcome::StoreFailed;
        }
        let corrected = self.world.record.map(|record| self.corrected(process, record));
        self.run(process).record = corrected;
        let outcome = Outcome::Read(self.reading(process));
        if self.setup.has(Fault::NoSecondLook) {
            self.run(process).first_look = Some(outcome);
        }
        outcome
    }

    fn corrected(&self, process: usize, record: Record) -> Record {
        let unsent = record.intent.and_then(|it| self.world.processes[process].unsent(it.id));
        let Some(unsent) = unsent.filter(|_| !self.setup.has(Fault::ForgetsUnsent)) else {
            return record;
        };
        let ended = record.ended.filter(|reason| *reason != Reason::RotationInterrupted);
        Record { intent: unsent.earlier, ended, ..record }
    }

    fn reading(&mut self, process: usize) -> Reading {
        let Some(record) = self.run(process).record else { return Reading::Absent };
        let machine = self.world.machine_of(process);
        match (record.ended, record.intent) {
            _ if self.is_usable(&record) => Reading::Usable,
            (Some(reason), _) => Reading::Ended(reason),
            (None, Some(it)) => Reading::InDoubt(faults::doubt(self.setup, &it, machine)),
            (None, None) => Reading::Ready,
        }
    }

    fn is_usable(&self, record: &Record) -> bool {
        let is_settled = record.intent.is_none() || self.setup.kind != Kind::Proof;
        record.ended.is_none() && is_settled && self.world.generation(record.tokens).age < FRESH
    }

    fn lock(&mut self, process: usize) -> Outcome {
        if !self.setup.lock.is_kept() {
            return Outcome::Locked;
        }
        if self.world.lock.is_some() {
            return Outcome::LockedElsewhere;
        }
        self.world.lock = Some(Lease { holder: u8::try_from(process).ok(), left: LEASE });
        Outcome::Locked
    }

    fn mark_seen(&mut self, process: usize, luck: Luck) -> Outcome {
        let now = self.world.now_of(process);
        let Some(mut record) = self.run(process).record else { return Outcome::RecordChanged };
        let is_only = self.setup.has(Fault::ForgetsOtherLooks);
        let mark = |[first, _]: [Option<Moment>; 2]| match first {
            Some(_) if !is_only => [first, Some(now)],
            _ => [Some(now), None],
        };
        record.intent = record.intent.map(|it| Intent { seen: mark(it.seen), ..it });
        self.put(process, record, luck, Outcome::SeenMarked)
    }

    fn check_old_token(&mut self, process: usize, luck: Luck) -> Outcome {
        if luck == Luck::CheckFails {
            self.world.left.network -= 1;
            return Outcome::CheckFailed;
        }
        let works = self.run(process).record.is_some_and(|record| self.works(record.tokens));
        if works { Outcome::OldTokenWorks } else { Outcome::OldTokenEnded }
    }

    fn write_intent(&mut self, process: usize, keeps_first: bool, luck: Luck) -> Outcome {
        let Some(before) = self.run(process).record else { return Outcome::RecordChanged };
        let (id, now) = (self.world.new_id(), self.world.now_of(process));
        let keeps_first = keeps_first && !self.setup.has(Fault::GraceFromLast);
        let earlier = before.intent.filter(|_| keeps_first);
        let first = earlier.map_or(now, |earlier| earlier.first);
        let intent = Intent { id, first, last: now, seen: [None; 2] };
        self.run(process).intent = Some(intent);
        let record = Record { intent: Some(intent), ended: None, ..before };
        let written = self.put(process, record, luck, Outcome::IntentWritten);
        if written == Outcome::IntentWritten {
            self.world.processes[process].unsent.clear();
        }
        written
    }

    fn confirm_intent(&mut self, process: usize, luck: Luck) -> Outcome {
        let run = self.run(process);
        let (own, before, is_current) = (run.intent, run.record, run.is_current);
        let is_resend = matches!(run.state, State::ConfirmingIntent(sending) if sending.is_resend);
        let outcome = match self.find(process, luck) {
            false => Outcome::StoreFailed,
            true if self.holds_own_intent(process) => Outcome::IntentWritten,
            true if is_current == Some(true) => Outcome::IntentAbsent,
            true => Outcome::RecordChanged,
        };
        if let Some(own) = own.filter(|_| outcome != Outcome::IntentWritten) {
            let stands = is_resend && !self.setup.has(Fault::ForgetsFirstSending);
            let earlier = before.and_then(|record| record.intent).filter(|_| stands);
            self.note_unsent(process, Unsent { id: own.id, earlier });
        }
        outcome
    }

    /// Whether the record that was read holds the intent of this refresh.
    pub(super) fn holds_own_intent(&mut self, process: usize) -> bool {
        let id = |intent: Option<Intent>| intent.map(|intent| intent.id);
        let run = self.run(process);
        id(run.record.and_then(|record| record.intent)) == id(run.intent)
    }

    pub(super) fn note_unsent(&mut self, process: usize, unsent: Unsent) {
        let all = &mut self.world.processes[process].unsent;
        all.retain(|other| other.id != unsent.id);
        all.push(unsent);
    }

    /// Sends the refresh token; its outcome comes later, unless it was not sent.
    fn send(&mut self, process: usize, luck: Luck) -> Option<Outcome> {
        if luck == Luck::NoConnection {
            self.world.left.network -= 1;
            let is_lost = self.setup.has(Fault::ConnectTimeoutIsLost);
            return Some(if is_lost { self.answer_lost(process) } else { Outcome::NotSent });
        }
        let run = self.run(process);
        let tokens = run.record.map(|record| record.tokens);
        let Some((tokens, intent)) = tokens.zip(run.intent) else {
            return Some(Outcome::NotSent);
        };
        if !self.may_send(process, &intent) {
            return Some(Outcome::NotSent);
        }
        let owner = u8::try_from(process).ok();
        self.world.requests.push(Request { owner, tokens, age: 0, answer: None });
        self.run(process).is_sent = true;
        None
    }

    /// Whether it is not too late to send. The driver fixes the last moment when it writes the intent;
    /// that must be in the same tick.
    fn may_send(&mut self, process: usize, intent: &Intent) -> bool {
        let by_wall = clocks::age_by_wall(intent.last, self.world.machine_of(process));
        let is_over = intent.last.age >= SEND_WITHIN || by_wall > i16::from(SEND_WITHIN);
        let is_resend =
            matches!(self.run(process).state, State::Sent(sending) if sending.is_resend);
        let is_harmless = !is_resend || self.may_resend(process, intent);
        (!is_over || self.setup.has(Fault::SendsLate))
            && (is_harmless || self.setup.has(Fault::ResendsTooLate))
    }

    fn may_resend(&self, process: usize, intent: &Intent) -> bool {
        clocks::may_resend(intent, self.world.machine_of(process), &self.setup.rules())
    }

    /// The answer came.
    pub(super) fn take_answer(&mut self, process: usize, answer: Answer) {
        let run = self.run(process);
        run.is_sent = false;
        let (sent, intent) = (run.record.map(|record| record.tokens), run.intent);
        let outcome = match (answer, sent.zip(intent)) {
            (Answer::Tokens(tokens), Some((sent, intent)))
                if !self.setup.has(Fault::AnswerIsLost) =>
            {
                let unsaved = Unsaved { tokens, sent, intent: intent.id };
                self.world.processes[process].unsaved = Some(unsaved);
                self.run(process).tokens = Some(tokens);
                Outcome::Tokens { alive: self.is_alive(tokens) }
            }
            (Answer::Tokens(_), _) => self.answer_lost(process),
            (Answer::Invalid, _) => Outcome::Refused { ends: Some(Reason::InvalidRefreshToken) },
        };
        self.advance(process, outcome);
    }

    /// No answer came that proves anything, or one that says that nothing was done.
    pub(super) fn lose_answer(&mut self, process: usize, loss: Loss) {
        self.run(process).is_sent = false;
        let is_refusal = match loss {
            Loss::Refused => true,
            Loss::Gateway => self.setup.has(Fault::GatewayIsRefusal),
            Loss::Connection => false,
        };
        let outcome = if is_refusal {
            Outcome::Refused { ends: None }
        } else {
            self.excuse_loss_of(process);
            self.answer_lost(process)
        };
        self.advance(process, outcome);
    }

    fn answer_lost(&mut self, process: usize) -> Outcome {
        let intent = self.run(process).intent;
        let may_resend = intent.is_some_and(|intent| self.may_resend(process, &intent));
        Outcome::AnswerLost { may_resend }
    }

    /// The refresh is over; its memory goes, and its lock.
    fn finish(&mut self, process: usize, finish: Finish) {
        self.check_finish(process, finish);
        self.finish = Some(finish);
        self.forget_run(process);
    }

    pub(super) fn forget_run(&mut self, process: usize) {
        self.world.processes[process].run = None;
        let is_own = |lease: &Lease| lease.holder.map(usize::from) == Some(process);
        self.world.lock = self.world.lock.filter(|lease| !is_own(lease));
    }
}

impl Run {
    fn new() -> Self {
        Self {
            state: State::Start,
            action: Action::Read,
            record: None,
            is_current: None,
            intent: None,
            tokens: None,
            is_sent: false,
            first_look: None,
        }
    }
}
