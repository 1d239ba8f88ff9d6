//! What goes wrong on purpose.
//!
//! Faults wait in a queue. A request takes the first one that names its operation (or `*`), so a test says exactly
//! which call fails and how often. Some faults strike before the work is done, some after it: a lost response leaves
//! a minted token or a spent refresh token behind, a cut connection does not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{DATE, HeaderName, HeaderValue, RETRY_AFTER};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::exchange::Reply;
use crate::server::Wait;

/// A handle on the queue of faults; clones share it.
#[derive(Clone, Debug)]
pub struct Faults {
    queue: Arc<Mutex<Vec<Fault>>>,
    operations: Arc<[&'static str]>,
    releases: Arc<watch::Sender<u64>>,
}

impl Faults {
    pub(crate) fn new(operations: Vec<&'static str>) -> Self {
        let releases = Arc::new(watch::Sender::new(0));
        Self { queue: Arc::default(), operations: operations.into(), releases }
    }

    /// Adds a fault to the end of the queue.
    ///
    /// # Errors
    ///
    /// The operation is not one of the platform's, or the fault itself cannot be sent.
    pub fn queue(&self, fault: Fault) -> Result<(), String> {
        self.queue_all(vec![fault])
    }

    /// Adds all of them, or none when one of them is refused.
    pub(crate) fn queue_all(&self, faults: Vec<Fault>) -> Result<(), String> {
        faults.iter().try_for_each(|fault| self.check(fault))?;
        self.lock().extend(faults);
        Ok(())
    }

