//! When Python may be called from the core's worker threads: not while it forks, and not once the
//! interpreter ends.
//!
//! A thread that is new to Python takes a lock of the interpreter's before it has the one that a
//! fork waits for; up to Python 3.12 a child that is forked at that moment never gets it. So nobody
//! is on the threshold while a fork goes on.
//!
//! A thread that asks an ending interpreter for its lock is ended in the middle of its work, up to
//! Python 3.13 by unwinding through it
//! (<https://docs.python.org/3/c-api/init.html#cautions-regarding-runtime-finalization>). So the
//! gate is shut at exit, while those who are inside may still come out.

use std::{
    cell::Cell,
    sync::atomic::{AtomicBool, AtomicIsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use pyo3::{prelude::*, types::PyDict, wrap_pyfunction};

/// Calls Python; `None` when the interpreter is ending.
pub(crate) fn enter<T>(call: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    if IS_SHUT.load(SeqCst) {
        return None;
    }
    if IS_AT_HOME.get() {
        return Python::try_attach(call);
    }
    let _inside = Counted::on(&INSIDE);
    let coming = threshold();
    if IS_SHUT.load(SeqCst) {
        return None;
    }
    let (answer, _leaving) = Python::try_attach(|py| {
        drop(coming);
        (at_home(|| call(py)), Counted::on(&ON_THRESHOLD))
    })?;
    Some(answer)
}

/// Does something on a thread that Python knows: it need not come in, and must not wait to.
pub(crate) fn at_home<T>(work: impl FnOnce() -> T) -> T {
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            IS_AT_HOME.set(self.0);
        }
    }
    let _back = Back(IS_AT_HOME.replace(true));
    work()
}

/// Has Python say when it forks and ends.
pub(crate) fn install(py: Python<'_>) -> PyResult<()> {
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(shut, py)?,))?;
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        let hooks = PyDict::new(py);
        hooks.set_item("before", wrap_pyfunction!(before_fork, py)?)?;
        hooks.set_item("after_in_parent", wrap_pyfunction!(after_fork, py)?)?;
        hooks.set_item("after_in_child", wrap_pyfunction!(in_child, py)?)?;
        os.call_method("register_at_fork", (), Some(&hooks))?;
    }
    Ok(())
}

/// Lets nobody in any more, and those who are inside a moment to come out.
#[pyfunction]
fn shut(py: Python<'_>) {
    IS_SHUT.store(true, SeqCst);
    let end = Instant::now() + PATIENCE;
    py.detach(|| {
        while INSIDE.load(SeqCst) > 0 && Instant::now() < end {
            thread::sleep(MOMENT);
        }
    });
}

/// Waits, without Python's lock, until nobody is on the threshold.
#[pyfunction]
fn before_fork(py: Python<'_>) {
    FORKS.fetch_add(1, SeqCst);
    py.detach(|| {
        while ON_THRESHOLD.load(SeqCst) > 0 {
            thread::sleep(MOMENT);
        }
    });
}

#[pyfunction]
fn after_fork() {
    FORKS.fetch_sub(1, SeqCst);
}

/// Only the thread that forked lives on.
#[pyfunction]
fn in_child() {
    for count in [&FORKS, &ON_THRESHOLD, &INSIDE] {
        count.store(0, SeqCst);
    }
}

/// A place on the threshold, once no fork goes on.
fn threshold() -> Counted {
    loop {
        let place = Counted::on(&ON_THRESHOLD);
        if FORKS.load(SeqCst) == 0 {
            return place;
        }
        drop(place);
        thread::sleep(MOMENT);
    }
}

struct Counted(&'static AtomicIsize);

impl Counted {
    fn on(count: &'static AtomicIsize) -> Self {
        count.fetch_add(1, SeqCst);
        Self(count)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

thread_local! {
    /// Whether Python knows this thread already.
    static IS_AT_HOME: Cell<bool> = const { Cell::new(false) };
}

static IS_SHUT: AtomicBool = AtomicBool::new(false);
/// How many forks go on.
static FORKS: AtomicIsize = AtomicIsize::new(0);
/// How many threads come in or go out.
static ON_THRESHOLD: AtomicIsize = AtomicIsize::new(0);
/// How many threads are inside; below zero where what was called forked.
static INSIDE: AtomicIsize = AtomicIsize::new(0);
const PATIENCE: Duration = Duration::from_secs(1);
const MOMENT: Duration = Duration::from_micros(100);
