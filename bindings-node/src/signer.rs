//! A JavaScript function that signs. A worker thread of the core asks it through the event loop
//! and waits for its answer, which may be a promise's.

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
    bindgen_prelude::{BufferSlice, FnArgs, Function},
    threadsafe_function::{
        ThreadsafeCallContext, ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking,
    },
};
use napi_derive::napi;

use crate::{clock::millis, landing::lock};

/// A signer that JavaScript answers for.
#[napi]
pub struct Signer(Arc<Desk>);

/// Who waits for which signature.
struct Desk {
    ask: Mutex<Ask>,
    waiting: Mutex<Waiting>,
    patience: Duration,
}

type Ask = ThreadsafeFunction<
    (Signing, Vec<u8>),
    (),
    FnArgs<(Signing, BufferSlice<'static>)>,
    Status,
    false,
    true,
>;

#[derive(Default)]
struct Waiting {
    last: u32,
    answers: HashMap<u32, mpsc::Sender<Result<Vec<u8>>>>,
    /// The environment ends: nobody will answer.
    closed: bool,
}

#[napi]
impl Signer {
    /// Calls `ask` with a signing and the message to sign. A signature is waited for no longer
    /// than `patience` milliseconds.
    ///
    /// # Errors
    /// When Node makes no queue.
    #[napi(catch_unwind, constructor)]
    pub fn new(
        env: Env,
        ask: Function<'_, FnArgs<(Signing, BufferSlice<'static>)>, ()>,
        patience: Option<f64>,
    ) -> napi::Result<Self> {
        let ask = ask.build_threadsafe_function().weak::<true>().build_callback(
            |context: ThreadsafeCallContext<(Signing, Vec<u8>)>| {
                let (signing, message) = context.value;
                Ok(FnArgs::from((signing, BufferSlice::copy_from(&context.env, message)?)))
            },
        )?;
        let patience = patience.map_or(DEFAULT_PATIENCE, millis);
        let waiting = Mutex::default();
        let desk = Arc::new(Desk { ask: Mutex::new(ask), waiting, patience });
        env.add_env_cleanup_hook(Arc::downgrade(&desk), |desk| {
            if let Some(desk) = desk.upgrade() {
                desk.close();
            }
        })?;
        Ok(Self(desk))
    }

    pub(crate) fn shared(&self) -> Arc<dyn appmint_core::Signer> {
        Arc::new(Asking(Arc::clone(&self.0)))
    }
}

/// One signature that is waited for. JavaScript answers once; if it lets go of this without an
/// answer, there will be none.
#[napi]
pub struct Signing {
    id: u32,
    desk: Arc<Desk>,
}

#[napi]
impl Signing {
    /// Hands the signature over.
    #[napi(catch_unwind)]
    pub fn answer(&self, signature: &[u8]) {
        self.desk.tell(self.id, Ok(signature.to_vec()));
    }

    /// Says that there is no signature, and why.
    #[napi(catch_unwind)]
    pub fn fail(&self, message: String, cause: Option<String>) {
        let failed = Error::new(ErrorKind::Callback, message);
        let failed = cause.map(Thrown).into_iter().fold(failed, Error::caused_by);
        self.desk.tell(self.id, Err(failed));
    }
}

impl Drop for Signing {
    fn drop(&mut self) {
        self.desk.tell(self.id, Err(unanswered()));
    }
}

impl Desk {
    fn tell(&self, id: u32, answer: Result<Vec<u8>>) {
        if let Some(waiting) = lock(&self.waiting).answers.remove(&id) {
            let _ = waiting.send(answer); // whoever stopped waiting does not need it
        }
    }

    fn expect(&self) -> Result<(u32, mpsc::Receiver<Result<Vec<u8>>>)> {
        let mut waiting = lock(&self.waiting);
        if waiting.closed {
            return Err(gone());
        }
        waiting.last = waiting.last.wrapping_add(1);
        let (id, (tell, told)) = (waiting.last, mpsc::channel());
        waiting.answers.insert(id, tell);
        Ok((id, told))
    }

    fn close(&self) {
        let mut waiting = lock(&self.waiting);
        waiting.closed = true;
        waiting.answers.clear(); // whoever waits is told by that
    }
}

/// The core's side of a [`Signer`].
struct Asking(Arc<Desk>);

impl appmint_core::Signer for Asking {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let desk = &self.0;
        let (id, told) = desk.expect()?;
        let signing = Signing { id, desk: Arc::clone(desk) };
        // Not taken, it is dropped, and says so itself.
        let _ = lock(&desk.ask).call((signing, message.to_vec()), NonBlocking);
        let answer = told.recv_timeout(desk.patience).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => overdue(),
                RecvTimeoutError::Disconnected => gone(),
            })
        });
        lock(&desk.waiting).answers.remove(&id);
        answer
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(JavaScript)")
    }
}

/// What a JavaScript function threw, as text.
#[derive(Debug)]
struct Thrown(String);

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Thrown {}

fn unanswered() -> Error {
    Error::new(ErrorKind::Callback, "the signer never answered")
}

fn overdue() -> Error {
    Error::new(ErrorKind::Timeout, "the signer gave no signature before the deadline")
}

fn gone() -> Error {
    Error::new(ErrorKind::Callback, "the signer's environment has ended")
}

/// The core's own default for a whole call.
const DEFAULT_PATIENCE: Duration = Duration::from_secs(30);
