//! Users who log in: a browser that comes back to loopback, a code typed on another device, an
//! authorization that travels between processes.

mod common;

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use appmint_core::{
    App, Error, ErrorKind, ManualClock, Reason, Timestamp,
    logins::{Login, LoginRequest},
    oauth::AuthorizationRequest,
};
use appmint_sandbox::{Effect, Fault, PlatformName, Sandbox};
use common::{NOW_MS, put_store::PutStore, sandbox_of, settings};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn scene() -> (Sandbox, App, ManualClock) {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let (mut settings, clock) = settings(&sandbox);
    settings.store_key = Some(KEY.into());
    settings.retries = Some(0);
    let app = settings.build().unwrap();
    (sandbox, app, clock)
}

fn kind(error: &Error) -> (ErrorKind, Option<Reason>) {
    (error.kind(), error.reason())
}

/// What a browser is shown at a URL of this machine.
fn browse(url: &str) -> String {
    let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
    send(host, &format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
}

fn send(host: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    let _ = stream.read_to_string(&mut page); // who sends too much may be cut off
    page
}

fn host(login: &Login) -> String {
    login.redirect_uri().trim_start_matches("http://").split('/').next().unwrap().to_owned()
}

#[test]
fn a_browser_comes_back_and_the_listener_closes() {
    let (sandbox, app, _) = scene();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let callback = sandbox.press(login.url()).unwrap();
    assert!(callback.starts_with(login.redirect_uri()));
    let waiting = login.wait(None);
    let page = browse(&callback);
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("You are logged in"), "{page}");
    assert!(page.contains("Referrer-Policy: no-referrer") && !page.contains("ghu_"));
    let token = waiting.wait().unwrap();
    assert!(token.reveal().starts_with("ghu_"));
    assert!(TcpStream::connect(host(&login)).is_err(), "it closes after one hit");
    assert_eq!(login.wait(None).wait().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn other_requests_are_refused_and_the_login_goes_on() {
    let (sandbox, app, _) = scene();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let callback = sandbox.press(login.url()).unwrap();
    let (waiting, host) = (login.wait(None), host(&login));
    assert!(browse(&format!("http://{host}/favicon.ico")).starts_with("HTTP/1.1 404"));
    let other_state = callback.replace("state=", "state=x");
    for request in [
        format!("GET /callback?code=x&state=y HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("POST /callback HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"),
        "GET /callback?code=x HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_owned(),
        format!(
            "GET {} HTTP/1.1\r\nHost: {host}\r\n\r\n",
            &other_state["http://".len() + host.len()..]
        ),
        "no request\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(40_000)),
    ] {
        let page = send(&host, &request);
        let is_cut = page.is_empty() && request.len() > 16_384;
        assert!(page.starts_with("HTTP/1.1 400") || is_cut, "{request:.60}: {page}");
    }
    drop(TcpStream::connect(&host).unwrap());
    assert!(!waiting.is_finished());
    assert!(browse(&callback).contains("You are logged in"));
    assert!(waiting.wait().is_ok());
}

#[test]
fn a_declined_and_a_failed_login_show_their_page() {
    let (sandbox, app, _) = scene();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let (waiting, callback) = (login.wait(None), sandbox.deny(login.url()).unwrap());
    assert!(browse(&callback).contains("Authorization declined"));
    assert_eq!(waiting.wait().unwrap_err().kind(), ErrorKind::Denied);

    let login = app.start_login(LoginRequest::default()).unwrap();
    let callback = sandbox.press(login.url()).unwrap();
    let waiting = login.wait(None);
    sandbox.fault(Fault::on("exchange_code", Effect::Html { status: 502 })).unwrap();
    assert!(browse(&callback).contains("Login failed"));
    assert_eq!(waiting.wait().unwrap_err().kind(), ErrorKind::Server);
}

#[test]
fn waiting_ends_by_time_and_by_wish() {
    let (_, app, _) = scene();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let late = login.wait(Some(Duration::from_millis(50))).wait();
    assert_eq!(late.unwrap_err().kind(), ErrorKind::Timeout);
    let login = app.start_login(LoginRequest::default()).unwrap();
    let waiting = login.wait(None);
    login.cancel();
    assert_eq!(waiting.wait().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(login.wait(None).wait().unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn a_busy_port_is_passed_over() {
    let (_, app, _) = scene();
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port();
    let on = |ports: Vec<u16>| {
        app.start_login(LoginRequest { ports, path: Some("/in".into()), ..Default::default() })
    };
    let login = on(vec![port, 0]).unwrap();
    assert!(login.redirect_uri().ends_with("/in") && !host(&login).ends_with(&port.to_string()));
    assert_eq!(on(vec![port]).unwrap_err().kind(), ErrorKind::Transport);
    let odd = LoginRequest { path: Some("in?x".into()), ..Default::default() };
    assert_eq!(app.start_login(odd).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_device_asks_in_the_platforms_pace() {
    let (sandbox, app, clock) = scene();
    let pass = |seconds| {
        clock.advance(Duration::from_secs(seconds));
        sandbox.clock().advance_ms(i64::try_from(seconds).unwrap() * 1000);
    };
    let asked = || sandbox.ledger().count("poll_device_token");
    let login = app.start_device_login(Vec::new()).wait().unwrap();
    assert!(login.verification_uri().ends_with("/login/device"));
    let early = login.poll().wait().unwrap_err();
    assert_eq!(kind(&early), (ErrorKind::Pending, Some(Reason::AuthorizationPending)));
    assert_eq!((early.retry_after(), asked()), (Some(Duration::from_secs(5)), 0));
    pass(5);
    let pending = login.poll().wait().unwrap_err();
    assert_eq!((pending.kind(), asked()), (ErrorKind::Pending, 1));
    assert_eq!(pending.retry_after(), Some(Duration::from_secs(5)));
    pass(5);
    sandbox.approve_device(login.user_code()).unwrap();
    assert!(login.poll().wait().unwrap().reveal().starts_with("ghu_"));
}

#[test]
fn a_device_that_is_too_fast_slows_down_for_good() {
    let (sandbox, app, clock) = scene();
    let login = app.start_device_login(Vec::new()).wait().unwrap();
    // Only our clock moves, so the platform finds the second question too early.
    for (passed, told) in [(5, 5), (5, 10)] {
        clock.advance(Duration::from_secs(passed));
        let error = login.poll().wait().unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(told)), "{error}");
    }
    sandbox.clock().advance_ms(60_000);
    clock.advance(Duration::from_secs(10));
    assert_eq!(login.poll().wait().unwrap_err().retry_after(), Some(Duration::from_secs(10)));
}

#[test]
fn a_device_login_ends_by_no_by_time_and_by_wish() {
    let (sandbox, app, clock) = scene();
    let start = || app.start_device_login(Vec::new()).wait().unwrap();
    let login = start();
    sandbox.deny_device(login.user_code()).unwrap();
    clock.advance(Duration::from_secs(5));
    assert_eq!(login.poll().wait().unwrap_err().kind(), ErrorKind::Denied);
    let login = start();
    clock.advance(Duration::from_secs(901));
    let expired = (ErrorKind::Reauthorize, Some(Reason::ExpiredDeviceCode));
    assert_eq!(kind(&login.poll().wait().unwrap_err()), expired);
    let login = start();
    let waiting = login.wait();
    login.cancel();
    assert_eq!(waiting.wait().unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn waiting_for_a_device_brings_the_token() {
    let (sandbox, app, clock) = scene();
    let login = app.start_device_login(Vec::new()).wait().unwrap();
    let waiting = login.wait();
    sandbox.approve_device(login.user_code()).unwrap();
    clock.advance(Duration::from_secs(5));
    sandbox.clock().advance_ms(5000);
    let token = waiting.wait().unwrap();
    let refreshed = app.refresh(token.refresh_token().unwrap().clone()).wait();
    assert!(refreshed.is_ok());
}

#[test]
fn a_public_client_logs_in_on_a_device() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let (mut settings, clock) = settings(&sandbox);
    (settings.client_secret, settings.private_key) = (None, None);
    let app = settings.build().unwrap();
    let login = app.start_device_login(Vec::new()).wait().unwrap();
    sandbox.approve_device(login.user_code()).unwrap();
    clock.advance(Duration::from_secs(5));
    sandbox.clock().advance_ms(5000);
    let token = login.poll().wait().unwrap();
    assert!(app.refresh(token.refresh_token().unwrap().clone()).wait().is_ok());
    let error = app.check_token(token.reveal()).wait().unwrap_err();
    assert_eq!(error.reason(), Some(Reason::MissingCredential));
}

#[test]
fn an_authorization_travels_sealed_and_is_finished_once() {
    let (sandbox, app, clock) = scene();
    let request = AuthorizationRequest {
        redirect_uri: Some(sandbox.registration().redirect_uri.clone()),
        ..AuthorizationRequest::default()
    };
    let begun = app.authorize(&request).unwrap();
    let sealed = app.seal_authorization(&begun).unwrap();
    assert!(!sealed.contains(begun.state()) && sealed.len() < 2000);
    let callback = sandbox.press(begun.url()).unwrap();
    let opened = app.open_authorization(&sealed).unwrap();
    assert_eq!((opened.url(), opened.redirect_uri()), (begun.url(), begun.redirect_uri()));

    let tampered = callback.replace("state=", "state=x");
    let error = app.finish_authorization(&opened, &tampered).wait().unwrap_err();
    assert_eq!(error.reason(), Some(Reason::StateMismatch));
    assert!(app.finish_authorization(&opened, &callback).wait().is_ok());
    let again = app.finish_authorization(&begun, &callback).wait().unwrap_err();
    assert_eq!(kind(&again), (ErrorKind::Reauthorize, Some(Reason::StaleAuthorization)));
    assert_eq!(sandbox.ledger().count("exchange_code"), 1);

    let late = app.authorize(&request).unwrap();
    let callback = sandbox.press(late.url()).unwrap();
    clock.set(Timestamp::from_millis(NOW_MS + 3_600_001));
    let error = app.finish_authorization(&late, &callback).wait().unwrap_err();
    assert_eq!(error.reason(), Some(Reason::StaleAuthorization));
}

#[test]
fn a_store_that_fails_uses_no_authorization_up() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let (mut settings, clock) = settings(&sandbox);
    settings.store_key = Some(KEY.into());
    let was_ill = AtomicBool::new(false);
    settings.own_store = Some(Arc::new(PutStore::new(move |inner, put| {
        if was_ill.swap(true, Ordering::SeqCst) {
            return put.done_in(inner);
        }
        Err(Error::new(ErrorKind::Store, "the store is ill"))
    })));
    let app = settings.build().unwrap();
    // What was noted is kept for so long by the machine's clock.
    let now = Timestamp::from(std::time::SystemTime::now());
    clock.set(now);
    sandbox.clock().set_ms(now.as_millis());
    let begun = app.authorize(&AuthorizationRequest::default()).unwrap();
    let callback = sandbox.press(begun.url()).unwrap();
    let ill = app.finish_authorization(&begun, &callback).wait().unwrap_err();
    assert_eq!((ill.kind(), sandbox.ledger().count("exchange_code")), (ErrorKind::Store, 0));
    assert!(app.finish_authorization(&begun, &callback).wait().is_ok());
    let again = app.finish_authorization(&begun, &callback).wait().unwrap_err();
    assert_eq!(kind(&again), (ErrorKind::Reauthorize, Some(Reason::StaleAuthorization)));
    assert_eq!(sandbox.ledger().count("exchange_code"), 1);
}

#[test]
fn an_authorization_of_another_platform_or_key_is_refused() {
    let (sandbox, app, _) = scene();
    let begun = app.authorize(&AuthorizationRequest::default()).unwrap();
    let callback = sandbox.press(begun.url()).unwrap();
    let elsewhere = scene();
    let error = elsewhere.1.finish_authorization(&begun, &callback).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let sealed = app.seal_authorization(&begun).unwrap();
    for bad in ["", "x", &sealed[1..], &format!("{sealed}A")] {
        let error = app.open_authorization(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{bad}");
    }
    let keyless = settings(&sandbox).0.build().unwrap();
    assert!(keyless.seal_authorization(&begun).unwrap_err().to_string().contains("store_key"));
}

#[test]
fn platforms_without_devices_say_so() {
    let sandbox = common::sandbox();
    let app = common::app(&sandbox);
    let error = app.start_device_login(Vec::new()).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
