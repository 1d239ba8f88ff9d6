//! A callback that a source calls, until it is taken back.

use pyo3::prelude::*;

use crate::{arguments::Optional, callback::Callback, errors::unpicklable, wait};

/// A callback that TokenSource.on_change registered.
///
/// A with block takes it back at its end. It stays registered when this object is
/// deleted.
#[pyclass(frozen, module = "appmint")]
pub(crate) struct Subscription {
    pub(super) core: appmint_core::Subscription,
    pub(super) callback: Callback,
}

#[pymethods]
impl Subscription {
    /// Takes the callback back: it is not called any more, and is not running on another
    /// thread.
    ///
    /// Blocks while the callback runs on another thread, so do not hold a lock that the
    /// callback takes. Inside of a callback of TokenSource.on_change it does not wait,
    /// because two callbacks that take each other back would wait for ever. Nothing happens
    /// the second time.
    fn unsubscribe(&self, py: Python<'_>) -> PyResult<()> {
        wait::compute(py, || {
            self.core.unsubscribe();
            Ok(())
        })?;
        self.callback.remove(py);
        Ok(())
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: Optional<'_, '_>,
        _error: Optional<'_, '_>,
        _traceback: Optional<'_, '_>,
    ) -> PyResult<()> {
        self.unsubscribe(py)
    }

    fn __repr__(&self) -> &'static str {
        "<appmint.Subscription>"
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("Subscription"))
    }
}
