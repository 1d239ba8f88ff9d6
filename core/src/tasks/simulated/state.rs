//! The threads of a simulation, and the decisions about them.

use std::{panic::Location, sync::Arc, time::Duration};

use super::{
    plan::Plan,
    random::Random,
    report::{Failure, Summary, Trace},
    scheduler::Turn,
};

pub(super) struct State {
    pub(super) plan: Plan,
    pub(super) random: Random,
    pub(super) now: Duration,
    pub(super) threads: Vec<Thread>,
    groups: Vec<Group>,
    pub(super) stalls: Vec<Stall>,
    pub(super) trace: Trace,
    points: u64,
    pub(super) result: Option<Result<Summary, Failure>>,
}

pub(super) struct Thread {
    pub(super) name: String,
    pub(super) group: usize,
    pub(super) state: ThreadState,
    /// The operation that it waits in, or was about to do when another thread was picked.
    pub(super) operation: &'static str,
    pub(super) place: &'static Location<'static>,
    stalled_until: Duration,
    pub(super) has_timed_out: bool,
    priority: u64,
    pub(super) turn: Arc<Turn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ThreadState {
    Ready,
    /// It waits for the lock, condition or thread at an address, for a moment, or for both.
    Waiting {
        on: Option<usize>,
        until: Option<Duration>,
    },
    Finished,
}

/// The threads of one simulated process.
#[derive(Clone, Copy, Default)]
struct Group {
    stalled_until: Duration,
    is_stopped: bool,
}

/// A time for which threads did not run although they could: all of them, those of one process, or one.
pub(super) struct Stall {
    group: Option<usize>,
    until: Duration,
    length: Duration,
}

impl State {
    pub(super) fn new(seed: u64, plan: Plan) -> Self {
        Self {
            plan,
            random: Random::new(seed),
            now: Duration::ZERO,
            threads: Vec::new(),
            groups: Vec::new(),
            stalls: Vec::new(),
            trace: Trace::default(),
            points: 0,
            result: None,
        }
    }

    pub(super) fn add(
        &mut self,
        name: String,
        group: usize,
        turn: Arc<Turn>,
        place: &'static Location<'static>,
    ) -> usize {
        if self.groups.len() <= group {
            self.groups.resize(group + 1, Group::default());
        }
        let priority = self.random.bits();
        self.threads.push(Thread {
            name,
            group,
            state: ThreadState::Ready,
            operation: "start",
            place,
            stalled_until: Duration::ZERO,
            has_timed_out: false,
            priority,
            turn,
        });
        self.threads.len() - 1
    }

    /// Wakes threads that wait at an address: all, or some that chance selects.
    pub(super) fn wake(&mut self, address: usize, count: usize) {
        for _ in 0..count {
            let waits = |thread: &Thread| matches!(thread.state, ThreadState::Waiting { on: Some(on), .. } if on == address);
            let waiting: Vec<_> =
                (0..self.threads.len()).filter(|it| waits(&self.threads[*it])).collect();
            if waiting.is_empty() {
                return;
            }
            let woken = if count == 1 { self.random.one_of(&waiting) } else { waiting[0] };
            self.threads[woken].state = ThreadState::Ready;
        }
    }

    /// The names of the threads that have not finished, beside this one.
    pub(super) fn unfinished(&self, me: usize) -> Vec<String> {
        let others = self.threads.iter().enumerate().filter(|(number, _)| *number != me);
        let left = others.filter(|(_, thread)| thread.state != ThreadState::Finished);
        left.map(|(_, thread)| thread.name.clone()).collect()
    }

    /// Stops the threads of a group, or lets them go on.
    pub(super) fn set_stopped(&mut self, group: usize, is_stopped: bool) {
        self.groups[group].is_stopped = is_stopped;
    }

    /// Lets a group's threads do nothing for a while.
    pub(super) fn stall_group(&mut self, group: usize, length: Duration) {
        let until = self.now + length;
        self.groups[group].stalled_until = until;
        self.trace.note(self.now, format!("process {group} is stopped for {length:?}"));
        self.stalls.push(Stall { group: Some(group), until, length });
    }

