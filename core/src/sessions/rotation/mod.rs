//! The rotation of a session's refresh token, as a pure state machine.
//!
//! [`next`] takes the state, the outcome of the last action and the platform's rules, and returns the
//! next state and action. It reads no clock, no store and no network, and its values can be enumerated.
//! [`super::refresh`] carries the actions out.
//!
//! The order is: write the *intent* to refresh, send the refresh token, write the answer, hand it out.
//! Every write replaces exactly the record that was read (compare-and-swap), so of two processes one
//! writes the intent, and the other finds it. The lock and its lease only save them the trouble: nothing
//! below depends on there being one holder.
//!
//! An intent whose outcome nobody wrote leaves the session *in doubt*: the refresh token may be spent,
//! or the request may still arrive. A process that finds it sends the token again only where that does no
//! harm: the platform does not rotate refresh tokens, or its grace period has not ended. Otherwise it
//! waits until the request cannot arrive any more. Then an old access token that still works proves that
//! the refresh token is unspent, on a platform where a refresh would have ended it; and without that
//! proof the session has ended, because a second use could make the platform revoke the whole family of
//! tokens.
//!
//! docs/rotation.md has the promises and what each failure proves.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::error::Reason;

/// The platform's rules about refresh tokens, and the app's about repeating requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Rules {
    /// A refresh token works once, and the answer brings the next one.
    pub(crate) rotates: bool,
    /// For this long after it was first sent a refresh token can be sent again: it brings the same answer.
    pub(crate) grace: Duration,
    /// A refresh ends the old access token, and the platform can be asked whether a token works: so a
    /// token that works proves that no refresh was carried out.
    pub(crate) old_token_is_proof: bool,
    /// Whether requests are repeated at all.
    pub(crate) retries: bool,
}

/// The time since something happened, as far as this process can know it. Another machine's clock may
/// be wrong, so there are two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Elapsed {
    pub(crate) at_least: Duration,
    pub(crate) at_most: Duration,
}

impl Rules {
    /// Whether a refresh token that was first sent so long ago can be sent again without harm.
    pub(crate) fn allow_resend(&self, since_first: Elapsed) -> bool {
        !self.rotates || since_first.at_most < self.grace
    }
}

/// The record of a session, as far as it decides the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reading {
    /// There is no session of this name.
    Absent,
    /// The caller can use the record's token as it is.
    Usable,
    /// The session has ended.
    Ended(Reason),
    /// The access token has expired, and there is no refresh token.
    NoRefreshToken,
    /// The refresh token can be sent.
    Ready,
    /// The refresh token was sent, or is about to be, and nobody wrote the outcome.
    InDoubt(Doubt),
}

/// An intent whose outcome nobody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Doubt {
    /// Sending the refresh token again does no harm.
    pub(crate) may_resend: bool,
    /// The request may still arrive at the platform, or its answer at the process that sent it.
    pub(crate) may_arrive: bool,
    /// No clock of this machine has seen the intent yet, so that its age cannot be told.
    pub(crate) is_unseen: bool,
}

/// A refresh that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sending {
    /// Whether it may have been sent before, so that the answer may be the first sending's.
    pub(crate) is_resend: bool,
    /// Whether this call has sent it twice already.
    pub(crate) is_repeated: bool,
}

/// The state of one refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum State {
    /// Nothing was done.
    Start,
    /// Tokens of an earlier refresh, which the store did not take, are being written.
    SavingEarlier,
    /// The record is being read, with the session's lock or without.
    Reading { is_locked: bool },
    /// The lock is being taken.
    Locking,
    /// Time passes, until another process has written or the request cannot arrive any more.
    Waiting { is_locked: bool },
    /// It is being written down that this machine has seen the intent.
    MarkingSeen,
    /// The old access token is being checked, because an earlier refresh has no recorded outcome.
    CheckingEarlier,
    /// The intent is being written.
    WritingIntent(Sending),
    /// The store's acknowledgement of the intent was lost, and the record is being read again.
    ConfirmingIntent(Sending),
    /// The refresh token is on its way.
    Sent(Sending),
    /// The old access token is being checked, because the answer was lost.
    CheckingLost,
    /// The new tokens are being written.
    Saving { is_resend: bool, was_alive: bool },
    /// A change to the record is being written before the refresh finishes.
    Noting(Finish),
    /// Nothing is left to do.
    Finished,
}

