//! When a request is worth sending again, and how long to wait before.
//!
//! Lookups and minting are repeated when their outcome is not known or the platform failed; a
//! caller's reads when it is not known; a caller's writes when a rate limit refused them. A code
//! exchange and a refresh spend what they send, so an unknown outcome is the caller's to classify.

use std::time::Duration;

use crate::{
    error::{Error, ErrorKind, Result},
    http::{
        coding::decoded,
        limit::Limit,
        message::{Repeat, Request, Response},
        transport::Transport,
    },
    tasks::{
        Deadline,
        sync::{fill_random, thread},
    },
    time::Timestamp,
};

/// The number of attempts, and the waits between them.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Further attempts after the first; default 2. With 0 every request is sent once: there is no
    /// wait for a token that was just minted, and a refused token is not replaced.
    pub retries: u32,
    /// The wait before the first of them, doubled for each further one; default 250 ms.
    pub first_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { retries: 2, first_wait: Duration::from_millis(250) }
    }
}

impl RetryPolicy {
    /// Sends a request, and sends it again while that is allowed, may help and ends before the deadline.
    /// `begin_wait` may forbid a wait; what it returns is dropped after the wait.
    pub(crate) fn send<W>(
        &self,
        transport: &dyn Transport,
        request: &Request,
        deadline: Deadline,
        read_hint: impl Fn(&Response) -> RetryHint,
        begin_wait: impl Fn(Duration) -> Option<W>,
    ) -> Result<Response> {
        let mut attempt = 0;
        loop {
            let outcome = transport.send(request, deadline);
            let outcome = outcome.and_then(|response| decoded(response, request));
            let hint = outcome.as_ref().ok().map(&read_hint);
            match self.wait_after(attempt, request.repeat, &outcome, hint) {
                Some(wait) if wait < deadline.remaining() => {
                    let Some(_waiting) = begin_wait(wait) else { return outcome };
                    thread::sleep(wait);
                }
                _ => return outcome,
            }
            attempt += 1;
        }
    }

    /// The wait, after so many attempts, for a token that was just minted to become known on all of
    /// the platform's machines; `None` after the last attempt.
    pub(crate) fn propagation_wait(&self, attempt: u32) -> Option<Duration> {
        let goes_on = self.is_on() && attempt < PROPAGATION_ATTEMPTS;
        goes_on.then(|| self.first_wait.saturating_mul(1 << attempt))
    }

    /// Whether any request is sent a second time.
    pub(crate) fn is_on(&self) -> bool {
        self.retries > 0
    }

    fn wait_after(
        &self,
        attempt: u32,
        repeat: Repeat,
        outcome: &Result<Response>,
        hint: Option<RetryHint>,
    ) -> Option<Duration> {
        if attempt >= self.retries {
            return None;
        }
        let back_off = |first: Duration| jittered(first.saturating_mul(1 << attempt.min(16)));
        match hint {
            Some(RetryHint { limit: Some(limit), .. }) if repeat >= Repeat::WhenLimited => {
                let pause = limit.pause.unwrap_or(self.first_wait);
                Some(limit.retry_after.unwrap_or_else(|| back_off(pause)))
            }
            Some(RetryHint { limit: None, retry_after }) if has_failed(outcome, repeat) => {
                Some(retry_after.unwrap_or_else(|| back_off(self.first_wait)))
            }
            None if repeat >= Repeat::Read && is_passing(outcome) => {
                Some(back_off(self.first_wait))
            }
            _ => None,
        }
    }
}

/// The parts of a response that decide about sending its request again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryHint {
    pub(crate) limit: Option<Limit>,
    /// The `Retry-After` header.
    pub(crate) retry_after: Option<Duration>,
}

fn has_failed(outcome: &Result<Response>, repeat: Repeat) -> bool {
    let status = outcome.as_ref().map_or(0, |response| response.status);
    match repeat {
        Repeat::Never | Repeat::WhenLimited => false,
        Repeat::Read => matches!(status, 502..=504),
        Repeat::Own => status >= 500 && !matches!(status, 501 | 505),
    }
}

fn is_passing(outcome: &Result<Response>) -> bool {
    let of = |error: &Error| error.kind() == ErrorKind::Transport && error.is_retryable();
    outcome.as_ref().err().is_some_and(of)
}

/// The wait in a `Retry-After` header (RFC 9110 §10.2.3), which holds seconds or a date. A wait is
/// believed up to a day.
pub(crate) fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    if let Ok(date) = httpdate::parse_http_date(value) {
        return Some(wait_until(Timestamp::from(date), now));
    }
    // A gateway may add a header of its own to the platform's: both are joined by a comma.
    value.split(',').filter_map(|seconds| whole_seconds(seconds.trim())).max()
}

/// The time until `then`, believed up to a day; zero if that has passed.
pub(crate) fn wait_until(then: Timestamp, now: Timestamp) -> Duration {
    now.until(then).min(LONGEST_WAIT)
}

