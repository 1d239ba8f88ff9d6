//! Rotation under load: two processes with fifty threads each share one session whose tokens live a
//! second, and answers are lost at random.

#![cfg(unix)]

mod common;

use std::{
    fmt,
    io::{self, BufRead as _, BufReader, PipeReader, PipeWriter, Read as _, Write as _},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use appmint_core::{
    App, Call, Clock, ErrorKind, Reason, Result, Timestamp, Token, binding::Settings,
    oauth::AuthorizationRequest,
};
use appmint_sandbox::{Effect, Entry, Fault, PlatformName, Sandbox};
use common::{
    places::{Folder, Redis},
    settings,
};
use serde_json::{Value, json};

const PROCESSES: usize = 2;
const THREADS: usize = 50;
/// Of a hundred answers to a refresh, so many are lost, and as many end too early.
const LOST: u8 = 6;
/// A second of the sandbox's time is so much shorter.
const TIMES: u16 = 10;
/// A busy machine lets a thread wait for so long, by the sandbox's time, between the moment when a
/// token is found valid and the moment when the other threads see it.
const STALL: Duration = Duration::from_millis(500);
const NAME: &str = "alice";
const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const ACME: &str = include_str!("../../tests/platforms/acme.json");

/// How long each store of each kind of platform is under load, in seconds; `APPMINT_STRESS_S` says
/// otherwise.
fn duration() -> Duration {
    let given = std::env::var("APPMINT_STRESS_S").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(given.unwrap_or(3))
}

/// `APPMINT_STRESS_SEED` loses the same answers again.
fn seed() -> u64 {
    let given = std::env::var("APPMINT_STRESS_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(machine_now().subsec_nanos()))
}

fn machine_now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// The sandbox's clock, in a process that has no sandbox.
#[derive(Clone, Copy, Debug)]
struct FastClock {
    since: Duration,
}

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        let passed = machine_now().saturating_sub(self.since) * u32::from(TIMES);
        Timestamp::from_millis(0).after(self.since + passed)
    }
}

/// What a kind of platform does with refresh tokens, as it says and as its descriptor says.
struct Kind {
    platform: PlatformName,
    descriptor: Option<String>,
    quirks: Value,
    /// A path that a user's token opens.
    path: &'static str,
    scopes: &'static [&'static str],
    /// Whether a refresh ends the token of before.
    ends_old: bool,
    /// Whether an answer that was lost ends the session.
    is_strict: bool,
}

impl Kind {
    fn still() -> Self {
        Self {
            platform: PlatformName::AtomGit,
            descriptor: None,
            quirks: json!({ "user_token_life_ms": 1000 }),
            path: "/user/info",
            scopes: &[],
            ends_old: false,
            is_strict: false,
        }
    }

    /// GitHub with a detector of reuse that ends the whole family, and an app that may look whether
    /// an old token still works.
    fn strict() -> Self {
        let quirks = json!({ "refresh_reuse": "revoke_family", "user_token_life_ms": LIFE_MS });
        let (platform, path) = (PlatformName::GitHub, "/user");
        let (ends_old, is_strict) = (true, true);
        Self { platform, quirks, path, ends_old, is_strict, ..Self::still() }
    }

    /// The same, and a descriptor that does not let it look.
    fn blind() -> Self {
        Self { descriptor: patch("ends_old_token", &json!(false)), ..Self::strict() }
    }

    /// The same with a grace period, on both sides.
    fn lenient() -> Self {
        let mut kind = Self::strict();
        kind.quirks["refresh_grace_s"] = json!(600);
        Self { descriptor: patch("grace_s", &json!(500)), is_strict: false, ..kind }
    }

    /// The fictional platform, which has a grace period and lets old tokens live.
    fn acme() -> Self {
        let mut descriptor: Value = serde_json::from_str(ACME).unwrap();
        descriptor["oauth"]["refresh"]["grace_s"] = json!(500);
        Self {
            platform: PlatformName::Acme,
            descriptor: Some(descriptor.to_string()),
            path: "/v9/me/works",
            scopes: &["read:all"],
            ends_old: false,
            ..Self::lenient()
        }
    }
}

/// Read as one second. The difference makes up for the way of an answer, which the clock's pace
/// makes longer.
const LIFE_MS: i64 = 1999;

fn patch(member: &str, value: &Value) -> Option<String> {
    let oauth = json!({ "refresh": { member: value } });
    Some(json!({ "extends": "github", "name": "other", "oauth": oauth }).to_string())
}

/// A platform under load, and the settings of all who share the session.
struct Scene {
    sandbox: Sandbox,
    settings: Settings,
    clock: FastClock,
    kind: Kind,
}

