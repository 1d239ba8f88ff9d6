//! The state of everything: processes, store, network, platform, clocks.

use super::{
    super::rotation::{Action, Outcome, State},
    setup::{FRESH, LEASE, ON_THE_WAY, Setup, WINDOW},
};
use crate::error::Reason;

pub(super) type Ticks = u8;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) record: Option<Record>,
    /// Writes that failed for their process and may still be applied, unless another one is before.
    pub(super) late: Vec<Record>,
    pub(super) lock: Option<Lease>,
    pub(super) requests: Vec<Request>,
    pub(super) families: Vec<Family>,
    pub(super) machines: Vec<Machine>,
    pub(super) processes: Vec<Process>,
    pub(super) left: Left,
    /// Since the record's tokens were issued something happened after which a strict session may end: an
    /// answer was lost, or a process died that knew the outcome.
    pub(super) is_excused: bool,
}

/// A moment as one machine dated it. `wall` is what that machine's wall clock was set to then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Moment {
    pub(super) clock: u8,
    pub(super) age: Ticks,
    pub(super) wall: i8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Intent {
    pub(super) id: u8,
    pub(super) first: Moment,
    pub(super) last: Moment,
    /// When other machines first saw the intent.
    pub(super) seen: [Option<Moment>; 2],
}

/// The tokens of one answer. A family is what came from one login; later ones are larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tokens {
    pub(super) family: u8,
    pub(super) generation: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Record {
    pub(super) tokens: Tokens,
    pub(super) intent: Option<Intent>,
    pub(super) ended: Option<Reason>,
}

/// The clock of a machine since its start, and what its wall clock is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Machine {
    pub(super) clock: u8,
    pub(super) wall: i8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Process {
    pub(super) machine: u8,
    pub(super) calls: u8,
    pub(super) run: Option<Run>,
    pub(super) unsaved: Option<Unsaved>,
    pub(super) unsent: Vec<Unsent>,
}

/// Tokens that the store has yet to take, the tokens that were sent for them, and their intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Unsaved {
    pub(super) tokens: Tokens,
    pub(super) sent: Tokens,
    pub(super) intent: u8,
}

/// An intent that never led to a request, and the one whose place it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Unsent {
    pub(super) id: u8,
    pub(super) earlier: Option<Intent>,
}

/// One refresh.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Run {
    pub(super) state: State,
    pub(super) action: Action,
    /// The record that was read, or written, last, without an intent that was not sent.
    pub(super) record: Option<Record>,
    /// Whether the store still holds what was read; `None` before the record is read.
    pub(super) is_current: Option<bool>,
    pub(super) intent: Option<Intent>,
    /// The tokens that came, or that were written last.
    pub(super) tokens: Option<Tokens>,
    /// Whether the outcome of the request is awaited.
    pub(super) is_sent: bool,
    /// The outcome of the last look. Only a faulty driver remembers it.
    pub(super) first_look: Option<Outcome>,
}

/// A request in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Request {
    /// The process that awaits the answer, if one does.
    pub(super) owner: Option<u8>,
    pub(super) tokens: Tokens,
    pub(super) age: Ticks,
    pub(super) answer: Option<Answer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    Tokens(Tokens),
    Invalid,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Family {
    pub(super) generations: Vec<Generation>,
    pub(super) is_revoked: bool,
}

/// The age of the tokens of one answer, and the time since their refresh token was first used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Generation {
    pub(super) age: Ticks,
    pub(super) used: Option<Ticks>,
}

/// A lock: its holder, unless that process died, and the rest of its lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lease {
    pub(super) holder: Option<u8>,
    pub(super) left: Ticks,
}

/// How often things may still go wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Left {
    pub(super) store: u8,
    pub(super) network: u8,
    pub(super) crashes: u8,
    pub(super) reboots: u8,
    pub(super) replacements: u8,
    pub(super) steps: u8,
}

