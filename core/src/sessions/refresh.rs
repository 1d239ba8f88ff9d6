//! Carries out the actions of the rotation, for one refresh under the session's lock.

use std::{sync::Arc, thread, time::Duration};

use super::{
    Sessions, UnsavedToken, locked,
    rotation::{self, Action, Finish, Note, Outcome, State},
};
use crate::{
    auth::token_reply::described_user_token,
    encoding::random_text,
    error::{Error, ErrorKind, Reason, Result},
    event::{Event, EventKind},
    resources::operation::ApiOperation,
    store::{Found, Intent, Record, TokenStore},
    tasks::{Deadline, lock},
    time::Timestamp,
    token::Token,
};

/// One refresh of one session.
pub(super) struct Refresh<'a> {
    pub(super) sessions: &'a Sessions,
    pub(super) store: &'a TokenStore,
    pub(super) name: &'a str,
    pub(super) accept: &'a dyn Fn(&Record) -> Option<Token>,
    pub(super) deadline: Deadline,
}

/// The data that the state machine's actions work on.
struct Progress {
    record: Record,
    found: Found,
    intent: String,
    token: Option<Token>,
    last_error: Option<Error>,
}

impl Refresh<'_> {
    /// Refreshes under the lock; `None` if the record must be looked at again.
    pub(super) fn run(&self) -> Result<Option<Token>> {
        let found = self.store.find(self.name)?;
        if let Some(token) = found.record.as_ref().and_then(self.accept) {
            return Ok(Some(token));
        }
        let record = found.record.clone().ok_or_else(no_session)?;
        let rules = self.sessions.rules()?;
        let mut state = State::Read(rotation::Found {
            intended_at: record.intent.as_ref().map(|it| Timestamp::from_millis(it.at_ms)),
            ended: record.ended,
            has_refresh_token: record.token.refresh_token().is_some(),
        });
        let intent = random_text()?;
        let mut progress = Progress { record, found, intent, token: None, last_error: None };
        let mut outcome = Outcome::Start;
        loop {
            let now = self.sessions.client.clock().system_now();
            let (following, action) = rotation::next(state, outcome, &rules, now);
            state = following;
            outcome = match action {
                Action::CheckOldToken => self.check_old_token(&mut progress),
                Action::WriteIntent { first_at } => self.write_intent(&mut progress, first_at)?,
                Action::Send => self.send(&mut progress),
                Action::Save => self.save(&mut progress)?,
                Action::Finish { note, result } => {
                    self.write_note(note, &progress);
                    return progress.result(result);
                }
            };
        }
    }

    fn check_old_token(&self, progress: &mut Progress) -> Outcome {
        let check = ApiOperation::check_token(progress.record.token.reveal().into());
        match self.sessions.client.perform(&check, described_user_token, self.deadline) {
            Ok(_) => Outcome::OldTokenWorks,
            Err(error) if error.kind() == ErrorKind::Reauthorize => Outcome::OldTokenEnded,
            Err(error) => {
                // The error of a refresh says more than that of the check after it.
                progress.last_error.get_or_insert(error);
                Outcome::CheckFailed
            }
        }
    }

    fn write_intent(&self, progress: &mut Progress, first_at: Timestamp) -> Result<Outcome> {
        let intent = Intent { id: progress.intent.clone(), at_ms: first_at.as_millis() };
        let record = Record { intent: Some(intent), ..progress.record.clone() };
        Ok(match self.store.put(self.name, record.clone(), &progress.found)? {
            Some(found) => {
                (progress.record, progress.found) = (record, found);
                Outcome::IntentWritten
            }
            None => Outcome::RecordChanged,
        })
    }

    fn send(&self, progress: &mut Progress) -> Outcome {
        let Some(refresh_token) = progress.record.token.refresh_token() else {
            return Outcome::RecordChanged; // the machine sends only a refresh token that is there
        };
        match self.sessions.client.exchange_refresh_token(refresh_token, self.deadline) {
            Ok(token) => {
                let alive = self.sessions.is_alive(&token);
                progress.token = Some(token);
                Outcome::Tokens { alive }
            }
            Err(error) => {
                let outcome = outcome_of(&error);
                progress.last_error = Some(error);
                outcome
            }
        }
    }

    /// Writes new tokens, for as long as the deadline allows. The next caller offers them to the store
    /// again if it does not take them now.
    fn save(&self, progress: &mut Progress) -> Result<Outcome> {
        let Some(token) = progress.token.clone() else { return Ok(Outcome::RecordChanged) };
        let unsaved = Arc::new(UnsavedToken { token, intent: progress.intent.clone() });
        lock(&self.sessions.unsaved()).insert(self.name.to_owned(), Arc::clone(&unsaved));
        let mut before = Ok(progress.found.clone());
        loop {
            let written = before.and_then(|before| self.put_in_place(&unsaved, &before));
            match written {
                Ok(Written::Yes) => {
                    return Ok(Outcome::Saved { alive: self.sessions.is_alive(&unsaved.token) });
                }
                Ok(Written::Replaced) => return Err(replaced()),
                Ok(Written::Changed) => {}
                Err(error) if self.deadline.remaining() < SAVE_PAUSE => return Err(error),
                Err(_) => thread::sleep(SAVE_PAUSE),
            }
            before = self.store.find(self.name);
        }
    }

    /// Writes the tokens of an earlier refresh that the store did not take; returns them if it does
    /// now.
    pub(super) fn save_earlier(&self) -> Result<Option<Token>> {
        let unsaved = lock(&self.sessions.unsaved()).get(self.name).cloned();
        let Some(unsaved) = unsaved else { return Ok(None) };
        let before = self.store.find(self.name)?;
        match self.put_in_place(&unsaved, &before)? {
            Written::Yes => Ok(Some(unsaved.token.clone())),
            Written::Changed | Written::Replaced => Ok(None),
        }
    }

    /// Writes new tokens in the place of their own intent.
    fn put_in_place(&self, unsaved: &UnsavedToken, before: &Found) -> Result<Written> {
        let intent = before.record.as_ref().and_then(|record| record.intent.as_ref());
        if intent.is_none_or(|intent| intent.id != unsaved.intent) {
            self.sessions.forget_unsaved(self.name);
            return Ok(Written::Replaced);
        }
        let record = Record::of(unsaved.token.clone());
        if self.store.put(self.name, record, before)?.is_none() {
            return Ok(Written::Changed);
        }
        self.sessions.forget_unsaved(self.name);
        Ok(Written::Yes)
    }

    /// Writes a note into the record. If that fails, the refresh's own result is still returned.
    fn write_note(&self, note: Note, progress: &Progress) {
        let ended = match note {
            Note::None => return,
            Note::NotSpent => None,
            Note::Ended(reason) => Some(reason),
        };
        let intent = progress.record.intent.clone().filter(|_| keeps_intent(ended));
        let record = Record { intent, ended, ..progress.record.clone() };
        if let Err(error) = self.store.put(self.name, record, &progress.found) {
            let event = Event::new(EventKind::StoreFailed).with_error(Some(&error));
            self.sessions.events.emit(&event);
        }
    }
}

