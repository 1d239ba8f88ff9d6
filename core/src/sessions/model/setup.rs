//! The bounds of one exploration: the platform, the machines, and how much may go wrong.

use std::time::Duration;

use super::{
    super::rotation::Rules,
    faults::Fault,
    world::{Left, Ticks},
};

/// A kind of platform, by what a second use of a refresh token does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Refresh tokens do not rotate.
    Static,
    /// A spent refresh token brings the same answer for a while.
    Grace,
    /// A refresh ends the old access token, and the platform can be asked about it.
    Proof,
    /// None of these.
    Strict,
}

/// The promise that the lock of the store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum LockMode {
    /// It has one holder, until its lease ends.
    Lease,
    /// Anybody may get it at any time: the clock of the store is set, or the store forgets.
    Unreliable,
}

/// The bounds of one exploration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) kind: Kind,
    pub(super) lock: LockMode,
    /// The machine of each process.
    pub(super) machines: &'static [u8],
    /// How often each process is called.
    pub(super) calls: u8,
    /// How often the parts fail.
    pub(super) left: Left,
    pub(super) fault: Option<Fault>,
}

impl Setup {
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(super) fn rules(&self) -> Rules {
        Rules {
            rotates: self.kind != Kind::Static,
            grace: TICK * u32::from(self.judged_grace()),
            old_token_is_proof: self.kind == Kind::Proof,
            retries: true,
        }
    }

    /// The grace period of the platform.
    pub(super) fn grace(&self) -> Ticks {
        if self.kind == Kind::Grace { GRACE } else { 0 }
    }

    /// The grace period as the driver counts it: a request that is sent again must arrive within.
    pub(super) fn judged_grace(&self) -> Ticks {
        let is_whole = self.has(Fault::ResendsUntilGraceEnds) || self.has(Fault::ResendsTooLate);
        self.grace().saturating_sub(if is_whole { 0 } else { ON_THE_WAY })
    }

    /// The age at which an access token expires. Where it is a proof, it outlives a doubt.
    pub(super) fn life(&self) -> Ticks {
        if self.kind == Kind::Proof { FRESH + 4 } else { FRESH + 1 }
    }

    pub(super) fn machine_count(&self) -> u8 {
        self.machines.iter().max().map_or(0, |last| last + 1)
    }

    /// The ticks that a wall clock is set ahead. The grace period of another machine's intent needs clocks
    /// that agree within a tick; nothing else may depend on a wall clock.
    pub(super) fn walls(&self) -> [i8; 2] {
        let is_bounded = self.kind == Kind::Grace && self.machine_count() > 1;
        if is_bounded { [0, 1] } else { [-100, 100] }
    }

    /// The longest wait for a process that died.
    pub(super) fn longest_wait(&self) -> u32 {
        let (lease, window) = (u32::from(LEASE), u32::from(WINDOW));
        match self.kind {
            Kind::Static => lease,
            // The age of another machine's intent counts from when it is first seen, under the lock.
            _ if self.left.reboots > 0 || self.machine_count() > 1 => lease + window,
            _ => window.max(lease),
        }
    }
}

impl LockMode {
    pub(super) fn is_kept(self) -> bool {
        self == Self::Lease
    }
}

/// So much time is one tick: the driver takes wall clocks to agree within it.
pub(super) const TICK: Duration = Duration::from_secs(60);
/// A caller wants a token that is younger.
pub(super) const FRESH: Ticks = 2;
pub(super) const LEASE: Ticks = 1;
/// From the dating of an intent until its request must be sent.
pub(super) const SEND_WITHIN: Ticks = 1;
/// A request that was sent may be carried out for so long.
pub(super) const ON_THE_WAY: Ticks = 1;
/// So long after an intent was dated its request may arrive.
pub(super) const WINDOW: Ticks = SEND_WITHIN + ON_THE_WAY;
/// Longer than a machine takes that first sees an intent and then waits.
const GRACE: Ticks = 3;
