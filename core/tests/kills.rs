//! Processes that die, stop and go on at random moments while they refresh sessions, under a wall clock
//! that is set at random, a gateway that answers 503 before and after the work, and a store that stalls
//! and restarts. The platform counts what it sees.

#![cfg(unix)]

mod common;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use appmint_core::{App, Clock, ErrorKind, Reason, Timestamp, binding::Settings};
use common::{
    places::{Folder, Redis},
    scripted::{Answer, Asked, Server, descriptor, settings},
};
use serde_json::{Value, json};

const USERS: usize = 24;
const WORKERS: usize = 6;
/// A second of the machine's is so many of the apps'.
const TIMES: u32 = 10;
const LIFE_S: i64 = 1_000_000;

/// How many processes are killed on each store of each kind of platform; `APPMINT_KILLS` says otherwise.
fn kills() -> usize {
    std::env::var("APPMINT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

/// `APPMINT_KILLS_SEED` chooses the same moments again, as far as the machine allows.
fn seed() -> u64 {
    let given = std::env::var("APPMINT_KILLS_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(since_1970().subsec_nanos()))
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// A clock that runs fast, and whose wall part the parent sets for all processes at once.
#[derive(Clone, Copy, Debug)]
struct SteppedClock {
    started: Duration,
    step_ms: &'static AtomicI64,
}

impl SteppedClock {
    fn new() -> Self {
        // SAFETY: a page of zeros that this process and its children share, and that is never unmapped.
        let step_ms = unsafe {
            let (protection, flags) =
                (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
            let page = libc::mmap(std::ptr::null_mut(), 4096, protection, flags, -1, 0);
            assert_ne!(page, libc::MAP_FAILED);
            &*page.cast::<AtomicI64>()
        };
        Self { started: since_1970(), step_ms }
    }

    fn set(&self, step_ms: i64) {
        self.step_ms.store(step_ms, Ordering::SeqCst);
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        let fast = Timestamp::from_millis(0).after(self.started + self.monotonic()).as_millis();
        Timestamp::from_millis(fast + self.step_ms.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        since_1970().saturating_sub(self.started) * TIMES
    }

    fn origin(&self) -> Option<&str> {
        Some("stepped")
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A kind of platform: its rules, and what may be lost.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Static,
    Grace,
    Provable,
    Strict,
}

impl Kind {
    fn refresh(self) -> Value {
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

struct Platform {
    kind: Kind,
    families: Mutex<HashMap<usize, Family>>,
    random: Mutex<Random>,
    is_calm: AtomicBool,
    refreshes: AtomicUsize,
    faults: AtomicUsize,
}

impl Platform {
    fn new(kind: Kind, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            kind,
            families: Mutex::default(),
            random: Mutex::new(Random(seed)),
            is_calm: AtomicBool::new(true),
            refreshes: AtomicUsize::new(0),
            faults: AtomicUsize::new(0),
        })
    }

    fn answer(&self, asked: &Asked) -> Answer {
        if asked.path.starts_with("/check") {
            return self.check(asked);
        }
        let Some(token) = asked.refresh_token() else { return self.login(asked) };
        let chance = self.random.lock().unwrap().below(100);
        let is_calm = self.is_calm.load(Ordering::SeqCst);
        let fault = if is_calm { 100 } else { chance };
        if fault < 3 {
            self.faults.fetch_add(1, Ordering::SeqCst);
            return if fault == 0 { Answer::HangUp } else { unavailable() };
        }
        thread::sleep(Duration::from_millis(chance / 10));
        let answer = self.refresh(token);
        if fault < 6 {
            self.faults.fetch_add(1, Ordering::SeqCst);
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
        self.refreshes.fetch_add(1, Ordering::SeqCst);
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
    fn number(&self, user: usize) -> usize {
        self.families.lock().unwrap()[&user].number
    }

    fn double_spendings(&self) -> usize {
        self.families.lock().unwrap().values().map(|family| family.double_spendings).sum()
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

fn name(user: usize) -> String {
    format!("user-{user}")
}

/// A platform, a store, and the settings of all processes.
struct Scene {
    platform: Arc<Platform>,
    settings: Settings,
    clock: SteppedClock,
    random: Random,
}

impl Scene {
    fn new(kind: Kind, store: &str, seed: u64) -> Self {
        let platform = Platform::new(kind, seed);
        let answering = Arc::clone(&platform);
        let server = Server::start(move |asked| answering.answer(asked));
        let clock = SteppedClock::new();
        let descriptor = descriptor(&server.url(), &kind.refresh());
        let settings = Settings {
            store: Some(store.into()),
            timeout: Some(Duration::from_secs(2)),
            retry_wait: Some(Duration::from_millis(1)),
            ..settings(descriptor, clock)
        };
        Self { platform, settings, clock, random: Random(seed) }
    }

    fn login(&self, app: &App, user: usize) {
        let token = app.exchange_code(user.to_string()).wait().unwrap();
        // A store that stalls right now takes it a moment later.
        let is_started = |_: &usize| app.start_session(name(user), token.clone()).wait().is_ok();
        assert!((0..20).any(|n| is_started(&n)), "the store takes no session");
    }

    /// A process that refreshes all sessions again and again.
    fn worker(&self, number: usize) -> libc::pid_t {
        // SAFETY: the child makes an app of its own and leaves by `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: ends this process if the test is gone.
            unsafe { libc::alarm(600) };
            let app = self.settings.clone().build().unwrap();
            for turn in number.. {
                let session = app.session(name(turn % USERS)).unwrap();
                session.invalidate();
                let _ = session.token().wait();
            }
        }
        child
    }

    /// Lets one worker die, or stop for a while.
    fn strike(&mut self, workers: &mut [libc::pid_t], stopped: &mut Vec<(usize, Instant)>) -> bool {
        let at = usize::try_from(self.random.below(WORKERS as u64)).unwrap();
        if stopped.iter().any(|(stopped, _)| *stopped == at) {
            return false;
        }
        if self.random.below(5) == 0 {
            signal(workers[at], libc::SIGSTOP);
            let until = Instant::now() + Duration::from_millis(self.random.below(4000));
            stopped.push((at, until));
            return false;
        }
        end(workers[at]);
        workers[at] = self.worker(at * 4);
        true
    }
}

fn signal(child: libc::pid_t, signal: libc::c_int) {
    // SAFETY: a signal to a child that we made and have not waited for yet.
    unsafe { libc::kill(child, signal) };
}

fn end(child: libc::pid_t) {
    signal(child, libc::SIGKILL);
    let mut status = 0;
    // SAFETY: waits for a child of ours; `status` outlives the call.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
}

/// The counts of one run.
#[derive(Debug, Default)]
struct Counts {
    kills: usize,
    stops: usize,
    steps: usize,
    lost: usize,
}

/// A store that can be disturbed.
enum Place {
    Folder(Folder),
    Redis(Redis),
}

impl Place {
    fn url(&self) -> String {
        match self {
            Self::Folder(folder) => folder.url(),
            Self::Redis(redis) => redis.url(),
        }
    }

    /// Redis stalls for longer than anybody waits for it, or dies and comes back.
    fn disturb(&mut self, random: &mut Random) {
        let Self::Redis(redis) = self else { return };
        if random.below(2) == 0 {
            redis.stall(Duration::from_millis(2600));
        } else {
            redis.restart();
        }
    }
}

fn slaughter(kind: Kind, mut place: Place) -> Counts {
    let seed = seed();
    println!("APPMINT_KILLS_SEED={seed}");
    let mut scene = Scene::new(kind, &place.url(), seed);
    let app = scene.settings.clone().build().unwrap();
    (0..USERS).for_each(|user| scene.login(&app, user));
    scene.platform.is_calm.store(false, Ordering::SeqCst);
    let mut workers: Vec<_> = (0..WORKERS).map(|number| scene.worker(number * 4)).collect();
    let (mut counts, mut stopped) = (Counts::default(), Vec::new());
    let mut user = 0;
    while counts.kills < kills() {
        thread::sleep(Duration::from_micros(scene.random.below(60_000)));
        stopped.retain(|(at, until): &(usize, Instant)| {
            let is_over = *until <= Instant::now();
            if is_over {
                signal(workers[*at], libc::SIGCONT);
            }
            !is_over
        });
        let before = stopped.len();
        counts.kills += usize::from(scene.strike(&mut workers, &mut stopped));
        counts.stops += stopped.len() - before;
        if scene.random.below(20) == 0 {
            let hours = i64::try_from(scene.random.below(48)).unwrap() - 24;
            scene.clock.set(hours * 3_600_000);
            counts.steps += 1;
        }
        if scene.random.below(150) == 0 {
            place.disturb(&mut scene.random);
        }
        user = (user + 1) % USERS;
        counts.lost += usize::from(revive(&scene, &app, user));
    }
    scene.platform.is_calm.store(true, Ordering::SeqCst);
    workers.into_iter().for_each(end);
    counts.lost += settle(&scene, &app);
    assert_eq!(scene.platform.double_spendings(), 0, "a refresh token was spent twice: {counts:?}");
    println!(
        "{:?}: {counts:?}, {} refreshes, {} faults",
        &place.url()[..6],
        scene.platform.refreshes.load(Ordering::SeqCst),
        scene.platform.faults.load(Ordering::SeqCst)
    );
    counts
}

/// Begins a session anew if it has ended; whether it had. It may end only by name, and only where
/// docs/rotation.md says so.
fn revive(scene: &Scene, app: &App, user: usize) -> bool {
    let session = app.session(name(user)).unwrap();
    session.invalidate();
    let Err(error) = session.token().wait() else { return false };
    if error.kind() != ErrorKind::Reauthorize {
        assert!(
            error.is_retryable() || matches!(error.kind(), ErrorKind::Store),
            "an error that does not pass: {error:?}"
        );
        return false;
    }
    assert_eq!(error.reason(), Some(Reason::RotationInterrupted), "{error:?}");
    assert!(matches!(scene.platform.kind, Kind::Provable | Kind::Strict), "lost: {error:?}");
    scene.login(app, user);
    true
}

/// Waits until every session goes on or has ended, now that nothing fails any more.
fn settle(scene: &Scene, app: &App) -> usize {
    let mut lost = 0;
    for user in 0..USERS {
        let session = app.session(name(user)).unwrap();
        let settled = (0..400).find_map(|_| {
            lost += usize::from(revive(scene, app, user));
            let token = session.token().wait().ok()?;
            let valid = format!("A{user}.{}", scene.platform.number(user));
            (token.reveal() == valid).then_some(())
        });
        assert!(settled.is_some(), "session {user} neither goes on nor has ended");
    }
    lost
}

fn on_both_stores(kind: Kind) -> Vec<Counts> {
    // Whoever is forked has everybody's sockets.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let places = [Place::Folder(Folder::new()), Place::Redis(Redis::durable())];
    places.map(|place| slaughter(kind, place)).into()
}

#[test]
fn killing_loses_no_session_where_nothing_rotates() {
    assert!(on_both_stores(Kind::Static).iter().all(|counts| counts.lost == 0));
}

#[test]
fn killing_loses_no_session_within_the_grace_period() {
    assert!(on_both_stores(Kind::Grace).iter().all(|counts| counts.lost == 0));
}

#[test]
fn killing_loses_only_spent_sessions_where_the_platform_can_be_asked() {
    on_both_stores(Kind::Provable);
}

#[test]
fn killing_spends_no_refresh_token_twice_on_a_strict_platform() {
    on_both_stores(Kind::Strict);
}
