//! A platform's reply: the response to a request, with what was asked for, read without guessing.

use serde_json::{Map, Value};

use crate::{
    error::{Error, Reason},
    http::{
        clock_offset::HostDate,
        message::{Request, Response},
        strict_json::{self, Fault},
    },
    platform::{
        Platform,
        descriptor::{Operation, Pointers},
    },
    time::{ClockReading, Timestamp},
};

/// A response and the request it answers.
pub(crate) struct Reply<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) operation: Operation,
    /// The thing that was asked for, as a noun: `installation 14`.
    pub(crate) subject: &'a str,
    pub(crate) request: &'a Request,
    pub(crate) response: &'a Response,
    /// This machine's clocks when the response was read.
    pub(crate) now: ClockReading,
    pub(crate) date: Option<HostDate>,
}

impl Reply<'_> {
    /// The time by the clock of the host that answered, for waits that the same answer names.
    pub(crate) fn host_now(&self) -> Timestamp {
        self.date.map_or(self.now.wall(), |date| date.at)
    }

    /// The JSON value of the body, in which no object has a member twice.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        strict_json::read(&self.response.body).map_err(|fault| self.unreadable(&fault))
    }

    /// The JSON value of the body, or the fields of a form: some token endpoints send either, and
    /// some name one in `Content-Type` and send the other.
    pub(crate) fn json_or_form(&self) -> Result<Value, Error> {
        match (strict_json::read(&self.response.body), form(self.response)) {
            (Err(Fault::NotJson), Some(fields)) => fields.map_err(|fault| self.unreadable(&fault)),
            (json, _) => json.map_err(|fault| self.unreadable(&fault)),
        }
    }

    /// The body of an answer that comes only once: the values at the `needed` pointers must be certain,
    /// anything else may be odd.
    pub(crate) fn json_or_form_leniently(&self, needed: &[&Pointers]) -> Result<Value, Error> {
        let names: Vec<&str> = needed
            .iter()
            .flat_map(|pointers| pointers.iter())
            .filter_map(|pointer| pointer.rsplit('/').next())
            .collect();
        match (strict_json::read_leniently(&self.response.body, &names), form(self.response)) {
            (Err(Fault::NotJson), Some(Ok(fields))) => Ok(fields),
            (json, _) => json.map_err(|fault| self.unreadable(&fault)),
        }
    }

    /// The error for a reply that makes no sense: `what` says in which way.
    pub(crate) fn protocol_error(&self, reason: Reason, what: &str) -> Error {
        let error = Error::protocol(reason, format!("{}: {what}", self.subject));
        let error = error.with_status(self.response.status).with_request_id(self.request_id());
        if self.response.is_html() { error.advise(HTML_HINT) } else { error }
    }

    fn unreadable(&self, fault: &Fault) -> Error {
        let (reason, what) = match fault {
            Fault::DuplicateMember => {
                (Reason::DuplicateMember, "an object in the answer has the same member twice")
            }
            Fault::NotJson if self.response.is_html() => {
                (Reason::NotJson, "the answer is an HTML page instead of JSON")
            }
            Fault::NotJson if self.response.body.is_empty() => {
                (Reason::NotJson, "the answer is empty instead of JSON")
            }
            Fault::NotJson => (Reason::NotJson, "the answer is not JSON"),
        };
        self.protocol_error(reason, what)
    }
}

/// The fields of a form as an object of texts; `None` for a body that is no form.
///
/// The body decides, not its `Content-Type`.
pub(super) fn form(response: &Response) -> Option<Result<Value, Fault>> {
    let text = str::from_utf8(&response.body).ok()?.trim();
    let is_field = |field: &str| field.split_once('=').is_some_and(|(name, _)| !name.is_empty());
    let is_form = text.split('&').all(is_field)
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '{' | '"'));
    is_form.then(|| {
        let mut members = Map::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if members.insert(name.into_owned(), Value::from(&*value)).is_some() {
                return Err(Fault::DuplicateMember);
            }
        }
        Ok(Value::Object(members))
    })
}

pub(super) const HTML_HINT: &str =
    "A proxy, a login page or a wrong api_url may stand between this machine and the platform.";
