//! Calls of the core. Those that wait do so detached from the interpreter, in slices short enough
//! for Ctrl-C to be noticed.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use appmint_core::{Deadline, Error, ErrorKind, Result, Task};
use pyo3::prelude::*;

use crate::{errors::exception, interpreter::attached};

/// The result of a task. `KeyboardInterrupt` ends the waiting; the task completes all the same.
pub(crate) fn wait<T: Clone + Send + Sync + 'static>(
    py: Python<'_>,
    start: impl FnOnce() -> Task<T>,
) -> PyResult<T> {
    wait_within(py, None, start)
}

/// The result of a task, for a caller that waits no longer than a timeout.
pub(crate) fn wait_within<T: Clone + Send + Sync + 'static>(
    py: Python<'_>,
    timeout: Option<Duration>,
    start: impl FnOnce() -> Task<T>,
) -> PyResult<T> {
    let task = call(py, || Ok(start()))?;
    let deadline = timeout.map(Deadline::after);
    let mut result = task.wait_for(Duration::ZERO); // from memory: no need to detach
    while result.is_none() {
        py.check_signals()?;
        let last = deadline.map(Deadline::remaining).filter(|left| *left < SLICE);
        // A time that has run out is not a timeout of zero.
        let last =
            last.map(|left| left.max(timeout.unwrap_or_default().min(Duration::from_nanos(1))));
        result = py.detach(|| match last {
            Some(_) => Some(task.clone().wait_within(last)),
            None => task.wait_for(SLICE),
        });
    }
    result.unwrap_or_else(|| Err(panicked())).map_err(|error| exception(py, &error))
}

/// The result of a call that returns at once.
pub(crate) fn call<T>(py: Python<'_>, call: impl FnOnce() -> Result<T>) -> PyResult<T> {
    catch_panic(call).map_err(|error| exception(py, &error))
}

/// The result of a call that computes for a while, in which other threads run.
pub(crate) fn compute<T: Send>(
    py: Python<'_>,
    call: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| catch_panic(call)).map_err(|error| exception(py, &error))
}

/// A panic must not cross into Python, where it would be a `BaseException` that nobody expects.
fn catch_panic<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| attached(call))).unwrap_or_else(|_| Err(panicked()))
}

fn panicked() -> Error {
    Error::new(ErrorKind::Internal, "appmint panicked")
        .advise("This is a bug in appmint; please report it.")
}

const SLICE: Duration = Duration::from_millis(50);
