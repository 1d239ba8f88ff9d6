//! A pause for a host that fails whatever it is asked: hundreds of installations must not ask on.
//!
//! Failures of ten installations, without a success between them, pause the minting. After the pause one
//! request goes out as a probe; its success ends the pause, and its failure begins a longer one. Whoever
//! asks meanwhile gets the last error, and when to come back. A rate limit of the whole app pauses, too.
//! Neither a rate limit nor the failures of a single installation keep the others from being asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use crate::{
    error::{Error, ErrorKind, Result},
    http::retry::jittered,
    tasks::{Owned, PerProcess, lock, sync::Mutex},
    time::ClockReading,
};

/// The breakers of the hosts that tokens come from.
#[derive(Default)]
pub(super) struct Breakers(PerProcess<Mutex<ByHost>>);

type ByHost = BTreeMap<String, Breaker>;

/// A request that was let through, until its outcome is recorded.
pub(super) struct Admission {
    breakers: Arc<Owned<Mutex<ByHost>>>,
    host: String,
    subject: String,
    is_probe: bool,
}

impl Breakers {
    /// Lets a request about a subject through: an installation, or the app.
    ///
    /// # Errors
    /// The last failure, while the host is paused.
    pub(super) fn admit(&self, host: &str, subject: &str, now: ClockReading) -> Result<Admission> {
        let breakers = self.0.get_or_default();
        let is_probe = lock(&breakers).entry(host.to_owned()).or_default().admit(subject, now)?;
        let (host, subject) = (host.to_owned(), subject.to_owned());
        Ok(Admission { breakers, host, subject, is_probe })
    }

    /// Pauses a host that limits the whole app.
    pub(super) fn pause(&self, host: &str, limited: &Error, now: ClockReading) {
        let breakers = self.0.get_or_default();
        lock(&breakers).entry(host.to_owned()).or_default().fail("", limited, false, now);
    }

    /// Whether a host is paused because it fails: then nothing is sent to it again.
    pub(super) fn is_down(&self, host: &str) -> bool {
        let is_down = |it: &Breaker| it.pause.as_ref().is_some_and(|it| !it.error.limits_app());
        lock(&self.0.get_or_default()).get(host).is_some_and(is_down)
    }
}

impl Admission {
    pub(super) fn record<T>(self, outcome: &Result<T>, now: ClockReading) {
        let mut breakers = lock(&self.breakers);
        let Some(breaker) = breakers.get_mut(&self.host) else { return };
        let error = outcome.as_ref().err();
        if let Some(error) = error.filter(|error| is_failure(error)) {
            breaker.fail(&self.subject, error, self.is_probe, now);
        } else if error.is_none_or(is_answer) {
            *breaker = Breaker::default();
        }
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if self.is_probe
            && let Some(breaker) = lock(&self.breakers).get_mut(&self.host)
        {
            breaker.is_probing = false;
        }
    }
}

/// The state of one host.
#[derive(Default)]
struct Breaker {
    /// The subjects that failed since the last success, up to as many as pause the host.
    failed: BTreeSet<String>,
    /// The pauses since the last success.
    pauses: u32,
    pause: Option<Pause>,
    is_probing: bool,
    last_probe: String,
}

struct Pause {
    until_ms: i64,
    error: Error,
}

impl Breaker {
    /// Whether the request that may go out is a probe.
    fn admit(&mut self, subject: &str, now: ClockReading) -> Result<bool> {
        let Some(pause) = &self.pause else { return Ok(false) };
        // Another one goes first, since it may be that subject alone which fails.
        let later = if self.last_probe == subject { MIN_RETRY_AFTER } else { Duration::ZERO };
        let until_ms = pause.until_ms.saturating_add(milliseconds(later));
        let left_ms = u64::try_from(until_ms - now.monotonic_ms).unwrap_or(0);
        if left_ms == 0 && !self.is_probing {
            self.is_probing = true;
            subject.clone_into(&mut self.last_probe);
            return Ok(true);
        }
        let left = Duration::from_millis(left_ms).max(MIN_RETRY_AFTER);
        Err(pause.error.clone().with_retry_after(Some(left)))
    }