impl Scene {
    fn new(kind: Kind, store: &str, seed: u64) -> Self {
        let clock = FastClock { since: Duration::from_millis(machine_now().as_millis() as u64) };
        let since_ms = i64::try_from(clock.since.as_millis()).unwrap();
        let fast = appmint_sandbox::Clock::fast(since_ms, TIMES);
        let sandbox = Sandbox::builder().platform(kind.platform).clock(fast).start().unwrap();
        sandbox.quirks(&kind.quirks).unwrap();
        sandbox.quirks(&json!({ "rate_limit": 1_000_000_000 })).unwrap();
        for (effect, seed) in [
            (Effect::LostResponse, seed),
            (Effect::Truncated { keep_bytes: None }, seed.wrapping_add(1)),
        ] {
            let fault = Fault::on(REFRESH, effect).times(u32::MAX).by_chance(LOST, seed);
            sandbox.fault(fault).unwrap();
        }
        let mut settings = settings(&sandbox).0;
        if kind.descriptor.is_some() {
            (settings.platform, settings.platform_descriptor) = (None, kind.descriptor.clone());
        }
        settings.web_url = Some(sandbox.web_url());
        settings.clock = Some(Arc::new(clock));
        settings.store = Some(store.into());
        settings.store_key = Some(KEY.into());
        settings.retry_wait = Some(Duration::from_millis(1));
        Self { sandbox, settings, clock, kind }
    }

    /// A user authorizes, anew if need be.
    fn start(&self) {
        let app = self.settings.clone().build().unwrap();
        let request = AuthorizationRequest {
            redirect_uri: Some(self.sandbox.registration().redirect_uri),
            scopes: self.kind.scopes.iter().map(ToString::to_string).collect(),
            ..AuthorizationRequest::default()
        };
        let authorization = app.authorize(&request).unwrap();
        let callback = self.sandbox.press(authorization.url()).unwrap();
        let token = app.finish_authorization(&authorization, &callback).wait().unwrap();
        app.start_session(NAME, token).wait().unwrap();
    }

    /// Begins the session anew if it is over; whether it was.
    fn revive(&self) -> bool {
        let app = self.settings.clone().build().unwrap();
        loop {
            match outcome_of(token(&app)) {
                None => return false,
                Some(INTERRUPTED) => break,
                Some((ErrorKind::Transport, _)) => {}
                Some(other) => panic!("the session ended with {other:?}"),
            }
        }
        self.start();
        true
    }

    fn refreshes(&self) -> Vec<Entry> {
        let mut entries = self.sandbox.ledger().entries();
        entries.retain(|entry| entry.operation == REFRESH);
        entries
    }
}

const REFRESH: &str = "refresh_user_token";
const INTERRUPTED: Failure = (ErrorKind::Reauthorize, Some(Reason::RotationInterrupted));

type Failure = (ErrorKind, Option<Reason>);

fn token(app: &App) -> Result<Token> {
    app.session(NAME)?.token().wait()
}

fn outcome_of<T>(outcome: Result<T>) -> Option<Failure> {
    outcome.err().map(|error| (error.kind(), error.reason()))
}

/// A process whose threads ask for tokens again and again, and which tells its parent line by line
/// what came of it.
struct Asker {
    app: App,
    clock: FastClock,
    path: &'static str,
    is_strict: bool,
    is_over: AtomicBool,
    lines: PipeWriter,
    last_told: AtomicI64,
    counts: [AtomicU64; 4],
}

/// What an [`Asker`] counts.
enum Count {
    Tokens,
    Used,
    Interrupted,
    Passing,
}

impl Asker {
    /// Asks until `stop` ends, and leaves when `leave` does.
    fn work(scene: &Scene, lines: PipeWriter, [mut stop, mut leave]: [PipeReader; 2]) -> ! {
        let limit = u32::try_from((duration() * 2).as_secs()).unwrap_or(u32::MAX);
        // SAFETY: ends this process if it hangs.
        unsafe { libc::alarm(limit.saturating_add(60)) };
        let asker = Self {
            app: scene.settings.clone().build().unwrap(),
            clock: scene.clock,
            path: scene.kind.path,
            is_strict: scene.kind.is_strict,
            is_over: AtomicBool::new(false),
            lines,
            last_told: AtomicI64::new(0),
            counts: Default::default(),
        };
        thread::scope(|scope| {
            for number in 0..THREADS {
                let asker = &asker;
                scope.spawn(move || asker.ask(number));
            }
            let _ = stop.read(&mut [0]);
            asker.is_over.store(true, Ordering::Relaxed);
        });
        let counts = asker.counts.each_ref().map(|it| it.load(Ordering::Relaxed).to_string());
        asker.tell(&format!("done {}", counts.join(" ")));
        let _ = leave.read(&mut [0]);
        // SAFETY: ends this process, which has nothing to clean up.
        unsafe { libc::_exit(0) }
    }

