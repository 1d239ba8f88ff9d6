//! Connections that are kept for the next request: they are used again, never after the server has hung
//! up, and no more of them stay than are needed.

mod common;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use appmint_core::{App, Call};
use common::settings;

/// The server's side of the connections.
#[derive(Clone, Default)]
struct Counts {
    opened: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

/// An app whose platform serves each connection by this function, and what it has counted.
fn app(serve: impl Fn(&TcpStream) + Send + Sync + 'static) -> (App, Counts) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (counts, serve) = (Counts::default(), Arc::new(serve));
    let counted = counts.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (serve, counts) = (Arc::clone(&serve), counted.clone());
            counts.opened.fetch_add(1, Ordering::SeqCst);
            counts.open.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                serve(&stream);
                counts.open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    let (mut settings, _) = settings(&common::sandbox());
    (settings.api_url, settings.web_url) = (Some(url), None);
    settings.retries = Some(0);
    (settings.build().unwrap(), counts)
}

/// Answers one request; whether there was one.
fn answer(mut stream: &TcpStream) -> bool {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
        if line == "\r\n" {
            return stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").is_ok();
        }
        line.clear();
    }
    false
}

fn get(app: &App) -> u16 {
    app.request(Call::get("/x").token("t")).wait().unwrap().status
}

#[test]
fn a_connection_serves_one_request_after_the_other() {
    let (app, counts) = app(|stream| while answer(stream) {});
    assert!((0..20).all(|_| get(&app) == 200));
    assert_eq!(counts.opened.load(Ordering::SeqCst), 1);
}

#[test]
fn no_request_is_written_to_a_connection_that_the_server_has_hung_up() {
    // The connection rests before the server hangs up: nobody looks at it at that moment.
    let (rests, is_resting) = mpsc::channel();
    let (hung_up, hang_up) = mpsc::channel();
    let is_resting = Mutex::new(is_resting);
    let (app, counts) = app(move |stream| {
        answer(stream);
        is_resting.lock().unwrap().recv().unwrap();
        stream.shutdown(std::net::Shutdown::Both).unwrap();
        hung_up.send(()).unwrap();
    });
    for _ in 0..50 {
        assert_eq!(get(&app), 200);
        rests.send(()).unwrap();
        hang_up.recv().unwrap();
    }
    assert_eq!(counts.opened.load(Ordering::SeqCst), 50);
}

#[test]
fn one_connection_stays_when_many_were_needed_for_a_moment() {
    let all = Arc::new(Barrier::new(16));
    let (app, counts) = app(move |stream| {
        all.wait();
        while answer(stream) {}
    });
    let many: Vec<_> = (0..16).map(|_| app.request(Call::get("/x").token("t"))).collect();
    assert!(many.into_iter().all(|task| task.wait().unwrap().status == 200));
    assert_eq!(counts.opened.load(Ordering::SeqCst), 16);
    // Each thread that ends for want of work closes one.
    while counts.open.load(Ordering::SeqCst) > 1 {
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(get(&app), 200);
    assert_eq!(counts.opened.load(Ordering::SeqCst), 16);
    app.close();
    while counts.open.load(Ordering::SeqCst) > 0 {
        thread::sleep(Duration::from_millis(20));
    }
}
