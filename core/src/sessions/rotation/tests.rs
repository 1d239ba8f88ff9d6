//! The whole table of the rotation, and every path through it.

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1000);
const BEFORE: Timestamp = Timestamp::from_secs(990);

const STRICT: Rules =
    Rules { rotates: true, grace: Duration::ZERO, old_token_is_proof: false, retries: true };
const GRACE: Rules = Rules { grace: Duration::from_secs(60), ..STRICT };
const STATIC: Rules = Rules { rotates: false, ..STRICT };
const PROVABLE: Rules = Rules { old_token_is_proof: true, ..STRICT };

fn found(intended_at: Option<Timestamp>) -> State {
    State::Read(Found { intended_at, ended: None, has_refresh_token: true })
}

/// Runs the machine with these outcomes; returns its actions.
fn run(state: State, outcomes: &[Outcome], rules: &Rules) -> Vec<Action> {
    let mut state = state;
    let mut actions = Vec::new();
    for outcome in outcomes {
        let (following, action) = next(state, *outcome, rules, NOW);
        state = following;
        actions.push(action);
    }
    actions
}

fn last(state: State, outcomes: &[Outcome], rules: &Rules) -> (Note, Finish) {
    match run(state, outcomes, rules).last() {
        Some(Action::Finish { note, result }) => (*note, *result),
        other => panic!("not finished: {other:?}"),
    }
}

const INTERRUPTED: Reason = Reason::RotationInterrupted;

fn ended(by_last_error: bool) -> (Note, Finish) {
    (Note::Ended(INTERRUPTED), Finish::Ended { reason: INTERRUPTED, by_last_error })
}

#[test]
fn a_refresh_writes_its_intent_first_and_the_answer_before_it_is_handed_out() {
    let outcomes = [
        Outcome::Start,
        Outcome::IntentWritten,
        Outcome::Tokens { alive: true },
        Outcome::Saved { alive: true },
    ];
    for rules in [STRICT, GRACE, STATIC, PROVABLE] {
        let actions = run(found(None), &outcomes, &rules);
        let end = Action::Finish { note: Note::None, result: Finish::NewToken };
        let intent = Action::WriteIntent { first_at: NOW };
        assert_eq!(actions, [intent, Action::Send, Action::Save, end]);
    }
}

#[test]
fn a_session_that_ended_or_has_no_refresh_token_sends_nothing() {
    let reason = Reason::InvalidRefreshToken;
    let over = Found { intended_at: None, ended: Some(reason), has_refresh_token: true };
    let bare = Found { ended: None, has_refresh_token: false, ..over };
    let result = Finish::Ended { reason, by_last_error: false };
    assert_eq!(last(State::Read(over), &[Outcome::Start], &STRICT), (Note::None, result));
    let result = Finish::NoRefreshToken;
    assert_eq!(last(State::Read(bare), &[Outcome::Start], &STRICT), (Note::None, result));
}

#[test]
fn an_intent_of_another_process_is_judged_by_the_platforms_rules() {
    let first = |rules| run(found(Some(BEFORE)), &[Outcome::Start], &rules)[0];
    assert_eq!(last(found(Some(BEFORE)), &[Outcome::Start], &STRICT), ended(false));
    assert_eq!(first(GRACE), Action::WriteIntent { first_at: BEFORE });
    assert_eq!(first(STATIC), Action::WriteIntent { first_at: BEFORE });
    assert_eq!(first(PROVABLE), Action::CheckOldToken);
    let ended_grace = Rules { grace: Duration::from_secs(10), ..STRICT };
    assert_eq!(last(found(Some(BEFORE)), &[Outcome::Start], &ended_grace), ended(false));
}

#[test]
fn an_old_token_that_works_proves_that_the_refresh_token_is_unspent() {
    let check = |outcome| run(found(Some(BEFORE)), &[Outcome::Start, outcome], &PROVABLE)[1];
    assert_eq!(check(Outcome::OldTokenWorks), Action::WriteIntent { first_at: NOW });
    let outcomes = [Outcome::Start, Outcome::OldTokenEnded];
    assert_eq!(last(found(Some(BEFORE)), &outcomes, &PROVABLE), ended(false));
    let outcomes = [Outcome::Start, Outcome::CheckFailed];
    let unknown = last(found(Some(BEFORE)), &outcomes, &PROVABLE);
    assert_eq!(unknown, (Note::None, Finish::LastError));
}

