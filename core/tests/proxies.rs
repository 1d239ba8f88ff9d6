//! A proxy that fails is blamed, and not the platform behind it.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use appmint_core::{App, AppBuilder, Error, ErrorKind, Reason};

/// A proxy on this machine that answers every first packet with the same bytes. Returns its port and the
/// count of its connections.
fn proxy(answer: &'static [u8]) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    thread::spawn(move || {
        for connection in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(answer);
        }
    });
    (port, count)
}

fn app(host: &str, proxy: &str) -> AppBuilder {
    App::builder("github-enterprise")
        .host(host)
        .allow_plain_http(true)
        .client_id("c")
        .client_secret("s")
        .proxy(proxy)
}

fn check_token(host: &str, proxy: &str) -> Error {
    app(host, proxy).build().unwrap().check_token("ghu_proxy").wait().unwrap_err()
}

fn refresh(host: &str, proxy: &str) -> Error {
    app(host, proxy).build().unwrap().refresh("ghr_proxy").wait().unwrap_err()
}

#[test]
fn a_refused_password_is_the_proxy_s_and_sent_once() {
    const REFUSAL: &[u8] = b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    for host in ["https://api.invalid", "http://api.invalid"] {
        for call in [check_token, refresh] {
            let (port, count) = proxy(REFUSAL);
            let error = call(host, &format!("http://user:hunter2hunter2@127.0.0.1:{port}"));
            assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
            assert_eq!(error.reason(), Some(Reason::ProxyAuthenticationRequired), "{error}");
            assert!(
                error.message().contains(&format!("the proxy 127.0.0.1:{port} refused")),
                "{error}"
            );
            assert!(!error.is_retryable() && !error.to_string().contains("hunter2"));
            assert_eq!(count.load(Ordering::SeqCst), 1, "{host}");
        }
        let (port, _) = proxy(REFUSAL);
        let error = check_token(host, &format!("127.0.0.1:{port}"));
        assert!(error.message().contains("wants a user name and a password"), "{error}");
    }
}

#[test]
fn a_socks_proxy_is_asked_and_blamed() {
    // RFC 1928: version 5, no authentication; then a refusal (general failure) is too short to be read.
    let (port, count) = proxy(b"\x05\xff");
    let error = check_token("https://10.255.255.1", &format!("socks5://127.0.0.1:{port}"));
    assert!(error.message().contains(&format!("the proxy 127.0.0.1:{port}")), "{error}");
    assert!(count.load(Ordering::SeqCst) > 0);
}

#[test]
fn a_name_that_a_socks_proxy_has_looked_up_here_is_blamed() {
    let (port, count) = proxy(b"\x05\x00");
    let error = check_token("https://api.invalid", &format!("socks5://127.0.0.1:{port}"));
    assert_eq!(error.reason(), Some(Reason::Unreachable), "{error}");
    assert!(error.message().starts_with("the address of api.invalid is not known"), "{error}");
    assert!(error.to_string().contains("socks5h://"), "{error}");
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[test]
fn a_proxy_that_is_not_there_is_blamed() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for scheme in ["http", "https", "socks5h"] {
        for host in ["https://api.invalid", "http://api.invalid"] {
            let error = check_token(host, &format!("{scheme}://127.0.0.1:{closed}"));
            assert_eq!(error.reason(), Some(Reason::Unreachable), "{error}");
            assert!(
                error.message().contains(&format!("the proxy 127.0.0.1:{closed}")),
                "{scheme} {host} {error}"
            );
            assert!(error.is_retryable());
        }
    }
    let (port, _) = proxy(b"HTTP/1.1 502 Bad Gateway\r\n\r\n");
    let error = check_token("https://api.invalid", &format!("http://127.0.0.1:{port}"));
    assert!(error.message().contains("refused to connect to api.invalid"), "{error}");
    let error = check_token("https://api.invalid", &format!("https://127.0.0.1:{port}"));
    assert_eq!(error.reason(), Some(Reason::Tls), "{error}");
    assert!(error.message().contains(&format!("TLS with the proxy 127.0.0.1:{port}")), "{error}");
}
