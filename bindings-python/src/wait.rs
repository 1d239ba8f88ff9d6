//! Waiting without the interpreter's lock, in slices short enough for Ctrl-C to be noticed.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use appmint_core::{Deadline, Error, ErrorKind, Flight, Result};
use pyo3::prelude::*;

use crate::{error::raise, gate::at_home};

/// What a flight brings. `KeyboardInterrupt` ends the waiting; the flight lands all the same.
pub(crate) fn land<T: Clone + Send + Sync + 'static>(
    py: Python<'_>,
    take_off: impl FnOnce() -> Flight<T>,
) -> PyResult<T> {
    land_within(py, None, take_off)
}

/// The same, with a caller who waits this long at the most.
pub(crate) fn land_within<T: Clone + Send + Sync + 'static>(
    py: Python<'_>,
    patience: Option<Duration>,
    take_off: impl FnOnce() -> Flight<T>,
) -> PyResult<T> {
    let flight = run(py, || Ok(take_off()))?;
    let end = patience.map(Deadline::after);
    let mut landed = flight.wait_for(Duration::ZERO); // from memory: the lock need not change hands
    while landed.is_none() {
        py.check_signals()?;
        let last = end.map(Deadline::remaining).filter(|left| *left < SLICE);
        landed = py.detach(|| match last {
            Some(_) => Some(flight.clone().wait_within(last)),
            None => flight.wait_for(SLICE),
        });
    }
    landed.unwrap_or_else(|| Err(panicked())).map_err(|error| raise(py, &error))
}

/// What the core answers at once.
pub(crate) fn run<T>(py: Python<'_>, call: impl FnOnce() -> Result<T>) -> PyResult<T> {
    guard(call).map_err(|error| raise(py, &error))
}

/// What the core answers after some computing, while other threads run.
pub(crate) fn compute<T: Send>(
    py: Python<'_>,
    call: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| guard(call)).map_err(|error| raise(py, &error))
}

/// A panic must not cross into Python, where it would be a `BaseException` that nobody expects.
fn guard<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| at_home(call))).unwrap_or_else(|_| Err(panicked()))
}

fn panicked() -> Error {
    Error::new(ErrorKind::Internal, "appmint panicked")
        .advise("This is a bug in appmint; please report it.")
}

const SLICE: Duration = Duration::from_millis(50);