    /// The lengths of all stalls of a group that ended at this moment or later.
    pub(super) fn stalled_since(&self, group: usize, from: Duration) -> Duration {
        let counts = |stall: &&Stall| {
            stall.until >= from && stall.group.is_none_or(|stalled| stalled == group)
        };
        self.stalls.iter().filter(counts).map(|stall| stall.length).sum()
    }

    pub(super) fn note_operation(
        &mut self,
        me: usize,
        operation: &'static str,
        place: &'static Location<'static>,
    ) {
        self.points += 1;
        let thread = &mut self.threads[me];
        (thread.operation, thread.place) = (operation, place);
        self.trace.operation(self.now, me, operation, place);
    }

    pub(super) fn perhaps_stall(&mut self, me: usize) {
        let group = self.threads[me].group;
        let Some(length) = self.plan.stall(&mut self.random).filter(|_| group > 0) else { return };
        if self.random.percent(50) {
            return self.stall_group(group, length);
        }
        let until = self.now + length;
        self.threads[me].stalled_until = until;
        let name = &self.threads[me].name;
        self.trace.note(self.now, format!("{name} is left aside for {length:?}"));
        self.stalls.push(Stall { group: Some(group), until, length });
    }

    /// The thread that runs now; `None` at the end.
    pub(super) fn pick(&mut self, me: Option<usize>) -> Option<usize> {
        if self.points > MAX_POINTS {
            self.end(format!("no end after {MAX_POINTS} scheduling points"));
            return None;
        }
        loop {
            let ready: Vec<_> =
                (0..self.threads.len()).filter(|it| self.can_run(&self.threads[*it])).collect();
            if !ready.is_empty() {
                let next = self.choose(me, &ready);
                self.trace.decide(next, self.now);
                return Some(next);
            }
            if !self.pass_time() {
                self.end_quietly();
                return None;
            }
        }
    }

    fn can_run(&self, thread: &Thread) -> bool {
        thread.state == ThreadState::Ready
            && !self.groups[thread.group].is_stopped
            && self.held_until(thread) <= self.now
    }

    /// Until then a thread does not run although it could.
    fn held_until(&self, thread: &Thread) -> Duration {
        thread.stalled_until.max(self.groups[thread.group].stalled_until)
    }

    fn choose(&mut self, me: Option<usize>, ready: &[usize]) -> usize {
        if let Some(me) = me.filter(|me| ready.contains(me))
            && self.plan.goes_on(&mut self.random)
        {
            return me;
        }
        if !self.plan.by_priority {
            return self.random.one_of(ready);
        }
        if let Some(me) = me.filter(|_| self.plan.changes_priority(&mut self.random)) {
            self.threads[me].priority = self.random.bits() >> 32;
        }
        ready.iter().copied().max_by_key(|it| self.threads[*it].priority).unwrap_or(ready[0])
    }

    /// Advances to the next moment for which a thread waits; whether there is one.
    fn pass_time(&mut self) -> bool {
        let running = self.threads.iter().filter(|it| !self.groups[it.group].is_stopped);
        let next = running.filter_map(|thread| match thread.state {
            ThreadState::Ready => Some(self.held_until(thread)),
            ThreadState::Waiting { until, .. } => until,
            ThreadState::Finished => None,
        });
        let Some(next) = next.min() else { return false };
        let late = self.plan.late(&mut self.random);
        self.now = self.now.max(next) + late;
        if !late.is_zero() {
            self.stalls.push(Stall { group: None, until: self.now, length: late });
        }
        for thread in &mut self.threads {
            if let ThreadState::Waiting { until: Some(until), .. } = thread.state
                && until <= self.now
            {
                (thread.state, thread.has_timed_out) = (ThreadState::Ready, true);
            }
        }
        true
    }

    /// Nothing can happen any more: all threads have finished, or they wait for each other.
    fn end_quietly(&mut self) {
        let is_left = |thread: &&Thread| thread.state != ThreadState::Finished;
        if self.threads.iter().any(|thread| is_left(&thread)) {
            return self.end("no thread can go on, and none waits for a moment".to_owned());
        }
        self.result = Some(Ok(Summary {
            interleaving: self.trace.hash(),
            points: self.points,
            time: self.now,
        }));
    }

    pub(super) fn end(&mut self, message: String) {
        if self.result.is_none() {
            self.result = Some(Err(Failure::new(message, self)));
        }
    }
}

const MAX_POINTS: u64 = 200_000;