impl Progress {
    fn result(self, finish: Finish) -> Result<Option<Token>> {
        match finish {
            Finish::NewToken => Ok(self.token),
            Finish::LookAgain => Ok(None),
            Finish::NoRefreshToken => Err(no_refresh_token()),
            Finish::ExpiredOnArrival => Err(expired_on_arrival()),
            Finish::LastError => Err(self.last_error.unwrap_or_else(locked)),
            Finish::Ended { reason, by_last_error } => {
                let cause = self.last_error.filter(|_| by_last_error);
                let error = session_ended(reason);
                Err(match cause {
                    Some(cause) => error.caused_by(cause),
                    None => error,
                })
            }
        }
    }
}

/// The result of writing new tokens.
enum Written {
    Yes,
    /// The record changed meanwhile: look again.
    Changed,
    /// The session was ended or started anew meanwhile: that counts.
    Replaced,
}

/// An interrupted session keeps its intent, as evidence.
fn keeps_intent(ended: Option<Reason>) -> bool {
    ended == Some(Reason::RotationInterrupted)
}

/// The outcome that an error of a refresh proves.
fn outcome_of(error: &Error) -> Outcome {
    if is_ambiguous(error) {
        return Outcome::AnswerLost;
    }
    let is_invalid = error.kind() == ErrorKind::Reauthorize;
    let reason = error.reason().unwrap_or(Reason::InvalidRefreshToken);
    Outcome::Refused { ends: is_invalid.then_some(reason) }
}