    fn ask(&self, number: usize) {
        for turn in number.. {
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
            let asked_at = self.clock.now().before(STALL);
            match token(&self.app) {
                Ok(token) if !token.lives_past(asked_at) => self.tell("trouble: an expired token"),
                Ok(token) => {
                    self.count(Count::Tokens);
                    if turn % THREADS == 0 {
                        self.try_out(&token);
                    }
                }
                Err(error) => {
                    self.note((error.kind(), error.reason()), &error);
                    thread::sleep(Duration::from_millis(5));
                }
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Shows a token to the platform, and says when it was not taken.
    fn try_out(&self, token: &Token) {
        let call = Call::get(self.path).token(token.reveal().to_owned());
        match self.app.request(call).wait() {
            Ok(response) if response.is_success() => self.count(Count::Used),
            Ok(response) if response.status == 401 => {
                let expires_ms = token.expires_at().unwrap().as_millis();
                let now_ms = self.clock.now().as_millis();
                self.tell(&format!("refused {expires_ms} {now_ms}"));
            }
            Ok(response) => self.tell(&format!("trouble: a call brought {}", response.status)),
            Err(error) => self.tell(&format!("trouble: a call failed: {error}")),
        }
    }

    /// An error that threads may see: an end by name where an answer must not be lost, elsewhere one
    /// that passes.
    fn note(&self, failure: Failure, message: &dyn fmt::Display) {
        match failure {
            INTERRUPTED if self.is_strict => {
                self.count(Count::Interrupted);
                self.tell_sometimes("over");
            }
            (ErrorKind::Transport, _) if !self.is_strict => self.count(Count::Passing),
            _ => self.tell(&format!("trouble: {failure:?}: {message}")),
        }
    }

    fn count(&self, what: Count) {
        self.counts[what as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// All threads see the same end: one line every few milliseconds says it.
    fn tell_sometimes(&self, line: &str) {
        let (now, last) = (machine_now().as_millis() as i64, &self.last_told);
        let before = last.load(Ordering::Relaxed);
        let is_due = now - before > 20;
        let order = Ordering::Relaxed;
        if is_due && last.compare_exchange(before, now, order, order).is_ok() {
            self.tell(line);
        }
    }

    /// Short lines are written whole.
    fn tell(&self, line: &str) {
        let _ = (&self.lines).write_all(format!("{line}\n").as_bytes());
    }
}

/// What came of it all.
#[derive(Debug, Default)]
struct Outcome {
    refreshes: usize,
    lost_answers: usize,
    sessions_lost: usize,
    /// Tokens that threads got, how many of them were tried out and taken, and errors by which a
    /// session ended or which passed.
    counts: [u64; 4],
    refused: Vec<Refused>,
    trouble: Vec<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { refreshes, lost_answers, sessions_lost, counts, refused, .. } = self;
        let [tokens, used, interrupted, passing] = counts;
        write!(
            f,
            "{refreshes} refreshes, {lost_answers} answers and {sessions_lost} sessions lost, "
        )?;
        write!(
            f,
            "{interrupted} failure so; {tokens} tokens, {used} used, {} refused, ",
            refused.len()
        )?;
        write!(f, "{passing} errors that passed")
    }
}

/// A token that the platform did not take.
#[derive(Debug)]
struct Refused {
    expires_ms: i64,
    at_ms: i64,
}

impl Refused {
    /// Whether its time was over, or a refresh had ended it.
    fn had_ended(&self, by_refresh: bool, refreshes: &[Entry]) -> bool {
        let came_ms = self.expires_ms - 1000;
        let is_later = |entry: &&Entry| entry.time_ms > came_ms;
        let mut before = refreshes.iter().rev().skip_while(is_later);
        let whole = before.next();
        // The pair whose answer was lost is the one that came again.
        let lost = before.take_while(|entry| entry.fault.is_some()).last();
        let issued_ms = lost.or(whole).map_or(i64::MAX - LIFE_MS, |entry| entry.time_ms);
        let is_between = |entry: &Entry| (came_ms..=self.at_ms).contains(&entry.time_ms);
        self.at_ms >= self.expires_ms.min(issued_ms + LIFE_MS)
            || by_refresh && refreshes.iter().any(is_between)
    }
}

fn burn(scene: &Scene) -> Outcome {
    scene.start();
    let (lines, writer) = io::pipe().unwrap();
    let ((stopped, stop), (left, leave)) = (io::pipe().unwrap(), io::pipe().unwrap());
    let mut children = Vec::new();
    for _ in 0..PROCESSES {
        // SAFETY: the child makes an app of its own and leaves by `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            drop((lines, stop, leave)); // a pipe ends when nobody has its other end
            Asker::work(scene, writer, [stopped, left]);
        }
        children.push(child);
    }
    drop((writer, stopped, left));
    let outcome = watch(scene, lines, stop, leave);
    for child in children {
        let mut status = 0;
        // SAFETY: waits for a child of ours; `status` outlives the call.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        assert_eq!(status, 0, "a process ended otherwise than failure");
    }
    outcome
}

/// Lets the processes ask, begins the session anew when they say that it is over, and ends them.
fn watch(scene: &Scene, lines: PipeReader, stop: PipeWriter, leave: PipeWriter) -> Outcome {
    let (mut outcome, mut leave) = (Outcome::default(), Some(leave));
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(duration());
            drop(stop);
        });
        let mut asking = PROCESSES;
        for line in BufReader::new(lines).lines() {
            let line = line.unwrap();
            let words: Vec<&str> = line.split(' ').collect();
            let number = |at: usize| words[at].parse::<i64>().unwrap();
            match words[0] {
                "over" => outcome.sessions_lost += usize::from(scene.revive()),
                "refused" => {
                    outcome.refused.push(Refused { expires_ms: number(1), at_ms: number(2) });
                }
                "done" => {
                    asking -= 1;
                    for (at, count) in outcome.counts.iter_mut().enumerate() {
                        *count += u64::try_from(number(1 + at)).unwrap();
                    }
                }
                _ => outcome.trouble.push(line),
            }
            if asking == 0 && leave.is_some() {
                // What is still on its way has the lock, which this waits for.
                outcome.sessions_lost += usize::from(scene.revive());
                drop(leave.take());
            }
        }
    });
    let (lost, whole): (Vec<_>, Vec<_>) =
        scene.refreshes().into_iter().partition(|entry| entry.fault.is_some());
    (outcome.refreshes, outcome.lost_answers) = (whole.len(), lost.len());
    outcome
}

