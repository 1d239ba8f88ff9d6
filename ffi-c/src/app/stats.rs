//! Counts of an app's work.

use std::mem::MaybeUninit;

use appmint_core::Stats;

use crate::{
    access::{free, read},
    app::{app_of, appmint_app},
    call::new_object,
    errors::{appmint_error, appmint_status},
};

/// Counters of an app since it was made: a snapshot. Each count is a function, so that further
/// counts do not break programs that were built before.
pub struct appmint_stats {
    core: Stats,
}

impl From<Stats> for appmint_stats {
    fn from(core: Stats) -> Self {
        Self { core }
    }
}

/// Returns the counters of the app since it was made. No network I/O. Free `*stats` with
/// appmint_stats_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_stats(
    app: Option<&appmint_app>,
    stats: Option<&mut MaybeUninit<*mut appmint_stats>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("stats", stats, error, || Ok(app_of(app)?.stats()))
}

/// Tokens that were minted while a caller waited.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_minted(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.minted)
}

/// Tokens that were minted before their predecessor expired.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_renewed(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.renewed)
}

/// Attempts to mint a token that failed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_failed(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.failed)
}

/// Tokens that were returned although they live for less than was asked for: no new one could be
/// minted, or new ones live no longer.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_served_stale(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.served_stale)
}

/// Requests that were sent again.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_retried(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.retried)
}

/// Callers that waited for a token that was being minted already.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_joined(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.joined)
}

/// Tokens that the platform refused before they expired.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_refused(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.refused)
}

/// Tokens that were read from the store.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_from_store(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.from_store)
}

/// Calls of the store that failed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_store_failed(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.store_failed)
}

/// Installations with a scope, and sessions, that have a place in memory.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_sources(stats: Option<&appmint_stats>) -> u64 {
    read(stats, 0, |stats| stats.core.sources)
}

/// Frees a snapshot.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_free(stats: Option<Box<appmint_stats>>) {
    free(stats);
}
