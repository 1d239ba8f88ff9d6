//! A call of the platform's API: what the caller says of it, before credentials are added.

use std::time::Duration;

use serde_json::Value;

use crate::{
    error::{Error, Result},
    grant::with_api_headers,
    http::{Body, Repeat, Request, check_header, is_token_byte},
    platform::Platform,
    secret::Secret,
};

/// A call of the platform's API.
#[derive(Clone, Debug)]
pub struct Call {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Bytes>,
    is_json: bool,
    has_two_bodies: bool,
    token: Option<Secret>,
    timeout: Option<Duration>,
}

#[derive(Clone)]
struct Bytes(Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Call {
    /// A call of any method. `path` begins with `/` and is relative to the API, or is a URL on one
    /// of the platform's own hosts; a query may follow it.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        let (method, path) = (method.into(), path.into());
        Self {
            method,
            path,
            headers: Vec::new(),
            body: None,
            is_json: false,
            has_two_bodies: false,
            token: None,
            timeout: None,
        }
    }

    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Carries bytes; say what they are in a `Content-Type` header.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.has_two_bodies |= self.body.is_some();
        self.body = Some(Bytes(bytes.into()));
        self
    }

    /// Carries JSON.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.json_text(value.to_string())
    }

    /// Carries text that is JSON already.
    #[must_use]
    pub fn json_text(mut self, text: impl Into<String>) -> Self {
        self.is_json = true;
        self.body(text.into())
    }

    /// Makes the call with this token: a user's, or any other that belongs to the platform.
    #[must_use]
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Ends the whole call after this time, instead of the app's timeout.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub(crate) fn own_timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Where it leads.
    pub(crate) fn location(&self, platform: &Platform) -> Result<url::Url> {
        platform.locate(&self.path)
    }

    pub(crate) fn own_token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// The request, all but its `Authorization`.
    pub(crate) fn request(&self, platform: &Platform, response_limit: usize) -> Result<Request> {
        let method = self.method.to_ascii_uppercase();
        if method.is_empty() || !method.bytes().all(is_token_byte) {
            return Err(Error::invalid("the method is not an HTTP method"));
        }
        let mut request = Request::new(&method, platform.locate(&self.path)?);
        for (name, value) in &self.headers {
            check_header(name, value)?;
            refuse_own_headers(name)?;
            request.headers.push((name.clone(), value.clone()));
        }
        if self.has_two_bodies {
            return Err(Error::invalid("give json or body, not both"));
        }
        if self.is_json {
            request.default_header("Content-Type", "application/json");
        }
        if let Some(Bytes(bytes)) = &self.body {
            request.body = Body::Bytes(bytes.clone());
        }
        request.response_limit = response_limit;
        let is_read = matches!(method.as_str(), "GET" | "HEAD");
        request.repeat = if is_read { Repeat::Read } else { Repeat::WhenLimited };
        Ok(with_api_headers(platform, request))
    }
}

fn refuse_own_headers(name: &str) -> Result<()> {
    const OWN: [&str; 5] =
        ["authorization", "host", "content-length", "transfer-encoding", "connection"];
    if !OWN.iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Ok(());
    }
    let error = Error::invalid(format!("appmint sets the header {name} itself"));
    Err(if name.eq_ignore_ascii_case("authorization") {
        error.advise("Give a token of your own as `token`.")
    } else {
        error
    })
}
