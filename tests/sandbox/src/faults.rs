//! Faults: failures that a test injects.
//!
//! Faults wait in a queue. A request takes the first one that names its operation or `*`, so that a test decides which call
//! fails and how often. Some faults apply before the platform handles the request, some after it: a lost response leaves a
//! minted token or a spent refresh token behind, a cut connection does not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{DATE, HeaderName, HeaderValue, RETRY_AFTER};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::http::Reply;
use crate::server::Wait;

/// A handle on the queue of faults. Clones share the queue.
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
    /// The platform has no such operation, or the fault has an invalid status, header or size.
    pub fn queue(&self, fault: Fault) -> Result<(), String> {
        self.queue_all(vec![fault])
    }

    /// Adds all faults, or none if one of them is invalid.
    pub(crate) fn queue_all(&self, faults: Vec<Fault>) -> Result<(), String> {
        faults.iter().try_for_each(|fault| self.check(fault))?;
        self.lock().extend(faults);
        Ok(())
    }

    /// The faults that are still in the queue.
    pub fn pending(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    /// Empties the queue and releases the held replies.
    pub fn clear(&self) {
        self.lock().clear();
        self.release();
    }

    /// Sends every reply that an [`Effect::Hold`] holds back.
    pub fn release(&self) {
        self.releases.send_modify(|count| *count += 1);
    }

    pub(crate) fn take(&self, operation: &str) -> Option<Effect> {
        let mut queue = self.lock();
        let at = queue.iter_mut().position(|fault| fault.applies_to(operation))?;
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

/// One failure of one operation, a number of times.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// The operation that fails; `*` for any. Default: `*`.
    #[serde(default = "any_operation")]
    pub operation: String,
    /// The number of requests that fail. Default: 1.
    #[serde(default = "once")]
    pub count: u32,
    /// The number of matching requests that succeed first. Default: 0.
    #[serde(default)]
    pub after: u32,
    /// The probability, in percent, that a matching request fails. Default: 100.
    #[serde(default = "always")]
    pub percent: u8,
    /// The state of the random generator: the same seed selects the same requests. Each draw changes it. Default: 0.
    #[serde(default)]
    pub seed: u64,
    /// The kind of failure.
    #[serde(flatten)]
    pub effect: Effect,
}

impl Fault {
    /// A fault of the next request for `operation`.
    pub fn on(operation: &str, effect: Effect) -> Self {
        Self { operation: operation.to_owned(), count: 1, after: 0, percent: 100, seed: 0, effect }
    }

    /// The same fault, `count` times.
    pub fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    /// The same fault, after `after` requests that succeed.
    pub fn after(mut self, after: u32) -> Self {
        self.after = after;
        self
    }

    /// The same fault at random, with a probability of `percent`. The same `seed` selects the same requests.
    pub fn by_chance(mut self, percent: u8, seed: u64) -> Self {
        (self.percent, self.seed) = (percent, seed);
        self
    }

    fn applies_to(&mut self, operation: &str) -> bool {
        let matches = self.count > 0 && (self.operation == ANY || self.operation == operation);
        if matches && self.after > 0 {
            self.after -= 1;
            return false;
        }
        matches && self.is_drawn()
    }

    /// Draws the next number of SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>).
    fn is_drawn(&mut self) -> bool {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % 100 < u64::from(self.percent)
    }
}

/// The kind of failure, and its parameters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Sends this reply; the platform does not handle the request. A string `body` is sent as plain text, any other as JSON.
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
    /// Sends a rate-limit error; the platform does not handle the request.
    RateLimited {
        /// 429, or 403 as on some platforms. Default: 429.
        #[serde(default = "too_many_requests")]
        status: u16,
        /// Seconds for the `Retry-After` header. Default: no such header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Sends an HTML page, as a gateway does; the platform does not handle the request.
    Html {
        /// The status. Default: 502.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// Closes the connection; the platform does not handle the request.
    Cut,
    /// Handles the request, then closes the connection without a reply.
    LostResponse,
    /// Handles the request, sends the full `Content-Length` and a part of the body, and closes the connection.
    Truncated {
        /// The number of body bytes to send. Default: half of the body.
        #[serde(default)]
        keep_bytes: Option<usize>,
    },
    /// Handles the request and pads the body of the reply with spaces.
    Oversize {
        /// The size of the padded body in bytes, at most 64 MiB.
        bytes: usize,
    },
    /// Handles the request at once and delays the reply, in real time.
    Delay {
        /// The delay in milliseconds.
        ms: u64,
    },
    /// Handles the request at once and holds the reply back until [`Faults::release`].
    Hold,
    /// Handles the request and sends a wrong `Date` header.
    DateOffset {
        /// How far the `Date` header is ahead of the sandbox's clock, in seconds; behind it if negative.
        seconds: i64,
    },
    /// Handles the request; a token that it issues is refused with 401 at first, in the sandbox's time.
    FreshTokenLag {
        /// For how long the token is refused, in seconds.
        seconds: i64,
    },
}

impl Effect {
    /// The name of the kind in JSON and in the ledger.
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

    pub(crate) fn reaches_the_platform(&self) -> bool {
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

    /// The reply that replaces the platform's.
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
            Self::Oversize { bytes } if *bytes > MAX_BODY_BYTES => {
                Err(format!("an oversize body has at most {MAX_BODY_BYTES} bytes"))
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
const MAX_BODY_BYTES: usize = 64 << 20;
const GATEWAY_PAGE: &str = "<!doctype html>\n<html><head><title>Bad gateway</title></head>\
    <body><h1>Bad gateway</h1><p>The upstream server did not answer.</p></body></html>\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn faults() -> Faults {
        Faults::new(vec!["mint", "list"])
    }

    #[test]
    fn a_fault_applies_to_its_operation_count_times() {
        let faults = faults();
        faults.queue(Fault::on("mint", Effect::Cut).times(2)).unwrap();
        assert!(faults.take("list").is_none());
        assert!(faults.take("mint").is_some());
        assert!(faults.take("mint").is_some());
        assert!(faults.take("mint").is_none());
    }

    #[test]
    fn a_fault_can_begin_after_some_requests() {
        let faults = faults();
        faults.queue(Fault::on("*", Effect::Cut).after(1)).unwrap();
        assert!(faults.take("list").is_none());
        assert!(faults.take("mint").is_some());
    }

    #[test]
    fn a_random_fault_selects_the_same_requests_for_the_same_seed() {
        let failed = |percent, seed| {
            let faults = faults();
            let fault = Fault::on("mint", Effect::Cut).times(u32::MAX).by_chance(percent, seed);
            faults.queue(fault).unwrap();
            (0..1000).map(|_| faults.take("mint").is_some()).collect::<Vec<_>>()
        };
        let count = |failed: &[bool]| failed.iter().filter(|it| **it).count();
        assert_eq!(failed(10, 7), failed(10, 7));
        assert_ne!(failed(10, 7), failed(10, 8));
        assert!((50..150).contains(&count(&failed(10, 7))));
        assert_eq!((count(&failed(0, 7)), count(&failed(100, 7))), (0, 1000));
        assert!(faults().queue(Fault::on("mint", Effect::Cut).by_chance(101, 7)).is_err());
    }

    #[test]
    fn an_operation_that_does_not_exist_is_refused() {
        assert!(faults().queue(Fault::on("mnt", Effect::Cut)).is_err());
    }
}
