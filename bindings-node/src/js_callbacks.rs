//! What JavaScript is asked. A worker thread of the core asks through the event loop and waits for
//! the answer, which may be a promise's.

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

use crate::landing::lock;

/// Who waits for which answer.
pub(crate) struct Desk {
    /// Who answers, as messages call it.
    whom: &'static str,
    /// What it is when no answer comes in time.
    overdue: ErrorKind,
    ask: Mutex<Ask>,
    waiting: Mutex<Waiting>,
    patience: Duration,
}

/// The function that is called with each question: what is asked for, and the parts of it.
pub(crate) type Asked<'f> = Function<'f, FnArgs<(Question, &'static str, Vec<Part>)>, ()>;

type Ask = ThreadsafeFunction<
    (Question, &'static str, Vec<Part>),
    (),
    FnArgs<(Question, &'static str, Vec<Part>)>,
    Status,
    false,
    true,
>;

/// Bytes or nothing: a yes is any bytes, a no is nothing.
pub(crate) type Answer = Result<Option<Vec<u8>>>;

/// A part of a question.
pub enum Part {
    Text(String),
    Bytes(Vec<u8>),
    Milliseconds(f64),
    Nothing,
}

#[derive(Default)]
struct Waiting {
    last: u32,
    answers: HashMap<u32, mpsc::Sender<Answer>>,
    /// The environment ends: nobody will answer.
    closed: bool,
}

impl Desk {
    /// A desk whose questions `ask` is called with. An answer is waited for no longer than
    /// `patience`.
    pub(crate) fn open(
        env: Env,
        ask: Asked<'_>,
        patience: Duration,
        whom: &'static str,
        overdue: ErrorKind,
    ) -> napi::Result<Arc<Self>> {
        let ask = ask.build_threadsafe_function().weak::<true>().build_callback(
            |context: ThreadsafeCallContext<(Question, &'static str, Vec<Part>)>| {
                Ok(FnArgs::from(context.value))
            },
        )?;
        let (ask, waiting) = (Mutex::new(ask), Mutex::default());
        let desk = Arc::new(Self { whom, overdue, ask, waiting, patience });
        env.add_env_cleanup_hook(Arc::downgrade(&desk), |desk| {
            if let Some(desk) = desk.upgrade() {
                desk.close();
            }
        })?;
        Ok(desk)
    }

    /// Asks, and waits for the answer.
    pub(crate) fn ask(self: &Arc<Self>, what: &'static str, parts: Vec<Part>) -> Answer {
        let (id, told) = self.expect()?;
        let question = Question { id, desk: Arc::clone(self) };
        // Not taken, it is dropped, and says so itself.
        let _ = lock(&self.ask).call((question, what, parts), NonBlocking);
        let answer = told.recv_timeout(self.patience).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => self.overdue(),
                RecvTimeoutError::Disconnected => self.gone(),
            })
        });
        lock(&self.waiting).answers.remove(&id);
        answer
    }

    fn expect(&self) -> Result<(u32, mpsc::Receiver<Answer>)> {
        let mut waiting = lock(&self.waiting);
        if waiting.closed {
            return Err(self.gone());
        }
        waiting.last = waiting.last.wrapping_add(1);
        let (id, (tell, told)) = (waiting.last, mpsc::channel());
        waiting.answers.insert(id, tell);
        Ok((id, told))
    }

    fn tell(&self, id: u32, answer: Answer) {
        if let Some(waiting) = lock(&self.waiting).answers.remove(&id) {
            let _ = waiting.send(answer); // whoever stopped waiting does not need it
        }
    }

    fn close(&self) {
        let mut waiting = lock(&self.waiting);
        waiting.closed = true;
        waiting.answers.clear(); // whoever waits is told by that
    }

    pub(crate) fn unanswered(&self) -> Error {
        Error::new(ErrorKind::Callback, format!("{} never answered", self.whom))
    }

    fn overdue(&self) -> Error {
        Error::new(self.overdue, format!("{} gave no answer before the deadline", self.whom))
    }

    fn gone(&self) -> Error {
        Error::new(ErrorKind::Callback, format!("the environment of {} has ended", self.whom))
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Desk({})", self.whom)
    }
}

/// One answer that is waited for. JavaScript gives it once; if it lets go of this without one,
/// there will be none.
#[napi]
pub struct Question {
    id: u32,
    desk: Arc<Desk>,
}

#[napi]
impl Question {
    /// Hands the answer over.
    #[napi(catch_unwind)]
    pub fn answer(&self, bytes: Option<Uint8Array>) {
        self.desk.tell(self.id, Ok(bytes.map(|bytes| bytes.to_vec())));
    }

    /// Says that there is no answer, and why.
    #[napi(catch_unwind)]
    pub fn fail(&self, message: String, cause: Option<String>) {
        let failed = Error::new(ErrorKind::Callback, message);
        let failed = cause.map(Thrown).into_iter().fold(failed, Error::caused_by);
        self.desk.tell(self.id, Err(failed));
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.desk.tell(self.id, Err(self.desk.unanswered()));
    }
}

impl ToNapiValue for Part {
    unsafe fn to_napi_value(env: sys::napi_env, part: Self) -> napi::Result<sys::napi_value> {
        // SAFETY: `env` is the live environment that this was called with.
        unsafe {
            match part {
                Self::Text(text) => String::to_napi_value(env, text),
                Self::Bytes(bytes) => {
                    let copy = BufferSlice::copy_from(&Env::from_raw(env), bytes)?;
                    BufferSlice::to_napi_value(env, copy)
                }
                Self::Milliseconds(span) => f64::to_napi_value(env, span),
                Self::Nothing => Null::to_napi_value(env, Null),
            }
        }
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
