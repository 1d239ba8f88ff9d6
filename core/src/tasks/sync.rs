//! Locks, threads, time and random bytes: those of the standard library and of the operating system.
//!
//! Everything concurrent in the core takes them from here, so that there is one place where a test can
//! put others in their stead.

use std::time::Instant;
pub(crate) use std::{
    sync::{Condvar, Mutex, MutexGuard},
    thread,
};

pub(crate) use arc_swap::ArcSwapOption;
pub(crate) use aws_lc_rs::rand::fill as fill_random;

/// The current time of the clock that deadlines and leases are measured by.
#[inline]
pub(crate) fn now() -> Instant {
    Instant::now()
}
