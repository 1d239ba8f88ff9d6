//! The report of a simulation: its decisions as one number, or a failure with the last of them.

use std::{collections::VecDeque, fmt, panic::Location, time::Duration};

use super::state::{State, Thread, ThreadState};

/// A simulation that ended well.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// A hash of the scheduler's decisions.
    pub interleaving: u64,
    /// The number of scheduling points.
    pub points: u64,
    /// The simulated time.
    pub time: Duration,
}

/// A simulation that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The promise that was broken, as a clause.
    pub message: String,
    threads: Vec<String>,
    notes: Vec<String>,
    trace: Vec<String>,
}

impl Failure {
    pub(super) fn new(message: String, state: &State) -> Self {
        let is_left = |thread: &&Thread| thread.state != ThreadState::Finished;
        let threads = state.threads.iter().filter(is_left).map(describe).collect();
        let (notes, trace) = (state.trace.notes(), state.trace.lines(&state.threads));
        Self { message, threads, notes, trace }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.message)?;
        writeln!(f, "\nthreads that have not finished:")?;
        self.threads.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        writeln!(f, "\nwhat happened:")?;
        self.notes.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        writeln!(f, "\nthe last scheduling points:")?;
        self.trace.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

fn describe(thread: &Thread) -> String {
    let waits = match thread.state {
        ThreadState::Waiting { until: Some(until), .. } => format!("waits until {}", at(until)),
        ThreadState::Waiting { until: None, .. } => "waits".to_owned(),
        _ => "can go on".to_owned(),
    };
    let Thread { name, group, operation, place, .. } = thread;
    format!("{name} of process {group} {waits}: {operation} at {place}")
}

/// The last events, and the hash of all decisions.
#[derive(Default)]
pub(super) struct Trace {
    events: VecDeque<(Duration, Event)>,
    notes: VecDeque<String>,
    hash: u64,
}

enum Event {
    Operation(usize, &'static str, &'static Location<'static>),
    Note(String),
}

impl Trace {
    pub(super) fn operation(
        &mut self,
        now: Duration,
        thread: usize,
        operation: &'static str,
        place: &'static Location<'static>,
    ) {
        push(&mut self.events, LAST_EVENTS, (now, Event::Operation(thread, operation, place)));
    }

    pub(super) fn note(&mut self, now: Duration, text: String) {
        push(&mut self.notes, LAST_NOTES, format!("{} {text}", at(now)));
        push(&mut self.events, LAST_EVENTS, (now, Event::Note(text)));
    }

    pub(super) fn decide(&mut self, thread: usize, now: Duration) {
        let time = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        // FNV-1a, by numbers instead of bytes.
        for number in [thread as u64 + 1, time] {
            self.hash = (self.hash ^ number).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
        }
    }

    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    fn notes(&self) -> Vec<String> {
        self.notes.iter().cloned().collect()
    }

    fn lines(&self, threads: &[Thread]) -> Vec<String> {
        let line = |(now, event): &(Duration, Event)| match event {
            Event::Operation(thread, operation, place) => {
                let Thread { name, group, .. } = &threads[*thread];
                format!("{} {group}/{name}#{thread}: {operation} at {place}", at(*now))
            }
            Event::Note(text) => format!("{} * {text}", at(*now)),
        };
        self.events.iter().map(line).collect()
    }
}

fn push<T>(last: &mut VecDeque<T>, count: usize, event: T) {
    if last.len() == count {
        last.pop_front();
    }
    last.push_back(event);
}

fn at(time: Duration) -> String {
    format!("{:9.3}s", time.as_secs_f64())
}

const LAST_NOTES: usize = 100;
const LAST_EVENTS: usize = 150;
