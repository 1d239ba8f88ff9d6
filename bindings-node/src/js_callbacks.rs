//! JavaScript functions that the core calls. A worker thread of the core calls one through the event
//! loop and blocks until the reply comes, which may be that of a promise.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use appmint_core::{Error, ErrorKind, Result};
use napi::{
    Env, Status,
    bindgen_prelude::{BufferSlice, FnArgs, Function, Null, ToNapiValue, Uint8Array},
    sys,
    threadsafe_function::{
        ThreadsafeCallContext, ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking,
    },
};
use napi_derive::napi;

use crate::{completions::lock, durations::to_millis};

/// A JavaScript function that worker threads call.
pub(crate) struct JsCallback {
    /// Its name in error messages: `the signer`.
    name: &'static str,
    /// The kind of the error when no reply comes in time.
    timeout_kind: ErrorKind,
    timeout: Duration,
    function: Mutex<Queue>,
    pending: Mutex<Pending>,
}

/// The arguments of a call: where the reply goes, the name of a method, and its arguments.
type Arguments = (Deferred, &'static str, Vec<Argument>);

pub(crate) type JsFunction<'f> = Function<'f, FnArgs<Arguments>, ()>;

type Queue = ThreadsafeFunction<Arguments, (), FnArgs<Arguments>, Status, false, true>;

/// Bytes or null. `true` is any bytes, `false` is null.
pub(crate) type Reply = Result<Option<Vec<u8>>>;

/// An argument of a call.
pub enum Argument {
    Text(String),
    Bytes(Vec<u8>),
    Milliseconds(f64),
    Count(usize),
    /// A number that is computed when JavaScript gets it.
    Now(Box<dyn FnOnce() -> f64 + Send>),
    Null,
}

/// The calls whose replies have not come.
#[derive(Default)]
struct Pending {
    last_id: u32,
    replies: HashMap<u32, mpsc::Sender<Reply>>,
    /// The environment has ended: no more replies come.
    is_closed: bool,
}

impl JsCallback {
    /// A callback of `function`. A call waits for its reply for at most `timeout`, and then fails
    /// with an error of `timeout_kind`.
    pub(crate) fn new(
        env: Env,
        function: JsFunction<'_>,
        timeout: Duration,
        name: &'static str,
        timeout_kind: ErrorKind,
    ) -> napi::Result<Arc<Self>> {
        let queue = function.build_threadsafe_function().weak::<true>().build_callback(
            |context: ThreadsafeCallContext<Arguments>| Ok(FnArgs::from(context.value)),
        )?;
        let (function, pending) = (Mutex::new(queue), Mutex::default());
        let callback = Arc::new(Self { name, timeout_kind, timeout, function, pending });
        env.add_env_cleanup_hook(Arc::downgrade(&callback), |callback| {
            if let Some(callback) = callback.upgrade() {
                callback.close();
            }
        })?;
        Ok(callback)
    }

    /// Calls the function and blocks until its reply comes.
    pub(crate) fn call(self: &Arc<Self>, method: &'static str, arguments: Vec<Argument>) -> Reply {
        self.call_within(self.timeout, method, arguments)
    }

    /// Calls the function and blocks until its reply comes, for this time instead of the callback's own.
    pub(crate) fn call_within(
        self: &Arc<Self>,
        timeout: Duration,
        method: &'static str,
        arguments: Vec<Argument>,
    ) -> Reply {
        let (id, reply) = self.register()?;
        let deferred = Deferred { id, callback: Arc::clone(self) };
        // If the queue does not take the call, it drops `deferred`, which rejects the call.
        let _ = lock(&self.function).call((deferred, method, arguments), NonBlocking);
        let reply = reply.recv_timeout(timeout).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => self.timed_out(timeout),
                RecvTimeoutError::Disconnected => self.environment_ended(),
            })
        });
        lock(&self.pending).replies.remove(&id);
        reply
    }

    fn register(&self) -> Result<(u32, mpsc::Receiver<Reply>)> {
        let mut pending = lock(&self.pending);
        if pending.is_closed {
            return Err(self.environment_ended());
        }
        pending.last_id = pending.last_id.wrapping_add(1);
        let (id, (sender, receiver)) = (pending.last_id, mpsc::channel());
        pending.replies.insert(id, sender);
        Ok((id, receiver))
    }

    fn settle(&self, id: u32, reply: Reply) {
        if let Some(sender) = lock(&self.pending).replies.remove(&id) {
            let _ = sender.send(reply); // a caller that timed out does not need it
        }
    }

    fn close(&self) {
        let mut pending = lock(&self.pending);
        pending.is_closed = true;
        pending.replies.clear(); // which disconnects everybody who waits
    }

    pub(crate) fn no_reply(&self) -> Error {
        Error::new(ErrorKind::Callback, format!("{} ended without a reply", self.name))
    }

    fn timed_out(&self, timeout: Duration) -> Error {
        let millis = to_millis(timeout);
        Error::new(self.timeout_kind, format!("{} did not reply within {millis} ms", self.name))
    }

    fn environment_ended(&self) -> Error {
        let message = format!("the JavaScript environment of {} has ended", self.name);
        Error::new(ErrorKind::Callback, message)
    }
}

impl fmt::Debug for JsCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsCallback({})", self.name)
    }
}

/// The reply to one call. JavaScript resolves or rejects it once; if it is garbage-collected before,
/// the call fails.
#[napi]
pub struct Deferred {
    id: u32,
    callback: Arc<JsCallback>,
}

#[napi]
impl Deferred {
    /// Replies with bytes or null.
    #[napi(catch_unwind)]
    pub fn resolve(&self, bytes: Option<Uint8Array>) {
        self.callback.settle(self.id, Ok(bytes.map(|bytes| bytes.to_vec())));
    }

    /// Fails the call.
    #[napi(catch_unwind)]
    pub fn reject(&self, message: String, cause: Option<String>) {
        let error = Error::new(ErrorKind::Callback, message);
        let error = cause.map(Thrown).into_iter().fold(error, Error::caused_by);
        self.callback.settle(self.id, Err(error));
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        self.callback.settle(self.id, Err(self.callback.no_reply()));
    }
}

impl ToNapiValue for Argument {
    unsafe fn to_napi_value(env: sys::napi_env, argument: Self) -> napi::Result<sys::napi_value> {
        // SAFETY: `env` is the live environment that this was called with.
        unsafe {
            match argument {
                Self::Text(text) => String::to_napi_value(env, text),
                Self::Bytes(bytes) => {
                    let copy = BufferSlice::copy_from(&Env::from_raw(env), bytes)?;
                    BufferSlice::to_napi_value(env, copy)
                }
                Self::Milliseconds(millis) => f64::to_napi_value(env, millis),
                Self::Count(count) => f64::to_napi_value(env, count as f64),
                Self::Now(compute) => f64::to_napi_value(env, compute()),
                Self::Null => Null::to_napi_value(env, Null),
            }
        }
    }
}

/// The text of a value that a JavaScript function threw.
#[derive(Debug)]
struct Thrown(String);

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Thrown {}
