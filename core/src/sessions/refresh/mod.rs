//! Carries out the actions of the rotation, for one refresh of one session.

mod errors;
mod saving;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    Accept, SessionToken, Sessions,
    rotation::{self, Action, Finish, Outcome, Reading, Rules, State},
};
use crate::{
    auth::token_reply::described_user_token,
    client::Proof,
    encoding::random_text,
    error::{Error, ErrorKind, Reason, Result},
    http::{SendBy, retry::jittered},
    resources::operation::ApiOperation,
    store::{Found, Intent, LEASE, Lock, Record, STORE_POLL_INTERVAL, TokenStore, not_taken},
    tasks::{Deadline, sync::thread},
    token::Token,
};

/// One refresh of one session, and the data that the state machine's actions work on.
pub(super) struct Refresh {
    sessions: Arc<Sessions>,
    store: Arc<TokenStore>,
    rules: Rules,
    name: String,
    accept: Accept,
    /// Until then the refresh waits for other processes.
    wait_until: Deadline,
    lock: Option<Lock>,
    /// The record that the next write takes the place of, without an intent that was never sent.
    record: Option<Record>,
    found: Option<Found>,
    /// The record that the store refused to replace last, and how often it did.
    refused: Option<(Found, u32)>,
    /// Whether the store is writing something.
    is_writing: Arc<AtomicBool>,
    intent: Option<Intent>,
    send_by: Option<SendBy>,
    save_by: Option<Deadline>,
    /// Until then somebody else's answer is waited for, although the doubt outlasts the caller's time.
    answer_by: Option<Deadline>,
    token: Option<Token>,
    last_error: Option<Error>,
}

impl Refresh {
    pub(super) fn new(
        sessions: Arc<Sessions>,
        name: &str,
        accept: Accept,
        wait_until: Deadline,
    ) -> Result<Self> {
        Ok(Self {
            store: Arc::clone(sessions.store()?),
            rules: sessions.rules()?,
            sessions,
            name: name.to_owned(),
            accept,
            wait_until,
            lock: None,
            record: None,
            found: None,
            refused: None,
            is_writing: Arc::default(),
            intent: None,
            send_by: None,
            save_by: None,
            answer_by: None,
            token: None,
            last_error: None,
        })
    }

