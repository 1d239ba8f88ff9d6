//! Login on another device (RFC 8628): a person types a code there, and the program polls until the
//! person is done.

use std::{
    fmt, mem,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    client::PlatformClient,
    error::{Error, ErrorKind, Reason, Result},
    oauth::device::{DeviceAuthorization, MAX_INTERVAL},
    tasks::{Completion, Deadline, Pool, Task, lock, sync::Mutex},
    time::{ClockReading, Timestamp},
    token::Token,
};

/// A login of a user on another device, on which they type a code.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8628>
#[derive(Clone)]
pub struct DeviceLogin(Arc<Inner>);

struct Inner {
    client: Arc<PlatformClient>,
    pool: Pool,
    authorization: DeviceAuthorization,
    polling: Mutex<Polling>,
    /// The error with which the login ended, once it has.
    end: Mutex<Option<Error>>,
    /// Everybody who waits, until the login ends.
    waiting: Mutex<Vec<Weak<Waiting>>>,
    is_cancelled: AtomicBool,
}

/// A caller of `wait`, until its task has completed.
struct Waiting {
    completion: Mutex<Option<Completion<Token>>>,
    deadline: Deadline,
}

impl Waiting {
    fn is_over(&self) -> bool {
        lock(&self.completion).is_none()
    }

    fn complete(&self, outcome: &Result<Token>) {
        let completion = lock(&self.completion).take();
        if let Some(completion) = completion {
            completion.complete(outcome);
        }
    }
}

/// The time between two polls, and the pause since the last answer.
///
/// By the monotonic clock: the wall clock may be set while a person types the code.
#[derive(Clone, Copy)]
struct Polling {
    interval: Duration,
    pause: Duration,
    answered_at: ClockReading,
}

impl Polling {
    /// The time until the next poll.
    fn wait(&self, now: ClockReading) -> Duration {
        self.pause.saturating_sub(now.since(self.answered_at).unwrap_or_default())
    }
}

impl DeviceLogin {
    pub(crate) fn new(
        client: &Arc<PlatformClient>,
        pool: &Pool,
        authorization: DeviceAuthorization,
    ) -> Self {
        let interval = authorization.interval;
        let answered_at = client.clock().reading();
        Self(Arc::new(Inner {
            client: Arc::clone(client),
            pool: pool.clone(),
            authorization,
            polling: Mutex::new(Polling { interval, pause: interval, answered_at }),
            end: Mutex::new(None),
            waiting: Mutex::default(),
            is_cancelled: AtomicBool::new(false),
        }))
    }

