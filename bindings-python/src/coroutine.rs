//! Coroutines: the calls of the core for asyncio and trio.
//!
//! A coroutine starts its task when it is first awaited, and ends at once if the task is complete by
//! then: a token from memory takes no thread and no turn of the event loop. Else the package's module
//! `_waiting` waits in the way of the event loop that runs, and the thread that completes the task
//! wakes it. A coroutine that is cancelled stops only its own waiting: the task goes on.

use std::{
    ffi::CString,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use appmint_core::{Task, Waiter};
use pyo3::{
    IntoPyObjectExt, PyTraverseError, PyVisit,
    exceptions::{PyRuntimeError, PyRuntimeWarning, PyStopIteration, PyValueError},
    prelude::*,
    types::PyTuple,
};

use crate::{
    errors::exception,
    interpreter::{self, attach, attached},
    wait,
};

/// A call that is awaited once.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Coroutine {
    name: &'static str,
    stage: Mutex<Stage>,
}

enum Stage {
    New(Start),
    /// A coroutine of `_waiting` waits for the call.
    Waiting(Arc<dyn Call>, Py<PyAny>),
    /// A thread is in the middle of [`Coroutine::send`].
    Running,
    Over,
}

/// Starts the call.
type Start = Box<dyn FnOnce(Python<'_>) -> PyResult<Arc<dyn Call>> + Send>;

/// A task that was started, whatever its result.
trait Call: Send + Sync {
    fn is_finished(&self) -> bool;
    /// The result; an error if the task has none yet.
    fn finish(&self, py: Python<'_>) -> PyResult<Py<PyAny>>;
    /// Calls back when the task completes, or the time to wait for it is over.
    fn on_complete(&self, wake: Box<dyn FnOnce() + Send>) -> Waiter;
    /// Nobody will ask for the result.
    fn abandon(&self);
}

impl Coroutine {
    /// The coroutine of a task. Python sees what `convert` makes of its result.
    pub(crate) fn new<T, C>(
        name: &'static str,
        start: impl FnOnce() -> Task<T> + Send + 'static,
        convert: impl FnOnce(T) -> C + Send + 'static,
    ) -> Self
    where
        T: Clone + Send + Sync + 'static,
        C: for<'py> IntoPyObject<'py>,
    {
        let convert = |py: Python<'_>, value| convert(value).into_py_any(py);
        Self::with(name, None, start, convert, drop)
    }

    /// The same, with what else there is to say: how long the caller waits, and what becomes of a task
    /// whose result nobody asks for.
    pub(crate) fn with<T: Clone + Send + Sync + 'static>(
        name: &'static str,
        timeout: Option<Duration>,
        start: impl FnOnce() -> Task<T> + Send + 'static,
        convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
        abandon: impl FnOnce(Task<T>) + Send + 'static,
    ) -> Self {
        let start: Start = Box::new(move |py| {
            let task = wait::call(py, || Ok(start()))?;
            Ok(Arc::new(Started { task, timeout, then: Mutex::new(Some((convert, abandon))) }))
        });
        Self { name, stage: Mutex::new(Stage::New(start)) }
    }

    /// Lets the coroutine run until it waits or ends. Python's code is called while it is unlocked.
    fn step(&self, py: Python<'_>, step: Step<'_, '_>) -> PyResult<Py<PyAny>> {
        match self.replace(Stage::Running) {
            Stage::New(start) => match step {
                Step::Send(_) => self.begin(py, start),
                Step::Throw(arguments) => {
                    self.end();
                    Err(thrown(arguments)?)
                }
            },
            Stage::Waiting(call, waiter) => {
                let answer = match step {
                    Step::Send(value) => waiter.call_method1(py, "send", (value,)),
                    Step::Throw(arguments) => waiter.call_method1(py, "throw", arguments),
                };
                self.go_on(py, call, waiter, answer)
            }
            Stage::Running => Err(PyValueError::new_err("coroutine already executing")),
            Stage::Over => {
                self.end();
                Err(PyRuntimeError::new_err("cannot reuse already awaited coroutine"))
            }
        }
    }

    fn begin(&self, py: Python<'_>, start: Start) -> PyResult<Py<PyAny>> {
        let begun = start(py).and_then(|call| {
            if call.is_finished() {
                return Err(self.result(py, call.as_ref()));
            }
            let pending = Pending::new(&call);
            let waiter = py.import("appmint._waiting")?.call_method1("wait", (pending,))?;
            Ok((call, waiter.unbind()))
        });
        match begun {
            Ok((call, waiter)) => {
                let answer = waiter.call_method1(py, "send", (py.None(),));
                self.go_on(py, call, waiter, answer)
            }
            Err(raised) => {
                self.end();
                Err(raised)
            }
        }
    }

    /// After a step of the waiter: it waits on, it was woken, or somebody ended the waiting.
    fn go_on(
        &self,
        py: Python<'_>,
        call: Arc<dyn Call>,
        waiter: Py<PyAny>,
        answer: PyResult<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        match answer {
            Ok(future) => {
                self.replace(Stage::Waiting(call, waiter));
                Ok(future)
            }
            Err(woken) if woken.is_instance_of::<PyStopIteration>(py) => {
                self.end();
                Err(self.result(py, call.as_ref()))
            }
            Err(raised) => {
                self.end();
                call.abandon();
                Err(raised)
            }
        }
    }

    /// A coroutine returns by raising `StopIteration`.
    fn result(&self, py: Python<'_>, call: &dyn Call) -> PyErr {
        match call.finish(py) {
            Ok(value) => PyStopIteration::new_err((value,)),
            Err(raised) => raised,
        }
    }

    fn end(&self) {
        self.replace(Stage::Over);
    }

    /// The stage before, unlocked: what it holds may call anything when it is dropped.
    fn replace(&self, stage: Stage) -> Stage {
        mem::replace(&mut *lock(&self.stage), stage)
    }
}

#[derive(Clone, Copy)]
enum Step<'a, 'py> {
    Send(&'a Bound<'py, PyAny>),
    Throw(&'a Bound<'py, PyTuple>),
}

#[pymethods]
impl Coroutine {
    #[getter]
    fn __name__(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    #[getter]
    fn __qualname__(&self) -> &str {
        self.name
    }

    fn __await__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.step(py, Step::Send(py.None().bind(py)))
    }

    fn send(&self, value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.step(value.py(), Step::Send(value))
    }

    #[pyo3(signature = (*arguments))]
    fn throw(&self, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
        self.step(arguments.py(), Step::Throw(arguments))
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        if let Stage::Waiting(call, waiter) = self.replace(Stage::Over) {
            call.abandon();
            waiter.call_method0(py, "close")?;
        }
        Ok(())
    }

    fn __repr__(&self) -> String {
        format!("<coroutine {}>", self.name)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.stage.try_lock().as_deref() {
            Ok(Stage::Waiting(_, waiter)) => visit.call(waiter),
            _ => Ok(()),
        }
    }

    fn __clear__(&self) {
        if let Stage::Waiting(call, _) = self.replace(Stage::Over) {
            call.abandon();
        }
    }
}

impl Drop for Coroutine {
    /// Says that an `await` was forgotten, as Python says it of its own coroutines.
    fn drop(&mut self) {
        let stage = self.stage.get_mut().unwrap_or_else(PoisonError::into_inner);
        match stage {
            Stage::New(_) => never_awaited(self.name),
            Stage::Waiting(call, _) => call.abandon(),
            Stage::Running | Stage::Over => {}
        }
    }
}

fn never_awaited(name: &str) {
    let Ok(text) = CString::new(format!("coroutine '{name}' was never awaited")) else { return };
    // The thread that drops an object is attached already.
    let _ = Python::try_attach(|py| {
        let category = py.get_type::<PyRuntimeWarning>();
        if let Err(raised) = PyErr::warn(py, &category, &text, 1) {
            raised.write_unraisable(py, None);
        }
    });
}

/// The exception in the arguments of `throw`: an exception, or its class and perhaps its value.
fn thrown(arguments: &Bound<'_, PyTuple>) -> PyResult<PyErr> {
    let value = arguments.get_item(1).ok().filter(|value| !value.is_none());
    Ok(PyErr::from_value(value.map_or_else(|| arguments.get_item(0), Ok)?))
}

struct Started<T, C, A> {
    task: Task<T>,
    timeout: Option<Duration>,
    /// Converts the result, or gives up the task if nobody asks for its result.
    then: Mutex<Option<(C, A)>>,
}

impl<T, C, A> Call for Started<T, C, A>
where
    T: Clone + Send + Sync + 'static,
    C: FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send,
    A: FnOnce(Task<T>) + Send,
{
    fn is_finished(&self) -> bool {
        self.task.is_finished() || self.timeout == Some(Duration::ZERO)
    }

    fn finish(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        // A time that has run out is not a timeout of zero.
        let left = self.timeout.unwrap_or(A_MOMENT).min(A_MOMENT);
        let result = self.task.clone().wait_within(Some(left));
        let then = lock(&self.then).take();
        let Some((convert, abandon)) = then else {
            return Err(PyRuntimeError::new_err("cannot reuse already awaited coroutine"));
        };
        let value = result.map_err(|error| {
            abandon(self.task.clone());
            exception(py, &error)
        })?;
        convert(py, value)
    }

    fn on_complete(&self, wake: Box<dyn FnOnce() + Send>) -> Waiter {
        self.task.clone().on_complete_within(self.timeout, |_| wake())
    }

    fn abandon(&self) {
        let then = lock(&self.then).take();
        if let Some((_, abandon)) = then {
            abandon(self.task.clone());
        }
    }
}

/// A call that has not completed, for the module `_waiting`.
#[pyclass(frozen, module = "appmint")]
struct Pending {
    call: Arc<dyn Call>,
    wake: Arc<Mutex<Option<Py<PyAny>>>>,
    waiter: Mutex<Option<Waiter>>,
}

impl Pending {
    fn new(call: &Arc<dyn Call>) -> Self {
        Self { call: Arc::clone(call), wake: Arc::default(), waiter: Mutex::default() }
    }
}

#[pymethods]
impl Pending {
    /// Calls back without arguments when the call completes or its time is over: on another thread, or
    /// at once. An exception is ignored: the event loop that was to be woken has ended.
    fn on_complete(&self, callback: Py<PyAny>) {
        *lock(&self.wake) = Some(callback);
        let wake = Arc::clone(&self.wake);
        let waiter = attached(|| self.call.on_complete(Box::new(move || call_back(&wake))));
        *lock(&self.waiter) = Some(waiter);
    }

    /// Does not call back any more.
    fn forget(&self) {
        let (callback, waiter) = (lock(&self.wake).take(), lock(&self.waiter).take());
        drop(callback); // unlocked: a finalizer may call anything
        attached(|| waiter.map(|waiter| waiter.cancel()));
    }
}

fn call_back(wake: &Mutex<Option<Py<PyAny>>>) {
    if lock(wake).is_none() {
        return;
    }
    attach(|py| {
        let callback = lock(wake).take();
        drop(callback.map(|callback| interpreter::call(callback.bind(py), (), None)));
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const A_MOMENT: Duration = Duration::from_nanos(1);
