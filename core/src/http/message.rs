//! Requests and responses as values that can be printed (redacted), compared and replayed.

use std::fmt;

use serde_json::Value;
use url::{Url, form_urlencoded};
use zeroize::Zeroize as _;

use crate::{
    error::{Error, ErrorKind, Result},
    http::{SendBy, links, quota::QuotaOwner},
    secret::Secret,
};

/// A request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The URL.
    pub url: Url,
    /// Names and values, without `Authorization`.
    pub headers: Vec<(String, String)>,
    /// The value of the `Authorization` header.
    pub authorization: Option<Secret>,
    /// The body.
    pub body: Body,
    /// The largest body that a response to it may have, in bytes.
    pub response_limit: usize,
    /// When it may be sent again. A request that may not be is sent on a connection of its own: on one
    /// that lay idle the server may be hanging up at that moment.
    pub repeat: Repeat,
    /// The moment after which it must not be sent any more, once a connection is made.
    pub send_by: Option<SendBy>,
    /// Whose quota it is counted in, where that is known.
    #[doc(hidden)]
    pub quota_of: Option<QuotaOwner>,
    /// Secrets in it that a platform might repeat in an error message.
    pub secrets: Vec<Secret>,
}

/// When a request may be sent again; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repeat {
    /// Never: it spends the code or token that it sends.
    Never,
    /// When a rate limit refused it, so that it was not carried out: a caller's write.
    WhenLimited,
    /// Also when its outcome is unknown, unless the platform says that it failed: a caller's read.
    Read,
    /// Also when the platform failed: a lookup, or minting.
    Own,
}

/// The body of a request.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// No body.
    None,
    /// Text that holds secrets: `application/json` or `application/x-www-form-urlencoded`.
    Sensitive {
        /// The `Content-Type`.
        media_type: &'static str,
        /// The text.
        text: Secret,
    },
    /// A caller's own bytes; their `Content-Type` is among the headers.
    Bytes(Vec<u8>),
}

impl Body {
    pub(crate) fn json(value: &Value) -> Self {
        Self::Sensitive { media_type: "application/json", text: Secret::new(value.to_string()) }
    }

    pub(crate) fn form(fields: &[(&str, &str)]) -> Self {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::Sensitive { media_type: "application/x-www-form-urlencoded", text: Secret::new(text) }
    }
}

impl Request {
    pub(crate) fn new(method: &str, url: Url) -> Self {
        Self {
            method: method.to_owned(),
            url,
            headers: Vec::new(),
            authorization: None,
            body: Body::None,
            response_limit: TOKEN_REPLY_LIMIT,
            repeat: Repeat::Never,
            send_by: None,
            quota_of: None,
            secrets: Vec::new(),
        }
    }

    pub(crate) fn authorized(mut self, value: Secret) -> Self {
        let bare = value.reveal().rsplit(' ').next().unwrap_or_default();
        self.secrets.push(bare.into());
        self.authorization = Some(value);
        self
    }

    pub(crate) fn counted_for(mut self, owner: impl Into<Option<QuotaOwner>>) -> Self {
        self.quota_of = owner.into();
        self
    }

    /// Adds a header unless the request has one of this name.
    pub(crate) fn default_header(&mut self, name: &str, value: &str) {
        if !self.has_header(name) {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Every header that is to be sent, `Content-Type` and `Authorization` among them.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let media_type = match &self.body {
            Body::Sensitive { media_type, .. } => Some(("Content-Type", *media_type)),
            Body::None | Body::Bytes(_) => None,
        };
        let authorization = self.authorization.as_ref();
        own.chain(media_type).chain(authorization.map(|value| ("Authorization", value.reveal())))
    }

    /// The body that is to be sent; `None` without one.
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        match &self.body {
            Body::None => None,
            Body::Sensitive { text, .. } => Some(text.reveal().as_bytes()),
            Body::Bytes(bytes) => Some(bytes),
        }
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(present, _)| present.eq_ignore_ascii_case(name))
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("authorization", &self.authorization)
            .finish_non_exhaustive()
    }
}

