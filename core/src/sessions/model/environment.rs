//! The events that may happen next.
//!
//! An event is left out where it makes no difference to a process that was never called, and a process
//! that is stopped is one that has no event for a while.

use super::{
    super::rotation::{Action, State},
    faults::Fault,
    setup::{ON_THE_WAY, Setup},
    world::{Process, Request, Run, World},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Call(u8),
    Step(u8, Luck),
    /// The platform carries out the request of this index.
    CarryOut(u8),
    Answer(u8),
    Lose(u8, Loss),
    /// A process dies; a new one takes its place.
    Crash(u8),
    /// The late write of this index is applied.
    ApplyLate(u8),
    Tick {
        is_renewed: bool,
    },
    /// A machine restarts, and its processes with it.
    Reboot(u8),
    /// The wall clock of a machine is set.
    SetWall(u8, i8),
    /// The session is started anew, or removed, by one of the processes or another program.
    Replace {
        by: Option<u8>,
        is_removed: bool,
    },
    /// A refresh ends with its caller's time. Only a faulty driver does that.
    Cut(u8),
}

/// How an action of a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Luck {
    Well,
    /// The store reports a failure. A write may be applied later.
    StoreFails,
    /// No connection is made.
    NoConnection,
    /// The platform does not answer the check of the old token.
    CheckFails,
    /// The caller's time, or the time for writing, is over.
    TimeUp,
}

/// How a request ends without tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// The connection is lost, or no answer comes in time.
    Connection,
    /// A gateway says 503. The request may still arrive.
    Gateway,
    /// The platform refuses, and carries nothing out.
    Refused,
}

/// Everything that may happen next.
pub(super) fn events(setup: &Setup, world: &World) -> Vec<Event> {
    let mut events = Vec::new();
    for (number, process) in (0..).zip(&world.processes) {
        of_process(setup, world, number, process, &mut events);
    }
    let arriving = (0..).zip(&world.requests).filter(|(_, request)| request.may_arrive());
    events.extend(arriving.map(|(index, _)| Event::CarryOut(index)));
    events.extend((0..).zip(&world.late).map(|(index, _)| Event::ApplyLate(index)));
    ticks(world, &mut events);
    rare(setup, world, &mut events);
    events
}

fn of_process(
    setup: &Setup,
    world: &World,
    number: u8,
    process: &Process,
    events: &mut Vec<Event>,
) {
    match &process.run {
        Some(run) if run.is_sent => of_request(setup, world, number, events),
        Some(run) => of_action(world, number, run, events),
        None if process.calls > 0 => events.push(Event::Call(number)),
        None => {}
    }
    if world.left.crashes > 0 && leaves_traces(world, number, process) {
        events.push(Event::Crash(number));
    }
}

/// Whether a process that dies differs from one that was never called.
fn leaves_traces(world: &World, number: u8, process: &Process) -> bool {
    let intends = process.run.as_ref().is_some_and(|run| run.intent.is_some());
    let has_lock = world.lock.is_some_and(|lease| lease.holder == Some(number));
    intends || has_lock || process.unsaved.is_some() || !process.unsent.is_empty()
}

fn of_action(world: &World, number: u8, run: &Run, events: &mut Vec<Event>) {
    let mut add = |luck| events.push(Event::Step(number, luck));
    add(Luck::Well);
    match run.action {
        Action::Wait if run.state == (State::Waiting { is_locked: true }) => add(Luck::TimeUp),
        Action::SaveAgain if run.is_current.is_none() => add(Luck::TimeUp),
        Action::Send if world.left.network > 0 => add(Luck::NoConnection),
        Action::CheckOldToken if world.left.network > 0 => add(Luck::CheckFails),
        _ => {}
    }
    if world.left.store > 0 && uses_store(run) {
        add(Luck::StoreFails);
    }
}

fn uses_store(run: &Run) -> bool {
    let is_early = matches!(run.state, State::Reading { is_locked: false } | State::Locking);
    !is_early && !matches!(run.action, Action::Wait | Action::CheckOldToken | Action::Send)
}

fn of_request(setup: &Setup, world: &World, number: u8, events: &mut Vec<Event>) {
    let Some(request) = world.request_of(number).map(|index| world.requests[index]) else {
        return;
    };
    if request.answer.is_some() {
        events.push(Event::Answer(number));
    }
    let is_gone = request.answer.is_none() && !request.may_arrive();
    if world.left.network > 0 || is_gone {
        events.push(Event::Lose(number, Loss::Connection));
    }
    if world.left.network > 0 {
        events.push(Event::Lose(number, Loss::Gateway));
    }
    if world.left.network > 0 && request.answer.is_none() {
        events.push(Event::Lose(number, Loss::Refused));
    }
    if setup.has(Fault::CutAtDeadline) {
        events.push(Event::Cut(number));
    }
}

fn ticks(world: &World, events: &mut Vec<Event>) {
    // Without failures that are left a request is carried out before it cannot be any more.
    let is_due = |request: &Request| {
        request.owner.is_some() && request.may_arrive() && request.age == ON_THE_WAY
    };
    if world.left.network == 0 && world.requests.iter().any(is_due) {
        return;
    }
    events.push(Event::Tick { is_renewed: true });
    if world.lock.is_some_and(|lease| lease.holder.is_some()) {
        events.push(Event::Tick { is_renewed: false });
    }
}

fn rare(setup: &Setup, world: &World, events: &mut Vec<Event>) {
    let machines = 0..setup.machine_count();
    if world.left.reboots > 0 {
        events.extend(machines.clone().map(Event::Reboot));
    }
    if world.left.steps > 0 {
        let walls = |machine| setup.walls().map(|wall| Event::SetWall(machine, wall));
        events.extend(machines.flat_map(walls));
    }
    if world.left.replacements > 0 {
        let own = (0..).zip(&world.processes).map(|(number, _)| Some(number));
        for by in own.chain([None]) {
            events.extend([false, true].map(|is_removed| Event::Replace { by, is_removed }));
        }
    }
}
