//! Handles a request: the platform answers it, a queued fault may change the reply, and the ledger records both.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use hyper::body::Bytes;
use hyper::header::DATE;

use crate::clock::Clock;
use crate::control;
use crate::faults::{Effect, Faults};
use crate::http::{Reply, Request};
use crate::ledger::{Entry, Ledger};
use crate::login::{self, Login, LoginCheck};
use crate::platform::{Context, Platform};
use crate::server::{ScheduledReply, Transmission, Wait};

/// A platform with its clock, faults and ledger.
pub(crate) struct Service {
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    platform: Mutex<Box<dyn Platform>>,
    /// `None` if the platform has no pages.
    login: Option<Mutex<Login>>,
    requests: AtomicU64,
}

impl Service {
    pub(crate) fn new(url: String, clock: Clock, platform: Box<dyn Platform>) -> Self {
        let login = Login::of(&*platform, url.starts_with("https"));
        let faults = Faults::new(operations(&*platform, login.is_some()));
        Self {
            url,
            clock,
            ledger: Ledger::default(),
            faults,
            platform: Mutex::new(platform),
            login: login.map(Mutex::new),
            requests: AtomicU64::new(0),
        }
    }

    /// Handles one request. The caller waits as long as the reply says and sends it.
    pub(crate) fn receive(&self, request: &Request) -> ScheduledReply {
        if let Some(command) = control::command(request) {
            let reply = control::answer(self, request, &command);
            return ScheduledReply {
                wait: Wait::No,
                transmission: Transmission::Whole(self.stamp(reply, 0)),
            };
        }
        self.serve(request)
    }

    pub(crate) fn platform(&self) -> MutexGuard<'_, Box<dyn Platform>> {
        self.platform.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names of all operations, those of the login page included.
    pub(crate) fn operations(&self, platform: &dyn Platform) -> Vec<&'static str> {
        operations(platform, self.login.is_some())
    }

    fn login(&self) -> Option<MutexGuard<'_, Login>> {
        Some(self.login.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn serve(&self, request: &Request) -> ScheduledReply {
        let mut entry = self.open_entry(request);
        let effect = self.faults.take(&entry.operation);
        let (reply, work_status, reuse) = self.work(request, effect.as_ref(), &entry);
        entry.reuse = reuse;
        let reply = self
            .stamp(reply, effect.as_ref().map_or(0, Effect::date_offset_s))
            .with_own(self.platform().request_id_header(), &entry.request_id);
        let transmission = transmission(reply, effect.as_ref());
        entry.status = transmission.status();
        entry.work_status = work_status;
        entry.fault = effect.as_ref().map(|effect| effect.kind().to_owned());
        self.ledger.record(entry);
        ScheduledReply { wait: self.faults.wait(effect.as_ref()), transmission }
    }

    fn open_entry(&self, request: &Request) -> Entry {
        let platform = self.platform();
        let login_operation = self.login().and_then(|login| login.operation(request));
        let operation = login_operation.unwrap_or_else(|| platform.operation(request));
        let mut entry = Entry::of(request, operation);
        let credential = request.authorization().map(|(_, credential)| credential);
        entry.auth_kind = credential.map(|it| platform.credential_kind(it).to_owned());
        entry.time_ms = self.clock.now_ms();
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        entry.request_id = format!("sandbox-{number:08}");
        entry
    }

    fn work(
        &self,
        request: &Request,
        effect: Option<&Effect>,
        entry: &Entry,
    ) -> (Reply, Option<u16>, bool) {
        if let Some(effect) = effect.filter(|effect| !effect.reaches_the_platform()) {
            return (effect.own_reply(), None, false);
        }
        let token_lag_ms = effect.map_or(0, Effect::token_lag_ms);
        let (origin, reuse) = (self.origin(request), Cell::new(false));
        let mut context =
            Context { now_ms: entry.time_ms, token_lag_ms, origin, reuse, session: None };
        let reply = match self.check_login(request, entry, &context) {
            LoginCheck::Passed(session) => {
                context.session = session;
                self.platform().answer(request, &context)
            }
            LoginCheck::Replied(reply) => reply,
        };
        let status = reply.status.as_u16();
        (reply, Some(status), context.reuse.get())
    }

    fn check_login(&self, request: &Request, entry: &Entry, context: &Context) -> LoginCheck {
        let login = self.login();
        login
            .map_or(LoginCheck::Passed(None), |mut it| it.check(request, &entry.operation, context))
    }

    /// The origin by which the client reached the sandbox: a client that uses `localhost` gets URLs with `localhost`.
    fn origin(&self, request: &Request) -> String {
        let scheme = self.url.split("://").next().unwrap_or("http");
        request.header("host").map_or_else(|| self.url.clone(), |host| format!("{scheme}://{host}"))
    }

    /// The `Date` header is the sandbox's time, so that a client that corrects its clock by it agrees with the sandbox.
    fn stamp(&self, reply: Reply, offset_s: i64) -> Reply {
        let ms = self.clock.now_ms().saturating_add(offset_s.saturating_mul(1000));
        // HTTP dates end with the year 9999, and httpdate panics beyond it.
        let ms = u64::try_from(ms).unwrap_or(0).min(LAST_HTTP_DATE_MS);
        reply.with(DATE, &httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(ms)))
    }
}

fn operations(platform: &dyn Platform, has_login: bool) -> Vec<&'static str> {
    let own: &[_] = if has_login { &login::OPERATIONS } else { &[] };
    [platform.operations(), own].concat()
}

fn transmission(mut reply: Reply, effect: Option<&Effect>) -> Transmission {
    match effect {
        Some(Effect::Cut | Effect::LostResponse) => Transmission::Cut,
        Some(Effect::Truncated { keep_bytes }) => {
            let keep = keep_bytes.unwrap_or(reply.body.len() / 2).min(reply.body.len());
            Transmission::Truncated(reply, keep)
        }
        Some(Effect::Oversize { bytes }) => {
            let mut padded = reply.body.to_vec();
            padded.resize(padded.len().max(*bytes), b' ');
            reply.body = Bytes::from(padded);
            Transmission::Whole(reply)
        }
        _ => Transmission::Whole(reply),
    }
}

const LAST_HTTP_DATE_MS: u64 = 253_402_300_799_000;
