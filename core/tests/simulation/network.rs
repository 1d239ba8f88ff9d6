//! The way between processes and the platform.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use appmint_core::{
    Deadline, Error, ErrorKind, Reason, Result, Timestamp,
    http::{Request, Response, SendBy, Transport},
    simulation::{self, Builder, sleep},
};
use serde_json::json;

use crate::{
    platform::{fields, reply},
    sessions::SessionLog,
    world::{World, lock, now},
};

/// The fate of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered,
    Unreachable,
    LostBefore,
    Limited,
    FailedBefore,
    FailedAfter,
    LostAfter,
    Slow,
}

/// One process's way to the platform.
pub(crate) struct Network {
    pub(crate) world: Arc<World>,
    pub(crate) sessions: Arc<SessionLog>,
}

impl Transport for Network {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        if self.world.is_over() {
            return Err(unreachable());
        }
        match installation(request) {
            Some(id) => self.send_mint(&(simulation::group(), id), request, deadline),
            None if request.url.path() == "/token" => self.send_refresh(request, deadline),
            None => self.exchange(request, deadline),
        }
    }
}

impl Network {
    fn send_mint(
        &self,
        key: &(usize, String),
        request: &Request,
        deadline: Deadline,
    ) -> Result<Response> {
        self.world.mints.begin(key, deadline);
        let outcome = self.exchange(request, deadline);
        let response = outcome.as_ref().ok().filter(|response| response.is_success());
        self.world.mints.end(key, deadline, response.map(token_and_life));
        outcome
    }

    fn send_refresh(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let Some(sent) = fields(request).remove("refresh_token") else {
            return self.exchange(request, deadline);
        };
        self.sessions.refresh_begins(&sent);
        let outcome = self.exchange(request, deadline);
        self.sessions.refresh_ends(&outcome);
        outcome
    }

    fn exchange(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let (fate, percent) = (self.fate(), interruptions(request));
        simulation::note(format!(
            "{} from process {}: {fate:?}",
            request.url.path(),
            simulation::group()
        ));
        pass(1, 20, deadline)?;
        self.world.interrupt(percent, "before a request is sent");
        let is_late = request.send_by.as_ref().is_some_and(SendBy::is_over);
        if fate == Fate::Unreachable || is_late || self.world.is_over() {
            return Err(unreachable());
        }
        match fate {
            Fate::LostBefore => Err(lost()),
            Fate::FailedBefore => Ok(reply(503, &json!({}))),
            Fate::Limited => {
                let mut limited = reply(429, &json!({}));
                limited.headers.push(("retry-after".to_owned(), "2".to_owned()));
                Ok(limited)
            }
            _ => self.carry(request, fate, deadline),
        }
    }

    /// A request that arrives, whatever becomes of the process that sent it.
    fn carry(&self, request: &Request, fate: Fate, deadline: Deadline) -> Result<Response> {
        let percent = interruptions(request);
        let is_slow = fate == Fate::Slow || self.world.happens(self.world.conditions.slow_percent);
        let slow = if is_slow { simulation::below(LONGEST_WAY_MS) } else { 0 };
        let there = Duration::from_millis(1 + simulation::below(200) + slow);
        let back_ms = if fate == Fate::Slow { 60_000 } else { 200 };
        let back = Duration::from_millis(1 + simulation::below(back_ms));
        let answer = Arc::new(Mutex::new(None));
        let (world, target, request) =
            (Arc::clone(&self.world), Arc::clone(&answer), request.clone());
        let arrive = move || {
            sleep(there);
            if !world.is_over() {
                let answered = world.platform().answer(&request);
                *lock(&target) = Some(answered);
            }
        };
        let way = Builder::new().name("request".to_owned()).group(0).spawn(arrive);
        way.map_err(|error| lost().caused_by(error))?;
        self.world.interrupt(percent, "while a request is on its way");
        sleep((there + back).min(deadline.remaining()));
        self.world.interrupt(percent, "before an answer is read");
        if deadline.remaining().is_zero() {
            return Err(Error::new(ErrorKind::Timeout, "no answer came"));
        }
        match fate {
            Fate::LostAfter => Err(lost()),
            Fate::FailedAfter => Ok(reply(502, &json!({}))),
            _ => lock(&answer).take().ok_or_else(lost),
        }
    }

    fn fate(&self) -> Fate {
        if !self.world.happens(self.world.conditions.network_percent) {
            return Fate::Answered;
        }
        let fates = [
            Fate::Unreachable,
            Fate::LostBefore,
            Fate::Limited,
            Fate::FailedBefore,
            Fate::FailedAfter,
            Fate::LostAfter,
            Fate::Slow,
            Fate::Slow,
        ];
        fates[usize::try_from(simulation::below(8)).unwrap_or(0)]
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

/// Lets some milliseconds pass, unless the deadline comes before.
fn pass(least: u64, most: u64, deadline: Deadline) -> Result<()> {
    let way = Duration::from_millis(least + simulation::below(most - least));
    sleep(way.min(deadline.remaining()));
    if deadline.remaining().is_zero() { Err(unreachable()) } else { Ok(()) }
}

/// How often of a hundred times a process is interrupted during a request: mostly where it matters.
fn interruptions(request: &Request) -> u64 {
    if request.url.path() == "/token" { 20 } else { 3 }
}

fn installation(request: &Request) -> Option<String> {
    let path = request.url.path().strip_prefix("/installations/")?;
    path.strip_suffix("/token").map(str::to_owned)
}

fn token_and_life(response: &Response) -> (String, Duration) {
    let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let expires_ms = body["expires_at"].as_i64().unwrap_or_default();
    let token = body["token"].as_str().unwrap_or_default().to_owned();
    (token, now().until(Timestamp::from_millis(expires_ms)))
}

fn unreachable() -> Error {
    Error::new(ErrorKind::Transport, "no connection was made").because(Reason::Unreachable)
}

fn lost() -> Error {
    Error::new(ErrorKind::Transport, "the connection was lost").because(Reason::ConnectionLost)
}

/// A request that was sent may be on its way for so long: docs/rotation.md promises nothing beyond
/// fifteen seconds.
const LONGEST_WAY_MS: u64 = 14_000;
