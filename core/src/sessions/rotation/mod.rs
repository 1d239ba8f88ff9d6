//! The rotation of a session's refresh token, as a pure state machine.
//!
//! [`next`] takes the state, the outcome of the last action, the platform's rules and the time, and
//! returns the next state and action. It reads no clock, no store and no network, and its values can be
//! enumerated, so the whole table of what happens when can be tested here. [`super`] carries the
//! actions out, under the session's lock.
//!
//! The order is: write the *intent* to refresh, send the refresh token, write the answer, hand it out.
//! A process that dies in between leaves the intent behind. A process that finds an intent knows that
//! the refresh token may be spent. It sends the token again only where that does no harm: the platform
//! does not rotate refresh tokens, or its grace period has not ended, or the old access token still
//! works although a refresh would have ended it. Otherwise the session has ended, because a second use
//! could make the platform revoke the whole family of tokens. Under the same rules one refresh sends its
//! token a second time after a lost answer.
//!
//! A request whose client authentication was refused spent nothing: `client/identity` sends it again with
//! the corrected clock or the app's other key.

use std::time::Duration;

use crate::{error::Reason, time::Timestamp};

/// The platform's rules about refresh tokens, and the app's about repeating requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Rules {
    /// A refresh token works once, and the answer brings the next one.
    pub(crate) rotates: bool,
    /// For this long after its first use a refresh token brings the same answer again.
    pub(crate) grace: Duration,
    /// A refresh ends the old access token, and the platform can be asked whether a token works: so a
    /// token that works proves that no refresh was carried out.
    pub(crate) old_token_is_proof: bool,
    /// Whether requests are repeated at all.
    pub(crate) retries: bool,
}

/// The state of one refresh, under the session's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum State {
    /// The record was read.
    Read(Found),
    /// The old access token is being checked, because an earlier refresh has no recorded outcome.
    CheckingEarlier,
    /// The intent is being written.
    WritingIntent(Sending),
    /// The refresh token is on its way.
    Sent(Sending),
    /// The old access token is being checked, because the answer was lost.
    CheckingLost,
    /// The new tokens are being written.
    Saving { is_resend: bool, was_alive: bool },
    /// Nothing is left to do.
    Finished,
}

/// The record of a session whose access token is not usable any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Found {
    /// The first sending of a refresh whose outcome was never written.
    pub(crate) intended_at: Option<Timestamp>,
    pub(crate) ended: Option<Reason>,
    pub(crate) has_refresh_token: bool,
}

/// A refresh that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sending {
    /// When this refresh token was first sent, by the local clock: the grace period counts from here.
    pub(crate) first_at: Timestamp,
    /// Whether it may have been sent before, so that the answer may be the first sending's.
    pub(crate) is_resend: bool,
    /// Whether this call has sent it twice already.
    pub(crate) is_repeated: bool,
}

/// The outcome of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// The machine starts.
    Start,
    /// The old access token works.
    OldTokenWorks,
    /// The old access token does not work any more.
    OldTokenEnded,
    /// The platform did not answer whether the old access token works.
    CheckFailed,
    /// The intent is in the store.
    IntentWritten,
    /// The record was changed by somebody else, although the lock was ours.
    RecordChanged,
    /// New tokens came; `alive`: the access token has not expired.
    Tokens { alive: bool },
    /// The platform refused. With a reason the refresh token is invalid, and the session has ended.
    Refused { ends: Option<Reason> },
    /// The refresh token may or may not have been spent: no answer came that says so.
    AnswerLost,
    /// The new tokens are in the store; `alive`: the access token has not expired.
    Saved { alive: bool },
}

/// The next thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Ask the platform whether the old access token works.
    CheckOldToken,
    /// Write the intent to send the refresh token, with the time of its first sending.
    WriteIntent { first_at: Timestamp },
    /// Send the refresh token.
    Send,
    /// Write the new tokens in the place of the intent.
    Save,
    /// Stop, after writing the note if there is one.
    Finish { note: Note, result: Finish },
}

/// A change to the record at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Note {
    /// The record stays as it is.
    None,
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
    /// Look at the record again: it changed, or the new access token has expired already.
    LookAgain,
    /// The error of the last request.
    LastError,
    /// The session has no refresh token.
    NoRefreshToken,
    /// The session has ended for this reason; `by_last_error`: the last request's error is the cause.
    Ended { reason: Reason, by_last_error: bool },
    /// The new access token had expired when it came.
    ExpiredOnArrival,
}

