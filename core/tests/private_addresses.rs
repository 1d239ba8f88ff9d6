//! A program that lets somebody else name a host can refuse those that are not public.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use appmint_core::{App, AppBuilder, Error, ErrorKind, Reason, platform::Platform};

/// A server on this machine that answers everything with 404, and counts its connections.
struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                let mut connection = connection.unwrap();
                let _ = connection.read(&mut [0; 4096]);
                let answer =
                    "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
                let _ = connection.write_all(answer.as_bytes());
            }
        });
        Self { port, connections }
    }

    fn url(&self, host: &str) -> String {
        format!("http://{host}:{}", self.port)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn discover(issuer: &str, network: &AppBuilder) -> Error {
    Platform::discover(issuer, network).wait().unwrap_err()
}

/// The settings that discovery uses, with a descriptor that it does not.
fn network() -> AppBuilder {
    App::builder("github").proxy("").retries(0)
}

fn is_private(error: &Error) -> bool {
    (error.kind(), error.reason()) == (ErrorKind::InvalidArgument, Some(Reason::PrivateAddress))
}

#[test]
fn a_host_of_this_machine_is_refused_by_address_and_by_name_before_a_connection() {
    let server = Server::start();
    let network = network().refuse_private_addresses(true);
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"] {
        let plain = network.clone().allow_plain_http(true);
        let error = discover(&server.url(host), &plain);
        assert!(is_private(&error), "{host}: {error}");
        let tells_the_address = host == "localhost" && error.to_string().contains("127.0.0.1");
        assert!(!tells_the_address, "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn without_the_setting_the_same_host_is_connected_to() {
    let server = Server::start();
    let error = discover(&server.url("localhost"), &network());
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(server.connections() > 0);
}

#[test]
fn a_request_that_may_be_sent_once_is_refused_too() {
    let server = Server::start();
    let url = server.url("localhost");
    let app = App::builder("github")
        .api_url(&url)
        .web_url(&url)
        .client_id("Iv1.a")
        .client_secret("hunter2")
        .refuse_private_addresses(true)
        .build()
        .unwrap();
    let refreshed = app.refresh("ghr_1".to_owned()).wait();
    assert!(is_private(&refreshed.unwrap_err()));
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_transport_of_the_programs_own_cannot_be_checked() {
    let own = Arc::new(appmint_core::http::HttpTransport::new(&Default::default()).unwrap());
    let app = App::builder("github").transport(own).refuse_private_addresses(true).build();
    assert_eq!(app.unwrap_err().kind(), ErrorKind::InvalidArgument);
}
