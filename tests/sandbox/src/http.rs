//! Requests and replies as plain values.
//!
//! The platforms and the control endpoints compute a reply from a request and never touch a socket.

use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use hyper::{Method, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// A request that was read completely.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Path and query as they were sent.
    pub(crate) target: String,
    pub(crate) query: Pairs,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn new(method: Method, path: &str, query: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            target: format!("{path}?{query}"),
            query: Pairs::parse(query.as_bytes()),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// The same request with a form as its body.
    pub(crate) fn with_form(mut self, fields: &[(String, String)]) -> Self {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        self.body = form.into();
        self
    }

    /// The path's segments: `["app", "installations"]` for `/app/installations`.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.strip_prefix('/').unwrap_or(&self.path).split('/').collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Scheme (in lower case) and credential of the `Authorization` header.
    pub(crate) fn authorization(&self) -> Option<(String, &str)> {
        let header = self.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, credential) = header.split_once(' ')?;
        Some((scheme.to_ascii_lowercase(), credential.trim()))
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        self.authorization()
            .and_then(|(scheme, credential)| (scheme == "bearer").then_some(credential))
    }

    /// The body as a JSON object.
    pub(crate) fn json(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The fields of a form.
    pub(crate) fn form(&self) -> Option<Pairs> {
        self.is(FORM).then(|| Pairs::parse(&self.body))
    }

    /// Whether the `Content-Type` is `media_type`, with any parameters.
    pub(crate) fn is(&self, media_type: &str) -> bool {
        let declared = self.header("content-type").unwrap_or_default();
        let bare = declared.split(';').next().unwrap_or_default();
        bare.trim().eq_ignore_ascii_case(media_type)
    }
}

/// Names and values of a query string or a form, in order.
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The value of a parameter that may appear once.
    ///
    /// A parameter that appears twice is an error, since two readers could choose differently
    /// ([RFC 6749, section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)).
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let first = values.next();
        if values.next().is_some() { Err(Repeated) } else { Ok(first) }
    }

    /// All pairs, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }
}

/// A parameter that may appear once appeared twice.
#[derive(Debug)]
pub(crate) struct Repeated;

/// A reply, of any status.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let text =
            serde_json::to_vec(body).expect("the sandbox's own values are representable in JSON");
        Self::text(status, "application/json; charset=utf-8", text)
    }

    /// The body most platforms use for errors: `{"message": …}`.
    pub(crate) fn message(status: StatusCode, message: &str) -> Self {
        Self::json(status, &json!({ "message": message }))
    }

    pub(crate) fn html(status: StatusCode, page: String) -> Self {
        Self::text(status, "text/html; charset=utf-8", page)
    }

    pub(crate) fn text(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        Self { status, headers, body: body.into() }
    }

    /// A reply without a body, such as a 204.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// 302, as browsers expect after a form that was posted.
    pub(crate) fn redirect(location: &str) -> Self {
        let reply = Self::text(StatusCode::FOUND, "text/plain; charset=utf-8", "");
        reply.with(LOCATION, location)
    }

    /// The same reply with one more header. An invalid value is ignored.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The same reply with a platform-specific header, whose name is in lower case.
    pub(crate) fn with_own(self, name: &'static str, value: &str) -> Self {
        self.with(HeaderName::from_static(name), value)
    }

    pub(crate) fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION)?.to_str().ok()
    }
}

/// An error reply of a platform: a status and a JSON body.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    body: Value,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body }
    }

    /// The body most platforms use: `{"message": …}`.
    pub(crate) fn message(status: StatusCode, message: &str) -> Self {
        Self::new(status, json!({ "message": message }))
    }

    /// The same refusal with its body changed.
    pub(crate) fn with_body(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.body);
        self
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::json(refusal.status, &refusal.body)
    }
}

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "application/json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_parameter_is_an_error() {
        let request = Request::new(Method::GET, "/", "a=1&b=2&a=3");
        assert!(request.query.one("a").is_err());
        assert_eq!(request.query.one("b").unwrap(), Some("2"));
        assert_eq!(request.query.one("c").unwrap(), None);
    }

    #[test]
    fn a_scheme_is_read_in_any_case() {
        let mut request = Request::new(Method::GET, "/", "");
        request.headers.insert(AUTHORIZATION, HeaderValue::from_static("bearer abc"));
        assert_eq!(request.bearer(), Some("abc"));
    }
}
