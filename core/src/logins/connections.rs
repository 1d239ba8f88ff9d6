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
