//! Where flights come down: one queue into an environment's event loop for all its calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use appmint_core::{Flight, Result};
use napi::{
    Env, Status,
    bindgen_prelude::{FnArgs, Function, ToNapiValue},
    sys,
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking},
};
use napi_derive::napi;

use crate::outcome::{Outcome, caught, outcome};

/// A queue that does not keep the process alive by itself, but only while it is held.
#[napi]
pub struct Landings(Arc<Mutex<Queue>>);

type Queue = ThreadsafeFunction<Landing, (), FnArgs<(u32, Value)>, Status, false, true>;

/// The outcome of a call, still to become a JavaScript value on the thread that may make one.
struct Landing {
    id: u32,
    outcome: Box<dyn FnOnce(sys::napi_env) -> napi::Result<sys::napi_value> + Send>,
}

/// A value that is JavaScript's already.
pub struct Value(sys::napi_value);

impl ToNapiValue for Value {
    unsafe fn to_napi_value(_: sys::napi_env, value: Self) -> napi::Result<sys::napi_value> {
        Ok(value.0)
    }
}

#[napi]
impl Landings {
    /// Calls `land` on the event loop with the id and the outcome of each call that lands.
    ///
    /// # Errors
    /// When Node makes no queue.
    #[napi(catch_unwind, constructor)]
    pub fn new(land: Function<'_, FnArgs<(u32, Value)>, ()>) -> napi::Result<Self> {
        let queue = land.build_threadsafe_function().weak::<true>().build_callback(
            |context: napi::threadsafe_function::ThreadsafeCallContext<Landing>| {
                let Landing { id, outcome } = context.value;
                Ok(FnArgs::from((id, Value(outcome(context.env.raw())?))))
            },
        )?;
        Ok(Self(Arc::new(Mutex::new(queue))))
    }

    /// Keeps the process alive.
    ///
    /// # Errors
    /// When the environment is being torn down.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env) -> napi::Result<()> {
        self.keep_alive(env, true)
    }

    /// Lets the process end.
    ///
    /// # Errors
    /// When the environment is being torn down.
    #[napi(catch_unwind)]
    pub fn release(&self, env: Env) -> napi::Result<()> {
        self.keep_alive(env, false)
    }
}

impl Landings {
    #[expect(deprecated, reason = "napi's other way needs a queue for each call")]
    fn keep_alive(&self, env: Env, held: bool) -> napi::Result<()> {
        let mut queue = lock(&self.0);
        if held { queue.refer(&env) } else { queue.unref(&env) }
    }

    /// A flight's outcome if it has landed; else `None`, and it lands later under this id.
    pub(crate) fn await_landing<T, J>(
        &self,
        id: u32,
        flight: Flight<T>,
        into: fn(T) -> J,
    ) -> Option<Outcome<J>>
    where
        T: Clone + Send + 'static,
        J: ToNapiValue + 'static,
    {
        if flight.has_landed() {
            return Some(outcome(flight.wait().map(into)));
        }
        let queue = Arc::clone(&self.0);
        flight.on_landing(move |landed| deliver(&queue, id, landed, into));
        None
    }

    /// Brings what comes by itself to the event loop, all of it under one id.
    pub(crate) fn bringing<T, J>(&self, into: fn(T) -> J) -> impl Fn(T) + Send + Sync + 'static
    where
        T: Send + 'static,
        J: ToNapiValue + 'static,
    {
        let queue = Arc::clone(&self.0);
        move |it| deliver(&queue, 0, Ok(it), into)
    }
}

fn deliver<T, J>(queue: &Mutex<Queue>, id: u32, landed: Result<T>, into: fn(T) -> J)
where
    T: Send + 'static,
    J: ToNapiValue + 'static,
{
    let outcome = Box::new(move |env| {
        let outcome = outcome(caught(|| landed.map(into)));
        // SAFETY: the queue calls this with its live environment, on that environment's thread.
        unsafe { ToNapiValue::to_napi_value(env, outcome) }
    });
    // An environment that is being torn down takes nothing more, and nobody waits there.
    let _ = lock(queue).call(Landing { id, outcome }, NonBlocking);
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
