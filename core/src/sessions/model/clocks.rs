//! The clocks of the machines, and the driver's own judgement of an intent's age by them.

use std::{sync::Arc, time::Duration};

use super::{
    super::{
        moments::IntentClock,
        rotation::{Doubt, Rules},
    },
    setup::{TICK, WINDOW},
    world::{Intent, Machine, Moment},
};
#[cfg(test)]
// like all of this room's model: the table of imports is about the code that ships
use crate::{clock::Clock, store, time::Timestamp};

/// A machine's view of an intent.
pub(super) fn doubt(intent: &Intent, machine: Machine, rules: &Rules) -> Doubt {
    clock_of(machine).doubt(&stored(intent), rules)
}

pub(super) fn may_resend(intent: &Intent, machine: Machine, rules: &Rules) -> bool {
    clock_of(machine).may_resend(&stored(intent), rules)
}

/// The age of a moment in ticks by the wall clocks alone.
pub(super) fn age_by_wall(moment: Moment, machine: Machine) -> i16 {
    i16::from(moment.age) + i16::from(machine.wall) - i16::from(moment.wall)
}

fn clock_of(machine: Machine) -> IntentClock {
    // Only a clock without an origin needs randomness, which may fail.
    IntentClock::new(Arc::new(MachineClock(machine))).unwrap()
}

fn stored(intent: &Intent) -> store::Intent {
    store::Intent {
        id: String::new(),
        first: moment(intent.first),
        last: moment(intent.last),
        may_arrive_for_ms: millis(i64::from(WINDOW)).unsigned_abs(),
        seen: intent.seen.iter().flatten().copied().map(moment).collect(),
    }
}

fn moment(moment: Moment) -> store::Moment {
    let ago = millis(i64::from(moment.age));
    store::Moment {
        clock: ORIGINS[usize::from(moment.clock)].to_owned(),
        monotonic_ms: millis(UPTIME) - ago,
        wall_ms: millis(NOW + i64::from(moment.wall)) - ago,
    }
}

/// A machine's clock at this moment.
#[derive(Debug)]
struct MachineClock(Machine);

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(millis(NOW + i64::from(self.0.wall)))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(millis(UPTIME).unsigned_abs())
    }

    fn origin(&self) -> Option<&str> {
        Some(ORIGINS[usize::from(self.0.clock)])
    }
}

fn millis(ticks: i64) -> i64 {
    ticks * i64::try_from(TICK.as_millis()).unwrap() // a minute
}

/// The clocks of three machines, and of each after a restart.
const ORIGINS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const UPTIME: i64 = 1000;
const NOW: i64 = 10_000;
