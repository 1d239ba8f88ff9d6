//! A refusal becomes an error: status, code and message yield a kind, a reason and a hint.
//!
//! The descriptor's rules come first, then the standard OAuth codes, then the status. That the quota is used
//! up, which a header says, counts more than a rule about the status alone, and less than one about words.
//!
//! `auth/grant`, `client/operations`, `client/lookup` and the pages of lists call this for a response that
//! is not a success. A caller's own `request` does not: there, any status is an answer.

use std::time::Duration;

use url::Url;

use crate::{
    error::{Error, ErrorKind, Reason},
    http::{
        limit::Limit,
        message::Response,
        retry::{retry_after, wait_until},
    },
    platform::{
        accepted_permissions::Accepted,
        descriptor::{Errors, Operation, Rule},
        members,
        refusal_text::ErrorText,
        reply::{HTML_HINT, Reply},
    },
    time::Timestamp,
    token::Permissions,
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
        if kind == ErrorKind::Forbidden {
            error = self.with_remedy(error);
        }
        error
            .with_status(self.response.status)
            .with_platform_code(text.code)
            .with_request_id(self.request_id())
            .with_retry_after(wait)
            .limiting_app(limit.is_some_and(|limit| limit.is_for_app))
            .with_date(self.date.map(|date| date.at))
    }

    /// Adds to a 403 what its headers say about the way out.
    fn with_remedy(&self, error: Error) -> Error {
        if let Some(url) = self.sso_url() {
            let hint = format!("Open {url} in a browser to authorize the access, then try again.");
            return error.advise(hint).with_sso_url(Some(url));
        }
        let accepted = self.header(&self.errors().accepted_permissions).and_then(Accepted::parse);
        let is_about_permissions =
            matches!(error.reason(), None | Some(Reason::PermissionNotGranted));
        let Some(accepted) = accepted.filter(|_| is_about_permissions) else { return error };
        let missing = accepted.missing(self.granted.unwrap_or(&Permissions::new()));
        if missing.is_empty() {
            return error;
        }
        let clause = accepted.clause();
        let hint = format!(
            "The platform accepts this with {clause}: grant it in the app's settings, and ask an owner to accept it."
        );
        error.advise(hint).with_missing_permissions(missing)
    }

    /// The page where a person authorizes the access by single sign-on: `required; url=…`.
    fn sso_url(&self) -> Option<String> {
        let header = self.header(&self.errors().sso)?;
        let (word, parameters) = header.split_once(';')?;
        let url = parameters.split(';').find_map(|it| it.trim().strip_prefix("url="))?;
        let url = Url::parse(url.trim_matches('"')).ok()?;
        let is_page = matches!(url.scheme(), "https" | "http") && url.as_str().len() <= LONGEST_URL;
        (is_page && word.trim().eq_ignore_ascii_case("required")).then(|| url.into())
    }

    fn header(&self, name: &Option<String>) -> Option<&str> {
        self.response.header(name.as_deref()?)
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
        let named = self.rule(text).filter(|rule| rule.is_about_words());
        let is_named = named.is_some_and(|rule| rule.kind == ErrorKind::RateLimited);
        // A quota may be used up by the call that is refused for another reason.
        let is_limit = named.map_or_else(|| self.is_plain_limit(), |_| is_named);
        is_limit.then(|| limit(self.errors(), self.response, self.host_now(), is_named))
    }

    fn is_plain_limit(&self) -> bool {
        is_plain_limit(self.errors(), self.response)
    }

    fn classify(&self, text: &ErrorText) -> (ErrorKind, Option<Reason>, Option<String>) {
        let status = self.response.status;
        match self.rule(text) {
            Some(rule) if rule.is_about_words() || !self.is_plain_limit() => {
                return (rule.kind, rule.reason, rule.hint.clone());
            }
            _ if self.is_plain_limit() => {
                return (ErrorKind::RateLimited, Some(Reason::RateLimit), None);
            }
            _ => {}
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
                let title = self.html_title().map(|title| format!(": {title}"));
                let title = title.unwrap_or_default();
                format!("{subject} {verb}: {status}, with an HTML page instead of a reason{title}")
            }
            "" => match self.response.remaining_coding() {
                Some(coding) => format!(
                    "{subject} {verb}: {status}, in the content coding {coding}, which is not read"
                ),
                None => format!("{subject} {verb}: {status}"),
            },
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

    pub(super) fn request_id(&self) -> Option<String> {
        let id = self.errors().request_id.iter().find_map(|name| self.response.header(name))?;
        Some(self.scrub(id))
    }

    fn errors(&self) -> &Errors {
        &self.platform.descriptor().errors
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
    Some(wait_until(Timestamp::from_secs(reset), now))
}

/// Characters.
const LONGEST_URL: usize = 2000;