/// Whether the refresh token may be spent although no token came.
fn is_ambiguous(error: &Error) -> bool {
    match (error.kind(), error.reason()) {
        // A server that says it is unavailable, and one that redirects, did nothing.
        (ErrorKind::Server, _) => error.status() != Some(503),
        (ErrorKind::Protocol, Some(Reason::Redirect)) => false,
        // There was no connection on which the refresh token could have been sent.
        (ErrorKind::Transport, Some(Reason::Unreachable | Reason::Tls)) => false,
        (ErrorKind::Timeout | ErrorKind::Protocol | ErrorKind::Internal, _) => true,
        (ErrorKind::Transport, _) => true,
        _ => false,
    }
}

fn no_session() -> Error {
    Error::new(ErrorKind::Reauthorize, "there is no session of this name in the store")
        .because(Reason::NoSession)
        .advise("Send the user through authorization, and start a session with the token.")
}

fn no_refresh_token() -> Error {
    Error::new(ErrorKind::Reauthorize, "the session's token has expired and has no refresh token")
        .because(Reason::InvalidRefreshToken)
        .advise("Send the user through authorization again.")
}

fn session_ended(reason: Reason) -> Error {
    let message = match reason {
        Reason::RotationInterrupted => {
            "a refresh of this session was interrupted, so its refresh token may be spent"
        }
        _ => "the session's refresh token is invalid",
    };
    Error::new(ErrorKind::Reauthorize, message)
        .because(reason)
        .advise("Send the user through authorization again.")
}

fn expired_on_arrival() -> Error {
    Error::new(ErrorKind::Protocol, "the session's new token has already expired")
        .because(Reason::ExpiredOnArrival)
        .advise("Compare this machine's clock with the platform's.")
}

fn replaced() -> Error {
    Error::new(ErrorKind::Store, "the session was replaced while it was being refreshed")
        .advise("Call again: another process has replaced or ended the session.")
}

const SAVE_PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_and_a_missing_connection_are_not_ambiguous() {
        let error = |kind, reason: Option<Reason>| {
            let error = Error::new(kind, "x");
            match reason {
                Some(reason) => error.because(reason),
                None => error,
            }
        };
        for (kind, reason, expected) in [
            (ErrorKind::Transport, Some(Reason::Unreachable), false),
            (ErrorKind::Transport, Some(Reason::Tls), false),
            (ErrorKind::Transport, Some(Reason::ConnectionLost), true),
            (ErrorKind::Protocol, Some(Reason::Redirect), false),
            (ErrorKind::Protocol, Some(Reason::NotJson), true),
            (ErrorKind::Timeout, None, true),
            (ErrorKind::RateLimited, None, false),
        ] {
            assert_eq!(is_ambiguous(&error(kind, reason)), expected, "{kind:?} {reason:?}");
        }
        let with_status = |status| Error::new(ErrorKind::Server, "x").with_status(status);
        assert!(is_ambiguous(&with_status(502)) && !is_ambiguous(&with_status(503)));
    }
}