    fn fail(&mut self, subject: &str, error: &Error, is_probe: bool, now: ClockReading) {
        if self.failed.len() < MAX_FAILED {
            self.failed.insert(subject.to_owned());
        }
        let is_due = is_probe || (self.failed.len() >= MAX_FAILED && self.pause.is_none());
        let limit = error.retry_after().filter(|_| error.limits_app()).map(|it| it.min(MAX_LIMIT));
        let back_off = || jittered(FIRST_PAUSE * 2_u32.pow(self.pauses.min(MAX_DOUBLINGS)));
        let Some(wait) = limit.or_else(|| is_due.then(back_off)) else { return };
        let until_ms = now.monotonic_ms.saturating_add(milliseconds(wait));
        let until_ms = self.pause.as_ref().map_or(until_ms, |it| it.until_ms.max(until_ms));
        self.pauses = self.pauses.saturating_add(1);
        self.pause = Some(Pause { until_ms, error: explained(error) });
    }
}

/// The error for those whose requests do not go out.
fn explained(error: &Error) -> Error {
    let error = error.clone();
    let why = if error.limits_app() {
        "the platform limits the app"
    } else {
        "the platform fails for everybody"
    };
    let message = format!("not sent, because {why}: {}", error.message());
    error.with_message(message)
}

/// Whether the host failed, or limits the whole app.
fn is_failure(error: &Error) -> bool {
    let is_down =
        matches!(error.kind(), ErrorKind::Server | ErrorKind::Transport | ErrorKind::Timeout);
    let passes = error.is_retryable() || error.is_on_the_way();
    passes && (is_down || error.limits_app())
}

/// Whether the host works, although it refused.
fn is_answer(error: &Error) -> bool {
    use ErrorKind::{Forbidden, NotFound, Rejected, Unauthorized};
    matches!(error.kind(), Unauthorized | Forbidden | NotFound | Rejected)
}

fn milliseconds(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
}

