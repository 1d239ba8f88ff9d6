//! Counts of an app's work.

use std::mem::MaybeUninit;

use appmint_core::Stats;

use crate::{
    access::{free, read},
    app::{app_of, appmint_app},
    call::new_object,
    errors::{appmint_error, appmint_status},
};

/// Counts of an app's work since it was made: a snapshot. Each count is a function, so that further
/// counts do not break programs that were built before.
pub struct appmint_stats {
    core: Stats,
}

impl From<Stats> for appmint_stats {
    fn from(core: Stats) -> Self {
        Self { core }
    }
}

/// The counts of an app's work. No network I/O.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_stats(
    app: Option<&appmint_app>,
    stats: Option<&mut MaybeUninit<*mut appmint_stats>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("stats", stats, error, || Ok(app_of(app)?.stats()))
}

/// Tokens minted while a caller waited.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_minted(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.minted)
}

/// Tokens minted ahead of their predecessor's expiry.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_renewed(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.renewed)
}

/// Attempts to mint that failed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_failed(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.failed)
}

/// Valid tokens returned inside their renewal margin because minting failed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_served_stale(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.served_stale)
}

/// Requests that were sent again.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_retried(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.retried)
}

/// Callers that shared a running attempt to mint.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_joined(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.joined)
}

/// Tokens that the platform refused before their expiry.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_refused(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.refused)
}

/// Tokens read from the store.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_from_store(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.from_store)
}

/// Calls of the store that failed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_store_failed(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.store_failed)
}

/// Cache entries in memory: one for each installation and scope, session, and the app.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_sources(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.sources)
}

/// Frees a snapshot.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_free(stats: Option<Box<appmint_stats>>) {
    free(stats);
}
