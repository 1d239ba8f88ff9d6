//! When Python may be called from the core's worker threads: not while the process forks, and not
//! once the interpreter finalizes.
//!
//! A thread that is new to Python takes a lock of the interpreter's before it has the one that a
//! fork waits for; up to Python 3.12 a child that is forked at that moment never gets it. So no
//! thread attaches to the interpreter or detaches from it during a fork.
//!
//! A thread that attaches to a finalizing interpreter is ended in the middle of its work, up to
//! Python 3.13 by unwinding through it
//! (<https://docs.python.org/3/c-api/init.html#cautions-regarding-runtime-finalization>). So no
//! thread attaches any more at exit, and those that are attached get a moment to finish. One whose
//! callback takes longer stops inside of its [`call`], as Python 3.14 stops every such thread.

use std::{
    cell::Cell,
    mem,
    sync::atomic::{AtomicBool, AtomicI64, AtomicIsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use pyo3::{
    exceptions::PyImportError,
    ffi,
    prelude::*,
    types::{PyDict, PyTuple},
    wrap_pyfunction,
};

/// Calls Python; `None` when the interpreter is finalizing.
pub(crate) fn attach<T>(call: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    if IS_FINALIZING.load(SeqCst) {
        return None;
    }
    if IS_ATTACHED.get() {
        return Python::try_attach(call);
    }
    let _active = Counted::on(&ACTIVE);
    let attaching = transition();
    if IS_FINALIZING.load(SeqCst) {
        return None;
    }
    let (result, _detaching) = Python::try_attach(|py| {
        drop(attaching);
        (attached(|| call(py)), Counted::on(&IN_TRANSITION))
    })?;
    Some(result)
}

/// Calls what belongs to the program and may take long, on a thread of the core's.
pub(crate) fn call<'py, A>(
    callable: &Bound<'py, PyAny>,
    arguments: A,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>>
where
    A: IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>>,
{
    let py = callable.py();
    let arguments = arguments.into_pyobject(py).map_err(Into::into)?;
    let keywords = keywords.map_or_else(std::ptr::null_mut, Bound::as_ptr);
    // SAFETY: this thread is attached; all three objects live until the call returns, and the result is ours.
    unsafe {
        Bound::from_owned_ptr_or_err(
            py,
            call_object(callable.as_ptr(), arguments.as_ptr(), keywords),
        )
    }
}

/// `PyObject_Call`. If the interpreter has finalized when the callable returns to it, Python up to 3.13 ends the thread by
/// unwinding (`pthread_exit`): the first frame of ours stops that, before a destructor calls Python.
///
/// # Safety
/// As `PyObject_Call`.
unsafe fn call_object(
    callable: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    type Call = unsafe extern "C-unwind" fn(
        *mut ffi::PyObject,
        *mut ffi::PyObject,
        *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
    // SAFETY: the same function, of which is also said that it may unwind.
    let call: Call = unsafe { mem::transmute(ffi::PyObject_Call as *const ()) };
    let unwinding = Stopped;
    // SAFETY: as the caller says.
    let result = unsafe { call(callable, arguments, keywords) };
    mem::forget(unwinding);
    result
}

/// Stops the thread for ever when it is dropped.
struct Stopped;

impl Drop for Stopped {
    fn drop(&mut self) {
        loop {
            thread::park();
        }
    }
}

/// Does something on a thread that Python knows: callbacks on it attach at once, and must not wait
/// for a fork.
pub(crate) fn attached<T>(work: impl FnOnce() -> T) -> T {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            IS_ATTACHED.set(self.0);
        }
    }
    let _restore = Restore(IS_ATTACHED.replace(true));
    work()
}

/// Refuses to be imported by a second interpreter of the process: the module holds objects of the first,
/// and stops calling back when that one exits.
pub(crate) fn claim(_attached: Python<'_>) -> PyResult<()> {
    // SAFETY: this thread is attached to an interpreter, which both functions demand.
    let this = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    match OWNER.compare_exchange(NOBODY, this, SeqCst, SeqCst) {
        Err(owner) if owner != this => Err(PyImportError::new_err(
            "another interpreter of this process has imported appmint, and only one can use it",
        )),
        _ => Ok(()),
    }
}

/// Registers what is called when Python forks and when it exits.
pub(crate) fn register_hooks(py: Python<'_>) -> PyResult<()> {
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(at_exit, py)?,))?;
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

/// Lets no thread attach any more, and gives those that are attached a moment to finish.
///
/// An interpreter that outlives the main one ends while Python finalizes: a thread that detaches then
/// never attaches again.
#[pyfunction]
fn at_exit(py: Python<'_>) -> PyResult<()> {
    IS_FINALIZING.store(true, SeqCst);
    let is_finalizing = || py.import("sys")?.call_method0("is_finalizing")?.is_truthy();
    if ACTIVE.load(SeqCst) <= 0 || is_finalizing()? {
        return Ok(());
    }
    let end = Instant::now() + EXIT_TIMEOUT;
    py.detach(|| {
        while ACTIVE.load(SeqCst) > 0 && Instant::now() < end {
            thread::sleep(POLL_INTERVAL);
        }
    });
    Ok(())
}

/// Waits, detached, until no thread is attaching or detaching.
#[pyfunction]
fn before_fork(py: Python<'_>) {
    FORKS.fetch_add(1, SeqCst);
    py.detach(|| {
        while IN_TRANSITION.load(SeqCst) > 0 {
            thread::sleep(POLL_INTERVAL);
        }
    });
}

#[pyfunction]
fn after_fork() {
    FORKS.fetch_sub(1, SeqCst);
}

/// A child has only the thread that forked.
#[pyfunction]
fn in_child() {
    for count in [&FORKS, &IN_TRANSITION, &ACTIVE] {
        count.store(0, SeqCst);
    }
}

/// The right to attach, once no fork is in progress.
fn transition() -> Counted {
    loop {
        let counted = Counted::on(&IN_TRANSITION);
        if FORKS.load(SeqCst) == 0 {
            return counted;
        }
        drop(counted);
        thread::sleep(POLL_INTERVAL);
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
    static IS_ATTACHED: Cell<bool> = const { Cell::new(false) };
}

/// The interpreter that has imported the module.
static OWNER: AtomicI64 = AtomicI64::new(NOBODY);
const NOBODY: i64 = -1;
static IS_FINALIZING: AtomicBool = AtomicBool::new(false);
/// Forks in progress.
static FORKS: AtomicIsize = AtomicIsize::new(0);
/// Threads that are attaching or detaching.
static IN_TRANSITION: AtomicIsize = AtomicIsize::new(0);
/// Worker threads that call Python; below zero where the callback forked.
static ACTIVE: AtomicIsize = AtomicIsize::new(0);
const EXIT_TIMEOUT: Duration = Duration::from_secs(1);
const POLL_INTERVAL: Duration = Duration::from_micros(100);
