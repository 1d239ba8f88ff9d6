//! What is measured, by part and name.

use std::{env, fs, time::Duration};

use appmint_core::{App, ManualClock, Secret, Timestamp};

use crate::{peers, rounds::Contestant};

pub(crate) fn of(part: &str, name: &str) -> Box<dyn Contestant> {
    match (part, name) {
        ("jwt", "appmint") => jwt(),
        ("jwt", "aws-lc-rs, the signature alone") => peers::signature(),
        ("jwt", "jsonwebtoken") => peers::jsonwebtoken(),
        ("cached", "appmint") => cached(),
        ("cached", "a map behind a mutex") => peers::map(),
        ("mint", "appmint") => mint(),
        ("mint", "a bare socket") => peers::socket(),
        ("mint", "reqwest::blocking") => peers::reqwest_mint(),
        ("mint" | "stampede", "octocrab") => peers::octocrab_mint(),
        ("stampede", "appmint") => stampede(),
        ("call" | "call of 1 MiB", "appmint") => call(path(part)),
        ("call" | "call of 1 MiB", "reqwest::blocking") => peers::reqwest_call(path(part)),
        ("webhook of 1 kB" | "webhook of 1 MB", "appmint") => webhook(payload(part)),
        ("webhook of 1 kB" | "webhook of 1 MB", "aws-lc-rs, the HMAC alone") => {
            peers::hmac(payload(part))
        }
        _ => panic!("no contestant {name} in {part}"),
    }
}

fn path(part: &str) -> &'static str {
    if part == "call" { "/small" } else { "/large" }
}

/// A payload of JSON.
pub(crate) fn payload(part: &str) -> Vec<u8> {
    let length = if part.ends_with("kB") { 1000 } else { 1_000_000 };
    format!(r#"{{"action":"opened","text":"{}"}}"#, "x".repeat(length - 30)).into_bytes()
}

pub(crate) fn setting(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

pub(crate) fn file(name: &str) -> Vec<u8> {
    fs::read(setting(name)).unwrap()
}

/// A function that makes each caller's operation.
pub(crate) fn by(
    make: impl Fn(usize) -> Box<dyn FnMut() + Send> + Sync + 'static,
) -> Box<dyn Contestant> {
    Box::new(make)
}

fn app_with(clock: Option<ManualClock>) -> App {
    let mut app = App::builder("github")
        .app_id("75")
        .private_key(file("BENCH_KEY"))
        .proxy("")
        .root_certificates(String::from_utf8(file("BENCH_CA")).unwrap())
        .api_url(setting("BENCH_URL"))
        .timeout(Duration::from_secs(600));
    if let Some(clock) = clock {
        app = app.clock(clock);
    }
    app.build().unwrap()
}

/// An hour later the JWT in memory is over.
fn jwt() -> Box<dyn Contestant> {
    let clock = ManualClock::new(Timestamp::from_secs(1_700_000_000));
    let app = app_with(Some(clock.clone()));
    by(move |_| {
        let (app, clock) = (app.clone(), clock.clone());
        Box::new(move || {
            clock.advance(Duration::from_secs(3600));
            app.jwt().wait().unwrap();
        })
    })
}

fn cached() -> Box<dyn Contestant> {
    let source = app_with(None).installation("14").unwrap();
    by(move |_| {
        let source = source.clone();
        Box::new(move || drop(source.token().wait().unwrap()))
    })
}

/// Each caller has an installation of its own.
fn mint() -> Box<dyn Contestant> {
    let app = app_with(None);
    by(move |number| {
        let source = app.installation((number + 1).to_string()).unwrap();
        Box::new(move || {
            source.invalidate();
            source.token().wait().unwrap();
        })
    })
}

/// All callers want the token of one installation, at its first call.
fn stampede() -> Box<dyn Contestant> {
    let app = app_with(None);
    by(move |_| {
        let app = app.clone();
        Box::new(move || drop(app.installation("14").unwrap().token().wait().unwrap()))
    })
}

fn call(path: &'static str) -> Box<dyn Contestant> {
    let source = app_with(None).installation("14").unwrap();
    by(move |_| {
        let source = source.clone();
        Box::new(move || {
            let reply = source.request(appmint_core::Call::get(path)).wait().unwrap();
            assert!(reply.body.len() > 1000);
        })
    })
}

fn webhook(payload: Vec<u8>) -> Box<dyn Contestant> {
    let (app, signature) = (app_with(None), peers::signature_of(&payload));
    by(move |_| {
        let (app, payload, signature) = (app.clone(), payload.clone(), signature.clone());
        Box::new(move || {
            let headers = [
                ("X-GitHub-Event", "issues"),
                ("X-GitHub-Delivery", "1"),
                ("X-Hub-Signature-256", &*signature),
            ];
            let secrets = [Secret::new(peers::WEBHOOK_SECRET)];
            app.verify_webhook(&headers, &payload, &secrets).unwrap();
        })
    })
}
