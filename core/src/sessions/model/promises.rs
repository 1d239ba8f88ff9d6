//! The promises of docs/rotation.md, as far as one step can break them.

use super::{
    super::rotation::Finish,
    setup::Kind,
    transition::Transition,
    world::{Intent, Tokens},
};
use crate::error::Reason;

/// A broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Violation {
    /// A spent refresh token was carried out outside of its grace period.
    SentTwice,
    /// Tokens were handed out that the store does not hold.
    HandedOutUnwritten,
    /// Tokens that have expired were handed out as new ones.
    HandedOutExpired,
    /// A session ended that a client could have kept.
    Lost,
    /// A call reported the end of a session whose record goes on.
    FalseEnd,
    /// The newest tokens of a session were thrown away.
    ThrownAway,
    /// A record was replaced by an older one.
    Overwritten,
    /// A call without failures got neither a token nor the reason why there is none.
    NoReason,
    /// A call said that the session was replaced, although the record holds this call's tokens.
    FalseReplacement,
    /// A refresh goes on for ever although nothing fails.
    WaitsForEver,
    /// A refresh waits longer than promised although nothing fails.
    WaitsTooLong,
}

impl Transition<'_> {
    /// A refresh ends the session, or tries to.
    pub(super) fn check_end(&mut self, process: usize, ended: Option<Reason>, intent: &Intent) {
        let tokens = self.run(process).record.map(|record| record.tokens);
        let may_end = match self.setup.kind {
            _ if ended != Some(Reason::RotationInterrupted) => true,
            Kind::Static => false,
            Kind::Grace => self.is_grace_over(process, intent),
            Kind::Proof => tokens.is_some_and(|tokens| !self.works(tokens)),
            Kind::Strict => true, // a living process may bring it back: `probe` asks it
        };
        if !may_end {
            self.violate(Violation::Lost);
        }
    }

    /// For another machine's intent the wall clocks tell, which the driver takes to differ by a tick in
    /// one direction and which may differ by one in the other.
    fn is_grace_over(&self, process: usize, intent: &Intent) -> bool {
        let is_own = intent.first.clock == self.world.machine_of(process).clock;
        let difference = if is_own { 0 } else { 2 };
        intent.first.age + difference >= self.setup.judged_grace()
    }

    pub(super) fn check_finish(&mut self, process: usize, finish: Finish) {
        let (tokens, stored) = (self.run(process).tokens, self.world.stored());
        let has_ended = self.world.record.is_some_and(|record| record.ended.is_some());
        match (finish, tokens) {
            (Finish::NewToken, Some(tokens)) => self.check_new(tokens, stored),
            (Finish::Replaced, Some(_)) if stored == tokens => {
                self.violate(Violation::FalseReplacement);
            }
            (Finish::Ended { .. }, _) if !has_ended => self.violate(Violation::FalseEnd),
            _ => {}
        }
    }

    fn check_new(&mut self, tokens: Tokens, stored: Option<Tokens>) {
        if stored.is_some_and(|stored| stored < tokens) {
            self.violate(Violation::HandedOutUnwritten);
        }
        if !self.is_alive(tokens) {
            self.violate(Violation::HandedOutExpired);
        }
    }

    /// Tokens that the store did not take are forgotten.
    pub(super) fn check_thrown_away(&mut self, tokens: Tokens) {
        let is_older = |stored: Tokens| stored.family == tokens.family && stored < tokens;
        let is_only = self.world.stored().is_some_and(is_older) && self.world.is_newest(tokens);
        if is_only && self.setup.kind != Kind::Static {
            self.violate(Violation::ThrownAway);
        }
    }

    /// A process's request has no outcome that proves anything: a strict session may end.
    pub(super) fn excuse_loss_of(&mut self, process: usize) {
        let read = self.run(process).record.map(|record| record.tokens);
        let is_strict = self.setup.kind == Kind::Strict;
        self.world.is_excused |= is_strict && read >= self.world.stored();
    }

    /// A process dies that knew the outcome of the intent in the store, or would have.
    pub(super) fn excuse_death_of(&mut self, process: usize) {
        let of = &self.world.processes[process];
        let own = of.run.as_ref().and_then(|run| run.intent).map(|intent| intent.id);
        let kept = of.unsaved.map(|unsaved| unsaved.intent);
        // Without a failure of the store an intent that was not sent does not stay there.
        let has_failed = self.world.left.store < self.setup.left.store;
        let is_known =
            |id| own == Some(id) || kept == Some(id) || (has_failed && of.unsent(id).is_some());
        let written = self.world.record.iter().chain(&self.world.late);
        let is_excused = written.filter_map(|it| it.intent).any(|intent| is_known(intent.id));
        self.world.is_excused |= is_excused && self.setup.kind == Kind::Strict;
    }
}
