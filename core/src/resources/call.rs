//! A call of the platform's API by the caller, before credentials are added.

use std::time::Duration;

use serde_json::Value;

use crate::{
    error::{Error, Result},
    http::message::{Body, Repeat, Request, check_header, is_token_byte},
    platform::Platform,
    secret::Secret,
};

/// A call of the platform's API.
#[derive(Clone, Debug)]
pub struct Call {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: CallBody,
    token: Option<Secret>,
    timeout: Option<Duration>,
}

#[derive(Clone)]
enum CallBody {
    Empty,
    Bytes(Vec<u8>),
    Json(String),
    /// The caller gave more than one body, which is refused when the request is made.
    Conflict,
}

impl std::fmt::Debug for CallBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("empty"),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Json(text) => write!(f, "{} bytes of JSON", text.len()),
            Self::Conflict => f.write_str("two bodies"),
        }
    }
}

impl Call {
    /// A call with any method. `path` begins with `/` and is relative to the API, or is a URL on one
    /// of the platform's own hosts; it may have a query.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            path: path.into(),
            headers: Vec::new(),
            body: CallBody::Empty,
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

    /// Sends bytes as the body; name their type in a `Content-Type` header.
    #[must_use]
    pub fn body(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.with_body(CallBody::Bytes(bytes.into()))
    }

    /// Sends a JSON value as the body.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.json_text(value.to_string())
    }

    /// Sends a JSON text as the body.
    #[must_use]
    pub fn json_text(self, text: impl Into<String>) -> Self {
        self.with_body(CallBody::Json(text.into()))
    }

    fn with_body(mut self, body: CallBody) -> Self {
        self.body = if matches!(self.body, CallBody::Empty) { body } else { CallBody::Conflict };
        self
    }

    /// Authenticates the call with this token: a user's, or another token of the platform.
    #[must_use]
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Limits the whole call, with its retries, to this time instead of the app's timeout.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub(crate) fn own_timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The URL of the call.
    pub(crate) fn location(&self, platform: &Platform) -> Result<url::Url> {
        platform.locate(&self.path)
    }

    pub(crate) fn own_token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// Refuses a call that cannot be made again for each page of a list.
    pub(crate) fn check_listable(&self) -> Result<()> {
        let is_read =
            self.method.eq_ignore_ascii_case("GET") && matches!(self.body, CallBody::Empty);
        if !is_read {
            return Err(Error::invalid("a list is read by GET, without a body"));
        }
        match &self.token {
            Some(token) if token.is_empty() => Err(Error::invalid("the token is empty")),
            _ => Ok(()),
        }
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
        match &self.body {
            CallBody::Empty => {}
            CallBody::Bytes(bytes) => request.body = Body::Bytes(bytes.clone()),
            CallBody::Json(text) => {
                request.default_header("Content-Type", "application/json");
                request.body = Body::Bytes(text.clone().into_bytes());
            }
            CallBody::Conflict => return Err(Error::invalid("give json or body, not both")),
        }
        request.response_limit = response_limit;
        let is_read = matches!(method.as_str(), "GET" | "HEAD");
        request.repeat = if is_read { Repeat::Read } else { Repeat::WhenLimited };
        Ok(platform.with_api_headers(request))
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
