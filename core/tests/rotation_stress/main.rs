//! Rotation under load: two processes with fifty threads each share one session whose tokens live a
//! second, and answers are lost at random.

#![cfg(unix)]

mod asker;
#[path = "../common/mod.rs"]
mod common;
mod scene;

use std::{
    fmt,
    io::{self, BufRead as _, BufReader, PipeReader, PipeWriter},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use appmint_sandbox::Entry;
use asker::{Asker, Count};
use common::places::{Folder, Redis};
use scene::{Kind, LIFE_MS, Scene};

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

/// Lets the processes ask until they have been at work, begins the session anew when they say that it is
/// over, and ends them.
fn watch(scene: &Scene, lines: PipeReader, stop: PipeWriter, leave: PipeWriter) -> Outcome {
    let (mut outcome, mut leave) = (Outcome::default(), Some(leave));
    let at_work = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(duration());
            while at_work.load(Ordering::Relaxed) < PROCESSES || !has_progressed(scene) {
                thread::sleep(Duration::from_millis(50));
            }
            drop(stop);
        });
        let (mut asking, mut revived_ms) = (PROCESSES, 0);
        for line in BufReader::new(lines).lines() {
            let line = line.unwrap();
            let words: Vec<&str> = line.split(' ').collect();
            let number = |at: usize| words[at].parse::<i64>().unwrap();
            match words[0] {
                "enough" => drop(at_work.fetch_add(1, Ordering::Relaxed)),
                "over" if number(1) < revived_ms => {}
                "over" => {
                    outcome.sessions_lost += usize::from(scene.revive());
                    revived_ms = machine_now().as_millis() as i64;
                }
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

/// Whether there were refreshes enough, and lost answers among them.
fn has_progressed(scene: &Scene) -> bool {
    let refreshes = scene.refreshes();
    refreshes.len() > 15 && refreshes.iter().any(|entry| entry.fault.is_some())
}

/// What must be true of every kind.
fn judge(scene: &Scene, outcome: &Outcome) {
    assert!(outcome.trouble.is_empty(), "{:?}", &outcome.trouble[..outcome.trouble.len().min(5)]);
    let refreshes = scene.refreshes();
    assert!(refreshes.iter().all(|entry| !entry.reuse), "a refresh token was spent twice");
    assert!(refreshes.iter().all(|entry| entry.work_status == Some(200)), "one was refused");
    let unknown = outcome.refused.iter().find(|it| !it.had_ended(scene.kind.ends_old, &refreshes));
    assert!(unknown.is_none(), "nothing had ended this token: {unknown:?}");
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
