//! The whole table of the rotation, and every path through it.

use super::*;

const STRICT: Rules =
    Rules { rotates: true, grace: Duration::ZERO, old_token_is_proof: false, retries: true };
const GRACE: Rules = Rules { grace: Duration::from_secs(60), ..STRICT };
const STATIC: Rules = Rules { rotates: false, ..STRICT };
const PROVABLE: Rules = Rules { old_token_is_proof: true, ..STRICT };

const INTERRUPTED: Reason = Reason::RotationInterrupted;
const START: [Outcome; 3] =
    [Outcome::Start { has_unsaved: false }, Outcome::Read(Reading::Ready), Outcome::Locked];
const ALIVE: Outcome = Outcome::Tokens { alive: true };
const SAVED: Outcome = Outcome::Saved { alive: true };
const LOST: Outcome = Outcome::AnswerLost { may_resend: false };
const LOST_HARMLESSLY: Outcome = Outcome::AnswerLost { may_resend: true };
const REFUSED: Outcome = Outcome::Refused { ends: None };
const SEND: Action = Action::WriteIntent { keeps_first: false };
const RESEND: Action = Action::WriteIntent { keeps_first: true };

fn doubt(may_resend: bool, may_arrive: bool, is_unseen: bool) -> Outcome {
    Outcome::Read(Reading::InDoubt(Doubt { may_resend, may_arrive, is_unseen }))
}

/// Runs the machine from its start with these outcomes; returns its actions.
fn run(outcomes: &[Outcome], rules: &Rules) -> Vec<Action> {
    let mut state = State::Start;
    let mut actions = Vec::new();
    for outcome in outcomes {
        let (following, action) = next(state, *outcome, rules);
        state = following;
        actions.push(action);
    }
    actions
}

/// The last action after the record was read under the lock as `reading`, and these outcomes.
fn after(reading: Outcome, outcomes: &[Outcome], rules: &Rules) -> Action {
    let all = [&START[..], &[reading], outcomes].concat();
    *run(&all, rules).last().unwrap()
}

fn ready(outcomes: &[Outcome], rules: &Rules) -> Action {
    after(Outcome::Read(Reading::Ready), outcomes, rules)
}

#[test]
fn a_refresh_writes_its_intent_first_and_the_answer_before_it_is_handed_out() {
    let outcomes = [&START[..], &[START[1], Outcome::IntentWritten, ALIVE, SAVED]].concat();
    for rules in [STRICT, GRACE, STATIC, PROVABLE] {
        let expected = [
            Action::Read,
            Action::Lock,
            Action::Read,
            SEND,
            Action::Send,
            Action::Save,
            Action::Finish(Finish::NewToken),
        ];
        assert_eq!(run(&outcomes, &rules), expected);
    }
}

#[test]
fn a_record_that_needs_no_refresh_is_an_answer_with_and_without_the_lock() {
    for (reading, finish) in [
        (Reading::Absent, Finish::NoSession),
        (Reading::Usable, Finish::StoredToken),
        (Reading::NoRefreshToken, Finish::NoRefreshToken),
        (Reading::Ended(INTERRUPTED), Finish::Ended { reason: INTERRUPTED, by_last_error: false }),
    ] {
        let reading = Outcome::Read(reading);
        assert_eq!(run(&[START[0], reading], &STRICT)[1], Action::Finish(finish));
        assert_eq!(after(reading, &[], &STRICT), Action::Finish(finish));
    }
}

#[test]
fn whoever_does_not_get_the_lock_waits_and_reads_again() {
    let outcomes = [
        START[0],
        START[1],
        Outcome::LockedElsewhere,
        Outcome::Waited,
        Outcome::Read(Reading::Usable),
    ];
    let expected = [
        Action::Read,
        Action::Lock,
        Action::Wait,
        Action::Read,
        Action::Finish(Finish::StoredToken),
    ];
    assert_eq!(run(&outcomes, &STRICT), expected);
    let late = [&outcomes[..3], &[Outcome::TimeUp]].concat();
    assert_eq!(run(&late, &STRICT)[3], Action::Finish(Finish::RefreshedElsewhere));
    let doubtful = run(&[START[0], doubt(true, false, false)], &GRACE);
    assert_eq!(doubtful[1], Action::Lock, "a doubt is judged under the lock only");
}

#[test]
fn a_doubt_is_judged_by_the_platforms_rules_once_nothing_can_arrive() {
    for rules in [GRACE, STATIC] {
        assert_eq!(after(doubt(true, true, false), &[], &rules), RESEND);
    }
    for rules in [STRICT, GRACE, PROVABLE] {
        assert_eq!(after(doubt(false, true, true), &[], &rules), Action::MarkSeen);
        assert_eq!(after(doubt(false, true, true), &[Outcome::SeenMarked], &rules), Action::Wait);
        assert_eq!(after(doubt(false, true, false), &[], &rules), Action::Wait);
        let late = after(doubt(false, true, false), &[Outcome::TimeUp], &rules);
        assert_eq!(late, Action::Finish(Finish::InDoubt));
    }
    assert_eq!(after(doubt(false, false, false), &[], &PROVABLE), Action::CheckOldToken);
    for rules in [STRICT, GRACE] {
        let noted = Action::WriteNote(Note::Ended(INTERRUPTED));
        assert_eq!(after(doubt(false, false, false), &[], &rules), noted);
        let ended = Finish::Ended { reason: INTERRUPTED, by_last_error: false };
        let finished = after(doubt(false, false, false), &[Outcome::Noted], &rules);
        assert_eq!(finished, Action::Finish(ended));
        let unknown = after(doubt(false, false, false), &[Outcome::StoreFailed], &rules);
        assert_eq!(unknown, Action::Finish(Finish::LastError));
        // The answer came after all.
        let changed = after(doubt(false, false, false), &[Outcome::RecordChanged], &rules);
        assert_eq!(changed, Action::Read);
    }
}