/// The subjects whose failures pause a host. Fewer are asked for again each second at most, which the cache
/// sees to.
const MAX_FAILED: usize = 10;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause is a minute and four seconds.
const MAX_DOUBLINGS: u32 = 6;
/// The longest pause for a limit that the platform names. After it one request finds out whether the limit is over.
const MAX_LIMIT: Duration = Duration::from_secs(3600);
/// While a probe is on its way.
const MIN_RETRY_AFTER: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "https://api.example";

    fn at(ms: i64) -> ClockReading {
        ClockReading { wall_ms: ms, monotonic_ms: ms }
    }

    fn down() -> Result<()> {
        Err(Error::new(ErrorKind::Server, "installation 14 failed: 500"))
    }

    fn admit(breakers: &Breakers, subject: usize, now_ms: i64) -> Result<Admission> {
        breakers.admit(HOST, &subject.to_string(), at(now_ms))
    }

    fn fail(breakers: &Breakers, subject: usize, now_ms: i64) {
        admit(breakers, subject, now_ms).unwrap().record(&down(), at(now_ms));
    }

    /// Fails until the host is paused; returns the end of the pause.
    fn paused(breakers: &Breakers, now_ms: i64) -> i64 {
        (0..MAX_FAILED).for_each(|subject| fail(breakers, subject, now_ms));
        end_of_pause(breakers, now_ms)
    }

    fn end_of_pause(breakers: &Breakers, now_ms: i64) -> i64 {
        let refused = admit(breakers, 99, now_ms).err().unwrap();
        assert!(refused.is_retryable() && refused.message().contains("failed: 500"), "{refused}");
        assert!(refused.retry_after().is_some_and(|wait| wait >= MIN_RETRY_AFTER));
        let breakers = breakers.0.get_or_default();
        lock(&breakers)[HOST].pause.as_ref().unwrap().until_ms
    }

    #[test]
    fn failures_of_many_pause_their_host_and_no_other() {
        let breakers = Breakers::default();
        paused(&breakers, 0);
        assert!(breakers.admit("https://other.example", "1", at(0)).is_ok());
    }

    #[test]
    fn failures_of_a_few_pause_nobody() {
        let breakers = Breakers::default();
        (0..1000).for_each(|n| fail(&breakers, n % (MAX_FAILED - 1), 0));
        assert!(admit(&breakers, 99, 0).is_ok());
    }

    #[test]
    fn a_success_or_a_refusal_between_failures_begins_the_count_anew() {
        let breakers = Breakers::default();
        let refusal = Err(Error::new(ErrorKind::NotFound, "not installed"));
        for outcome in [Ok(()), refusal] {
            (1..MAX_FAILED).for_each(|subject| fail(&breakers, subject, 0));
            admit(&breakers, 99, 0).unwrap().record(&outcome, at(0));
        }
        assert!(admit(&breakers, 99, 0).is_ok());
    }

    #[test]
    fn one_probe_goes_out_after_the_pause_and_its_success_ends_it() {
        let breakers = Breakers::default();
        let end = paused(&breakers, 0);
        let probe = admit(&breakers, 1, end).unwrap();
        assert!(admit(&breakers, 2, end).is_err(), "one at a time");
        probe.record(&Ok(()), at(end));
        assert!(admit(&breakers, 2, end).is_ok() && !breakers.is_down(HOST));
    }

    #[test]
    fn another_one_goes_first_after_a_probe_that_failed() {
        let breakers = Breakers::default();
        let end = paused(&breakers, 0);
        fail(&breakers, 1, end);
        let end = end_of_pause(&breakers, end);
        assert!(admit(&breakers, 1, end).is_err());
        drop(admit(&breakers, 2, end).unwrap());
        assert!(admit(&breakers, 1, end).is_ok(), "2 was the last probe");
    }

    #[test]
    fn pauses_grow_to_a_minute() {
        let (breakers, mut longest) = (Breakers::default(), 0);
        let mut now_ms = paused(&breakers, 0);
        for n in 1..12_u32 {
            fail(&breakers, n as usize, now_ms);
            let pause_ms = end_of_pause(&breakers, now_ms) - now_ms;
            let whole_ms = 1000 << n.min(MAX_DOUBLINGS);
            assert!((whole_ms / 2 - 1..=whole_ms).contains(&pause_ms), "{n}: {pause_ms}");
            (now_ms, longest) = (now_ms + pause_ms, longest.max(pause_ms));
        }
        assert!(longest <= 64_000);
    }

    #[test]
    fn a_limit_of_the_app_pauses_at_once_and_one_of_an_installation_does_not() {
        let breakers = Breakers::default();
        let limit = Error::new(ErrorKind::RateLimited, "slow down");
        let limit = limit.with_retry_after(Some(Duration::from_secs(30)));
        for subject in 0..100 {
            admit(&breakers, subject, 0).unwrap().record(&Err::<(), _>(limit.clone()), at(0));
        }
        breakers.pause(HOST, &limit.limiting_app(true), at(0));
        let refused = admit(&breakers, 1, 1000).err().unwrap();
        assert_eq!(refused.retry_after(), Some(Duration::from_secs(29)));
        assert!(!breakers.is_down(HOST), "whoever was limited waits and asks again");
        assert!(admit(&breakers, 1, 30_000).is_ok());
    }

    #[test]
    fn a_limit_that_is_said_to_last_for_days_is_tried_after_an_hour() {
        let breakers = Breakers::default();
        let limit = Error::new(ErrorKind::RateLimited, "come back next year");
        let limit = limit.with_retry_after(Some(Duration::from_secs(86_400))).limiting_app(true);
        breakers.pause(HOST, &limit, at(0));
        assert!(admit(&breakers, 1, 3_599_000).is_err());
        assert!(admit(&breakers, 1, 3_600_000).is_ok());
    }
}