/// Some servers write seconds with a fraction, which is rounded up.
fn whole_seconds(text: &str) -> Option<Duration> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds: f64 = text.parse().ok().filter(|_| is_number)?;
    Some(Duration::from_secs_f64(seconds.ceil().min(LONGEST_WAIT.as_secs_f64())))
}

/// A random wait between half of `wait` and all of it, so that many clients do not return at once.
pub(crate) fn jittered(wait: Duration) -> Duration {
    let mut byte = [u8::MAX];
    // Without a random number the wait is the whole one, which is only less polite.
    let _ = fill_random(&mut byte);
    wait / 2 + wait.mul_f64(f64::from(byte[0]) / 510.0)
}

/// A quota is renewed within an hour or a day: a longer wait is a mistake, and would last for months.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);
/// A platform of many machines may need seconds until all of them know a new token.
const PROPAGATION_ATTEMPTS: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn answer(status: u16) -> Result<Response> {
        Ok(Response { status, headers: Vec::new(), body: Vec::new() })
    }

    fn wait(attempt: u32, repeat: Repeat, status: u16) -> Option<Duration> {
        let hint = RetryHint { limit: None, retry_after: None };
        RetryPolicy::default().wait_after(attempt, repeat, &answer(status), Some(hint))
    }

    fn limited(
        repeat: Repeat,
        retry_after: Option<Duration>,
        pause: Option<Duration>,
    ) -> Option<Duration> {
        let limit = Some(Limit { retry_after, pause, is_for_app: false });
        let hint = RetryHint { limit, retry_after: None };
        RetryPolicy::default().wait_after(0, repeat, &answer(403), Some(hint))
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = Timestamp::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        let of = |value: &str| {
            let headers = vec![("retry-after".to_owned(), value.to_owned())];
            retry_after(&Response { status: 503, headers, body: Vec::new() }, now)
        };
        let day = 24 * 3600 * SECOND;
        for (value, wait) in [
            ("7", Some(7 * SECOND)),
            ("0", Some(Duration::ZERO)),
            ("1.2", Some(2 * SECOND)),
            ("7, 120", Some(120 * SECOND)),
            ("99999999999999999999999", Some(day)),
            ("31536000", Some(day)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10 * SECOND)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", Some(10 * SECOND)),
            ("Mon, 06 Nov 1995 08:49:47 GMT", Some(day)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(Duration::ZERO)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(Duration::ZERO)),
            ("soon", None),
            ("-3", None),
            ("1e9", None),
            ("inf", None),
            ("NaN", None),
            ("", None),
            (".", None),
        ] {
            assert_eq!(of(value), wait, "{value}");
        }
    }

    #[test]
    fn a_limit_is_waited_for_as_the_platform_says() {
        assert_eq!(limited(Repeat::WhenLimited, Some(7 * SECOND), Some(SECOND)), Some(7 * SECOND));
        let paused = limited(Repeat::Own, None, Some(60 * SECOND)).unwrap();
        assert!((30 * SECOND..=60 * SECOND).contains(&paused));
        assert!(limited(Repeat::Read, None, None).is_some_and(|wait| wait < SECOND));
        assert_eq!(limited(Repeat::Never, Some(SECOND), None), None);
    }

    #[test]
    fn waits_grow_and_come_to_an_end() {
        let millis = |attempt| wait(attempt, Repeat::Read, 502).map(|wait| wait.as_millis());
        assert!(millis(0).is_some_and(|wait| (125..=250).contains(&wait)));
        assert!(millis(1).is_some_and(|wait| (250..=500).contains(&wait)));
        assert_eq!(millis(2), None);
    }

    #[test]
    fn only_a_failure_of_a_repeatable_request_is_retried() {
        assert_eq!(wait(0, Repeat::Own, 200), None);
        assert_eq!(wait(0, Repeat::Own, 501), None);
        assert!(wait(0, Repeat::Own, 500).is_some());
        assert_eq!(wait(0, Repeat::Read, 500), None);
        assert_eq!(wait(0, Repeat::WhenLimited, 503), None);
    }

    #[test]
    fn a_lost_connection_is_retried_and_a_timeout_is_not() {
        let after = |kind| {
            let lost = Err(Error::new(kind, "no answer"));
            RetryPolicy::default().wait_after(0, Repeat::Read, &lost, None)
        };
        assert!(after(ErrorKind::Transport).is_some());
        assert_eq!(after(ErrorKind::Timeout), None);
    }

    #[test]
    fn a_new_token_gets_a_little_time_unless_retrying_is_off() {
        let waits = |policy: RetryPolicy| -> Duration {
            (0..9).map_while(|n| policy.propagation_wait(n)).sum()
        };
        assert_eq!(waits(RetryPolicy::default()), Duration::from_millis(1750));
        let off = RetryPolicy { retries: 0, ..RetryPolicy::default() };
        assert_eq!(waits(off), Duration::ZERO);
    }
}
