//! Waiting for a login: a browser is answered whoever else is connected, a request that hangs gets the
//! app's timeout, cancelling ends everything, and no thread waits for a device.

mod common;

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::Duration,
};

use appmint_core::{
    App, ErrorKind,
    logins::{DeviceLogin, Login, LoginRequest},
};
use appmint_sandbox::{Effect, Fault, PlatformName, Sandbox};
use common::{sandbox_of, settings};

fn scene() -> (Sandbox, App) {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let app = settings(&sandbox).0.build().unwrap();
    (sandbox, app)
}

/// What a browser is shown at a URL of this machine.
fn browse(url: &str) -> String {
    let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

fn host(login: &Login) -> String {
    login.redirect_uri().trim_start_matches("http://").split('/').next().unwrap().to_owned()
}

/// The URL that a browser comes back to with a code of this login.
fn returned_to(login: &Login) -> String {
    let state = login.url().split(['?', '&']).find_map(|it| it.strip_prefix("state=")).unwrap();
    format!("{}?code=c&state={state}", login.redirect_uri())
}

/// An app whose platform is this listener.
fn app_at(listener: &TcpListener, timeout: Duration) -> App {
    let url = format!("http://{}", listener.local_addr().unwrap());
    let builder = App::builder("github").api_url(&url).web_url(&url).client_id("Iv1.x");
    builder.client_secret("s").timeout(timeout).retries(0).build().unwrap()
}

#[test]
fn slow_clients_do_not_keep_the_browser_waiting() {
    let (sandbox, app) = scene();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let slow: Vec<_> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(host(&login)).unwrap();
            stream.write_all(b"GET /callback HT").unwrap();
            stream
        })
        .collect();
    let callback = sandbox.press(login.url()).unwrap();
    assert!(browse(&callback).contains("You are logged in"));
    assert!(login.wait(None).wait().is_ok());
    for mut stream in slow {
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert_eq!(answer, "", "a connection that was open was not answered first");
    }
}

#[test]
fn of_too_many_connections_the_oldest_make_room() {
    let (sandbox, app) = scene();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let _slow: Vec<_> = (0..100).map(|_| TcpStream::connect(host(&login)).unwrap()).collect();
    let callback = sandbox.press(login.url()).unwrap();
    assert!(browse(&callback).contains("You are logged in"));
    assert!(login.wait(None).wait().is_ok());
}

#[test]
fn a_browser_is_answered_before_anybody_waits() {
    let (sandbox, app) = scene();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let callback = sandbox.press(login.url()).unwrap();
    assert!(browse(&callback).contains("You are logged in"));
    assert!(TcpStream::connect(host(&login)).is_err(), "the listener has closed");
    assert!(login.wait(None).wait().unwrap().reveal().starts_with("ghu_"));
    assert_eq!(login.wait(None).wait().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_login_that_is_freed_closes_its_listener() {
    let (_, app) = scene();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let (address, copy) = (host(&login), login.clone());
    drop(login);
    assert!(TcpStream::connect(&address).is_ok());
    drop(copy);
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn a_login_that_is_freed_while_somebody_waits_goes_on() {
    let (sandbox, app) = scene();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let (waiting, callback) = (login.wait(None), sandbox.press(login.url()).unwrap());
    drop(login);
    assert!(browse(&callback).contains("</html>"));
    assert!(waiting.wait().unwrap().reveal().starts_with("ghu_"));
}

#[test]
fn cancelling_ends_a_login_whose_exchange_hangs() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let app = app_at(&silent, Duration::from_secs(20));
    let login = app.start_login(LoginRequest::default()).unwrap();
    let waiting = login.wait(Some(Duration::from_secs(20)));
    let callback = returned_to(&login);
    let browser = std::thread::spawn(move || browse(&callback));
    let (_request, _) = silent.accept().unwrap();
    login.cancel();
    assert_eq!(waiting.wait().unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(browser.join().unwrap().contains("Login failed"));
}

#[test]
fn an_exchange_gets_the_apps_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let app = app_at(&silent, Duration::from_millis(200));
    let login = app.start_login(LoginRequest::default()).unwrap();
    let waiting = login.wait(Some(Duration::from_secs(3600)));
    assert!(browse(&returned_to(&login)).contains("Login failed"));
    assert!(waiting.wait().is_err());
}

/// Answers each request of a device login but the first poll, which gets no answer and is told of.
#[test]
fn an_exchange_that_spent_nothing_is_made_again() {
    let sandbox = sandbox_of(PlatformName::GitHub);
    let mut settings = settings(&sandbox).0;
    settings.retries = Some(0);
    let app = settings.build().unwrap();
    let limited = Effect::RateLimited { status: 429, retry_after: Some(0) };
    sandbox.fault(Fault::on("exchange_code", limited).times(2)).unwrap();
    let login = app.start_login(LoginRequest::default()).unwrap();
    let waiting = login.wait(None);
    assert!(browse(&sandbox.press(login.url()).unwrap()).contains("You are logged in"));
    assert!(waiting.wait().is_ok());
    assert_eq!(sandbox.ledger().count("exchange_code"), 3);
}

fn serve_a_device_login(listener: &TcpListener, tell: &mpsc::Sender<()>) {
    let mut open = Vec::new();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
        let body = loop {
            let count = stream.read(&mut buffer).unwrap_or(0);
            request.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&request);
            if text.starts_with("POST /login/device/code") {
                break r#"{"device_code":"d","user_code":"A","verification_uri":"https://x.example","expires_in":60,"interval":1}"#;
            }
            if text.contains("device_code") || count == 0 {
                break r#"{"access_token":"gho_x","token_type":"bearer"}"#;
            }
        };
        let is_poll = body.contains("access_token");
        if is_poll && open.is_empty() {
            open.push(stream); // it hangs
            let _ = tell.send(());
            continue;
        }
        let length = body.len();
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json";
        let _ = write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{body}");
    }
}

#[test]
fn a_poll_that_hangs_is_a_lost_one() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let app = app_at(&listener, Duration::from_millis(500));
    std::thread::spawn(move || serve_a_device_login(&listener, &mpsc::channel().0));
    let login = app.start_device_login(Vec::new()).wait().unwrap();
    assert_eq!(login.wait().wait().unwrap().reveal(), "gho_x");
}

#[test]
fn cancelling_ends_a_device_login_whose_poll_hangs() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let app = app_at(&listener, Duration::from_secs(30));
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || serve_a_device_login(&listener, &tell));
    let login = app.start_device_login(Vec::new()).wait().unwrap();
    let waiting = login.wait();
    told.recv().unwrap();
    login.cancel();
    assert_eq!(waiting.wait().unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
#[cfg(target_os = "linux")]
fn many_device_logins_wait_without_a_thread_each() {
    let (_sandbox, app) = scene();
    let logins: Vec<_> =
        (0..300).map(|_| app.start_device_login(Vec::new()).wait().unwrap()).collect();
    let waiting: Vec<_> = logins.iter().map(DeviceLogin::wait).collect();
    let name = |it: std::fs::DirEntry| std::fs::read_to_string(it.path().join("comm")).ok();
    let names = std::fs::read_dir("/proc/self/task").unwrap().filter_map(|it| name(it.unwrap()));
    let of_a_device_login =
        |name: &String| ["appmint-waiting", "appmint-timer"].contains(&name.trim());
    assert!(names.filter(of_a_device_login).count() < 100);
    logins.iter().for_each(DeviceLogin::cancel);
    for task in waiting {
        assert_eq!(task.wait().unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