/// What must be true of every kind.
fn judge(scene: &Scene, outcome: &Outcome) {
    let [tokens, used, ..] = outcome.counts;
    assert!(outcome.trouble.is_empty(), "{:?}", &outcome.trouble[..outcome.trouble.len().min(5)]);
    let refreshes = scene.refreshes();
    assert!(refreshes.iter().all(|entry| !entry.reuse), "a refresh token was spent twice");
    assert!(refreshes.iter().all(|entry| entry.work_status == Some(200)), "one was refused");
    let unknown = outcome.refused.iter().find(|it| !it.had_ended(scene.kind.ends_old, &refreshes));
    assert!(unknown.is_none(), "nothing had ended this token: {unknown:?}");
    let progress = usize::try_from(duration().as_secs()).unwrap() * 5;
    assert!(outcome.refreshes > progress && outcome.lost_answers > 0, "{outcome}");
    assert!(tokens > 1000 && used > 50, "{outcome}");
}

fn stress(kind: fn() -> Kind) {
    // Whoever is forked has everybody's sockets, and an answer that was cut off would not end.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let seed = seed();
    println!("APPMINT_STRESS_SEED={seed}");
    let (folder, redis) = (Folder::new(), Redis::start());
    for store in [folder.url(), redis.url()] {
        let scene = Scene::new(kind(), &store, seed);
        let outcome = burn(&scene);
        println!("{}: {outcome}", &store[..6]);
        judge(&scene, &outcome);
        let beyond_help = if scene.kind.is_strict { outcome.lost_answers } else { 0 };
        assert_eq!(outcome.counts[Count::Interrupted as usize] > 0, beyond_help > 0, "{outcome}");
        assert_eq!(outcome.sessions_lost, beyond_help, "{outcome}");
    }
}

#[test]
fn nothing_is_lost_where_nothing_rotates() {
    stress(Kind::still);
}

#[test]
fn nothing_is_lost_within_the_grace_period() {
    stress(Kind::lenient);
}

#[test]
fn nothing_is_lost_where_old_tokens_live_on_within_the_grace_period() {
    stress(Kind::acme);
}

#[test]
fn without_grace_a_session_is_lost_with_its_answer_and_no_other() {
    stress(Kind::strict);
}

#[test]
fn who_cannot_look_loses_no_more() {
    stress(Kind::blind);
}
