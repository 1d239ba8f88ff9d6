//! Whether a session goes on once nothing fails any more.

use super::{
    super::rotation::{Action, Finish},
    environment::{Event, Loss, Luck},
    promises::Violation,
    setup::{Kind, Setup},
    transition::Transition,
    world::{Run, World},
};

/// The next event if nothing fails any more and no caller comes; `None` once all refreshes are over.
pub(super) fn plan(setup: &Setup, world: &World) -> Option<Event> {
    let runs = || (0..).zip(&world.processes).filter_map(|(at, of)| Some((at, of.run.as_ref()?)));
    if let Some((process, run)) = runs().find(|(_, run)| run.action != Action::Wait) {
        return Some(progress(world, process, run));
    }
    match runs().find(|(process, run)| has_news(setup, world, *process, run)) {
        Some((process, _)) => Some(Event::Step(process, Luck::Well)),
        None => runs().next().map(|_| Event::Tick { is_renewed: true }),
    }
}

fn progress(world: &World, process: u8, run: &Run) -> Event {
    let Some(index) = world.request_of(process).filter(|_| run.is_sent) else {
        return Event::Step(process, Luck::Well);
    };
    match world.requests[index] {
        request if request.answer.is_some() => Event::Answer(process),
        request if request.may_arrive() => Event::CarryOut(u8::try_from(index).unwrap()), // few
        _ => Event::Lose(process, Loss::Connection),
    }
}

/// Whether a process that waits would do more than to wait again.
fn has_news(setup: &Setup, world: &World, process: u8, run: &Run) -> bool {
    let mut world = world.clone();
    loop {
        world = Transition::of(setup, &world, Event::Step(process, Luck::Well)).world;
        match &world.processes[usize::from(process)].run {
            Some(now) if now.action == Action::Wait => return now.state != run.state,
            Some(now) if matches!(now.action, Action::Read | Action::Lock) => {}
            _ => return true,
        }
    }
}

/// Whether every process gets a token, or the reason why there is none, if each is called once more while
/// nothing fails, in any order of who is first. Else the promise that is broken, and the way there.
pub(super) fn recovers(setup: &Setup, world: &World) -> Result<(), (Violation, Vec<Event>)> {
    let count = if world.is_idle() { world.processes.len() } else { 0 };
    for first in 0..count {
        let mut probe = Probe { setup, world: world.clone(), events: Vec::new() };
        let all = (0..count).map(|place| (first + place) % count);
        let called = all.chain([first]).try_fold(Finish::NoSession, |_, it| probe.call(it));
        let checked = called.and_then(|last| probe.check_last(last));
        checked.map_err(|violation| (violation, probe.events))?;
    }
    Ok(())
}

struct Probe<'a> {
    setup: &'a Setup,
    world: World,
    events: Vec<Event>,
}

impl Probe<'_> {
    /// Calls a process, and returns how its refresh ends.
    fn call(&mut self, process: usize) -> Result<Finish, Violation> {
        let mut next = Some(Event::Call(u8::try_from(process).unwrap())); // one of three
        let (mut ticks, mut finished) = (0, None);
        while let Some(event) = next {
            self.events.push(event);
            ticks += u32::from(matches!(event, Event::Tick { .. }));
            let transition = Transition::of(self.setup, &self.world, event);
            finished = transition.finish.or(finished);
            self.world = transition.world;
            match transition.violation {
                Some(violation) => return Err(violation),
                None if ticks > self.setup.longest_wait() => return Err(Violation::WaitsTooLong),
                None if self.events.len() > LONGEST_WAY => return Err(Violation::WaitsForEver),
                None => next = plan(self.setup, &self.world),
            }
        }
        finished.filter(|finish| has_reason(*finish)).ok_or(Violation::NoReason)
    }

    /// A session that has ended although everybody was called must be one that no client can save. Of
    /// other kinds than strict this was checked when it ended.
    fn check_last(&self, last: Finish) -> Result<(), Violation> {
        let is_lost = matches!(last, Finish::Ended { .. });
        if is_lost && self.setup.kind == Kind::Strict && !self.world.is_excused {
            return Err(Violation::Lost);
        }
        Ok(())
    }
}

fn has_reason(finish: Finish) -> bool {
    matches!(
        finish,
        Finish::NewToken | Finish::StoredToken | Finish::NoSession | Finish::Ended { .. }
    )
}

/// No refreshes take so many steps without failures.
pub(super) const LONGEST_WAY: usize = 500;
