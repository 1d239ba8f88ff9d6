//! Ten thousand installations whose tokens live two seconds, on a platform that fails now and then.

mod common;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use appmint_core::{App, Timestamp, Token};
use appmint_sandbox::{Effect, Fault, PlatformName, Sandbox};
use common::settings;

const THREADS: u64 = 8;
const INSTALLATIONS: u64 = 10_000;

/// How long, in seconds; `APPMINT_SOAK_S` says otherwise.
fn duration() -> Duration {
    let given = std::env::var("APPMINT_SOAK_S").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(given.unwrap_or(3))
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

#[derive(Default)]
struct Counts {
    asked: AtomicU64,
    failed: AtomicU64,
}

/// Asks for tokens of installations of its own and of shared ones until it is over.
fn ask(app: &App, thread: u64, is_over: &AtomicBool, counts: &Counts) {
    let mut last: HashMap<u64, Token> = HashMap::new();
    let mut random = thread + 1;
    while !is_over.load(Ordering::Relaxed) {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Every other call is for one of a few that are always in use.
        let many = if random & 1 << 40 == 0 { 20 } else { INSTALLATIONS };
        let id = 1001 + (random >> 33) % many;
        let source = app.installation(id.to_string()).unwrap();
        let asked_at = now();
        counts.asked.fetch_add(1, Ordering::Relaxed);
        match source.token_valid_for(Duration::ZERO).wait() {
            Ok(token) => {
                assert!(token.lives_past(asked_at), "an expired token was handed out");
                last.insert(id, token);
            }
            Err(error) => {
                counts.failed.fetch_add(1, Ordering::Relaxed);
                assert!(error.is_retryable(), "{error}");
                // The clocks are read coarsely, so the last moments of a token are given up.
                let moment = now().after(Duration::from_millis(30));
                let known = last.get(&id).is_some_and(|token| token.lives_past(moment));
                assert!(!known, "an error although a token lives: {error}");
            }
        }
    }
}

/// Makes a few requests fail, and the next ones once another has succeeded: on a slow machine faults would pile up, until
/// the app leaves a host alone that answers nothing else.
fn spoil(sandbox: &Sandbox, app: &App, is_over: &AtomicBool) {
    let (body, headers) = (serde_json::Value::Null, Default::default());
    let effects = [
        Effect::Status { status: 503, body, headers },
        Effect::Cut,
        Effect::LostResponse,
        Effect::Html { status: 502 },
        Effect::RateLimited { status: 429, retry_after: Some(0) },
        Effect::Delay { ms: 50 },
    ];
    for effect in effects.iter().cycle() {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let fault = Fault::on("mint_installation_token", effect.clone()).times(3);
        let before = app.stats().minted;
        sandbox.fault(fault).unwrap();
        thread::sleep(Duration::from_millis(20));
        sandbox.faults().clear();
        while app.stats().minted == before && !is_over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn no_expired_token_and_no_error_while_one_lives() {
    let sandbox = Sandbox::builder().platform(PlatformName::GitHub).start().unwrap();
    let life = serde_json::json!({
        "extra_installations": INSTALLATIONS, "installation_token_life_ms": 2000,
        "rate_limit": 1_000_000_000_u64,
    });
    sandbox.quirks(&life).unwrap();
    let mut settings = settings(&sandbox).0;
    settings.clock = None;
    settings.retries = Some(0);
    let app = settings.build().unwrap();
    let (is_over, counts) = (AtomicBool::new(false), Counts::default());
    let end = Instant::now() + duration();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (app, is_over, counts) = (&app, &is_over, &counts);
            scope.spawn(move || ask(app, thread, is_over, counts));
        }
        scope.spawn(|| spoil(&sandbox, &app, &is_over));
        let is_done = || Instant::now() >= end && app.stats().renewed > 0;
        while !is_done() && !thread::panicking() {
            thread::sleep(Duration::from_millis(50));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let (asked, failed) = (counts.asked.into_inner(), counts.failed.into_inner());
    println!("{asked} asked, {failed} failed while nothing lived, {:?}", app.stats());
    assert!(asked > 100 && app.stats().renewed > 0);
}