/// The next state and action.
pub(crate) fn next(
    state: State,
    outcome: Outcome,
    rules: &Rules,
    now: Timestamp,
) -> (State, Action) {
    match (state, outcome) {
        (State::Read(found), Outcome::Start) => begin(found, rules, now),
        (State::CheckingEarlier, Outcome::OldTokenWorks) => {
            write_intent(Sending { first_at: now, is_resend: true, is_repeated: false })
        }
        (State::CheckingEarlier, Outcome::OldTokenEnded) => interrupted(false),
        (State::CheckingEarlier, Outcome::CheckFailed) => finish(Note::None, Finish::LastError),
        (State::WritingIntent(sending), Outcome::IntentWritten) => {
            (State::Sent(sending), Action::Send)
        }
        (State::WritingIntent(_), Outcome::RecordChanged) => finish(Note::None, Finish::LookAgain),
        (State::Sent(sending), Outcome::Tokens { alive }) => {
            (State::Saving { is_resend: sending.is_resend, was_alive: alive }, Action::Save)
        }
        (State::Sent(sending), Outcome::Refused { ends }) => refused(sending, ends),
        (State::Sent(sending), Outcome::AnswerLost) => answer_lost(sending, rules, now),
        (State::CheckingLost, Outcome::OldTokenEnded) => interrupted(true),
        // If the refresh was not carried out so far, it may still be: the next caller looks again.
        (State::CheckingLost, _) => finish(Note::None, Finish::LastError),
        (State::Saving { .. }, Outcome::Saved { alive: true }) => {
            finish(Note::None, Finish::NewToken)
        }
        // A second sending may bring the answer of the first, whose access token is old by now.
        (State::Saving { is_resend, was_alive }, Outcome::Saved { alive: false }) => finish(
            Note::None,
            if is_resend || was_alive { Finish::LookAgain } else { Finish::ExpiredOnArrival },
        ),
        _ => finish(Note::None, Finish::LookAgain),
    }
}

fn begin(found: Found, rules: &Rules, now: Timestamp) -> (State, Action) {
    if let Some(reason) = found.ended {
        return finish(Note::None, Finish::Ended { reason, by_last_error: false });
    }
    if !found.has_refresh_token {
        return finish(Note::None, Finish::NoRefreshToken);
    }
    match found.intended_at {
        None => write_intent(Sending { first_at: now, is_resend: false, is_repeated: false }),
        // The grace period counts from the first sending, however often the token is sent again.
        Some(first_at) if may_resend(first_at, rules, now) => {
            write_intent(Sending { first_at, is_resend: true, is_repeated: false })
        }
        Some(_) if rules.old_token_is_proof => (State::CheckingEarlier, Action::CheckOldToken),
        Some(_) => interrupted(false),
    }
}

fn refused(sending: Sending, ends: Option<Reason>) -> (State, Action) {
    let note = match ends {
        Some(reason) => Note::Ended(reason),
        // A refusal says nothing about an earlier sending, whose answer was lost: the intent stays.
        None if sending.is_resend => Note::None,
        None => Note::NotSpent,
    };
    finish(note, Finish::LastError)
}

fn answer_lost(sending: Sending, rules: &Rules, now: Timestamp) -> (State, Action) {
    let may_resend = may_resend(sending.first_at, rules, now);
    if may_resend && rules.retries && !sending.is_repeated {
        let again = Sending { is_resend: true, is_repeated: true, ..sending };
        return (State::Sent(again), Action::Send);
    }
    if !rules.rotates {
        return finish(Note::NotSpent, Finish::LastError);
    }
    if may_resend {
        // Within the grace period the next caller may send it again: the intent stays.
        return finish(Note::None, Finish::LastError);
    }
    if rules.old_token_is_proof {
        return (State::CheckingLost, Action::CheckOldToken);
    }
    interrupted(true)
}

/// Whether a refresh token that may be spent can be sent again without harm.
fn may_resend(first_at: Timestamp, rules: &Rules, now: Timestamp) -> bool {
    !rules.rotates || now < first_at.after(rules.grace)
}

fn write_intent(sending: Sending) -> (State, Action) {
    (State::WritingIntent(sending), Action::WriteIntent { first_at: sending.first_at })
}

fn interrupted(by_last_error: bool) -> (State, Action) {
    let reason = Reason::RotationInterrupted;
    finish(Note::Ended(reason), Finish::Ended { reason, by_last_error })
}

fn finish(note: Note, result: Finish) -> (State, Action) {
    (State::Finished, Action::Finish { note, result })
}

#[cfg(test)]
mod tests;