#[test]
fn an_old_token_that_works_proves_that_the_refresh_token_is_unspent() {
    let check = |outcome| after(doubt(false, false, false), &[outcome], &PROVABLE);
    assert_eq!(check(Outcome::OldTokenWorks), SEND);
    assert_eq!(check(Outcome::OldTokenEnded), Action::WriteNote(Note::Ended(INTERRUPTED)));
    assert_eq!(check(Outcome::CheckFailed), Action::Finish(Finish::LastError));
}

#[test]
fn an_intent_that_was_not_acknowledged_is_read_again_before_anything_is_sent() {
    let uncertain = |outcome| ready(&[Outcome::StoreFailed, outcome], &STRICT);
    assert_eq!(ready(&[Outcome::StoreFailed], &STRICT), Action::ConfirmIntent);
    assert_eq!(uncertain(Outcome::IntentWritten), Action::Send);
    assert_eq!(uncertain(Outcome::IntentAbsent), Action::Finish(Finish::LastError));
    assert_eq!(uncertain(Outcome::StoreFailed), Action::Finish(Finish::LastError));
    assert_eq!(uncertain(Outcome::RecordChanged), Action::Read);
    assert_eq!(ready(&[Outcome::RecordChanged], &STRICT), Action::Read);
    assert_eq!(ready(&[Outcome::TimeUp], &STRICT), Action::Finish(Finish::NoTime));
}

#[test]
fn a_refusal_and_a_missing_connection_remove_the_intent_unless_an_earlier_answer_was_lost() {
    for outcome in [REFUSED, Outcome::NotSent] {
        let sent = [Outcome::IntentWritten, outcome];
        assert_eq!(ready(&sent, &STRICT), Action::WriteNote(Note::NotSpent));
        let again = after(doubt(true, false, false), &sent, &GRACE);
        assert_eq!(again, Action::Finish(Finish::LastError));
        let proved = [&[Outcome::OldTokenWorks], &sent[..]].concat();
        let noted = after(doubt(false, false, false), &proved, &PROVABLE);
        assert_eq!(noted, Action::WriteNote(Note::NotSpent));
    }
    let reason = Reason::InvalidRefreshToken;
    let dead = [Outcome::IntentWritten, Outcome::Refused { ends: Some(reason) }];
    for reading in [START[1], doubt(true, false, false)] {
        assert_eq!(after(reading, &dead, &GRACE), Action::WriteNote(Note::Ended(reason)));
        let finished = after(reading, &[dead[0], dead[1], Outcome::Noted], &GRACE);
        assert_eq!(finished, Action::Finish(Finish::LastError));
    }
}

#[test]
fn a_lost_answer_is_repeated_once_where_that_is_harmless() {
    let lost = [Outcome::IntentWritten, LOST_HARMLESSLY];
    let twice = [Outcome::IntentWritten, LOST_HARMLESSLY, LOST_HARMLESSLY];
    for rules in [GRACE, STATIC] {
        assert_eq!(ready(&lost, &rules), Action::Send);
    }
    assert_eq!(ready(&twice, &GRACE), Action::Finish(Finish::LastError));
    assert_eq!(ready(&twice, &STATIC), Action::WriteNote(Note::NotSpent));
    let once = Rules { retries: false, ..GRACE };
    assert_eq!(ready(&lost, &once), Action::Finish(Finish::LastError));
}

#[test]
fn a_lost_answer_on_a_strict_platform_ends_the_session_unless_the_old_token_works() {
    let lost = [Outcome::IntentWritten, LOST];
    assert_eq!(ready(&lost, &STRICT), Action::WriteNote(Note::Ended(INTERRUPTED)));
    assert_eq!(ready(&lost, &PROVABLE), Action::CheckOldToken);
    let checked = |outcome| ready(&[lost[0], lost[1], outcome], &PROVABLE);
    assert_eq!(checked(Outcome::OldTokenEnded), Action::WriteNote(Note::Ended(INTERRUPTED)));
    // The request may still arrive: nothing is concluded, and the intent stays.
    assert_eq!(checked(Outcome::OldTokenWorks), Action::Finish(Finish::LastError));
    assert_eq!(checked(Outcome::CheckFailed), Action::Finish(Finish::LastError));
}

