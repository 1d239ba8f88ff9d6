//! Processes that die, stop and go on at random moments while they refresh sessions, under a wall clock
//! that is set at random, a gateway that answers 503 before and after the work, and a store that stalls
//! and restarts, or whose disk is full. The platform counts what it sees.

#![cfg(target_os = "linux")]

mod clock;
#[path = "../common/mod.rs"]
mod common;
mod platform;
mod random;
mod workers;

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    thread,
    time::Duration,
};

use appmint_core::{App, ErrorKind, Reason, binding::Settings};
use clock::{SteppedClock, since_1970};
use common::{
    places::{Folder, Redis},
    scripted::{Server, descriptor, settings},
};
use platform::{Kind, Platform};
use random::Random;
use workers::{Strike, Workers};

const USERS: usize = 24;

/// How many processes are killed on each store of each kind of platform; `APPMINT_KILLS` says otherwise.
fn kills() -> usize {
    std::env::var("APPMINT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

/// `APPMINT_KILLS_SEED` chooses the same moments again, as far as the machine allows.
fn seed() -> u64 {
    let given = std::env::var("APPMINT_KILLS_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(since_1970().subsec_nanos()))
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
        Self { platform, settings, clock, random: Random::new(seed) }
    }

    fn login(&self, app: &App, user: usize) {
        let token = app.exchange_code(user.to_string()).wait().unwrap();
        // A store that stalls right now takes it a moment later.
        let is_started =
            |_: &usize| app.start_session(name(user), token.clone(), None).wait().is_ok();
        assert!((0..20).any(|n| is_started(&n)), "the store takes no session");
    }
}

/// The counts of one run.
#[derive(Debug, Default)]
struct Counts {
    kills: usize,
    stops: usize,
    steps: usize,
    disturbances: usize,
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

    /// Redis stalls for longer than anybody waits for it, or dies and comes back; the disk is full.
    fn disturb(&mut self, workers: &Workers, random: &mut Random) {
        match self {
            Self::Folder(_) => workers.fill_disk(Duration::from_millis(random.below(2600))),
            Self::Redis(redis) if random.below(2) == 0 => redis.stall(Duration::from_millis(2600)),
            Self::Redis(redis) => redis.restart(),
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
    let mut counts = Counts::default();
    let mut workers = Workers::start(&scene.settings);
    while counts.kills < kills() {
        thread::sleep(Duration::from_micros(scene.random.below(60_000)));
        strike(&mut scene, &mut place, &mut workers, &mut counts);
        let user = usize::try_from(scene.random.below(USERS as u64)).unwrap();
        counts.lost += usize::from(revive(&scene, &app, user));
    }
    scene.platform.is_calm.store(true, Ordering::SeqCst);
    drop(workers);
    counts.lost += settle(&scene, &app);
    assert_eq!(scene.platform.double_spendings(), 0, "a refresh token was spent twice: {counts:?}");
    println!("{:?}: {counts:?}, {}", &place.url()[..6], scene.platform);
    counts
}

/// One turn of what happens to the processes, the clock and the store.
fn strike(scene: &mut Scene, place: &mut Place, workers: &mut Workers, counts: &mut Counts) {
    match workers.strike(&mut scene.random) {
        Strike::Killed => counts.kills += 1,
        Strike::Stopped => counts.stops += 1,
        Strike::Missed => {}
    }
    if scene.random.below(20) == 0 {
        let hours = i64::try_from(scene.random.below(48)).unwrap() - 24;
        scene.clock.set(hours * 3_600_000);
        counts.steps += 1;
    }
    if scene.random.below(50) == 0 {
        place.disturb(workers, &mut scene.random);
        counts.disturbances += 1;
    }
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
