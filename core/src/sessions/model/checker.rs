//! Visits every state that can be reached, breadth first, and keeps the way to each of them.

use std::{
    collections::{HashMap, VecDeque},
    fmt::Write as _,
};

use super::{
    environment::{Event, events},
    probe::{self, LONGEST_WAY},
    promises::Violation,
    setup::Setup,
    transition::Transition,
    world::World,
};

/// The result of an exploration.
pub(super) struct Explored {
    pub(super) states: usize,
    pub(super) found: Option<Found>,
}

/// A broken promise, and the shortest way to it.
pub(super) struct Found {
    pub(super) violation: Violation,
    way: Vec<Event>,
}

/// Explores everything within the bounds, until a promise is broken.
pub(super) fn explore(setup: &Setup) -> Explored {
    let mut checker =
        Checker { setup, numbers: HashMap::new(), nodes: Vec::new(), open: VecDeque::new() };
    let found = checker.run().or_else(|| checker.check_waits());
    Explored { states: checker.nodes.len(), found }
}

impl Found {
    /// The way as text: each event, and the states of all machines after it.
    pub(super) fn describe(&self, setup: &Setup) -> String {
        let mut world = World::new(setup);
        let mut text = format!("{:?}\n", self.violation);
        for event in &self.way {
            let transition = Transition::of(setup, &world, *event);
            world = transition.world;
            let states = world.processes.iter().map(|process| process.run.as_ref());
            let states: Vec<_> = states.map(|run| run.map(|run| run.state)).collect();
            let _ = writeln!(text, "{event:?}: {:?} {states:?}", transition.finish); // never fails
        }
        text
    }
}

struct Checker<'a> {
    setup: &'a Setup,
    numbers: HashMap<u64, u32>,
    nodes: Vec<Node>,
    open: VecDeque<(u32, World)>,
}

struct Node {
    parent: u32,
    event: Option<Event>,
    /// The state that follows if nothing fails any more, and whether a tick passes until then.
    next: Option<(u32, bool)>,
}

impl Checker<'_> {
    fn run(&mut self) -> Option<Found> {
        self.reach(World::new(self.setup), 0, None);
        while let Some((number, world)) = self.open.pop_front() {
            if let Err((violation, rest)) = self.visit(number, &world) {
                let way = [self.way_to(number), rest].concat();
                return Some(Found { violation, way });
            }
        }
        None
    }

    /// Finds the states after one; an error is a broken promise, and the events that break it.
    fn visit(&mut self, number: u32, world: &World) -> Result<(), (Violation, Vec<Event>)> {
        probe::recovers(self.setup, world)?;
        let planned = probe::plan(self.setup, world);
        for event in events(self.setup, world) {
            let transition = Transition::of(self.setup, world, event);
            if let Some(violation) = transition.violation {
                return Err((violation, vec![event]));
            }
            let reached = self.reach(transition.world, number, Some(event));
            if planned == Some(event) {
                let is_tick = matches!(event, Event::Tick { .. });
                self.nodes[index(number)].next = Some((reached, is_tick));
            }
        }
        Ok(())
    }

    /// The number of a state; a new one is visited later.
    fn reach(&mut self, world: World, parent: u32, event: Option<Event>) -> u32 {
        let new = u32::try_from(self.nodes.len()).unwrap(); // memory ends before
        let number = *self.numbers.entry(world.fingerprint(self.setup)).or_insert(new);
        if number == new {
            self.nodes.push(Node { parent, event, next: None });
            self.open.push_back((new, world));
        }
        number
    }

    fn way_to(&self, mut number: u32) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.nodes[index(number)].event {
            events.push(event);
            number = self.nodes[index(number)].parent;
        }
        events.reverse();
        events
    }

    /// Follows every state to the end of all refreshes, when nothing fails any more.
    fn check_waits(&self) -> Option<Found> {
        let mut waits = vec![None; self.nodes.len()];
        for number in 0..self.nodes.len() {
            let violation = match self.wait_from(number, &mut waits) {
                None => Violation::WaitsForEver,
                Some(wait) if wait > self.setup.longest_wait() => Violation::WaitsTooLong,
                Some(_) => continue,
            };
            let way = self.way_to(u32::try_from(number).unwrap()); // as in `reach`
            return Some(Found { violation, way });
        }
        None
    }

    /// The ticks until all refreshes are over; `None` if they never are.
    fn wait_from(&self, number: usize, waits: &mut [Option<u32>]) -> Option<u32> {
        let (mut way, mut place) = (Vec::new(), number);
        while let (None, Some((next, is_tick))) = (waits[place], self.nodes[place].next) {
            way.push((place, is_tick));
            place = index(next);
            if way.len() > LONGEST_WAY {
                return None;
            }
        }
        let mut wait = *waits[place].get_or_insert(0);
        for (place, is_tick) in way.into_iter().rev() {
            wait += u32::from(is_tick);
            waits[place] = Some(wait);
        }
        Some(wait)
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap() // no target has smaller addresses
}
