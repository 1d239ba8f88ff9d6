//! Locks, threads, time and random bytes: those of the standard library and of the operating system, or
//! those of a simulation.
//!
//! Everything concurrent in the core takes them from here, so that a test can decide which thread runs
//! when. The feature `simulation` puts the scheduler's ([`super::simulated`]) in their stead; it is in no
//! library that ships.

#[cfg(not(feature = "simulation"))]
pub(crate) use self::real::*;
#[cfg(feature = "simulation")]
pub(crate) use self::scheduled::*;

#[cfg(not(feature = "simulation"))]
mod real {
    use std::time::Instant;
    pub(crate) use std::{
        sync::{Condvar, Mutex, MutexGuard},
        thread,
    };

    pub(crate) use arc_swap::ArcSwapOption;
    use aws_lc_rs::error::Unspecified;

    /// Fills a buffer with random bytes of the operating system.
    ///
    /// Not of aws-lc, whose generator has locks that a fork beside another thread leaves locked in the
    /// child.
    pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), Unspecified> {
        getrandom::fill(bytes).map_err(|_| Unspecified)
    }

    /// The current time of the clock that deadlines and leases are measured by.
    #[inline]
    pub(crate) fn now() -> Instant {
        Instant::now()
    }
}

#[cfg(feature = "simulation")]
mod scheduled {
    pub(crate) use super::super::simulated::{
        Condvar, Mutex, MutexGuard, Swapped as ArcSwapOption, fill_random, now,
    };

    pub(crate) mod thread {
        pub(crate) use super::super::super::simulated::{Builder, sleep};
    }
}