    /// The code that the user types.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.0.authorization.user_code
    }

    /// The URL of the page on which the user types the code.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.0.authorization.verification_uri
    }

    /// The same URL with the code, for a link or a QR code.
    ///
    /// `None` if the platform has none.
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.0.authorization.verification_uri_complete.as_deref()
    }

    /// When the code expires.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.authorization.expiry.map(|expiry| expiry.at)
    }

    /// Asks the platform once whether the user is done.
    ///
    /// No network I/O before the platform's interval has passed.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc8628#section-3.4>
    ///
    /// # Errors
    /// - [`Pending`](crate::ErrorKind::Pending) (`authorization_pending` or `slow_down`) if the
    ///   user is not done; the error says when to poll again.
    /// - [`Denied`](crate::ErrorKind::Denied) (`access_denied`) if the user declined.
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`expired_device_code`) if the code
    ///   expired.
    /// - [`Cancelled`](crate::ErrorKind::Cancelled) if the login was cancelled.
    /// - Those of [every call over the network](crate#errors).
    pub fn poll(&self) -> Task<Token> {
        if let Err(error) = self.check_due() {
            return Task::ready(Err(error));
        }
        let this = self.clone();
        self.0.pool.spawn(move |deadline| this.send_poll(deadline))
    }

    /// Polls at the platform's interval until the user is done or declines, or the code expires.
    ///
    /// Each request gets the app's [`timeout`](crate::AppBuilder::timeout). Between the requests no
    /// thread of the library waits.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc8628#section-3.5>
    ///
    /// # Errors
    /// - [`Denied`](crate::ErrorKind::Denied) (`access_denied`) if the user declined.
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`expired_device_code`) if the code
    ///   expired.
    /// - [`Cancelled`](crate::ErrorKind::Cancelled) if the login was cancelled.
    /// - Those of [every call over the network](crate#errors).
    pub fn wait(&self) -> Task<Token> {
        let timeout = self.remaining().map_or(MAX_WAIT, |it| it.saturating_add(MIN_PAUSE));
        let deadline = Deadline::after(timeout.min(MAX_WAIT));
        let (task, completion) = Task::pending(deadline);
        let waiting = Arc::new(Waiting { completion: Mutex::new(Some(completion)), deadline });
        let mut all = lock(&self.0.waiting);
        all.retain(|it| it.strong_count() > 0);
        all.push(Arc::downgrade(&waiting));
        drop(all);
        self.advance(waiting);
        task
    }

    /// Ends a wait with an error of kind [`Cancelled`](crate::ErrorKind::Cancelled). The code
    /// itself works until it expires.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::SeqCst);
        let all = mem::take(&mut *lock(&self.0.waiting));
        all.iter().filter_map(Weak::upgrade).for_each(|it| it.complete(&Err(cancelled())));
    }

    /// Polls if a poll is due, and comes back when the next one is.
    fn advance(&self, waiting: Arc<Waiting>) {
        if waiting.is_over() {
            return;
        }
        if let Err(error) = self.check_due() {
            return self.pause(&waiting, error);
        }
        let (this, request) = (self.clone(), self.clone());
        // A token endpoint that hangs must not keep tokens from being minted.
        let pool = self.0.pool.for_calls();
        let poll = pool.spawn_until(pool.deadline(None).min(waiting.deadline), move |deadline| {
            request.send_poll(deadline)
        });
        poll.on_complete(move |outcome| match outcome {
            Err(error) => this.pause(&waiting, error),
            outcome => waiting.complete(&outcome),
        });
    }

    /// Advances again after a while if the error passes, else completes with it.
    fn pause(&self, waiting: &Arc<Waiting>, error: Error) {
        if !error.is_retryable() || waiting.deadline.remaining().is_zero() {
            return waiting.complete(&Err(error));
        }
        let wait = lock(&self.0.polling).wait(self.0.client.clock().reading());
        // Not longer, because this waits by another clock, which a suspended machine stops.
        let wait = wait.clamp(MIN_PAUSE, MAX_PAUSE).min(waiting.deadline.remaining());
        let (this, next) = (self.clone(), Arc::clone(waiting));
        if let Err(error) = self.0.pool.after(wait, move || this.advance(next)) {
            waiting.complete(&Err(error));
        }
    }

    /// Whether a poll may be sent now.
    fn check_due(&self) -> Result<()> {
        if self.0.is_cancelled.load(Ordering::SeqCst) {
            return Err(cancelled());
        }
        if let Some(end) = &*lock(&self.0.end) {
            return Err(end.clone());
        }
        if self.remaining().is_some_and(|it| it.is_zero()) {
            return Err(expired());
        }
        match lock(&self.0.polling).wait(self.0.client.clock().reading()) {
            Duration::ZERO => Ok(()),
            wait => {
                Err(Error::new(ErrorKind::Pending, "the person has not authorized the app yet")
                    .because(Reason::AuthorizationPending)
                    .with_retry_after(Some(wait)))
            }
        }
    }

    /// The time until the code expires, by the monotonic clock.
    fn remaining(&self) -> Option<Duration> {
        let now = self.0.client.clock().reading();
        let expiry = self.0.authorization.expiry?;
        Some(expiry.end.since(now).unwrap_or_default())
    }

    fn send_poll(&self, deadline: Deadline) -> Result<Token> {
        let code = &self.0.authorization.device_code;
        let outcome = self.0.client.exchange_device_code(code, deadline);
        let Err(error) = outcome else { return outcome };
        if matches!(error.kind(), ErrorKind::Denied | ErrorKind::Reauthorize) {
            *lock(&self.0.end) = Some(error.clone());
        }
        let mut polling = lock(&self.0.polling);
        polling.interval = next_interval(polling.interval, &error);
        // A rate limit and a busy server say how long to stay away.
        let retry_after = error.retry_after().filter(|_| error.kind() != ErrorKind::Pending);
        let pause = retry_after.unwrap_or_default().max(polling.interval);
        (polling.pause, polling.answered_at) = (pause, self.0.client.clock().reading());
        let wait = (error.kind() == ErrorKind::Pending).then_some(polling.interval);
        Err(if wait.is_some() { error.with_retry_after(wait) } else { error })
    }
}

/// The interval after a poll that failed (RFC 8628 §3.5).
fn next_interval(interval: Duration, error: &Error) -> Duration {
    match (error.kind(), error.reason()) {
        // Five seconds more, for good; some servers name the new interval instead.
        (_, Some(Reason::SlowDown)) => {
            let named = error.retry_after().filter(|named| *named > interval);
            named.unwrap_or(interval + SLOW_DOWN_STEP)
        }
        // Twice as long after a lost connection.
        (ErrorKind::Transport | ErrorKind::Timeout, _) => (interval * 2).min(MAX_INTERVAL),
        _ => interval,
    }
}

impl fmt::Debug for DeviceLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceLogin")
            .field("verification_uri", &self.verification_uri())
            .finish_non_exhaustive()
    }
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the login was cancelled")
}

fn expired() -> Error {
    Error::new(ErrorKind::Reauthorize, "the device code expired before the login was completed")
        .because(Reason::ExpiredDeviceCode)
        .advise("Start a new login.")
}

/// The step by which `slow_down` lengthens the interval (RFC 8628 §3.5).
const SLOW_DOWN_STEP: Duration = Duration::from_secs(5);
/// The shortest time between two looks whether a poll is due, and the longest.
const MIN_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(1);
const MAX_WAIT: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_too_fast_waits_five_seconds_more_or_for_a_longer_interval_that_the_server_names() {
        let seconds = Duration::from_secs;
        let after = |named: Option<u64>| {
            let error = Error::new(ErrorKind::Pending, "slow down").because(Reason::SlowDown);
            next_interval(seconds(5), &error.with_retry_after(named.map(seconds)))
        };
        assert_eq!([None, Some(3), Some(5)].map(after), [seconds(10); 3]);
        assert_eq!(after(Some(6)), seconds(6));
    }
}
