//! How tasks complete: one queue into the event loop of an environment, for all of its calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use appmint_core::{Result, Task};
use napi::{
    Env, Status,
    bindgen_prelude::{FnArgs, Function, ToNapiValue},
    sys,
    threadsafe_function::{
        ThreadsafeCallContext, ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking,
    },
};
use napi_derive::napi;

use crate::errors::{Outcome, catch_panic, outcome};

/// A queue into the event loop. It keeps the process alive only between
/// [`keep_alive`](Self::keep_alive) and [`allow_exit`](Self::allow_exit).
#[napi]
pub struct Completions(Arc<Mutex<Queue>>);

type Queue = ThreadsafeFunction<Completion, (), FnArgs<(u32, JsValue)>, Status, false, true>;

/// The outcome of a call. Only the environment's own thread may make a JavaScript value of it.
struct Completion {
    id: u32,
    outcome: Box<dyn FnOnce(sys::napi_env) -> napi::Result<sys::napi_value> + Send>,
}

/// A value that is a JavaScript value already.
pub struct JsValue(sys::napi_value);

impl ToNapiValue for JsValue {
    unsafe fn to_napi_value(_: sys::napi_env, value: Self) -> napi::Result<sys::napi_value> {
        Ok(value.0)
    }
}

#[napi]
impl Completions {
    /// Calls `on_complete` on the event loop with the id and the outcome of each call that completes.
    ///
    /// # Errors
    /// If Node cannot make the queue.
    #[napi(catch_unwind, constructor)]
    pub fn new(on_complete: Function<'_, FnArgs<(u32, JsValue)>, ()>) -> napi::Result<Self> {
        let queue = on_complete.build_threadsafe_function().weak::<true>().build_callback(
            |context: ThreadsafeCallContext<Completion>| {
                let Completion { id, outcome } = context.value;
                Ok(FnArgs::from((id, JsValue(outcome(context.env.raw())?))))
            },
        )?;
        Ok(Self(Arc::new(Mutex::new(queue))))
    }

    /// Keeps the process alive.
    ///
    /// # Errors
    /// If the environment is being torn down.
    #[napi(catch_unwind)]
    pub fn keep_alive(&self, env: Env) -> napi::Result<()> {
        self.set_keep_alive(env, true)
    }

    /// Lets the process exit.
    ///
    /// # Errors
    /// If the environment is being torn down.
    #[napi(catch_unwind)]
    pub fn allow_exit(&self, env: Env) -> napi::Result<()> {
        self.set_keep_alive(env, false)
    }
}

impl Completions {
    #[expect(deprecated, reason = "napi's other way needs a queue for each call")]
    fn set_keep_alive(&self, env: Env, keep_alive: bool) -> napi::Result<()> {
        let mut queue = lock(&self.0);
        if keep_alive { queue.refer(&env) } else { queue.unref(&env) }
    }

    /// The outcome of a task that is finished; otherwise `None`, and the outcome is queued under `id`
    /// when the task completes.
    pub(crate) fn complete<T, J>(
        &self,
        id: u32,
        task: Task<T>,
        convert: fn(T) -> J,
    ) -> Option<Outcome<J>>
    where
        T: Clone + Send + 'static,
        J: ToNapiValue + 'static,
    {
        if task.is_finished() {
            return Some(outcome(task.wait().map(convert)));
        }
        let queue = Arc::clone(&self.0);
        task.on_complete(move |result| enqueue(&queue, id, result, convert));
        None
    }

    /// A function that queues a value each time it is called, always under the id 0.
    pub(crate) fn notifier<T, J>(&self, convert: fn(T) -> J) -> impl Fn(T) + Send + Sync + 'static
    where
        T: Send + 'static,
        J: ToNapiValue + 'static,
    {
        let queue = Arc::clone(&self.0);
        move |value| enqueue(&queue, 0, Ok(value), convert)
    }
}

fn enqueue<T, J>(queue: &Mutex<Queue>, id: u32, result: Result<T>, convert: fn(T) -> J)
where
    T: Send + 'static,
    J: ToNapiValue + 'static,
{
    let outcome = Box::new(move |env| {
        let outcome = outcome(catch_panic(|| result.map(convert)));
        // SAFETY: the queue calls this with its live environment, on that environment's thread.
        unsafe { ToNapiValue::to_napi_value(env, outcome) }
    });
    // An environment that is being torn down takes no more calls, and nobody waits there.
    let _ = lock(queue).call(Completion { id, outcome }, NonBlocking);
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
