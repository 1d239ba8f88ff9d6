//! Sources: one minting for all who ask, ahead of time, and a live token rather than an error.

mod common;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use appmint_core::{
    App, Call, ErrorKind, EventKind, Lookup, ManualClock, Reason, Scope, Secret, Timestamp, Token,
};
use appmint_sandbox::{Change, Effect, Fault, PlatformName, Sandbox};
use common::{NOW_MS, sandbox, sandbox_of, settings};

const MINUTE: Duration = Duration::from_secs(60);

fn minted(sandbox: &Sandbox) -> usize {
    sandbox.ledger().counts().get("mint_installation_token").copied().unwrap_or(0)
}

fn app_and_clock(sandbox: &Sandbox) -> (App, ManualClock) {
    let (mut settings, clock) = settings(sandbox);
    settings.retries = Some(0);
    (settings.build().unwrap(), clock)
}

/// Time passes for both sides.
fn pass(sandbox: &Sandbox, clock: &ManualClock, time: Duration) {
    clock.advance(time);
    sandbox.clock().advance_ms(i64::try_from(time.as_millis()).unwrap());
}

/// Waits until something that happens in the background has happened.
fn until(what: impl Fn() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(20);
    while !what() {
        assert!(Instant::now() < give_up, "it never happened");
        thread::sleep(Duration::from_millis(2));
    }
}

fn hold(sandbox: &Sandbox) {
    sandbox.fault(Fault::on("mint_installation_token", Effect::Hold)).unwrap();
}

fn fail(sandbox: &Sandbox, times: u32) {
    let (body, headers) = Default::default();
    let status = Effect::Status { status: 503, body, headers };
    sandbox.fault(Fault::on("mint_installation_token", status).times(times)).unwrap();
}

