//! Mistakes of a driver or of the machine. The model must find each of them, or it proves nothing.

use super::{
    super::rotation::{self, Action, Doubt, Finish, Outcome, Sending, State},
    clocks,
    setup::{Kind, Setup, WINDOW},
    world::{Intent, Machine},
};

/// The mistake of a faulty implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A connection that was not made counts as a lost answer.
    ConnectTimeoutIsLost,
    /// A process takes its own intent, which it did not send, for that of a process that died.
    ForgetsUnsent,
    /// An answer with tokens counts as lost.
    AnswerIsLost,
    /// A refresh ends with its caller's time, although its request was sent.
    CutAtDeadline,
    /// An old token that works counts as a proof while the request may still arrive.
    EarlyProof,
    /// 503 counts as a refusal.
    GatewayIsRefusal,
    /// The refresh token is sent however late it is.
    SendsLate,
    /// New tokens are written whatever the record holds.
    SavesBlindly,
    /// New tokens are handed out before they are written.
    HandsOutUnsaved,
    /// New tokens count as written although another record was there.
    MissedSaveCounts,
    /// The grace period counts from the last sending.
    GraceFromLast,
    /// The age of another machine's intent is told by the wall clocks.
    AgeByWallClock,
    /// Own tokens that are in the store already are taken for another session's.
    LostSaveIsReplaced,
    /// The record is not read again under the lock, and the intent replaces whatever is there.
    NoSecondLook,
    /// The end of a session is reported although it could not be written.
    ReportsUnwrittenEnd,
    /// A note that nothing was sent is not written again after it missed.
    LeavesMissedNote,
    /// An intent to send again that was not sent counts as if there had been no sending before it.
    ForgetsFirstSending,
    /// New tokens are thrown away if another process intends to send the same refresh token again.
    ThrowsAnswerAway,
    /// The refresh token is sent again if the grace period had not ended when the record was read.
    ResendsTooLate,
    /// The refresh token is sent again until the grace period ends, so that it arrives after that.
    ResendsUntilGraceEnds,
    /// A machine that looks at an intent forgets when others first saw it.
    ForgetsOtherLooks,
}

/// The next state and action of the machine, or of a faulty one.
pub(super) fn next(
    setup: &Setup,
    state: State,
    outcome: Outcome,
    first_look: Option<Outcome>,
) -> (State, Action) {
    let rules = setup.rules();
    match (setup.fault, state, outcome) {
        (Some(Fault::HandsOutUnsaved), State::Sent(_), Outcome::Tokens { .. }) => {
            (State::Finished, Action::Finish(Finish::NewToken))
        }
        (Some(Fault::EarlyProof), State::CheckingLost, Outcome::OldTokenWorks) => {
            let sending = Sending { is_resend: false, is_repeated: false };
            (State::WritingIntent(sending), Action::WriteIntent { keeps_first: false })
        }
        (Some(Fault::NoSecondLook), State::Locking, Outcome::Locked) => {
            let looked = first_look.unwrap_or(outcome);
            rotation::next(State::Reading { is_locked: true }, looked, &rules)
        }
        (
            Some(Fault::ReportsUnwrittenEnd),
            State::Noting(finish),
            Outcome::RecordChanged | Outcome::StoreFailed,
        ) => (State::Finished, Action::Finish(finish)),
        _ => rotation::next(state, outcome, &rules),
    }
}

/// The doubt about an intent, as the driver sees it, or a faulty one.
pub(super) fn doubt(setup: &Setup, intent: &Intent, machine: Machine) -> Doubt {
    let doubt = clocks::doubt(intent, machine, &setup.rules());
    match setup.fault {
        Some(Fault::EarlyProof) if setup.kind == Kind::Proof => {
            Doubt { may_arrive: false, ..doubt }
        }
        Some(Fault::AgeByWallClock) => {
            let age = clocks::age_by_wall(intent.last, machine);
            let may_arrive = (0..i16::from(WINDOW)).contains(&age);
            Doubt { may_arrive, is_unseen: false, ..doubt }
        }
        _ => doubt,
    }
}
