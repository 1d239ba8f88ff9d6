//! A refusal becomes an error: status, code and message yield a kind, a reason and a hint.
//!
//! The descriptor's rules come first, then the standard OAuth codes, then the status.
//!
//! `auth/grant`, `client/operations`, `client/lookup` and the pages of lists call this for a response that
//! is not a success. A caller's own `request` does not: there, any status is an answer.

use std::time::Duration;

use serde_json::Value;

use crate::{
    error::{Error, ErrorKind, Reason},
    http::{limit::Limit, message::Response, retry::retry_after},
    platform::{
        descriptor::{Errors, Operation, Rule},
        members,
        reply::{HTML_HINT, Reply, form},
    },
    secret::{Secret, scrub},
    time::Timestamp,
};

impl Reply<'_> {
    /// The error that this refusal means.
    pub(crate) fn refusal(&self) -> Error {
        let text = self.error_text();
        let (kind, reason, hint) = self.classify(&text);
        let limit = self.limit_of(&text);
        let wait = limit.map_or_else(|| self.suggested_wait(), Limit::wait);
        let mut error = Error::new(kind, self.sentence(kind, &text));
        if let Some(reason) = reason {
            error = error.because(reason);
        }
        if let Some(hint) = hint.or_else(|| self.general_hint(kind)) {
            error = error.advise(hint);
        }
        error
            .with_status(self.response.status)
            .with_platform_code(text.code)
            .with_request_id(self.request_id())
            .with_retry_after(wait)
            .limiting_app(limit.is_some_and(|limit| limit.is_for_app))
            .with_date(self.date.map(|date| date.at))
    }

    /// Whether the refusal names the route that it comes from.
    pub(crate) fn names_route(&self) -> bool {
        let Some(json) = self.small_json() else { return false };
        let has_fragment = |at| json.pointer(at)?.as_str().map(|url| url.contains('#'));
        self.errors().route.iter().find_map(|at| has_fragment(at)).unwrap_or(false)
    }

    /// The wait that the server asked for: a `Retry-After`, or the interval that some servers add to
    /// `slow_down`.
    fn suggested_wait(&self) -> Option<Duration> {
        let interval = || {
            let json =
                (self.operation == Operation::Device).then(|| self.small_json_or_form())??;
            let device = self.platform.device().ok()?;
            members::seconds(&members::text(&json, &device.reply.interval)?)
        };
        retry_after(self.response, self.host_now()).or_else(interval)
    }

    /// The rate limit that this response reports, if it reports one.
    pub(crate) fn limit(&self) -> Option<Limit> {
        if self.response.status < 400 { None } else { self.limit_of(&self.error_text()) }
    }

    fn limit_of(&self, text: &ErrorText) -> Option<Limit> {
        let is_named = self.rule(text).is_some_and(|rule| rule.kind == ErrorKind::RateLimited);
        let is_plain = is_plain_limit(self.errors(), self.response);
        (is_named || is_plain)
            .then(|| limit(self.errors(), self.response, self.host_now(), is_named))
    }

    fn classify(&self, text: &ErrorText) -> (ErrorKind, Option<Reason>, Option<String>) {
        let status = self.response.status;
        if is_plain_limit(self.errors(), self.response) {
            return (ErrorKind::RateLimited, Some(Reason::RateLimit), None);
        }
        if let Some(rule) = self.rule(text) {
            return (rule.kind, rule.reason, rule.hint.clone());
        }
        if let Some((kind, reason)) = text.code.as_deref().and_then(|code| self.standard(code)) {
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

    fn rule(&self, text: &ErrorText) -> Option<&Rule> {
        self.errors().rules.iter().find(|rule| self.applies(rule, text))
    }

    fn applies(&self, rule: &Rule, text: &ErrorText) -> bool {
        let message = text.message.to_lowercase();
        (rule.on.is_empty() || rule.on.contains(&self.operation))
            && (rule.status.is_empty() || rule.status.contains(&self.response.status))
            && (rule.code.is_empty() || rule.code.iter().any(|c| Some(c) == text.code.as_ref()))
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
            ("invalid_grant", Operation::TokenExchange) => {
                Some((ErrorKind::Unauthorized, Reason::InvalidToken))
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

    fn sentence(&self, kind: ErrorKind, text: &ErrorText) -> String {
        let (subject, status) = (self.subject, self.response.status);
        let verb = if kind == ErrorKind::Server { "failed" } else { "refused" };
        match text.message.as_str() {
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
            "Requests with credentials do not follow redirects to another host: check api_url and web_url.".to_owned()
        })
    }

    fn error_text(&self) -> ErrorText {
        let Some(json) = self.small_json_or_form() else { return ErrorText::default() };
        let errors = self.errors();
        let message = errors.message.iter().find_map(|at| readable(json.pointer(at)?));
        let code = errors.code.iter().find_map(|at| readable(json.pointer(at)?));
        ErrorText {
            message: message.map(|text| self.scrub(&text)).unwrap_or_default(),
            code: code.map(|text| self.scrub(&text)),
        }
    }

    /// The body of a refusal, unless it is too large to be one: as a value it takes more than twenty
    /// times its size, and a caller's own call may have an answer of many megabytes.
    fn small_json(&self) -> Option<Value> {
        let body = &self.response.body;
        (body.len() <= LONGEST_REFUSAL).then(|| serde_json::from_slice(body).ok())?
    }

    fn small_json_or_form(&self) -> Option<Value> {
        let is_small = self.response.body.len() <= LONGEST_REFUSAL;
        self.small_json().or_else(|| is_small.then(|| form(self.response)?.ok())?)
    }

    fn scrub(&self, text: &str) -> String {
        let known: Vec<_> = self.request.secrets.iter().map(Secret::reveal).collect();
        let text = scrub(text, &known, &self.platform.descriptor().secret_prefixes);
        text.trim().trim_end_matches('.').to_owned()
    }

    pub(super) fn request_id(&self) -> Option<String> {
        let id = self.errors().request_id.iter().find_map(|name| self.response.header(name))?;
        Some(self.scrub(id))
    }

    fn errors(&self) -> &Errors {
        &self.platform.descriptor().errors
    }
}

/// The platform's own words about a refusal, scrubbed of secrets.
#[derive(Default)]
struct ErrorText {
    message: String,
    code: Option<String>,
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

/// The rate limit of a refusal. `is_named`: a rule of the descriptor recognised it by its text.
fn limit(errors: &Errors, response: &Response, now: Timestamp, is_named: bool) -> Limit {
    // A bare status may come from a proxy, and passes sooner than a limit that the platform names.
    let pause = errors.rate_limit.as_ref().and_then(|limit| limit.pause_s);
    let pause = pause.filter(|_| is_named);
    Limit {
        is_for_app: is_named || is_used_up(errors, response),
        retry_after: retry_after(response, now).or_else(|| until_reset(errors, response, now)),
        pause: pause.map(Duration::from_secs),
    }
}

/// Whether status and headers alone report a rate limit.
fn is_plain_limit(errors: &Errors, response: &Response) -> bool {
    response.status == 429 || (response.status == 403 && is_used_up(errors, response))
}

fn is_used_up(errors: &Errors, response: &Response) -> bool {
    let limit = errors.rate_limit.as_ref();
    limit.and_then(|limit| response.header(&limit.remaining)).is_some_and(|left| left.trim() == "0")
}

/// The time until the quota is renewed, which matters only where it is used up.
fn until_reset(errors: &Errors, response: &Response, now: Timestamp) -> Option<Duration> {
    let limit = errors.rate_limit.as_ref()?;
    let is_used_up = response.header(&limit.remaining).is_none_or(|left| left.trim() == "0");
    let reset = response.header(&limit.reset).filter(|_| is_used_up)?.trim().parse().ok()?;
    Some(now.until(Timestamp::from_secs(reset)))
}

/// The largest body, in bytes, in which the reason of a refusal is looked for. Platforms' own refusals
/// have some hundred bytes.
pub(super) const LONGEST_REFUSAL: usize = 64 << 10;
