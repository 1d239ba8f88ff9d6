//! Login on another device (RFC 8628): a person types a code elsewhere, and the program asks until
//! it is done.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    app::App,
    error::{Error, ErrorKind, Reason, Result},
    flight::{Deadline, Flight, lock},
    refusal::Answered,
    reply,
    secret::Secret,
    time::Timestamp,
    token::Token,
};

/// A login that waits for a person to type a code at another place.
#[derive(Clone)]
pub struct DeviceLogin(Arc<Inner>);

struct Inner {
    app: App,
    started: Started,
    /// How long to wait between two questions, and when the next may be asked.
    pace: Mutex<Pace>,
    /// Why it ended without a token, once it has.
    end: Mutex<Option<Error>>,
    is_cancelled: AtomicBool,
}

/// What the platform answered to the start.
#[derive(Clone)]
pub(crate) struct Started {
    pub(crate) device_code: Secret,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_at: Option<Timestamp>,
    interval: Duration,
}

#[derive(Clone, Copy)]
struct Pace {
    interval: Duration,
    next: Timestamp,
}

impl DeviceLogin {
    pub(crate) fn new(app: App, started: Started) -> Self {
        let interval = started.interval;
        let pace = Mutex::new(Pace { interval, next: app.now().after(interval) });
        let (end, is_cancelled) = (Mutex::default(), AtomicBool::new(false));
        Self(Arc::new(Inner { app, started, pace, end, is_cancelled }))
    }

    /// What the person types.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.0.started.user_code
    }

    /// Where the person types it.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.0.started.verification_uri
    }

    /// The same with the code in it, for a link or a QR code, where the platform has it.
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.0.started.verification_uri_complete.as_deref()
    }

    /// When the code stops working.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.started.expires_at
    }

    /// Asks once whether the person is done. [`Pending`](ErrorKind::Pending) with the time to wait
    /// when not; asked too early it answers that without asking the platform.
    pub fn poll(&self) -> Flight<Token> {
        if let Err(error) = self.is_ready() {
            return Flight::landed(Err(error));
        }
        let this = self.clone();
        self.0.app.fly_for(None, move |_, deadline| this.ask(deadline))
    }

    /// Asks in the platform's pace until the person is done, says no, or the code expires.
    /// [`cancel`](Self::cancel) ends it with [`Cancelled`](ErrorKind::Cancelled).
    pub fn wait(&self) -> Flight<Token> {
        let this = self.clone();
        let patience = self.expires_at().map_or(LONGEST, |at| self.0.app.now().until(at) + SLICE);
        self.0.app.fly_apart(patience.min(LONGEST), move |deadline| {
            loop {
                match this.is_ready().and_then(|()| this.ask(deadline)) {
                    Err(error) if error.is_retryable() && !deadline.remaining().is_zero() => {
                        thread::sleep(SLICE.min(deadline.remaining()));
                    }
                    outcome => return outcome,
                }
            }
        })
    }

    /// Ends the waiting. The code itself goes on working until it expires.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }

    fn is_ready(&self) -> Result<()> {
        if self.0.is_cancelled.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Cancelled, "the login was cancelled"));
        }
        if let Some(end) = &*lock(&self.0.end) {
            return Err(end.clone());
        }
        let now = self.0.app.now();
        if self.expires_at().is_some_and(|at| at <= now) {
            return Err(expired());
        }
        match now.until(lock(&self.0.pace).next) {
            Duration::ZERO => Ok(()),
            wait => {
                Err(Error::new(ErrorKind::Pending, "the person has not authorized the app yet")
                    .because(Reason::AuthorizationPending)
                    .with_retry_after(Some(wait)))
            }
        }
    }

    fn ask(&self, deadline: Deadline) -> Result<Token> {
        let outcome = self.0.app.redeem_device_code(&self.0.started.device_code, deadline);
        let Err(error) = outcome else { return outcome };
        if matches!(error.kind(), ErrorKind::Denied | ErrorKind::Reauthorize) {
            *lock(&self.0.end) = Some(error.clone());
        }
        let mut pace = lock(&self.0.pace);
        let interval = pace.interval;
        pace.interval = match (error.kind(), error.reason()) {
            // RFC 8628 §3.5: five seconds more, for good; some servers say how long instead.
            (_, Some(Reason::SlowDown)) => {
                error.retry_after().filter(|told| *told > interval).unwrap_or(interval + SLOWER)
            }
            // RFC 8628 §3.5: after a lost connection the pace is halved.
            (ErrorKind::Transport | ErrorKind::Timeout, _) => (interval * 2).min(SLOWEST),
            _ => interval,
        };
        // A limit, and a server that is busy, say how long to stay away.
        let told = error.retry_after().filter(|_| error.kind() != ErrorKind::Pending);
        pace.next = self.0.app.now().after(told.unwrap_or_default().max(pace.interval));
        let wait = (error.kind() == ErrorKind::Pending).then_some(pace.interval);
        Err(if wait.is_some() { error.with_retry_after(wait) } else { error })
    }
}

impl Started {
    pub(crate) fn read(answered: &Answered<'_>) -> Result<Self> {
        let rules = &answered.platform.device()?.reply;
        let reply = answered.json_or_form()?;
        let needed = |at, what: &str| {
            reply::text(&reply, at).ok_or_else(|| {
                answered.nonsense(Reason::MissingMember, &format!("the answer holds no {what}"))
            })
        };
        if reply::text(&reply, &answered.platform.descriptor().errors.code).is_some() {
            return Err(answered.refusal());
        }
        let device_code = Secret::new(needed(&rules.device_code, "device code")?);
        let user_code = needed(&rules.user_code, "user code")?;
        let verification_uri = needed(&rules.verification_uri, "verification URI")?;
        let complete = reply::text(&reply, &rules.verification_uri_complete);
        let is_page = |uri: &String| uri.starts_with("https://") || uri.starts_with("http://");
        if !is_page(&verification_uri) || !complete.iter().all(is_page) {
            let what = "the answer's verification URI is not an http or https URL";
            return Err(answered.nonsense(Reason::MissingMember, what));
        }
        let interval = reply::text(&reply, &rules.interval).and_then(|text| seconds(&text));
        let expires_at = reply::expiry(&reply, &rules.expires, answered.now);
        Ok(Self {
            device_code,
            user_code,
            verification_uri,
            verification_uri_complete: complete,
            expires_at: expires_at.ok().flatten(),
            interval: interval.unwrap_or(USUAL).clamp(SLICE, SLOWEST),
        })
    }
}

impl fmt::Debug for DeviceLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceLogin")
            .field("verification_uri", &self.verification_uri())
            .finish_non_exhaustive()
    }
}

/// Seconds, as a number or text, whole or not.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}

fn expired() -> Error {
    Error::new(ErrorKind::Reauthorize, "nobody typed the code before it expired")
        .because(Reason::ExpiredDeviceCode)
        .advise("Start a new login.")
}

/// RFC 8628 §3.2: where the platform does not say.
const USUAL: Duration = Duration::from_secs(5);
const SLOWER: Duration = Duration::from_secs(5);
const SLOWEST: Duration = Duration::from_secs(120);
const SLICE: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(3600);
