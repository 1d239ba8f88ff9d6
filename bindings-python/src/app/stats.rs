//! Counters of an app.

use pyo3::prelude::*;

/// How often things happened since the app was made.
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct Stats(pub(crate) appmint_core::Stats);

#[pymethods]
impl Stats {
    /// Tokens minted because somebody waited.
    #[getter]
    fn minted(&self) -> u64 {
        self.0.minted
    }

    /// Tokens minted ahead of time.
    #[getter]
    fn renewed(&self) -> u64 {
        self.0.renewed
    }

    /// Mintings that failed.
    #[getter]
    fn failed(&self) -> u64 {
        self.0.failed
    }

    /// Live tokens handed out beyond their margin because no new one came.
    #[getter]
    fn served_stale(&self) -> u64 {
        self.0.served_stale
    }

    /// Requests sent again.
    #[getter]
    fn retried(&self) -> u64 {
        self.0.retried
    }

    /// Callers who joined a minting that was on its way.
    #[getter]
    fn joined(&self) -> u64 {
        self.0.joined
    }

    /// Tokens that the platform refused before their time.
    #[getter]
    fn refused(&self) -> u64 {
        self.0.refused
    }

    /// Tokens taken from the store.
    #[getter(from_store)]
    fn taken_from_store(&self) -> u64 {
        self.0.from_store
    }

    /// What the store did not do.
    #[getter]
    fn store_failed(&self) -> u64 {
        self.0.store_failed
    }

    /// Keys (an installation and a scope) that have a place in memory.
    #[getter]
    fn sources(&self) -> u64 {
        self.0.sources
    }

    fn __repr__(&self) -> String {
        let appmint_core::Stats { minted, renewed, failed, sources, .. } = self.0;
        format!(
            "<appmint.Stats {minted} minted, {renewed} renewed, {failed} failed, {sources} sources>"
        )
    }
}
