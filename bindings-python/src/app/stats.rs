//! Counters of an app.

use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::values;

/// Counters of an app since it was made: a snapshot.
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct Stats(pub(crate) appmint_core::Stats);

#[pymethods]
impl Stats {
    /// Tokens that were minted while a caller waited.
    #[getter]
    fn minted(&self) -> u64 {
        self.0.minted
    }

    /// Tokens that were minted before their predecessor expired.
    #[getter]
    fn renewed(&self) -> u64 {
        self.0.renewed
    }

    /// Attempts to mint a token that failed.
    #[getter]
    fn failed(&self) -> u64 {
        self.0.failed
    }

    /// Tokens that were returned although they live for less than was asked for: no new one could
    /// be minted, or new ones live no longer.
    #[getter]
    fn served_stale(&self) -> u64 {
        self.0.served_stale
    }

    /// Requests that were sent again.
    #[getter]
    fn retried(&self) -> u64 {
        self.0.retried
    }

    /// Callers that waited for a token that was being minted already.
    #[getter]
    fn joined(&self) -> u64 {
        self.0.joined
    }

    /// Tokens that the platform refused before they expired.
    #[getter]
    fn refused(&self) -> u64 {
        self.0.refused
    }

    /// Tokens that were read from the store.
    #[getter(from_store)]
    fn taken_from_store(&self) -> u64 {
        self.0.from_store
    }

    /// Calls of the store that failed.
    #[getter]
    fn store_failed(&self) -> u64 {
        self.0.store_failed
    }

    /// Installations with a scope, and sessions, that have a place in memory.
    #[getter]
    fn sources(&self) -> u64 {
        self.0.sources
    }

    /// Returns the attributes by name.
    ///
    /// Returns:
    ///     A new dict. Values are the attributes' own.
    fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        values::as_dict(slf.as_any())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        values::reduced(py, "Stats", &self.0)
    }

    fn __repr__(&self) -> String {
        let appmint_core::Stats { minted, renewed, failed, sources, .. } = self.0;
        format!(
            "<appmint.Stats {minted} minted, {renewed} renewed, {failed} failed, {sources} sources>"
        )
    }
}