#[test]
fn sixty_four_threads_cause_one_minting() {
    let sandbox = sandbox();
    let (app, clock) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    for round in 1..=3 {
        let tokens: Vec<String> = thread::scope(|scope| {
            let ask = || source.token().wait().unwrap().reveal().to_owned();
            let asking: Vec<_> = (0..64).map(|_| scope.spawn(ask)).collect();
            asking.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(tokens.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(minted(&sandbox), round);
        pass(&sandbox, &clock, 61 * MINUTE);
    }
}

#[test]
fn forty_callers_with_one_refused_token_cause_one_minting() {
    let sandbox = sandbox();
    let (app, _) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    for round in 2..=5 {
        let refused = source.token().wait().unwrap();
        let renew = || {
            source.invalidate_token(&refused);
            source.token().wait().unwrap().reveal().to_owned()
        };
        let tokens: Vec<String> = thread::scope(|scope| {
            let renewing: Vec<_> = (0..40).map(|_| scope.spawn(renew)).collect();
            renewing.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(tokens.iter().all(|token| *token == tokens[0] && token != refused.reveal()));
        assert_eq!(minted(&sandbox), round);
    }
}

#[test]
fn a_platform_that_hangs_for_one_installation_delays_no_other() {
    let sandbox = sandbox();
    let (app, _) = app_and_clock(&sandbox);
    hold(&sandbox);
    let hanging = app.installation("14").unwrap();
    let stuck: Vec<_> = (0..100).map(|_| hanging.token()).collect();
    until(|| minted(&sandbox) == 1);
    assert!(app.installation("18").unwrap().token().wait().is_ok());
    assert!(stuck.iter().all(|task| !task.is_finished()));
    sandbox.faults().release();
    assert!(stuck.into_iter().all(|task| task.wait().is_ok()));
    assert_eq!((minted(&sandbox), app.stats().joined), (2, 99));
}

#[test]
fn a_caller_that_stops_waiting_does_not_stop_the_others() {
    let sandbox = sandbox();
    let (app, _) = app_and_clock(&sandbox);
    hold(&sandbox);
    let source = app.installation("14").unwrap();
    let patient = source.token();
    let late = source.token().wait_within(Some(Duration::from_millis(5)));
    assert_eq!(late.unwrap_err().kind(), ErrorKind::Timeout);
    until(|| minted(&sandbox) == 1);
    sandbox.faults().release();
    let token = patient.wait().unwrap();
    assert_eq!(source.token().wait().unwrap(), token);
    assert_eq!(minted(&sandbox), 1);
}

#[test]
fn a_token_is_renewed_while_it_is_handed_out() {
    let sandbox = sandbox();
    let (app, clock) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    let first = source.token().wait().unwrap();
    pass(&sandbox, &clock, 49 * MINUTE);
    assert_eq!((source.token().wait().unwrap(), minted(&sandbox)), (first.clone(), 1));
    pass(&sandbox, &clock, 2 * MINUTE);
    hold(&sandbox);
    let tasks: Vec<_> = (0..50).map(|_| source.token()).collect();
    assert!(tasks.iter().all(appmint_core::Task::is_finished), "nobody waits");
    assert!(tasks.into_iter().all(|task| task.wait().unwrap() == first));
    until(|| minted(&sandbox) == 2);
    sandbox.faults().release();
    until(|| source.token().wait().unwrap() != first);
    assert_eq!((minted(&sandbox), app.stats().renewed), (2, 1));
}

#[test]
fn a_failed_renewal_keeps_the_live_token_and_is_tried_again() {
    let sandbox = sandbox();
    let (app, clock) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    let first = source.token().wait().unwrap();
    pass(&sandbox, &clock, 51 * MINUTE);
    fail(&sandbox, 1);
    assert_eq!(source.token().wait().unwrap(), first);
    until(|| app.stats().failed == 1);
    for _ in 0..50 {
        assert_eq!(source.token().wait().unwrap(), first);
    }
    assert_eq!(minted(&sandbox), 2, "a failed renewal is not repeated by each caller");
    // The pause after it may begin a moment after it was counted.
    until(|| {
        pass(&sandbox, &clock, Duration::from_secs(1));
        source.token().wait().unwrap() != first
    });
}

#[test]
fn a_token_inside_its_margin_is_better_than_an_error_that_passes() {
    let sandbox = sandbox();
    let (app, clock) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    let first = source.token().wait().unwrap();
    pass(&sandbox, &clock, 59 * MINUTE + MINUTE / 2);
    fail(&sandbox, 2);
    assert_eq!(source.token().wait().unwrap(), first);
    assert_eq!(app.stats().served_stale, 1);
    pass(&sandbox, &clock, MINUTE);
    assert_eq!(source.token().wait().unwrap_err().kind(), ErrorKind::Server);
}

#[test]
fn a_permanent_error_is_returned_although_a_token_still_works() {
    let sandbox = sandbox();
    let (app, clock) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    source.token().wait().unwrap();
    pass(&sandbox, &clock, 59 * MINUTE + MINUTE / 2);
    sandbox.change_installation("14", Change::Suspend);
    let error = source.token().wait().unwrap_err();
    assert_eq!(error.reason(), Some(Reason::Suspended));
}

#[test]
fn a_failure_stands_for_a_second() {
    let sandbox = sandbox();
    let (app, clock) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    fail(&sandbox, 1);
    for _ in 0..20 {
        assert_eq!(source.token().wait().unwrap_err().kind(), ErrorKind::Server);
    }
    assert_eq!(minted(&sandbox), 1);
    clock.advance(Duration::from_secs(1));
    assert!(source.token().wait().is_ok());
}

#[test]
fn a_rate_limit_stands_as_long_as_the_platform_says() {
    let sandbox = sandbox();
    let (app, clock) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    let limit = Effect::RateLimited { status: 429, retry_after: Some(30) };
    sandbox.fault(Fault::on("mint_installation_token", limit)).unwrap();
    for _ in 0..3 {
        assert_eq!(source.token().wait().unwrap_err().kind(), ErrorKind::RateLimited);
        clock.advance(Duration::from_secs(9));
    }
    assert_eq!(minted(&sandbox), 1);
    clock.advance(Duration::from_secs(9));
    assert!(source.token().wait().is_ok());
}

#[test]
fn invalidating_ends_the_rest_after_a_failure() {
    let sandbox = sandbox();
    let (app, _) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    fail(&sandbox, 1);
    assert!(source.token().wait().is_err());
    source.invalidate();
    assert!(source.token().wait().is_ok());
}

#[test]
fn a_clock_that_is_set_back_keeps_no_token_alive() {
    let sandbox = sandbox();
    let (app, clock) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    let first = source.token().wait().unwrap();
    pass(&sandbox, &clock, 61 * MINUTE);
    clock.set(Timestamp::from_millis(NOW_MS));
    assert_ne!(source.token().wait().unwrap(), first);
}

#[test]
fn a_refused_token_is_replaced_once_for_all() {
    let sandbox = sandbox();
    let (mut settings, clock) = settings(&sandbox);
    settings.retry_wait = Some(Duration::from_millis(1));
    let app = settings.build().unwrap();
    let source = app.installation("14").unwrap();
    source.token().wait().unwrap();
    pass(&sandbox, &clock, MINUTE);
    sandbox.forget_tokens();
    let calls: Vec<_> =
        (0..20).map(|_| source.request(Call::get("/orgs/yanqianyu/repos"))).collect();
    assert!(calls.into_iter().all(|task| task.wait().unwrap().status == 200));
    assert_eq!((minted(&sandbox), app.stats().refused), (2, 1));
}

#[test]
fn what_was_looked_up_is_kept_through_failures_and_looked_up_again_when_it_is_gone() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let (app, clock) = app_and_clock(&sandbox);
    let lookup = || Lookup::Organization("octo-org".into());
    let looked_up = || sandbox.ledger().counts().get("get_org_installation").copied().unwrap_or(0);
    let source = app.installation(lookup()).unwrap();
    assert_eq!(source.installation_id(), None);
    let asking: Vec<_> = (0..20).map(|_| source.token()).collect();
    assert!(asking.into_iter().all(|task| task.wait().is_ok()));
    assert_eq!(source.installation_id().as_deref(), Some("3"));
    assert_eq!((looked_up(), minted(&sandbox)), (1, 1));
    assert!(app.installation("3").unwrap().token().wait().is_ok());
    assert_eq!(minted(&sandbox), 1, "by id it is the same token");

    pass(&sandbox, &clock, 61 * MINUTE);
    fail(&sandbox, 1);
    assert_eq!(source.token().wait().unwrap_err().kind(), ErrorKind::Server);
    clock.advance(2 * MINUTE);
    assert!(source.token().wait().is_ok());
    assert_eq!(looked_up(), 1);

    sandbox.change_installation("3", Change::Delete);
    source.invalidate();
    let error = source.token().wait().unwrap_err();
    assert_eq!((error.kind(), looked_up()), (ErrorKind::NotFound, 2));
}

#[test]
fn an_installation_that_was_looked_up_a_moment_ago_is_looked_up_again_only_if_a_store_knew_it() {
    for (store, lookups) in [(None, [1, 2]), (Some("memory:"), [2, 3])] {
        let sandbox = sandbox_of(PlatformName::GitHub);
        let (mut settings, _) = settings(&sandbox);
        settings.store = store.map(Into::into);
        settings.retries = Some(0);
        let app = settings.build().unwrap();
        let (status, headers) = (404, Default::default());
        let body = serde_json::json!({ "message": "Not Found" });
        let gone = Effect::Status { status, body, headers };
        sandbox.fault(Fault::on("mint_installation_token", gone).times(9)).unwrap();
        let source = app.installation(Lookup::Organization("octo-org".into())).unwrap();
        for looked_up in lookups {
            source.invalidate();
            assert_eq!(source.token().wait().unwrap_err().kind(), ErrorKind::NotFound);
            assert_eq!(sandbox.ledger().count("get_org_installation"), looked_up, "{store:?}");
        }
    }
}

#[test]
fn a_webhook_that_changes_an_installation_is_applied() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let (app, _) = app_and_clock(&sandbox);
    let secret = Secret::new("It's a Secret to Everybody");
    let webhook = |event: &str| {
        let body = br#"{"action":"suspend","installation":{"id":1}}"#;
        let signature = format!("sha256={}", hmac(&secret, body));
        let headers = [("X-Hub-Signature-256", signature.as_str()), ("X-GitHub-Event", event)];
        app.verify_webhook(&headers, body, std::slice::from_ref(&secret)).unwrap()
    };
    let source = app.installation("1").unwrap();
    let narrowed =
        app.installation(Lookup::from("1").narrowed(Scope::all().repositories(["docs"]))).unwrap();
    let other = app.installation("2").unwrap();
    let ask = || [&source, &narrowed, &other].map(|it| it.token().wait().unwrap());
    let before = ask();
    assert_eq!(app.apply_webhook(&webhook("push")), 0);
    assert!(ask() == before);
    assert_eq!(app.apply_webhook(&webhook("installation")), 2);
    let after = ask();
    assert!(after[0] != before[0] && after[1] != before[1] && after[2] == before[2]);
}

#[test]
fn changes_and_events_are_reported_without_secrets() {
    let sandbox = sandbox();
    let (mut settings, clock) = settings(&sandbox);
    let events = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&events);
    settings.retries = Some(0);
    settings.on_event = Some(Arc::new(move |event| {
        log.lock().unwrap().push((event.kind, format!("{event} {event:?}")));
        panic!("on purpose");
    }));
    let app = settings.build().unwrap();
    let source = app.installation("14").unwrap();
    let (tell, told) = mpsc::channel::<Token>();
    let tell = Mutex::new(tell);
    source.on_change(move |before, token| {
        assert_eq!(before, None);
        tell.lock().unwrap().send(token.clone()).unwrap();
    });
    let first = source.token().wait().unwrap();
    assert_eq!(told.recv().unwrap(), first);
    pass(&sandbox, &clock, 61 * MINUTE);
    fail(&sandbox, 1);
    source.token().wait().unwrap_err();
    let events = events.lock().unwrap();
    let kinds: Vec<_> = events.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [EventKind::Minted, EventKind::MintFailed]);
    assert!(events[0].1.starts_with("minted installation 14, "), "{}", events[0].1);
    assert!(events.iter().all(|(_, shown)| !shown.contains(first.reveal())));
}

#[test]
fn above_the_capacity_unused_tokens_are_removed() {
    let sandbox = sandbox();
    let (mut settings, _) = settings(&sandbox);
    settings.capacity = Some(64);
    let app = settings.build().unwrap();
    let used = app.installation("14").unwrap();
    let token = used.token().wait().unwrap();
    for id in 100..1000 {
        app.installation(id.to_string()).unwrap();
    }
    assert!(app.stats().sources <= 64);
    assert_eq!(app.installation("14").unwrap().token().wait().unwrap(), token);
}

#[test]
fn a_closed_app_holds_nothing_and_refuses() {
    let sandbox = sandbox();
    let (app, _) = app_and_clock(&sandbox);
    let source = app.installation("14").unwrap();
    source.token().wait().unwrap();
    app.close();
    assert_eq!(source.expires_at(), None);
    assert_eq!(source.token().wait().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn threads_end_when_there_is_nothing_to_do() {
    let workers = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        names.filter(|name| name.trim() == "appmint-worker").count()
    };
    let sandbox = sandbox();
    let (app, _) = app_and_clock(&sandbox);
    hold(&sandbox);
    let most = AtomicUsize::new(0);
    let tasks: Vec<_> = (0..300).map(|n| app.request(Call::get(format!("/x/{n}")))).collect();
    tasks.into_iter().for_each(|task| {
        most.fetch_max(workers(), Ordering::Relaxed);
        task.wait().unwrap();
    });
    // Other tests in this process have workers, too.
    assert!(most.load(Ordering::Relaxed) <= 64 * 17);
    app.close();
    drop(app);
}

fn hmac(secret: &Secret, body: &[u8]) -> String {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
    let tag = sign(&Key::new(HMAC_SHA256, secret.reveal().as_bytes()), body);
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
