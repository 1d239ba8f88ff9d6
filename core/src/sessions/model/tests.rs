//! The bounds, and what is found within them.

use super::{
    checker::explore,
    faults::Fault,
    promises::Violation,
    setup::{Kind, LockMode, Setup},
    world::Left,
};

const NONE: Left = Left { store: 0, network: 0, crashes: 0, reboots: 0, replacements: 0, steps: 0 };
const STORE: Left = Left { store: 1, ..NONE };
const NETWORK: Left = Left { network: 1, ..NONE };
const CRASH: Left = Left { crashes: 1, ..NONE };
const CRASH_AND_STORE: Left = Left { crashes: 1, ..STORE };
const CRASH_AND_NETWORK: Left = Left { crashes: 1, ..NETWORK };
const THREE_FAILURES: Left = Left { store: 1, network: 1, crashes: 1, ..NONE };
const REPLACEMENT: Left = Left { replacements: 1, ..NONE };
const REPLACEMENT_AND_STORE: Left = Left { replacements: 1, ..STORE };
const REBOOT: Left = Left { reboots: 1, ..NONE };
const CLOCK_STEP: Left = Left { steps: 1, ..NONE };
const CLOCK_STEP_AND_NETWORK: Left = Left { steps: 1, ..NETWORK };

/// Two or three processes of one machine, and of one machine each.
const TWO: &[u8] = &[0, 0];
const APART: &[u8] = &[0, 1];
const THREE: &[u8] = &[0, 0, 0];
const THREE_APART: &[u8] = &[0, 1, 2];

const ANY_LOCK: &[LockMode] = &[LockMode::Lease, LockMode::Unreliable];
const NO_LOCK: &[LockMode] = &[LockMode::Unreliable];

/// Failures that happen in one exploration, the processes, their calls, the kinds of platform, the locks.
type Bounds = (Left, &'static [u8], u8, &'static [Kind], &'static [LockMode]);

const SMALL: &[Bounds] = {
    use Kind::*;
    &[
        (NONE, TWO, 1, &[Static, Grace], ANY_LOCK),
        (NONE, TWO, 2, &[Proof, Strict], ANY_LOCK),
        (NONE, THREE, 1, &[Strict], ANY_LOCK),
        (STORE, TWO, 1, &[Proof, Strict], ANY_LOCK),
        (NETWORK, TWO, 1, &[Static], NO_LOCK),
        (NETWORK, TWO, 1, &[Proof, Strict], ANY_LOCK),
        (CRASH, TWO, 1, &[Grace], ANY_LOCK),
        (CRASH, APART, 1, &[Grace], NO_LOCK),
        (CRASH_AND_STORE, TWO, 1, &[Grace], NO_LOCK),
        (CRASH_AND_NETWORK, TWO, 1, &[Strict], ANY_LOCK),
        (THREE_FAILURES, TWO, 1, &[Strict], ANY_LOCK),
        (THREE_FAILURES, APART, 1, &[Strict], NO_LOCK),
        (REPLACEMENT, TWO, 1, &[Strict], ANY_LOCK),
        (REBOOT, APART, 2, &[Strict], NO_LOCK),
        (CLOCK_STEP, APART, 1, &[Proof], NO_LOCK),
    ]
};

const LARGE: &[Bounds] = {
    use Kind::*;
    &[
        (THREE_FAILURES, TWO, 1, &[Static], NO_LOCK),
        (THREE_FAILURES, TWO, 1, &[Grace, Proof, Strict], ANY_LOCK),
        (THREE_FAILURES, TWO, 2, &[Strict], ANY_LOCK),
        (THREE_FAILURES, APART, 1, &[Grace], NO_LOCK),
        (THREE_FAILURES, APART, 1, &[Proof, Strict], ANY_LOCK),
        (REPLACEMENT_AND_STORE, TWO, 1, &[Grace], NO_LOCK),
        (REPLACEMENT_AND_STORE, TWO, 1, &[Proof, Strict], ANY_LOCK),
        (CLOCK_STEP_AND_NETWORK, APART, 1, &[Grace, Proof, Strict], ANY_LOCK),
        (REBOOT, APART, 2, &[Grace, Proof, Strict], NO_LOCK),
        (CRASH, THREE_APART, 1, &[Proof, Strict], NO_LOCK),
        (NETWORK, THREE, 1, &[Strict], ANY_LOCK),
        (STORE, THREE, 1, &[Strict], NO_LOCK),
    ]
};

/// `APPMINT_MODEL=large` chooses larger bounds.
fn bounds() -> &'static [Bounds] {
    let is_large = std::env::var("APPMINT_MODEL").is_ok_and(|size| size == "large");
    if is_large { LARGE } else { SMALL }
}

