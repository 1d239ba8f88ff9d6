//! Where a request arrives and a reply leaves: the platform does the work, the faults spoil it, the ledger remembers it.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use hyper::body::Bytes;
use hyper::header::DATE;

use crate::clock::Clock;
use crate::control;
use crate::exchange::{Reply, Request};
use crate::faults::{Effect, Faults};
use crate::ledger::{Entry, Ledger};
use crate::login::{self, Admission, Login};
use crate::platform::{Platform, Visit};
use crate::server::{Departure, Wait, Wire};

pub(crate) struct House {
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    platform: Mutex<Box<dyn Platform>>,
    /// None where the platform has no people.
    login: Option<Mutex<Login>>,
    requests: AtomicU64,
}

impl House {
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

    /// Deals with one request; what is left is to wait and to send.
    pub(crate) fn receive(&self, request: &Request) -> Departure {
        if let Some(command) = control::command(request) {
            let reply = control::answer(self, request, &command);
            return Departure { wait: Wait::No, wire: Wire::Whole(self.stamp(reply, 0)) };
        }
        self.serve(request)
    }

    pub(crate) fn platform(&self) -> MutexGuard<'_, Box<dyn Platform>> {
        self.platform.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names of everything that can be asked for.
    pub(crate) fn operations(&self, platform: &dyn Platform) -> Vec<&'static str> {
        operations(platform, self.login.is_some())
    }

    fn login(&self) -> Option<MutexGuard<'_, Login>> {
        Some(self.login.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn serve(&self, request: &Request) -> Departure {
        let mut entry = self.open_entry(request);
        let effect = self.faults.take(&entry.operation);
        let (reply, work_status, reuse) = self.work(request, effect.as_ref(), &entry);
        entry.reuse = reuse;
        let reply = self
            .stamp(reply, effect.as_ref().map_or(0, Effect::date_offset_s))
            .with_own(self.platform().request_id_header(), &entry.request_id);
        let wire = spoil(reply, effect.as_ref());
        entry.status = wire.status();
        entry.work_status = work_status;
        entry.fault = effect.as_ref().map(|effect| effect.kind().to_owned());
        self.ledger.record(entry);
        Departure { wait: self.faults.wait(effect.as_ref()), wire }
    }

    fn open_entry(&self, request: &Request) -> Entry {
        let platform = self.platform();
        let of_login = self.login().and_then(|login| login.operation(request));
        let operation = of_login.unwrap_or_else(|| platform.operation(request));
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
        if let Some(effect) = effect.filter(|effect| !effect.lets_the_work_happen()) {
            return (effect.own_reply(), None, false);
        }
        let token_lag_ms = effect.map_or(0, Effect::token_lag_ms);
        let (origin, reuse) = (self.origin(request), Cell::new(false));
        let mut visit = Visit { now_ms: entry.time_ms, token_lag_ms, origin, reuse, visitor: None };
        let reply = match self.admit(request, entry, &visit) {
            Admission::Granted(visitor) => {
                visit.visitor = visitor;
                self.platform().answer(request, &visit)
            }
            Admission::Instead(reply) => reply,
        };
        let status = reply.status.as_u16();
        (reply, Some(status), visit.reuse.get())
    }

    fn admit(&self, request: &Request, entry: &Entry, visit: &Visit) -> Admission {
        let login = self.login();
        login.map_or(Admission::Granted(None), |mut it| it.admit(request, &entry.operation, visit))
    }

    /// A client that calls the sandbox `localhost` finds that name in the URLs it is given.
    fn origin(&self, request: &Request) -> String {
        let scheme = self.url.split("://").next().unwrap_or("http");
        request.header("host").map_or_else(|| self.url.clone(), |host| format!("{scheme}://{host}"))
    }

    /// The `Date` header tells the sandbox's time, so a client that corrects its clock by it is right.
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

fn spoil(mut reply: Reply, effect: Option<&Effect>) -> Wire {
    match effect {
        Some(Effect::Cut | Effect::LostResponse) => Wire::Cut,
        Some(Effect::Truncated { keep_bytes }) => {
            let keep = keep_bytes.unwrap_or(reply.body.len() / 2).min(reply.body.len());
            Wire::Truncated(reply, keep)
        }
        Some(Effect::Oversize { bytes }) => {
            let mut padded = reply.body.to_vec();
            padded.resize(padded.len().max(*bytes), b' ');
            reply.body = Bytes::from(padded);
            Wire::Whole(reply)
        }
        _ => Wire::Whole(reply),
    }
}

const LAST_HTTP_DATE_MS: u64 = 253_402_300_799_000;
