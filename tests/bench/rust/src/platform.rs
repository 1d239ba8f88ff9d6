//! A platform that answers each request at once, by a thread for each connection, and counts the mintings.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

static MINTED: AtomicUsize = AtomicUsize::new(0);

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// Prints the ports for https and http, and serves until standard input ends.
pub(crate) fn serve(certificate: &str, key: &str) {
    let certificates: Vec<_> =
        CertificateDer::pem_file_iter(certificate).unwrap().map(|it| it.unwrap()).collect();
    let key = PrivateKeyDer::from_pem_file(key).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(certificates, key).unwrap());
    listen(move |socket| {
        Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), socket))
    });
    listen(|socket| Box::new(socket));
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

fn listen(wrap: impl Fn(TcpStream) -> Box<dyn Stream> + Send + 'static) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            socket.set_nodelay(true).unwrap();
            let stream = wrap(socket);
            thread::spawn(move || answer(stream));
        }
    });
}

fn answer(mut stream: impl Stream) {
    let mut request = Vec::new();
    let mut buffer = [0; 16 << 10];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        request.extend_from_slice(&buffer[..read]);
        if !is_whole(&request) {
            continue;
        }
        let (status, body) = reply(&request);
        request.clear();
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json; charset=utf-8\r\n\
             content-length: {length}\r\n\r\n"
        );
        if stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).is_err() {
            return;
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|it| it == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |it| it.trim().parse().unwrap_or(0));
    request.len() >= end + 4 + length
}

fn reply(request: &[u8]) -> (&'static str, String) {
    if request.starts_with(b"POST") {
        let number = MINTED.fetch_add(1, Ordering::SeqCst);
        let body = format!(
            r#"{{"token":"ghs_{number:036}","expires_at":"2099-01-01T00:00:00Z","permissions":{{"contents":"read","issues":"write","metadata":"read"}},"repository_selection":"all"}}"#
        );
        return ("201 Created", body);
    }
    let path = request.splitn(3, |it| *it == b' ').nth(1).unwrap_or_default();
    match path {
        b"/minted" => ("200 OK", MINTED.load(Ordering::SeqCst).to_string()),
        b"/large" => ("200 OK", format!("\"{}\"", "x".repeat(1 << 20))),
        _ => ("200 OK", format!("\"{}\"", "x".repeat(1 << 10))),
    }
}
