//! The platform: it spends refresh tokens, fails before and after its work, and counts.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    common::scripted::{Answer, Asked},
    random::Random,
};

/// A kind of platform: its rules, and what may be lost.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Static,
    Grace,
    Provable,
    Strict,
}

impl Kind {
    pub(crate) fn refresh(self) -> Value {
        match self {
            Self::Static => json!({ "rotates": false }),
            Self::Grace => json!({ "grace_s": 2000 }),
            Self::Provable => json!({ "ends_old_token": true }),
            Self::Strict => json!({}),
        }
    }
}

/// A user's tokens as the platform knows them: `R{user}.{number}` is the refresh token that is valid.
#[derive(Default)]
struct Family {
    number: usize,
    double_spendings: usize,
}

pub(crate) struct Platform {
    pub(crate) kind: Kind,
    families: Mutex<HashMap<usize, Family>>,
    random: Mutex<Random>,
    pub(crate) is_calm: AtomicBool,
    refreshes: AtomicUsize,
    faults: AtomicUsize,
}

impl Platform {
    pub(crate) fn new(kind: Kind, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            kind,
            families: Mutex::default(),
            random: Mutex::new(Random::new(seed)),
            is_calm: AtomicBool::new(true),
            refreshes: AtomicUsize::new(0),
            faults: AtomicUsize::new(0),
        })
    }

    pub(crate) fn answer(&self, asked: &Asked) -> Answer {
        if asked.path.starts_with("/check") {
            return self.check(asked);
        }
        let Some(token) = asked.refresh_token() else { return self.login(asked) };
        let chance = self.random.lock().unwrap().below(100);
        let is_calm = self.is_calm.load(SeqCst);
        let fault = if is_calm { 100 } else { chance };
        if fault < 3 {
            self.faults.fetch_add(1, SeqCst);
            return if fault == 0 { Answer::HangUp } else { unavailable() };
        }
        thread::sleep(Duration::from_millis(chance / 10));
        let answer = self.refresh(token);
        if fault < 6 {
            self.faults.fetch_add(1, SeqCst);
            return if fault == 3 { Answer::HangUp } else { unavailable() };
        }
        answer
    }

    fn login(&self, asked: &Asked) -> Answer {
        let user: usize = asked.form["code"].parse().unwrap();
        let mut families = self.families.lock().unwrap();
        let family = families.entry(user).or_default();
        family.number += 1;
        pair(user, family.number)
    }

    fn refresh(&self, token: &str) -> Answer {
        let (user, number) = parse(&token[1..]);
        let mut families = self.families.lock().unwrap();
        let family = families.get_mut(&user).unwrap();
        self.refreshes.fetch_add(1, SeqCst);
        match family.number.checked_sub(number) {
            Some(0) if self.kind == Kind::Static => pair(user, number),
            Some(0) => {
                family.number += 1;
                pair(user, family.number)
            }
            // Within the grace period the answer is the same again.
            Some(1) if self.kind == Kind::Grace => pair(user, family.number),
            _ => {
                family.double_spendings += 1;
                Answer::Json(400, json!({ "error": "invalid_grant" }))
            }
        }
    }

    fn check(&self, asked: &Asked) -> Answer {
        let token = asked.json["token"].as_str().unwrap_or_default().to_owned();
        let (user, number) = parse(token.get(1..).unwrap_or("0.0"));
        let families = self.families.lock().unwrap();
        match families.get(&user) {
            Some(family) if family.number == number => Answer::Json(200, json!({ "token": token })),
            _ => Answer::Json(404, json!({ "error": "not_found" })),
        }
    }

    /// The number of the user's valid tokens.
    pub(crate) fn number(&self, user: usize) -> usize {
        self.families.lock().unwrap()[&user].number
    }

    pub(crate) fn double_spendings(&self) -> usize {
        self.families.lock().unwrap().values().map(|family| family.double_spendings).sum()
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (refreshes, faults) = (&self.refreshes, &self.faults);
        write!(f, "{} refreshes, {} faults", refreshes.load(SeqCst), faults.load(SeqCst))
    }
}

fn unavailable() -> Answer {
    Answer::Bytes(503, b"upstream connect error or disconnect/reset before headers".to_vec())
}

fn pair(user: usize, number: usize) -> Answer {
    let (access, refresh) = (format!("A{user}.{number}"), format!("R{user}.{number}"));
    Answer::Json(
        200,
        json!({ "access_token": access, "refresh_token": refresh, "expires_in": LIFE_S }),
    )
}

fn parse(numbers: &str) -> (usize, usize) {
    let (user, number) = numbers.split_once('.').unwrap_or(("0", "0"));
    (user.parse().unwrap_or(0), number.parse().unwrap_or(0))
}

const LIFE_S: i64 = 1_000_000;