/// The outcome of the last action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// There was no action yet; `has_unsaved`: the store has yet to take tokens of an earlier refresh.
    Start { has_unsaved: bool },
    /// The record was read.
    Read(Reading),
    /// The lock is ours.
    Locked,
    /// Another process has the lock.
    LockedElsewhere,
    /// A moment has passed.
    Waited,
    /// The time for waiting, or for writing, is over, or too short to connect and to send.
    TimeUp,
    /// The store failed: what was read is not known, and what was written may be there or not.
    StoreFailed,
    /// The record was changed by somebody else: nothing was written.
    RecordChanged,
    /// The session was started anew or ended by somebody else meanwhile.
    Replaced,
    /// The record says that this machine has seen the intent.
    SeenMarked,
    /// The old access token works.
    OldTokenWorks,
    /// The old access token does not work any more.
    OldTokenEnded,
    /// The platform did not answer whether the old access token works.
    CheckFailed,
    /// The intent is in the store.
    IntentWritten,
    /// The intent is not in the store.
    IntentAbsent,
    /// New tokens came; `alive`: the access token has not expired.
    Tokens { alive: bool },
    /// The platform refused. With a reason the refresh token is invalid, and the session has ended.
    Refused { ends: Option<Reason> },
    /// Not one byte of the refresh token was sent.
    NotSent,
    /// The refresh token may or may not have been spent: no answer came that says so.
    AnswerLost { may_resend: bool },
    /// The new tokens are in the store; `alive`: the access token has not expired.
    Saved { alive: bool },
    /// The note was written.
    Noted,
}

/// The next thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Read the record.
    Read,
    /// Take the session's lock.
    Lock,
    /// Let a moment pass.
    Wait,
    /// Write that this machine has seen the intent, so that its age can be told.
    MarkSeen,
    /// Ask the platform whether the old access token works.
    CheckOldToken,
    /// Write the intent to send the refresh token. A resend keeps the time of the first sending, from
    /// which the grace period counts.
    WriteIntent { keeps_first: bool },
    /// Read whether the intent is in the store.
    ConfirmIntent,
    /// Send the refresh token.
    Send,
    /// Write the new tokens in the place of the intent.
    Save,
    /// Let a moment pass, and write the new tokens.
    SaveAgain,
    /// Write a note into the record.
    WriteNote(Note),
    /// Stop.
    Finish(Finish),
}

/// A change to the record at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Note {
    /// The refresh token is not spent: the intent is removed.
    NotSpent,
    /// The session has ended.
    Ended(Reason),
}

/// The result of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Finish {
    /// The new access token.
    NewToken,
    /// The token in the record.
    StoredToken,
    /// There is no session of this name.
    NoSession,
    /// The session has no refresh token.
    NoRefreshToken,
    /// The error of the last action that failed.
    LastError,
    /// Another process refreshed the session until the time for waiting was over.
    RefreshedElsewhere,
    /// Too little time is left to connect and to send.
    NoTime,
    /// An earlier refresh is in doubt, and its request may still arrive.
    InDoubt,
    /// The session was started anew or ended meanwhile.
    Replaced,
    /// The session has ended for this reason; `by_last_error`: the last request's error is the cause.
    Ended { reason: Reason, by_last_error: bool },
    /// The new access token had expired when it came.
    ExpiredOnArrival,
}

/// The next state and action.
pub(crate) fn next(state: State, outcome: Outcome, rules: &Rules) -> (State, Action) {
    match (state, outcome) {
        (State::Start, Outcome::Start { has_unsaved: true }) => {
            (State::SavingEarlier, Action::Save)
        }
        (State::Start | State::SavingEarlier, Outcome::RecordChanged) => {
            (State::SavingEarlier, Action::Save)
        }
        (State::SavingEarlier, Outcome::StoreFailed) => finish(Finish::LastError),
        (State::Start | State::SavingEarlier, _) => read(false),
        (State::Reading { is_locked }, Outcome::Read(reading)) => decide(reading, is_locked, rules),
        (State::Locking, Outcome::Locked) => read(true),
        (State::Locking, Outcome::LockedElsewhere) => wait(false),
        (State::Waiting { is_locked }, Outcome::Waited) => read(is_locked),
        (State::Waiting { is_locked: true }, _) => finish(Finish::InDoubt),
        (State::Waiting { is_locked: false }, _) => finish(Finish::RefreshedElsewhere),
        (State::MarkingSeen, Outcome::SeenMarked) => wait(true),
        (State::CheckingEarlier, Outcome::OldTokenWorks) => {
            write_intent(Sending { is_resend: false, is_repeated: false }, false)
        }
        (State::CheckingEarlier, Outcome::OldTokenEnded) => interrupted(false),
        (State::WritingIntent(_), Outcome::TimeUp) => finish(Finish::NoTime),
        (State::WritingIntent(sending), Outcome::StoreFailed) => {
            (State::ConfirmingIntent(sending), Action::ConfirmIntent)
        }
        (
            State::WritingIntent(sending) | State::ConfirmingIntent(sending),
            Outcome::IntentWritten,
        ) => (State::Sent(sending), Action::Send),
        (State::Sent(sending), outcome) => sent(sending, outcome, rules),
        (State::CheckingLost, Outcome::OldTokenEnded) => interrupted(true),
        (State::Saving { is_resend, was_alive }, outcome) => saving(is_resend, was_alive, outcome),
        // The answer came after all, or somebody started the session anew.
        (State::Noting(_), Outcome::RecordChanged) => read(true),
        // Perhaps the answer is there: the next caller looks again.
        (State::Noting(Finish::Ended { .. }), Outcome::StoreFailed) => finish(Finish::LastError),
        (State::Noting(result), _) => finish(result),
        (
            State::MarkingSeen | State::WritingIntent(_) | State::ConfirmingIntent(_),
            Outcome::RecordChanged,
        ) => read(true),
        // A store or a platform that failed, and an old token that works while the request may still
        // arrive: the record stays as it is, and the next caller looks again.
        _ => finish(Finish::LastError),
    }
}