#[test]
fn no_failure_within_the_bounds_breaks_a_promise() {
    let mut all = 0;
    for (left, machines, calls, kinds, locks) in bounds().iter().copied() {
        for (kind, lock) in kinds.iter().flat_map(|kind| locks.iter().map(|lock| (*kind, *lock))) {
            let setup = Setup { kind, lock, machines, calls, left, fault: None };
            let explored = explore(&setup);
            println!("{} states: {setup:?}", explored.states);
            all += explored.states;
            let found = explored.found.map(|found| found.describe(&setup));
            assert!(found.is_none(), "{setup:?}\n{}", found.unwrap_or_default());
        }
    }
    println!("{all} states in all");
}

/// A fault, the promise that it breaks, and where.
type Case = (Fault, Violation, Kind, LockMode, &'static [u8], u8, Left);

const FAULTS: [Case; 21] = {
    use Fault::*;
    use Kind::*;
    use LockMode::*;
    use Violation::*;
    [
        (ConnectTimeoutIsLost, Lost, Strict, Lease, TWO, 1, NETWORK),
        (ForgetsUnsent, Lost, Strict, Lease, TWO, 1, STORE),
        (AnswerIsLost, Lost, Strict, Lease, TWO, 2, NONE),
        (CutAtDeadline, Lost, Strict, Lease, TWO, 2, NONE),
        (EarlyProof, SentTwice, Proof, Lease, TWO, 1, NETWORK),
        (GatewayIsRefusal, SentTwice, Strict, Lease, TWO, 1, NETWORK),
        (SendsLate, SentTwice, Proof, Lease, TWO, 1, NETWORK),
        (SavesBlindly, Overwritten, Strict, Lease, TWO, 1, REPLACEMENT),
        (HandsOutUnsaved, HandedOutUnwritten, Strict, Lease, TWO, 2, NONE),
        (MissedSaveCounts, HandedOutUnwritten, Strict, Lease, TWO, 2, NONE),
        (GraceFromLast, SentTwice, Grace, Unreliable, TWO, 1, CRASH),
        (AgeByWallClock, SentTwice, Proof, Unreliable, APART, 1, CLOCK_STEP),
        (LostSaveIsReplaced, FalseReplacement, Strict, Lease, TWO, 1, STORE),
        (NoSecondLook, Overwritten, Strict, Lease, TWO, 2, NONE),
        (ReportsUnwrittenEnd, FalseEnd, Strict, Lease, TWO, 2, NONE),
        (LeavesMissedNote, Lost, Strict, Lease, TWO, 1, CRASH_AND_NETWORK),
        (ForgetsFirstSending, SentTwice, Grace, Unreliable, TWO, 1, CRASH_AND_STORE),
        (ThrowsAnswerAway, ThrownAway, Grace, Unreliable, TWO, 1, CRASH),
        (ResendsTooLate, SentTwice, Grace, Unreliable, TWO, 1, CRASH),
        (ResendsUntilGraceEnds, SentTwice, Grace, Unreliable, TWO, 1, CRASH),
        (ForgetsOtherLooks, WaitsForEver, Strict, Unreliable, APART, 2, REBOOT),
    ]
};

#[test]
fn each_fault_of_a_driver_breaks_its_promise() {
    for (fault, violation, kind, lock, machines, calls, left) in FAULTS {
        let is_explored = |bounds: &Bounds| {
            (bounds.0, bounds.1, bounds.2) == (left, machines, calls)
                && bounds.3.contains(&kind)
                && bounds.4.contains(&lock)
        };
        assert!(SMALL.iter().any(is_explored), "{fault:?}: explored without the fault");
        let faulty = Setup { kind, lock, machines, calls, left, fault: Some(fault) };
        let explored = explore(&faulty);
        println!("{} states: {fault:?}", explored.states);
        let found = explored.found.map(|found| found.violation);
        assert_eq!(found, Some(violation), "{fault:?}");
    }
}
