//! One event, and what comes of it.

use super::{
    super::rotation::Finish,
    environment::{Event, Loss},
    promises::Violation,
    setup::Setup,
    world::{Family, Process, Record, Tokens, World},
};

pub(super) struct Transition<'a> {
    pub(super) setup: &'a Setup,
    pub(super) world: World,
    pub(super) violation: Option<Violation>,
    /// How the refresh ended that ended with this event.
    pub(super) finish: Option<Finish>,
}

impl<'a> Transition<'a> {
    pub(super) fn of(setup: &'a Setup, world: &World, event: Event) -> Self {
        let world = world.clone();
        let mut transition = Self { setup, world, violation: None, finish: None };
        transition.apply(event);
        transition
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Call(process) => self.call(process.into()),
            Event::Step(process, luck) => self.step(process.into(), luck),
            Event::CarryOut(index) => self.carry_out(index.into()),
            Event::Answer(process) => self.answer(process),
            Event::Lose(process, loss) => self.lose(process, loss),
            Event::Crash(process) => {
                self.world.left.crashes -= 1;
                self.crash(process);
            }
            Event::ApplyLate(index) => self.write(self.world.late[usize::from(index)]),
            Event::Tick { is_renewed } => self.world.tick(self.setup, is_renewed),
            Event::Reboot(machine) => self.reboot(machine),
            Event::SetWall(machine, wall) => {
                self.world.left.steps -= 1;
                self.world.machines[usize::from(machine)].wall = wall;
            }
            Event::Replace { by, is_removed } => self.replace(by, is_removed),
            Event::Cut(process) => {
                self.drop_request(process);
                self.forget_run(process.into());
            }
        }
    }

    pub(super) fn violate(&mut self, violation: Violation) {
        self.violation.get_or_insert(violation);
    }

    /// Writes a record as a process does: the tokens never become older ones.
    pub(super) fn write(&mut self, record: Record) {
        if Some(record.tokens) < self.world.stored() {
            self.violate(Violation::Overwritten);
        }
        self.world.write(Some(record));
    }

    fn answer(&mut self, process: u8) {
        let index = self.world.request_of(process);
        let answer = index.and_then(|index| self.world.requests.remove(index).answer);
        self.take_answer(process.into(), answer.unwrap()); // the event is listed with an answer only
    }

    fn lose(&mut self, process: u8, loss: Loss) {
        self.world.left.network = self.world.left.network.saturating_sub(1);
        if loss == Loss::Refused {
            self.world.requests.retain(|request| request.owner != Some(process));
        }
        self.drop_request(process);
        self.lose_answer(process.into(), loss);
    }

    /// Nobody awaits a process's request any more. It may still be carried out.
    fn drop_request(&mut self, process: u8) {
        for request in &mut self.world.requests {
            request.owner = request.owner.filter(|owner| *owner != process);
        }
        self.world.requests.retain(|request| request.owner.is_some() || request.may_arrive());
    }

    fn crash(&mut self, process: u8) {
        let index = usize::from(process);
        self.excuse_death_of(index);
        self.drop_request(process);
        let Process { machine, calls, .. } = self.world.processes[index];
        self.world.processes[index] = Process::new(machine, calls);
        if let Some(lease) = &mut self.world.lock {
            lease.holder = lease.holder.filter(|holder| *holder != process);
        }
    }

    fn reboot(&mut self, machine: u8) {
        self.world.left.reboots -= 1;
        for process in 0..self.world.processes.len() {
            if self.world.processes[process].machine == machine {
                self.crash(u8::try_from(process).unwrap()); // one of three
            }
        }
        let newest = self.world.machines.iter().map(|machine| machine.clock).max();
        self.world.machines[usize::from(machine)].clock = newest.map_or(0, |newest| newest + 1);
    }

    fn replace(&mut self, by: Option<u8>, is_removed: bool) {
        self.world.left.replacements -= 1;
        if let Some(process) = by {
            let process = &mut self.world.processes[usize::from(process)];
            (process.unsaved, process.unsent) = (None, Vec::new());
        }
        let family = u8::try_from(self.world.families.len()).unwrap(); // replacements are bounded
        self.world.families.push(Family::new(0));
        let tokens = Tokens { family, generation: 0 };
        self.world.write((!is_removed).then(|| Record::of(tokens)));
    }
}
