//! When a request is worth sending again, and how long to wait before.
//!
//! Only repeatable requests are: GETs, and minting an installation token, which leaves nothing
//! behind but a token that expires. A code exchange and a refresh spend what they send, so an
//! unknown outcome is the caller's to judge.

use std::{thread, time::Duration};

use crate::{
    clock::Clock,
    error::{ErrorKind, Reason, Result},
    flight::Deadline,
    http::{Request, Response},
    time::Timestamp,
    transport::Transport,
};

/// How often to try again.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Further attempts after the first; default 2, and 0 switches retrying off.
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
    /// Sends a request, and again while that is allowed, promising and within the deadline.
    pub(crate) fn send(
        &self,
        transport: &dyn Transport,
        request: &Request,
        deadline: Deadline,
        clock: &dyn Clock,
    ) -> Result<Response> {
        let mut attempt = 0;
        loop {
            let outcome = transport.send(request, deadline);
            match self.wait_after(attempt, request, &outcome, clock.now()) {
                Some(wait) if wait < deadline.remaining() => thread::sleep(wait),
                _ => return outcome,
            }
            attempt += 1;
        }
    }

    fn wait_after(
        &self,
        attempt: u32,
        request: &Request,
        outcome: &Result<Response>,
        now: Timestamp,
    ) -> Option<Duration> {
        if !request.is_repeatable || attempt >= self.retries || !is_passing(outcome) {
            return None;
        }
        let asked = outcome.as_ref().ok().and_then(|response| retry_after(response, now));
        Some(
            asked.unwrap_or_else(|| jittered(self.first_wait.saturating_mul(1 << attempt.min(16)))),
        )
    }
}

/// How long a `Retry-After` header (RFC 9110 §10.2.3) asks to wait, in seconds or until a date.
pub(crate) fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(now.until(Timestamp::from(date)))
}

fn is_passing(outcome: &Result<Response>) -> bool {
    match outcome {
        Ok(response) => matches!(response.status, 429 | 502..=504),
        Err(error) => error.kind() == ErrorKind::Transport && error.reason() != Some(Reason::Tls),
    }
}

/// Between half of the wait and all of it, so that many clients do not come back at once.
fn jittered(wait: Duration) -> Duration {
    let mut byte = [u8::MAX];
    // Without randomness the wait is whole, which is only less polite.
    let _ = aws_lc_rs::rand::fill(&mut byte);
    wait / 2 + wait.mul_f64(f64::from(byte[0]) / 510.0)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::error::Error;

    const NOW: Timestamp = Timestamp::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT

    fn answer(status: u16, retry_after: Option<&str>) -> Result<Response> {
        let header = |value: &str| ("retry-after".to_owned(), value.to_owned());
        let headers = retry_after.map(header).into_iter().collect();
        Ok(Response { status, headers, body: Vec::new() })
    }

    fn wait(attempt: u32, outcome: &Result<Response>) -> Option<Duration> {
        let request = Request::new("GET", Url::parse("http://localhost").unwrap()).repeatable();
        RetryPolicy::default().wait_after(attempt, &request, outcome, NOW)
    }

    #[test]
    fn retry_after_is_honoured_in_both_forms() {
        assert_eq!(wait(0, &answer(429, Some("7"))), Some(Duration::from_secs(7)));
        let date = answer(503, Some("Sun, 06 Nov 1994 08:49:47 GMT"));
        assert_eq!(wait(0, &date), Some(Duration::from_secs(10)));
    }

    #[test]
    fn waits_grow_and_come_to_an_end() {
        let (first, second) = (wait(0, &answer(502, None)), wait(1, &answer(502, None)));
        assert!(first.is_some_and(|wait| (125..=250).contains(&wait.as_millis())));
        assert!(second.is_some_and(|wait| (250..=500).contains(&wait.as_millis())));
        assert_eq!(wait(2, &answer(502, None)), None);
    }

    #[test]
    fn answers_and_unrepeatable_requests_stand() {
        assert_eq!(wait(0, &answer(200, None)), None);
        assert_eq!(wait(0, &answer(500, None)), None);
        assert_eq!(wait(0, &Err(Error::new(ErrorKind::Timeout, "late"))), None);
        let once = Request::new("POST", Url::parse("http://localhost").unwrap());
        assert_eq!(RetryPolicy::default().wait_after(0, &once, &answer(503, None), NOW), None);
    }
}