/// A response of the platform's API, of any status.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-15>
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Response {
    /// A response as HTTP libraries return it: names of headers in any case, and several times.
    #[must_use]
    pub fn from_parts(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        let mut joined: Vec<(String, String)> = Vec::with_capacity(headers.len());
        for (mut name, value) in headers {
            name.make_ascii_lowercase();
            match joined.iter_mut().find(|(present, _)| *present == name) {
                // RFC 9110 §5.2
                Some((_, values)) => *values += &format!(", {value}"),
                None => joined.push((name, value)),
            }
        }
        Self { status, headers: joined, body }
    }

    /// The first value of a header, its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(present, _)| present.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The target of the response's `Link` whose relation is `next` (RFC 8288), as it was written: the next
    /// page of a long list.
    #[must_use]
    pub fn next_page(&self) -> Option<&str> {
        links::next(self.header("link")?)
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// An error for a status of 400 and more, of the kind that the status stands for.
    ///
    /// # Errors
    /// [`Unauthorized`](ErrorKind::Unauthorized) for 401, [`Forbidden`](ErrorKind::Forbidden) for 403,
    /// [`NotFound`](ErrorKind::NotFound) for 404 and 410, [`RateLimited`](ErrorKind::RateLimited) for 429,
    /// [`Server`](ErrorKind::Server) from 500 on, else [`Rejected`](ErrorKind::Rejected).
    pub fn error_for_status(&self) -> Result<()> {
        let kind = match self.status {
            ..=399 => return Ok(()),
            401 => ErrorKind::Unauthorized,
            403 => ErrorKind::Forbidden,
            404 | 410 => ErrorKind::NotFound,
            429 => ErrorKind::RateLimited,
            500.. => ErrorKind::Server,
            _ => ErrorKind::Rejected,
        };
        Err(Error::new(kind, format!("the API answered {}", self.status)).with_status(self.status))
    }

    pub(crate) fn is_html(&self) -> bool {
        let text = self.text();
        let start = text.trim_start();
        self.header("content-type").is_some_and(|value| value.contains("html"))
            || start.starts_with("<!")
            || start.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case("<html"))
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        // It may hold a token. A slice is filled at once, a vector byte by byte.
        self.body.as_mut_slice().zeroize();
        self.body.spare_capacity_mut().zeroize();
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// Refuses a header that would break the request or smuggle another into it (RFC 9110 §5).
pub(crate) fn check_header(name: &str, value: &str) -> Result<()> {
    if name.is_empty() || !name.bytes().all(is_token_byte) {
        return Err(Error::invalid(
            "the header's name has a character that is not allowed (RFC 9110)",
        ));
    }
    if value.bytes().any(|byte| byte != b'\t' && byte.is_ascii_control()) {
        return Err(Error::invalid(format!("the header {name} has a control character in it")));
    }
    Ok(())
}

/// RFC 9110 §5.6.2.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Replies with tokens and lists of installations are small; a larger one is a mistake.
pub(crate) const TOKEN_REPLY_LIMIT: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_request_shows_no_secret() {
        let url = Url::parse("https://api.example/x").unwrap();
        let mut request = Request::new("POST", url).authorized(Secret::new("Bearer ats_1"));
        request.body = Body::form(&[("client_secret", "hunter2")]);
        let shown = format!("{request:?}");
        assert!(!shown.contains("ats_1") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_response_of_another_library_has_each_name_once_and_in_lower_case() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![pair("Link", "<a>"), pair("X-One", "1"), pair("LINK", "<b>")];
        let response = Response::from_parts(200, headers, Vec::new());
        assert_eq!(response.headers, [pair("link", "<a>, <b>"), pair("x-one", "1")]);
    }

    #[test]
    fn every_header_of_a_request_is_among_its_fields() {
        let url = Url::parse("https://api.example/x").unwrap();
        let mut request = Request::new("POST", url).authorized(Secret::new("Bearer ats_1"));
        request.default_header("Accept", "*/*");
        request.body = Body::json(&Value::Bool(true));
        let fields: Vec<_> = request.fields().collect();
        assert_eq!(
            fields,
            [
                ("Accept", "*/*"),
                ("Content-Type", "application/json"),
                ("Authorization", "Bearer ats_1")
            ]
        );
        assert_eq!(request.content(), Some(b"true".as_slice()));
    }

    #[test]
    fn a_status_from_400_on_is_an_error_of_its_kind() {
        let kind_of = |status| {
            let response = Response { status, headers: Vec::new(), body: Vec::new() };
            response.error_for_status().err().map(|error| (error.kind(), error.status()))
        };
        assert_eq!([200, 204, 304, 399].map(kind_of), [None; 4]);
        for (status, kind) in [
            (400, ErrorKind::Rejected),
            (401, ErrorKind::Unauthorized),
            (403, ErrorKind::Forbidden),
            (404, ErrorKind::NotFound),
            (422, ErrorKind::Rejected),
            (429, ErrorKind::RateLimited),
            (503, ErrorKind::Server),
        ] {
            assert_eq!(kind_of(status), Some((kind, Some(status))));
        }
    }

    #[test]
    fn headers_cannot_be_smuggled() {
        assert!(check_header("x-a", "fine\tvalue").is_ok());
        for (name, value) in [("x a", ""), ("", ""), ("x:", ""), ("x", "a\r\nb: c"), ("x", "\0")] {
            assert!(check_header(name, value).is_err(), "{name:?}: {value:?}");
        }
    }
}