fn decide(reading: Reading, is_locked: bool, rules: &Rules) -> (State, Action) {
    match reading {
        Reading::Absent => finish(Finish::NoSession),
        Reading::Usable => finish(Finish::StoredToken),
        Reading::NoRefreshToken => finish(Finish::NoRefreshToken),
        Reading::Ended(reason) => finish(Finish::Ended { reason, by_last_error: false }),
        Reading::Ready | Reading::InDoubt(_) if !is_locked => (State::Locking, Action::Lock),
        Reading::Ready => write_intent(Sending { is_resend: false, is_repeated: false }, false),
        Reading::InDoubt(doubt) => decide_doubt(doubt, rules),
    }
}

fn decide_doubt(doubt: Doubt, rules: &Rules) -> (State, Action) {
    match doubt {
        Doubt { may_resend: true, .. } => {
            write_intent(Sending { is_resend: true, is_repeated: false }, true)
        }
        Doubt { may_arrive: true, is_unseen: true, .. } => (State::MarkingSeen, Action::MarkSeen),
        Doubt { may_arrive: true, .. } => wait(true),
        _ if rules.old_token_is_proof => (State::CheckingEarlier, Action::CheckOldToken),
        _ => interrupted(false),
    }
}

fn sent(sending: Sending, outcome: Outcome, rules: &Rules) -> (State, Action) {
    match outcome {
        Outcome::Tokens { alive } => {
            (State::Saving { is_resend: sending.is_resend, was_alive: alive }, Action::Save)
        }
        Outcome::Refused { ends: Some(reason) } => note(Note::Ended(reason), Finish::LastError),
        // Neither says anything about an earlier sending, whose answer was lost: the intent stays.
        Outcome::Refused { ends: None } | Outcome::NotSent if sending.is_resend => {
            finish(Finish::LastError)
        }
        Outcome::Refused { ends: None } | Outcome::NotSent => {
            note(Note::NotSpent, Finish::LastError)
        }
        Outcome::AnswerLost { may_resend } => answer_lost(sending, may_resend, rules),
        _ => finish(Finish::LastError),
    }
}

fn answer_lost(sending: Sending, may_resend: bool, rules: &Rules) -> (State, Action) {
    if may_resend && rules.retries && !sending.is_repeated {
        return (State::Sent(Sending { is_resend: true, is_repeated: true }), Action::Send);
    }
    if !rules.rotates {
        return note(Note::NotSpent, Finish::LastError);
    }
    if may_resend {
        // Within the grace period the next caller may send it again: the intent stays.
        return finish(Finish::LastError);
    }
    if rules.old_token_is_proof {
        return (State::CheckingLost, Action::CheckOldToken);
    }
    interrupted(true)
}

fn saving(is_resend: bool, was_alive: bool, outcome: Outcome) -> (State, Action) {
    let state = State::Saving { is_resend, was_alive };
    match outcome {
        Outcome::Saved { alive: true } => finish(Finish::NewToken),
        // A second sending may bring the answer of the first, whose access token is old by now.
        Outcome::Saved { alive: false } if is_resend || was_alive => read(true),
        Outcome::Saved { alive: false } => finish(Finish::ExpiredOnArrival),
        Outcome::RecordChanged => (state, Action::Save),
        Outcome::StoreFailed => (state, Action::SaveAgain),
        Outcome::Replaced => finish(Finish::Replaced),
        // The tokens stay in memory, and the next caller offers them to the store again.
        _ => finish(Finish::LastError),
    }
}

fn read(is_locked: bool) -> (State, Action) {
    (State::Reading { is_locked }, Action::Read)
}

fn wait(is_locked: bool) -> (State, Action) {
    (State::Waiting { is_locked }, Action::Wait)
}

fn write_intent(sending: Sending, keeps_first: bool) -> (State, Action) {
    (State::WritingIntent(sending), Action::WriteIntent { keeps_first })
}

fn interrupted(by_last_error: bool) -> (State, Action) {
    let reason = Reason::RotationInterrupted;
    note(Note::Ended(reason), Finish::Ended { reason, by_last_error })
}

fn note(note: Note, result: Finish) -> (State, Action) {
    (State::Noting(result), Action::WriteNote(note))
}

fn finish(result: Finish) -> (State, Action) {
    (State::Finished, Action::Finish(result))
}