#[test]
fn a_refusal_removes_the_intent_unless_an_earlier_answer_was_lost() {
    let refusal = |intended_at, rules, ends| {
        let outcomes = [Outcome::Start, Outcome::IntentWritten, Outcome::Refused { ends }];
        last(found(intended_at), &outcomes, &rules)
    };
    assert_eq!(refusal(None, STRICT, None), (Note::NotSpent, Finish::LastError));
    assert_eq!(refusal(Some(BEFORE), GRACE, None), (Note::None, Finish::LastError));
    let reason = Reason::InvalidRefreshToken;
    let over = (Note::Ended(reason), Finish::LastError);
    assert_eq!(refusal(None, STRICT, Some(reason)), over);
    assert_eq!(refusal(Some(BEFORE), GRACE, Some(reason)), over);
}

#[test]
fn a_lost_answer_is_repeated_once_where_that_is_harmless() {
    let lost = [Outcome::Start, Outcome::IntentWritten, Outcome::AnswerLost];
    assert_eq!(run(found(None), &lost, &GRACE)[2], Action::Send);
    assert_eq!(run(found(None), &lost, &STATIC)[2], Action::Send);
    let twice = [Outcome::Start, Outcome::IntentWritten, Outcome::AnswerLost, Outcome::AnswerLost];
    assert_eq!(last(found(None), &twice, &GRACE), (Note::None, Finish::LastError));
    assert_eq!(last(found(None), &twice, &STATIC), (Note::NotSpent, Finish::LastError));
    let once = Rules { retries: false, ..GRACE };
    assert_eq!(last(found(None), &lost, &once), (Note::None, Finish::LastError));
}

#[test]
fn a_lost_answer_on_a_strict_platform_ends_the_session_unless_the_old_token_works() {
    let lost = [Outcome::Start, Outcome::IntentWritten, Outcome::AnswerLost];
    assert_eq!(last(found(None), &lost, &STRICT), ended(true));
    assert_eq!(run(found(None), &lost, &PROVABLE)[2], Action::CheckOldToken);
    let after = |outcome| {
        let outcomes = [lost[0], lost[1], lost[2], outcome];
        last(found(None), &outcomes, &PROVABLE)
    };
    assert_eq!(after(Outcome::OldTokenEnded), ended(true));
    assert_eq!(after(Outcome::OldTokenWorks), (Note::None, Finish::LastError));
    assert_eq!(after(Outcome::CheckFailed), (Note::None, Finish::LastError));
}

#[test]
fn an_expired_answer_is_an_error_only_where_no_other_explains_it() {
    let saved = |intended_at, was_alive| {
        let outcomes = [
            Outcome::Start,
            Outcome::IntentWritten,
            Outcome::Tokens { alive: was_alive },
            Outcome::Saved { alive: false },
        ];
        last(found(intended_at), &outcomes, &GRACE).1
    };
    assert_eq!(saved(None, false), Finish::ExpiredOnArrival);
    assert_eq!(saved(None, true), Finish::LookAgain);
    assert_eq!(saved(Some(BEFORE), false), Finish::LookAgain);
}

#[test]
fn a_record_that_changed_is_looked_at_again() {
    let outcomes = [Outcome::Start, Outcome::RecordChanged];
    let looked = last(found(None), &outcomes, &STRICT);
    assert_eq!(looked, (Note::None, Finish::LookAgain));
}

/// Every path through the machine, for every kind of platform.
#[test]
fn no_path_sends_a_refresh_token_twice_where_that_does_harm() {
    let all = [
        Outcome::OldTokenWorks,
        Outcome::OldTokenEnded,
        Outcome::CheckFailed,
        Outcome::IntentWritten,
        Outcome::RecordChanged,
        Outcome::Tokens { alive: true },
        Outcome::Tokens { alive: false },
        Outcome::Refused { ends: None },
        Outcome::Refused { ends: Some(Reason::InvalidRefreshToken) },
        Outcome::AnswerLost,
        Outcome::Saved { alive: true },
        Outcome::Saved { alive: false },
    ];
    for rules in [STRICT, PROVABLE] {
        for intended_at in [None, Some(BEFORE)] {
            let (state, action) = next(found(intended_at), Outcome::Start, &rules, NOW);
            let mut open = vec![(state, action, 0, intended_at.is_none())];
            while let Some((state, action, sent, is_proved)) = open.pop() {
                let sent = sent + u32::from(action == Action::Send);
                assert!(sent <= 1, "sent twice under {rules:?}");
                assert!(action != Action::Send || is_proved, "sent without proof");
                if state == State::Finished {
                    continue;
                }
                for outcome in all {
                    let (following, action) = next(state, outcome, &rules, NOW);
                    let proves = outcome == Outcome::OldTokenWorks;
                    open.push((following, action, sent, is_proved || proves));
                }
            }
        }
    }
}
