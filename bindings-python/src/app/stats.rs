//! Counters of an app.

use pyo3::prelude::*;

use crate::values::record;

/// Counters of an app since it was made: a snapshot.
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct Stats(pub(crate) appmint_core::Stats);

record! { impl Stats {
    /// Tokens that were minted while a caller waited.
    minted: u64;
    /// Tokens that were minted before their predecessor expired.
    renewed: u64;
    /// Attempts to mint a token that failed.
    failed: u64;
    /// Tokens that were returned although they live for less than was asked for: no new one
    /// could be minted, or new ones live no longer.
    served_stale: u64;
    /// Requests that were sent again.
    retried: u64;
    /// Callers that waited for a token that was being minted already.
    joined: u64;
    /// Tokens that the platform refused before they expired.
    refused: u64;
    /// Tokens that were read from the store.
    from_store: u64;
    /// Calls of the store that failed.
    store_failed: u64;
    /// Installations with a scope, and sessions, that have a place in memory.
    sources: u64;
}}

#[pymethods]
impl Stats {
    fn __repr__(&self) -> String {
        let appmint_core::Stats { minted, renewed, failed, sources, .. } = self.0;
        format!(
            "<appmint.Stats {minted} minted, {renewed} renewed, {failed} failed, {sources} sources>"
        )
    }
}
