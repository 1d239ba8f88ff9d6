//! The connections to the listener of a login: served at once by one thread, bounded in number, and each
//! with a time of its own, so that a client that sends slowly delays nobody.

use std::{
    collections::VecDeque,
    io::{self, Read as _},
    net::TcpStream,
    time::Duration,
};

use super::pages::Page;
use crate::tasks::Deadline;

/// The connections whose requests have not come whole.
#[derive(Default)]
pub(super) struct Connections(VecDeque<Connection>);

/// A connection and the request as far as it has come.
pub(super) struct Connection {
    stream: TcpStream,
    head: Vec<u8>,
    until: Deadline,
    host: String,
    path: String,
}

/// The path and query of a request for the callback, or the page to answer with.
type Target = Result<String, Page>;

/// The part of a request that was read.
enum Progress {
    Unfinished,
    /// No answer is due.
    Ended,
    Complete(Target),
}

impl Connections {
    /// Adds a connection to a host, with the path of the callback. The oldest one makes room for it.
    pub(super) fn add(&mut self, stream: TcpStream, host: &str, path: &str) {
        if stream.set_nonblocking(true).is_err() {
            return;
        }
        if self.0.len() >= MAX_CONNECTIONS {
            self.0.pop_front();
        }
        self.0.push_back(Connection {
            stream,
            head: Vec::new(),
            until: Deadline::after(REQUEST_TIMEOUT),
            host: host.to_owned(),
            path: path.to_owned(),
        });
    }

    /// Reads what has come; returns the connections to be answered.
    pub(super) fn read(&mut self) -> Vec<(Connection, Target)> {
        let mut complete = Vec::new();
        for mut connection in std::mem::take(&mut self.0) {
            match connection.read() {
                Progress::Unfinished => self.0.push_back(connection),
                Progress::Ended => {}
                Progress::Complete(target) => complete.push((connection, target)),
            }
        }
        complete
    }
}

impl Connection {
    /// Answers with a page. If the browser has gone, nothing is lost.
    pub(super) fn answer(mut self, page: Page) {
        let _ = self.stream.set_nonblocking(false);
        let _ = self.stream.set_write_timeout(Some(WRITE_TIMEOUT));
        let _ = page.write(&mut self.stream);
    }

    fn read(&mut self) -> Progress {
        let mut buffer = [0; 2048];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(count @ 1..) => self.head.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let is_late = self.until.remaining().is_zero();
                    return if is_late { self.ended() } else { Progress::Unfinished };
                }
                _ => return self.ended(),
            }
            if let Some(target) = self.target() {
                return Progress::Complete(target);
            }
        }
    }

    /// Chromium opens connections ahead of requests, and would take an answer on such a connection for
    /// the answer to a later request.
    fn ended(&self) -> Progress {
        if self.head.is_empty() {
            Progress::Ended
        } else {
            Progress::Complete(Err(Page::NotExpected))
        }
    }

    /// The target of the request, once it has come whole or is refused.
    fn target(&self) -> Option<Target> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&self.head) {
            _ if self.head.len() > MAX_HEAD_BYTES => Some(Err(Page::NotExpected)),
            Ok(httparse::Status::Complete(_)) => Some(self.target_of(&request)),
            Ok(httparse::Status::Partial) => None,
            Err(_) => Some(Err(Page::NotExpected)),
        }
    }

    fn target_of(&self, request: &httparse::Request<'_, '_>) -> Target {
        let host = request.headers.iter().find(|it| it.name.eq_ignore_ascii_case("host"));
        // Another host name for this machine means a web page that tries to act as the browser.
        let is_ours = host.is_some_and(|it| it.value == self.host.as_bytes());
        let target = request.path.unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        if request.method != Some("GET") || !is_ours {
            return Err(Page::NotExpected);
        }
        if path != self.path {
            return Err(Page::NotFound);
        }
        Ok(target.to_owned())
    }
}

/// More than a browser opens.
const MAX_CONNECTIONS: usize = 32;
/// The time in which a request must have come.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);
const MAX_HEAD_BYTES: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use std::{io::Write as _, net::TcpListener, thread};

    use super::*;

    /// A browser's end of a connection, and the one that is served.
    fn pair(listener: &TcpListener) -> (TcpStream, TcpStream) {
        let browser = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (browser, listener.accept().unwrap().0)
    }

    fn served(count: usize) -> (Vec<TcpStream>, Connections) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut connections = Connections::default();
        let browsers = (0..count).map(|_| {
            let (browser, stream) = pair(&listener);
            connections.add(stream, "127.0.0.1", "/callback");
            browser
        });
        (browsers.collect(), connections)
    }

    /// The answers that are due, once there is one or nothing is left that could bring one.
    fn due(connections: &mut Connections) -> Vec<Target> {
        loop {
            let complete = connections.read();
            if !complete.is_empty() || connections.0.is_empty() {
                return complete.into_iter().map(|(_, target)| target).collect();
            }
            thread::yield_now();
        }
    }

    #[test]
    fn the_oldest_of_too_many_makes_room() {
        let (mut browsers, mut connections) = served(MAX_CONNECTIONS + 1);
        assert_eq!(connections.0.len(), MAX_CONNECTIONS);
        assert_eq!(browsers[0].read(&mut [0]).unwrap(), 0, "it was closed");
        browsers[1].write_all(b"GET /callback?code=c HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
        assert_eq!(due(&mut connections), [Ok("/callback?code=c".to_owned())]);
    }

    #[test]
    fn a_request_is_read_up_to_a_size() {
        let (mut browsers, mut connections) = served(1);
        let begun = "GET /callback HTTP/1.1\r\nX: ";
        let most = format!("{begun}{}", "x".repeat(MAX_HEAD_BYTES - begun.len()));
        browsers[0].write_all(most.as_bytes()).unwrap();
        while connections.0[0].head.len() < MAX_HEAD_BYTES {
            assert!(connections.read().is_empty());
        }
        browsers[0].write_all(b"x").unwrap();
        assert_eq!(due(&mut connections), [Err(Page::NotExpected)]);
    }

    #[test]
    fn a_request_that_ends_early_is_refused_and_a_connection_without_one_is_dropped() {
        let (mut browsers, mut connections) = served(1);
        browsers[0].write_all(b"GET /callback HT").unwrap();
        drop(browsers);
        assert_eq!(due(&mut connections), [Err(Page::NotExpected)]);

        let (browsers, mut connections) = served(1);
        drop(browsers);
        assert!(due(&mut connections).is_empty());

        // A browser that closes with an answer unread resets the connection.
        let (browsers, mut connections) = served(1);
        connections.0[0].stream.write_all(b"unread").unwrap();
        while browsers[0].peek(&mut [0]).unwrap() == 0 {}
        drop(browsers);
        assert!(due(&mut connections).is_empty());
    }
}