    /// What is still waiting to strike.
    pub fn pending(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    /// Empties the queue and releases the requests that are held.
    pub fn clear(&self) {
        self.lock().clear();
        self.release();
    }

    /// Lets every request go that a [`Effect::Hold`] keeps waiting.
    pub fn release(&self) {
        self.releases.send_modify(|count| *count += 1);
    }

    pub(crate) fn take(&self, operation: &str) -> Option<Effect> {
        let mut queue = self.lock();
        let at = queue.iter_mut().position(|fault| fault.strikes(operation))?;
        queue[at].count -= 1;
        let effect = queue[at].effect.clone();
        queue.retain(|fault| fault.count > 0);
        Some(effect)
    }

    pub(crate) fn wait(&self, effect: Option<&Effect>) -> Wait {
        match effect {
            Some(Effect::Delay { ms }) => Wait::For(Duration::from_millis(*ms)),
            Some(Effect::Hold) => Wait::UntilReleased(self.releases.subscribe()),
            _ => Wait::No,
        }
    }

    fn check(&self, fault: &Fault) -> Result<(), String> {
        let operation = fault.operation.as_str();
        if operation != ANY && !self.operations.contains(&operation) {
            return Err(format!(
                "no operation is called {operation:?}; there are {:?}",
                self.operations
            ));
        }
        if fault.percent > 100 {
            return Err("a fault strikes at most 100 of a hundred requests".to_owned());
        }
        fault.effect.check()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One thing that goes wrong, for one operation, a number of times.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// The operation it strikes; `*` for any.
    #[serde(default = "any_operation")]
    pub operation: String,
    /// How many requests it strikes. Default: 1.
    #[serde(default = "once")]
    pub count: u32,
    /// How many requests it lets pass before it strikes. Default: 0.
    #[serde(default)]
    pub after: u32,
    /// How many of a hundred requests that it could strike it does strike, at random. Default: 100.
    #[serde(default = "always")]
    pub percent: u8,
    /// Where its chance begins: the same seed strikes the same requests. It moves on with each throw. Default: 0.
    #[serde(default)]
    pub seed: u64,
    /// What it does.
    #[serde(flatten)]
    pub effect: Effect,
}

impl Fault {
    /// A fault that strikes the next request for `operation`.
    pub fn on(operation: &str, effect: Effect) -> Self {
        Self { operation: operation.to_owned(), count: 1, after: 0, percent: 100, seed: 0, effect }
    }

    /// The same fault, striking `count` times.
    pub fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    /// The same fault, letting the first `after` requests pass.
    pub fn after(mut self, after: u32) -> Self {
        self.after = after;
        self
    }

    /// The same fault, striking by chance: `percent` of a hundred requests, the same ones for the same `seed`.
    pub fn by_chance(mut self, percent: u8, seed: u64) -> Self {
        (self.percent, self.seed) = (percent, seed);
        self
    }

    fn strikes(&mut self, operation: &str) -> bool {
        let meant = self.count > 0 && (self.operation == ANY || self.operation == operation);
        if meant && self.after > 0 {
            self.after -= 1;
            return false;
        }
        meant && self.is_lucky()
    }

    /// The next number of SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>) says.
    fn is_lucky(&mut self) -> bool {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % 100 < u64::from(self.percent)
    }
}

/// What a fault does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Answers this instead of doing the work. A `body` that is a string is sent as plain text, anything else as JSON.
    Status {
        /// The status.
        status: u16,
        /// The body. Default: `{"message": "sandbox fault"}`.
        #[serde(default = "fault_body")]
        body: Value,
        /// Further headers. Default: none.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// Says that there were too many requests, instead of doing the work.
    RateLimited {
        /// 429, or the 403 that some platforms answer. Default: 429.
        #[serde(default = "too_many_requests")]
        status: u16,
        /// Seconds for the `Retry-After` header. Default: no such header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Answers an HTML page instead of doing the work, as a gateway does.
    Html {
        /// The status. Default: 502.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// Closes the connection without doing the work.
    Cut,
    /// Does the work, then closes the connection without a reply.
    LostResponse,
    /// Does the work, announces the whole reply, sends only its beginning and closes the connection.
    Truncated {
        /// How many bytes of the body to send. Default: half of them.
        #[serde(default)]
        keep_bytes: Option<usize>,
    },
    /// Does the work and pads the reply's body with spaces up to this size.
    Oversize {
        /// The size of the body, at most 64 MiB.
        bytes: usize,
    },
    /// Does the work at once and holds the reply back for so long (in real time).
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Does the work at once and holds the reply back until it is released.
    Hold,
    /// Does the work and answers with a `Date` header that is off.
    DateOffset {
        /// Seconds the `Date` header is ahead of the sandbox's clock, behind when negative.
        seconds: i64,
    },
    /// Does the work; a token it issues is refused with 401 for a while (in the sandbox's time).
    FreshTokenLag {
        /// Seconds.
        seconds: i64,
    },
}

impl Effect {
    /// Its name in JSON, also in the ledger.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::RateLimited { .. } => "rate_limited",
            Self::Html { .. } => "html",
            Self::Cut => "cut",
            Self::LostResponse => "lost_response",
            Self::Truncated { .. } => "truncated",
            Self::Oversize { .. } => "oversize",
            Self::Delay { .. } => "delay",
            Self::Hold => "hold",
            Self::DateOffset { .. } => "date_offset",
            Self::FreshTokenLag { .. } => "fresh_token_lag",
        }
    }

    pub(crate) fn lets_the_work_happen(&self) -> bool {
        !matches!(
            self,
            Self::Status { .. } | Self::RateLimited { .. } | Self::Html { .. } | Self::Cut
        )
    }

    pub(crate) fn token_lag_ms(&self) -> i64 {
        match self {
            Self::FreshTokenLag { seconds } => seconds.saturating_mul(1000),
            _ => 0,
        }
    }

    pub(crate) fn date_offset_s(&self) -> i64 {
        match self {
            Self::DateOffset { seconds } => *seconds,
            _ => 0,
        }
    }

    /// The reply of a fault that answers instead of the platform.
    pub(crate) fn own_reply(&self) -> Reply {
        match self {
            Self::Status { status, body, headers } => custom(*status, body, headers),
            Self::RateLimited { status, retry_after } => rate_limited(*status, *retry_after),
            Self::Html { status } => Reply::html(code(*status), GATEWAY_PAGE.to_owned()),
            _ => Reply::message(StatusCode::INTERNAL_SERVER_ERROR, "sandbox fault"),
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::Status { status, headers, .. } => {
                check_headers(headers)?;
                check_status(*status)
            }
            Self::RateLimited { status, .. } | Self::Html { status } => check_status(*status),
            Self::Oversize { bytes } if *bytes > LARGEST_BODY => {
                Err(format!("an oversize body has at most {LARGEST_BODY} bytes"))
            }
            _ => Ok(()),
        }
    }
}

fn custom(status: u16, body: &Value, headers: &BTreeMap<String, String>) -> Reply {
    let mut reply = match body {
        Value::String(text) => Reply::text(code(status), "text/plain; charset=utf-8", text.clone()),
        json => Reply::json(code(status), json),
    };
    for (name, value) in headers {
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            reply = reply.with(name, value);
        }
    }
    reply
}

fn rate_limited(status: u16, retry_after: Option<u64>) -> Reply {
    let reply = Reply::message(code(status), "API rate limit exceeded")
        .with_own("x-ratelimit-remaining", "0");
    match retry_after {
        Some(seconds) => reply.with(RETRY_AFTER, &seconds.to_string()),
        None => reply,
    }
}

fn check_headers(headers: &BTreeMap<String, String>) -> Result<(), String> {
    for (name, value) in headers {
        let sendable = HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| name != DATE)
            && HeaderValue::from_str(value).is_ok();
        if !sendable {
            return Err(format!("the header {name:?} cannot be sent so"));
        }
    }
    Ok(())
}

fn check_status(status: u16) -> Result<(), String> {
    let sendable = (200..600).contains(&status);
    sendable.then_some(()).ok_or_else(|| format!("{status} is not a status from 200 to 599"))
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn any_operation() -> String {
    ANY.to_owned()
}

fn once() -> u32 {
    1
}

fn always() -> u8 {
    100
}

fn too_many_requests() -> u16 {
    429
}

fn bad_gateway() -> u16 {
    502
}

fn fault_body() -> Value {
    json!({ "message": "sandbox fault" })
}

const ANY: &str = "*";
const LARGEST_BODY: usize = 64 << 20;
const GATEWAY_PAGE: &str = "<!doctype html>\n<html><head><title>Bad gateway</title></head>\
    <body><h1>Bad gateway</h1><p>The upstream server did not answer.</p></body></html>\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn faults() -> Faults {
        Faults::new(vec!["mint", "list"])
    }