#[test]
fn new_tokens_are_offered_to_the_store_until_it_has_them() {
    let with = |outcomes: &[Outcome]| {
        ready(&[&[Outcome::IntentWritten, ALIVE], outcomes].concat(), &STRICT)
    };
    assert_eq!(with(&[Outcome::StoreFailed]), Action::SaveAgain);
    assert_eq!(with(&[Outcome::StoreFailed, SAVED]), Action::Finish(Finish::NewToken));
    assert_eq!(with(&[Outcome::StoreFailed, Outcome::TimeUp]), Action::Finish(Finish::LastError));
    // The write replaced nothing, because the record was not the one that was read.
    assert_eq!(with(&[Outcome::RecordChanged]), Action::Save);
    assert_eq!(with(&[Outcome::RecordChanged, SAVED]), Action::Finish(Finish::NewToken));
    assert_eq!(with(&[Outcome::Replaced]), Action::Finish(Finish::Replaced));
}

#[test]
fn tokens_of_an_earlier_refresh_are_offered_to_the_store_first() {
    let start = Outcome::Start { has_unsaved: true };
    assert_eq!(run(&[start], &STRICT), [Action::Save]);
    for (outcome, action) in [
        (SAVED, Action::Read),
        (Outcome::Replaced, Action::Read),
        (Outcome::RecordChanged, Action::Save),
        (Outcome::StoreFailed, Action::Finish(Finish::LastError)),
    ] {
        assert_eq!(run(&[start, outcome], &STRICT)[1], action, "{outcome:?}");
    }
}

#[test]
fn an_expired_answer_is_an_error_only_where_no_other_explains_it() {
    let saved = |reading, was_alive| {
        let outcomes = [
            Outcome::IntentWritten,
            Outcome::Tokens { alive: was_alive },
            Outcome::Saved { alive: false },
        ];
        after(reading, &outcomes, &GRACE)
    };
    assert_eq!(saved(START[1], false), Action::Finish(Finish::ExpiredOnArrival));
    assert_eq!(saved(START[1], true), Action::Read);
    assert_eq!(saved(doubt(true, false, false), false), Action::Read);
}

/// Every path through the machine, for every kind of platform.
#[test]
fn no_path_sends_a_refresh_token_twice_where_that_does_harm() {
    let all = every_outcome();
    for rules in [STRICT, PROVABLE] {
        let mut seen = std::collections::HashSet::new();
        let (state, action) = next(State::Start, START[0], &rules);
        let mut open = vec![(state, action, Evidence::default())];
        while let Some((state, action, evidence)) = open.pop() {
            let evidence = evidence.after(action);
            if state == State::Finished || !seen.insert((state, action, evidence)) {
                continue;
            }
            for outcome in &all {
                if !rules.rotates || !is_harmless(*outcome) {
                    let (following, action) = next(state, *outcome, &rules);
                    open.push((following, action, evidence.with(*outcome)));
                }
            }
        }
    }
}

/// The evidence that a path has about the refresh token of the record that it has read.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Evidence {
    is_unspent: bool,
    is_intended: bool,
}

impl Evidence {
    fn after(self, action: Action) -> Self {
        if action == Action::Send {
            assert!(self.is_unspent && self.is_intended, "sent without proof");
            return Self::default();
        }
        self
    }

    fn with(self, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Read(reading) => {
                Self { is_unspent: reading == Reading::Ready, is_intended: false }
            }
            Outcome::OldTokenWorks => Self { is_unspent: true, ..self },
            Outcome::IntentWritten => Self { is_intended: true, ..self },
            _ => self,
        }
    }
}

/// An outcome that comes only from platforms where a second sending does no harm.
fn is_harmless(outcome: Outcome) -> bool {
    matches!(
        outcome,
        LOST_HARMLESSLY | Outcome::Read(Reading::InDoubt(Doubt { may_resend: true, .. }))
    )
}

fn every_outcome() -> Vec<Outcome> {
    let reason = Reason::InvalidRefreshToken;
    let flags = [false, true];
    let doubts = flags.into_iter().flat_map(|first| {
        flags.into_iter().flat_map(move |second| flags.map(|third| doubt(first, second, third)))
    });
    let readings = [
        Reading::Absent,
        Reading::Usable,
        Reading::Ended(reason),
        Reading::NoRefreshToken,
        Reading::Ready,
    ];
    let others = [
        Outcome::Locked,
        Outcome::LockedElsewhere,
        Outcome::Waited,
        Outcome::TimeUp,
        Outcome::StoreFailed,
        Outcome::RecordChanged,
        Outcome::Replaced,
        Outcome::SeenMarked,
        Outcome::OldTokenWorks,
        Outcome::OldTokenEnded,
        Outcome::CheckFailed,
        Outcome::IntentWritten,
        Outcome::IntentAbsent,
        REFUSED,
        Outcome::Refused { ends: Some(reason) },
        Outcome::NotSent,
        LOST,
        LOST_HARMLESSLY,
        Outcome::Noted,
    ];
    let lives =
        flags.into_iter().flat_map(|alive| [Outcome::Tokens { alive }, Outcome::Saved { alive }]);
    readings.map(Outcome::Read).into_iter().chain(doubts).chain(others).chain(lives).collect()
}