impl World {
    pub(super) fn new(setup: &Setup) -> Self {
        let processes = setup.machines.iter().map(|machine| Process::new(*machine, setup.calls));
        Self {
            record: Some(Record::of(Tokens { family: 0, generation: 0 })),
            late: Vec::new(),
            lock: None,
            requests: Vec::new(),
            families: vec![Family::new(FRESH)],
            machines: (0..setup.machine_count()).map(|clock| Machine { clock, wall: 0 }).collect(),
            processes: processes.collect(),
            left: setup.left,
            is_excused: false,
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.processes.iter().all(|process| process.run.is_none())
    }

    pub(super) fn stored(&self) -> Option<Tokens> {
        self.record.map(|record| record.tokens)
    }

    pub(super) fn machine_of(&self, process: usize) -> Machine {
        self.machines[usize::from(self.processes[process].machine)]
    }

    pub(super) fn now_of(&self, process: usize) -> Moment {
        let Machine { clock, wall } = self.machine_of(process);
        Moment { clock, age: 0, wall }
    }

    pub(super) fn generation(&self, tokens: Tokens) -> Generation {
        self.families[usize::from(tokens.family)].generations[usize::from(tokens.generation)]
    }

    pub(super) fn is_newest(&self, tokens: Tokens) -> bool {
        let family = &self.families[usize::from(tokens.family)];
        usize::from(tokens.generation) + 1 == family.generations.len()
    }

    /// The index of the request whose outcome a process awaits.
    pub(super) fn request_of(&self, process: u8) -> Option<usize> {
        self.requests.iter().position(|request| request.owner == Some(process))
    }

    /// Writes a record: whatever was read before is not current any more, and a late write misses.
    pub(super) fn write(&mut self, record: Option<Record>) {
        if record.map(|record| record.tokens) > self.stored() {
            self.is_excused = false;
        }
        self.record = record;
        self.late.clear();
        for run in self.processes.iter_mut().filter_map(|process| process.run.as_mut()) {
            run.is_current = run.is_current.map(|_| false);
        }
    }

    /// One tick passes. A holder that is slow renews its lease; one that is stopped does not.
    pub(super) fn tick(&mut self, setup: &Setup, is_renewed: bool) {
        self.each_intent(|intent| intent.tick(setup));
        for generation in self.families.iter_mut().flat_map(|family| &mut family.generations) {
            generation.age = (generation.age + 1).min(setup.life());
            generation.used = generation.used.map(|used| (used + 1).min(setup.grace()));
        }
        for request in &mut self.requests {
            request.age = (request.age + 1).min(ON_THE_WAY + 1);
        }
        self.lock = self.lock.and_then(|lease| lease.after_tick(is_renewed));
        self.requests.retain(|request| request.owner.is_some() || request.may_arrive());
    }
}

impl Intent {
    /// One tick passes. Moments that are older than any rule asks for are equal.
    fn tick(&mut self, setup: &Setup) {
        self.first.age = (self.first.age + 1).min(setup.grace());
        self.last.age = (self.last.age + 1).min(WINDOW);
        for seen in self.seen.iter_mut().flatten() {
            seen.age = (seen.age + 1).min(WINDOW);
        }
    }
}

impl Record {
    pub(super) fn of(tokens: Tokens) -> Self {
        Self { tokens, intent: None, ended: None }
    }
}

impl Process {
    pub(super) fn new(machine: u8, calls: u8) -> Self {
        Self { machine, calls, run: None, unsaved: None, unsent: Vec::new() }
    }

    pub(super) fn unsent(&self, id: u8) -> Option<Unsent> {
        self.unsent.iter().find(|unsent| unsent.id == id).copied()
    }
}

impl Family {
    pub(super) fn new(age: Ticks) -> Self {
        Self { generations: vec![Generation { age, used: None }], is_revoked: false }
    }
}

impl Request {
    pub(super) fn may_arrive(&self) -> bool {
        self.answer.is_none() && self.age <= ON_THE_WAY
    }
}

impl Lease {
    fn after_tick(self, is_renewed: bool) -> Option<Self> {
        let left = if is_renewed && self.holder.is_some() { LEASE } else { self.left - 1 };
        (left > 0).then_some(Self { left, ..self })
    }
}