    #[test]
    fn a_fault_strikes_its_operation_as_often_as_told() {
        let faults = faults();
        faults.queue(Fault::on("mint", Effect::Cut).times(2)).unwrap();
        assert!(faults.take("list").is_none());
        assert!(faults.take("mint").is_some());
        assert!(faults.take("mint").is_some());
        assert!(faults.take("mint").is_none());
    }

    #[test]
    fn a_fault_can_let_requests_pass_first() {
        let faults = faults();
        faults.queue(Fault::on("*", Effect::Cut).after(1)).unwrap();
        assert!(faults.take("list").is_none());
        assert!(faults.take("mint").is_some());
    }

    #[test]
    fn a_fault_by_chance_strikes_the_same_requests_for_the_same_seed() {
        let struck = |percent, seed| {
            let faults = faults();
            let fault = Fault::on("mint", Effect::Cut).times(u32::MAX).by_chance(percent, seed);
            faults.queue(fault).unwrap();
            (0..1000).map(|_| faults.take("mint").is_some()).collect::<Vec<_>>()
        };
        let count = |struck: &[bool]| struck.iter().filter(|it| **it).count();
        assert_eq!(struck(10, 7), struck(10, 7));
        assert_ne!(struck(10, 7), struck(10, 8));
        assert!((50..150).contains(&count(&struck(10, 7))));
        assert_eq!((count(&struck(0, 7)), count(&struck(100, 7))), (0, 1000));
        assert!(faults().queue(Fault::on("mint", Effect::Cut).by_chance(101, 7)).is_err());
    }

    #[test]
    fn an_operation_that_does_not_exist_is_refused() {
        assert!(faults().queue(Fault::on("mnt", Effect::Cut)).is_err());
    }
}
