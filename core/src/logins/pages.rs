//! The pages that a browser sees when it comes back from a login.

use std::{
    io::{self, Write as _},
    net::TcpStream,
};

use crate::error::{Error, ErrorKind};

/// A page for the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Done,
    Denied,
    Failed,
    NotExpected,
    NotFound,
}

impl Page {
    pub(super) fn of_error(error: &Error) -> Self {
        if error.kind() == ErrorKind::Denied { Self::Denied } else { Self::Failed }
    }

    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Done => ("200 OK", "You are logged in", "You can close this page."),
            Self::Denied => (
                "200 OK",
                "Authorization declined",
                "Nothing was authorized. You can close this page.",
            ),
            Self::Failed => (
                "200 OK",
                "Login failed",
                "The program that started the login shows the reason. You can close this page.",
            ),
            Self::NotExpected => (
                "400 Bad Request",
                "Unexpected request",
                "Return to the program that started the login.",
            ),
            Self::NotFound => ("404 Not Found", "Page not found", "Start the login again."),
        }
    }

    pub(super) fn write(self, stream: &mut TcpStream) -> io::Result<()> {
        let (status, title, text) = self.texts();
        let body =
            PAGE.replace("{title}", title).replace("{text}", text).replace("{script}", SCRIPT);
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\
             Content-Length: {length}\r\nConnection: close\r\nCache-Control: no-store\r\n\
             Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'sha256-{SCRIPT_SHA256}'\r\n\r\n{body}"
        )?;
        stream.flush()
    }
}

const PAGE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>{title}</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 1.1rem/1.5 system-ui, sans-serif; color: #1c2733; background: #f4f6f8 }
  main { max-width: 26rem; margin: 1rem; padding: 2.5rem; border-radius: .75rem; background: #fff;
         box-shadow: 0 1px 4px #0002; text-align: center }
  h1 { margin: 0 0 .5rem; font-size: 1.5rem }
  p { margin: 0; color: #4a5a6a; text-wrap: balance }
  @media (prefers-color-scheme: dark) {
    body { color: #e6edf3; background: #10161d } main { background: #1a232d } p { color: #a9b7c4 }
  }
</style>
<main><h1>{title}</h1><p>{text}</p></main>
<script>{script}</script>
</html>
";
/// Removes code and state from the address bar, so that they do not end up in bookmarks or on screenshots.
const SCRIPT: &str = "history.replaceState(null, '', location.pathname)";
const SCRIPT_SHA256: &str = "ibnFCIB2ZpNSQiSXVhoXGNfZD4ulKmPwLHm6CPkHm1w=";

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    #[test]
    fn browsers_run_the_script_and_no_other() {
        assert_eq!(STANDARD.encode(digest(&SHA256, SCRIPT.as_bytes())), SCRIPT_SHA256);
    }
}
