//! What a platform's refusal means: status, code and message become a kind, a reason and a hint.
//!
//! The descriptor's rules are asked first, then the standard OAuth codes, then the status.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{
    device::seconds,
    error::{Error, ErrorKind, Reason},
    http::{Request, Response},
    limit::{Limit, is_plain_limit},
    offset,
    platform::{
        Platform,
        descriptor::{Errors, Operation, Rule},
    },
    reply,
    retry::retry_after,
    secret::{Secret, scrub},
    strict::{self, Fault},
    time::Timestamp,
};

/// A call that was answered, and what it was about.
pub(crate) struct Answered<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) operation: Operation,
    /// What was asked for, as a noun: `installation 14`.
    pub(crate) subject: &'a str,
    pub(crate) request: &'a Request,
    pub(crate) response: &'a Response,
    pub(crate) now: Timestamp,
}

impl Answered<'_> {
    /// The error that a refusal stands for.
    pub(crate) fn refusal(&self) -> Error {
        let words = self.words();
        let (kind, reason, hint) = self.judge(&words);
        let limit = self.limited(&words);
        let wait = limit.map_or_else(|| self.told_wait(), Limit::wait);
        let mut error = Error::new(kind, self.sentence(kind, &words));
        if let Some(reason) = reason {
            error = error.because(reason);
        }
        if let Some(hint) = hint.or_else(|| self.general_hint(kind)) {
            error = error.advise(hint);
        }
        error
            .with_status(self.response.status)
            .with_platform_code(words.code)
            .with_request_id(self.request_id())
            .with_retry_after(wait)
            .with_date(offset::date(self.response))
    }

    /// How long to wait: a `Retry-After`, or the interval that some servers add to `slow_down`.
    fn told_wait(&self) -> Option<Duration> {
        let interval = || {
            let reply =
                (self.operation == Operation::Device).then(|| self.json_or_form().ok())??;
            let device = self.platform.device().ok()?;
            seconds(&reply::text(&reply, &device.reply.interval)?)
        };
        retry_after(self.response, self.now).or_else(interval)
    }

    /// The rate limit that the answer is about, if it is about one.
    pub(crate) fn limit(&self) -> Option<Limit> {
        if self.response.status < 400 { None } else { self.limited(&self.words()) }
    }

    fn limited(&self, words: &Words) -> Option<Limit> {
        let is_told = self.rule(words).is_some_and(|rule| rule.kind == ErrorKind::RateLimited);
        let is_plain = is_plain_limit(self.errors(), self.response);
        (is_told || is_plain).then(|| Limit::of(self.errors(), self.response, self.now, is_told))
    }

    /// The error for an answer that makes no sense.
    pub(crate) fn nonsense(&self, reason: Reason, what: &str) -> Error {
        let error = Error::protocol(reason, format!("{}: {what}", self.subject));
        let error = error.with_status(self.response.status).with_request_id(self.request_id());
        if self.response.is_html() { error.advise(HTML_HINT) } else { error }
    }

    /// The reply's JSON, in which nothing is said twice.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        strict::read(&self.response.body).map_err(|fault| self.unread(&fault))
    }

    /// The reply's JSON, or what it says as a form: some token endpoints answer in either, and
    /// some name the other one as what they send.
    pub(crate) fn json_or_form(&self) -> Result<Value, Error> {
        match (strict::read(&self.response.body), form(self.response)) {
            (Err(Fault::NotJson), Some(fields)) => fields.map_err(|fault| self.unread(&fault)),
            (read, _) => read.map_err(|fault| self.unread(&fault)),
        }
    }

    fn unread(&self, fault: &Fault) -> Error {
        let (reason, what) = match fault {
            Fault::Twice => (Reason::DuplicateMember, "the answer says a member twice"),
            Fault::NotJson if self.response.is_html() => {
                (Reason::NotJson, "the answer is an HTML page instead of JSON")
            }
            Fault::NotJson if self.response.body.is_empty() => {
                (Reason::NotJson, "the answer is empty instead of JSON")
            }
            Fault::NotJson => (Reason::NotJson, "the answer is not JSON"),
        };
        self.nonsense(reason, what)
    }

    fn judge(&self, words: &Words) -> (ErrorKind, Option<Reason>, Option<String>) {
        let status = self.response.status;
        if is_plain_limit(self.errors(), self.response) {
            return (ErrorKind::RateLimited, Some(Reason::RateLimit), None);
        }
        if let Some(rule) = self.rule(words) {
            return (rule.kind, rule.reason, rule.hint.clone());
        }
        if let Some((kind, reason)) = words.code.as_deref().and_then(|c| self.standard(c)) {
            return (kind, Some(reason), None);
        }
        let (kind, reason) = match status {
            300..=399 => (ErrorKind::Protocol, Some(Reason::Redirect)),
            401 => (ErrorKind::Unauthorized, None),
            403 => (ErrorKind::Forbidden, None),
            404 => (ErrorKind::NotFound, None),
            500.. => (ErrorKind::Server, None),
            _ => (ErrorKind::Rejected, None),
        };
        (kind, reason, None)
    }

    fn rule(&self, words: &Words) -> Option<&Rule> {
        self.errors().rules.iter().find(|rule| self.applies(rule, words))
    }

    fn applies(&self, rule: &Rule, words: &Words) -> bool {
        let message = words.message.to_lowercase();
        (rule.on.is_empty() || rule.on.contains(&self.operation))
            && (rule.status.is_empty() || rule.status.contains(&self.response.status))
            && (rule.code.is_empty() || rule.code.iter().any(|c| Some(c) == words.code.as_ref()))
            && (rule.contains.is_empty()
                || rule.contains.iter().any(|part| message.contains(&part.to_lowercase())))
    }

    /// RFC 6749 §5.2, and what further RFCs add to it.
    fn standard(&self, code: &str) -> Option<(ErrorKind, Reason)> {
        match (code, self.operation) {
            ("invalid_grant", Operation::Exchange) => {
                Some((ErrorKind::Reauthorize, Reason::InvalidCode))
            }
            ("invalid_grant", Operation::Refresh) => {
                Some((ErrorKind::Reauthorize, Reason::InvalidRefreshToken))
            }
            // RFC 7521 §4.1.1.
            ("invalid_grant", Operation::Assertion) => {
                Some((ErrorKind::Unauthorized, Reason::InvalidAssertion))
            }
            // RFC 7009 §2.2.1.
            ("unsupported_token_type", Operation::Revocation) => {
                Some((ErrorKind::Unsupported, Reason::UnsupportedTokenType))
            }
            // RFC 8628 §3.5.
            ("authorization_pending", Operation::Device) => {
                Some((ErrorKind::Pending, Reason::AuthorizationPending))
            }
            ("slow_down", Operation::Device) => Some((ErrorKind::Pending, Reason::SlowDown)),
            ("access_denied", Operation::Device) => Some((ErrorKind::Denied, Reason::AccessDenied)),
            ("expired_token" | "invalid_grant", Operation::Device) => {
                Some((ErrorKind::Reauthorize, Reason::ExpiredDeviceCode))
            }
            ("invalid_client", operation) if operation.is_a_clients() => {
                Some((ErrorKind::Unauthorized, Reason::InvalidClient))
            }
            _ => None,
        }
    }

    fn sentence(&self, kind: ErrorKind, words: &Words) -> String {
        let (subject, status) = (self.subject, self.response.status);
        let verb = if kind == ErrorKind::Server { "failed" } else { "refused" };
        match words.message.as_str() {
            "" if self.response.is_html() => {
                format!("{subject} {verb}: {status}, with an HTML page instead of a reason")
            }
            "" => format!("{subject} {verb}: {status}"),
            message => format!("{subject} {verb}: {status}, {message}"),
        }
    }

    fn general_hint(&self, kind: ErrorKind) -> Option<String> {
        if self.response.is_html() {
            return Some(HTML_HINT.to_owned());
        }
        (kind == ErrorKind::Protocol).then(|| {
            "Redirects are not followed with credentials: look at api_url and web_url.".to_owned()
        })
    }

    fn words(&self) -> Words {
        let reply = self.response.json().or_else(|| form(self.response)?.ok());
        let Some(reply) = reply else { return Words::default() };
        let errors = self.errors();
        let message = errors.message.iter().find_map(|at| readable(reply.pointer(at)?));
        let code = errors.code.iter().find_map(|at| readable(reply.pointer(at)?));
        Words {
            message: message.map(|text| self.scrub(&text)).unwrap_or_default(),
            code: code.map(|text| self.scrub(&text)),
        }
    }

    fn scrub(&self, text: &str) -> String {
        let known: Vec<_> = self.request.secrets.iter().map(Secret::reveal).collect();
        let text = scrub(text, &known, &self.platform.descriptor().secret_prefixes);
        text.trim().trim_end_matches('.').to_owned()
    }

    fn request_id(&self) -> Option<String> {
        let id = self.errors().request_id.iter().find_map(|name| self.response.header(name))?;
        Some(self.scrub(id))
    }

    fn errors(&self) -> &Errors {
        &self.platform.descriptor().errors
    }
}

#[derive(Default)]
struct Words {
    message: String,
    code: Option<String>,
}

/// A form's fields as an object of texts, by what it looks like; `None` for what is not one.
fn form(response: &Response) -> Option<Result<Value, Fault>> {
    let text = str::from_utf8(&response.body).ok()?.trim();
    let is_field = |field: &str| field.split_once('=').is_some_and(|(name, _)| !name.is_empty());
    let is_form = text.split('&').all(is_field)
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '{' | '"'));
    is_form.then(|| {
        let mut members = Map::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if members.insert(name.into_owned(), Value::from(&*value)).is_some() {
                return Err(Fault::Twice);
            }
        }
        Ok(Value::Object(members))
    })
}

/// Text, a number, or several texts (NestJS lists them) as one.
fn readable(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            Some(texts.join("; ")).filter(|text| !text.is_empty())
        }
        _ => None,
    }
}

const HTML_HINT: &str =
    "A proxy, a login page or a wrong api_url may stand between here and the platform.";