    /// Whether it waits for the store to write something, to be asked by whoever waits for it.
    pub(super) fn is_writing(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_writing)
    }

    /// Runs the state machine to its end.
    pub(super) fn run(mut self) -> Result<SessionToken> {
        let has_unsaved = self.sessions.kept.unsaved(&self.name).is_some();
        let (mut state, mut outcome) = (State::Start, Outcome::Start { has_unsaved });
        loop {
            let (following, action) = rotation::next(state, outcome, &self.rules);
            state = following;
            outcome = match action {
                Action::Read => self.read(),
                Action::Lock => self.lock(),
                Action::Wait => self.wait(),
                Action::MarkSeen => self.mark_seen(),
                Action::CheckOldToken => self.check_old_token(),
                Action::WriteIntent { keeps_first } => self.write_intent(keeps_first)?,
                Action::ConfirmIntent => self.confirm_intent(),
                Action::Send => self.send(),
                Action::Save => self.save(),
                Action::SaveAgain => self.save_again(),
                Action::WriteNote(note) => self.write_note(note),
                Action::Finish(finish) => {
                    self.lock = None; // whoever is called back may need it
                    return self.result(finish);
                }
            };
        }
    }

    fn read(&mut self) -> Outcome {
        let found = match self.store_to_read().find(&self.name) {
            Ok(found) => found,
            Err(error) => return self.store_failed(error),
        };
        let kept = &self.sessions.kept;
        self.record = found.record.clone().map(|record| kept.corrected(&self.name, record));
        self.found = Some(found);
        Outcome::Read(self.reading())
    }

    /// Until something is written, a store that does not answer is the caller's error, in time for it.
    fn store_to_read(&self) -> TokenStore {
        match self.intent {
            None => self.store.until(self.wait_until),
            Some(_) => (*self.store).clone(),
        }
    }

    fn reading(&mut self) -> Reading {
        let Some(record) = &self.record else { return Reading::Absent };
        if let Some(token) = (self.accept)(record) {
            self.token = Some(token);
            return Reading::Usable;
        }
        if let Some(reason) = record.ended {
            return Reading::Ended(reason);
        }
        if record.token.refresh_token().is_none() {
            return Reading::NoRefreshToken;
        }
        match &record.intent {
            Some(intent) => Reading::InDoubt(self.sessions.clock.doubt(intent, &self.rules)),
            None => Reading::Ready,
        }
    }

    fn lock(&mut self) -> Outcome {
        match self.store_to_read().lock(&self.name, LEASE) {
            Ok(Some(lock)) => {
                lock.keep();
                self.lock = Some(lock);
                Outcome::Locked
            }
            Ok(None) => Outcome::LockedElsewhere,
            Err(error) => self.store_failed(error),
        }
    }

    /// Lets a moment pass, until the caller's time is over.
    fn wait(&mut self) -> Outcome {
        let left = self.wait_until.remaining();
        if left.is_zero() || self.outlasts_caller(left) {
            return Outcome::TimeUp;
        }
        thread::sleep(jittered(STORE_POLL_INTERVAL).min(left));
        Outcome::Waited
    }

    /// Whether a doubt outlasts the caller's time, and the answer does not come either: who holds the
    /// lock has seen that the process that waits for the answer does not renew its lease, so a moment is
    /// enough.
    fn outlasts_caller(&mut self, left: Duration) -> bool {
        let in_doubt_for = self.in_doubt_for().filter(|_| self.lock.is_some());
        if in_doubt_for.is_none_or(|wait| wait <= left) {
            return false;
        }
        let is_lost = |intent: &Intent| self.sessions.kept.is_lost(&self.name, &intent.id);
        let moment = *self.answer_by.get_or_insert_with(|| Deadline::after(LEASE));
        moment.remaining().is_zero() || self.found_intent().is_some_and(is_lost)
    }

    fn found_intent(&self) -> Option<&Intent> {
        self.record.as_ref()?.intent.as_ref()
    }

    fn in_doubt_for(&self) -> Option<Duration> {
        self.found_intent().map(|intent| self.sessions.clock.may_arrive_for(intent))
    }

    fn mark_seen(&mut self) -> Outcome {
        let mark = |record: &Record| {
            let intent = record.intent.as_ref().map(|intent| self.sessions.clock.seen(intent));
            Record { intent, ..record.clone() }
        };
        let Some(record) = self.record.as_ref().map(mark) else { return Outcome::RecordChanged };
        self.put(record, Outcome::SeenMarked)
    }

    fn check_old_token(&mut self) -> Outcome {
        let Some(record) = &self.record else { return Outcome::CheckFailed };
        let check = ApiOperation::check_token(record.token.reveal().into());
        let deadline = Deadline::after(self.sessions.timing.answer_within);
        match self.sessions.client.perform(&check, described_user_token, deadline) {
            Ok(_) => Outcome::OldTokenWorks,
            // A clock that is ahead takes it for expired, but a refresh would have ended it.
            Err(error) if error.reason() == Some(Reason::ExpiredOnArrival) => {
                Outcome::OldTokenWorks
            }
            Err(error) if error.kind() == ErrorKind::Reauthorize => Outcome::OldTokenEnded,
            Err(error) => {
                // The error of a refresh says more than that of the check after it.
                self.last_error.get_or_insert(error);
                Outcome::CheckFailed
            }
        }
    }

    fn write_intent(&mut self, keeps_first: bool) -> Result<Outcome> {
        let Some(before) = self.record.clone() else { return Ok(Outcome::RecordChanged) };
        let Some(send_within) = self.sessions.timing.time_to_send(self.wait_until) else {
            return Ok(Outcome::TimeUp);
        };
        let (timing, now) = (self.sessions.timing, self.sessions.clock.now());
        let earlier = before.intent.as_ref().filter(|_| keeps_first);
        // A resend that would come after the grace period is not sent.
        let harmless_for = earlier.map_or(Duration::MAX, |earlier| {
            self.sessions.clock.may_resend_for(earlier, &self.rules)
        });
        let may_arrive_for = timing.may_arrive_for().as_millis();
        let intent = Intent {
            id: random_text()?,
            first: earlier.map_or_else(|| now.clone(), |earlier| earlier.first.clone()),
            last: now,
            may_arrive_for_ms: u64::try_from(may_arrive_for).unwrap_or(u64::MAX),
            seen: Vec::new(),
        };
        self.intent = Some(intent.clone());
        let system = self.sessions.client.clock().system();
        self.send_by = Some(SendBy::after(system, send_within.min(harmless_for)));
        let record = Record { intent: Some(intent), ended: None, ..before };
        let written = self.put(record, Outcome::IntentWritten);
        if written == Outcome::IntentWritten {
            self.sessions.kept.forget_intents(&self.name);
        }
        Ok(written)
    }

    /// Reads whether an intent is in the store whose writing was not acknowledged. If it is not known to
    /// be there, nothing is sent, and this process remembers that.
    fn confirm_intent(&mut self) -> Outcome {
        let id = self.intent.as_ref().map_or("", |intent| &intent.id).to_owned();
        let outcome = match self.store.find(&self.name) {
            Ok(found) => self.compare_intent(found, &id),
            Err(error) => self.store_failed(error),
        };
        if outcome != Outcome::IntentWritten {
            self.sessions.kept.note_unsent(&self.name, &id, self.resent_intent().cloned());
        }
        outcome
    }

    /// The intent whose place this refresh's own takes, if its refresh token may have been sent.
    fn resent_intent(&self) -> Option<&Intent> {
        let first = &self.intent.as_ref()?.first;
        self.found_intent().filter(|earlier| earlier.first == *first)
    }

    fn compare_intent(&mut self, found: Found, id: &str) -> Outcome {
        let there = found.record.as_ref().and_then(|record| record.intent.as_ref());
        if there.is_some_and(|intent| intent.id == id) {
            (self.record, self.found) = (found.record.clone(), Some(found));
            return Outcome::IntentWritten;
        }
        let is_unchanged = self.found.as_ref().is_some_and(|before| before.is_same(&found));
        if is_unchanged { Outcome::IntentAbsent } else { Outcome::RecordChanged }
    }

    fn send(&mut self) -> Outcome {
        let before = self.record.as_ref().map(|record| record.token.clone());
        let refresh_token = before.as_ref().and_then(Token::refresh_token);
        // The machine sends only a refresh token that is there, after it wrote an intent.
        let (Some(refresh_token), Some(send_by)) = (refresh_token, &self.send_by) else {
            return Outcome::NotSent;
        };
        let timing = self.sessions.timing;
        let deadline = Deadline::after(timing.send_within + timing.answer_within);
        let client = &self.sessions.client;
        match client.exchange_refresh_token(refresh_token, Some(send_by), deadline) {
            Ok(token) => {
                let alive = self.sessions.is_alive(&token);
                let account_id = before.as_ref().and_then(Token::account_id);
                self.token = Some(token.of_account(account_id));
                Outcome::Tokens { alive }
            }
            Err(error) => {
                let outcome = self.outcome_of(&error);
                self.last_error = Some(error);
                outcome
            }
        }
    }

    /// The outcome that an error of a refresh proves.
    fn outcome_of(&mut self, error: &Error) -> Outcome {
        match self.sessions.client.proof_of(error) {
            Proof::NotSent => Outcome::NotSent,
            Proof::NotCarriedOut => {
                let is_invalid = error.kind() == ErrorKind::Reauthorize;
                let reason = error.reason().unwrap_or(Reason::InvalidRefreshToken);
                Outcome::Refused { ends: is_invalid.then_some(reason) }
            }
            Proof::None => self.answer_lost(),
        }
    }

    fn answer_lost(&mut self) -> Outcome {
        let Some(intent) = &self.intent else { return Outcome::AnswerLost { may_resend: false } };
        self.sessions.kept.note_lost(&self.name, &intent.id);
        let clock = &self.sessions.clock;
        // Where it is sent again at once, it must not leave after the grace period.
        let harmless_for = clock.may_resend_for(intent, &self.rules);
        self.send_by = self.send_by.as_ref().map(|send_by| send_by.or_within(harmless_for));
        Outcome::AnswerLost { may_resend: clock.may_resend(intent, &self.rules) }
    }

    /// Writes a record in the place of the one that was read.
    fn put(&mut self, record: Record, done: Outcome) -> Outcome {
        let Some(found) = self.found.clone() else { return Outcome::RecordChanged };
        match self.write(record.clone(), &found) {
            Ok(Some(found)) => {
                (self.record, self.found) = (Some(record), Some(found));
                done
            }
            Ok(None) if self.is_refused_again(found) => self.store_failed(not_taken()),
            Ok(None) => Outcome::RecordChanged,
            Err(error) => self.store_failed(error),
        }
    }

    fn write(&self, record: Record, before: &Found) -> Result<Option<Found>> {
        self.is_writing.store(true, Ordering::SeqCst);
        let written = self.store.put(&self.name, record, before);
        self.is_writing.store(false, Ordering::SeqCst);
        written
    }

    /// Whether the store refuses to replace a record that does not change. It may have changed and changed
    /// back once.
    fn is_refused_again(&mut self, found: Found) -> bool {
        let count = match self.refused.take() {
            Some((before, count)) if before.is_same(&found) => count + 1,
            _ => 1,
        };
        self.refused = Some((found, count));
        count >= MAX_REFUSALS
    }

    fn store_failed(&mut self, error: Error) -> Outcome {
        self.last_error = Some(error);
        Outcome::StoreFailed
    }

    fn result(self, finish: Finish) -> Result<SessionToken> {
        let in_doubt_for = self.in_doubt_for();
        let error = match finish {
            Finish::NewToken | Finish::StoredToken => {
                let is_new = finish == Finish::NewToken;
                let token = self.token.map(|token| SessionToken { token, is_new });
                return token.ok_or_else(errors::no_result);
            }
            Finish::NoSession => errors::no_session(),
            Finish::NoRefreshToken => errors::no_refresh_token(),
            Finish::LastError => self.last_error.unwrap_or_else(errors::no_result),
            Finish::RefreshedElsewhere => errors::locked(self.found_intent().is_some()),
            Finish::NoTime => errors::no_time(),
            Finish::InDoubt => errors::in_doubt().with_retry_after(in_doubt_for),
            Finish::Replaced => errors::replaced(),
            Finish::ExpiredOnArrival => errors::expired_on_arrival(),
            Finish::Ended { reason, by_last_error } => {
                let cause = self.last_error.filter(|_| by_last_error);
                let error = errors::session_ended(reason);
                match cause {
                    Some(cause) => error.caused_by(cause),
                    None => error,
                }
            }
        };
        Err(error)
    }
}

const MAX_REFUSALS: u32 = 3;
