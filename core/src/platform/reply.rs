//! A platform's reply: the response to a request, with what was asked for, read without guessing.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::{
    error::{Error, Reason},
    http::{
        clock_offset::HostDate,
        message::{Request, Response},
        strict_json::{self, Fault},
        text::NotText,
    },
    platform::{
        Platform,
        descriptor::{Operation, Pointers},
    },
    time::{ClockReading, Timestamp},
    token::Permissions,
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
    /// The permissions of the token that the request was made with, where they are known.
    pub(crate) granted: Option<&'a Permissions>,
}

impl Reply<'_> {
    /// The time by the clock of the host that answered, for waits that the same answer names.
    pub(crate) fn host_now(&self) -> Timestamp {
        self.date.map_or(self.now.wall(), |date| date.at)
    }

    /// The JSON value of the body, in which no object has a member twice.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        let json = strict_json::read(&self.text()?).map_err(|fault| self.unreadable(fault))?;
        self.opened(json)
    }

    /// The JSON value of the body, for a caller who knows what it holds: of a member that an object has twice,
    /// the last one counts.
    pub(crate) fn any_json(&self) -> Result<Value, Error> {
        let json = strict_json::read_cut(&self.text()?).map_err(|fault| self.unreadable(fault))?;
        self.opened(json)
    }

    /// The JSON value of the body, or the fields of a form: some token endpoints send either, and
    /// some name one in `Content-Type` and send the other.
    pub(crate) fn json_or_form(&self) -> Result<Value, Error> {
        let text = self.text()?;
        let json = match (strict_json::read(&text), form(&text)) {
            (Err(Fault::NotJson), Some(fields)) => fields,
            (json, _) => json,
        };
        self.opened(json.map_err(|fault| self.unreadable(fault))?)
    }

    /// The body of an answer that comes only once: the values at the `needed` pointers must be certain,
    /// anything else may be odd.
    pub(crate) fn json_or_form_leniently(&self, needed: &[&Pointers]) -> Result<Value, Error> {
        let names: Vec<&str> = needed
            .iter()
            .flat_map(|pointers| pointers.iter())
            .filter_map(|pointer| pointer.rsplit('/').next())
            .collect();
        let text = self.response.text();
        let json = match (strict_json::read_leniently(&text, &names), form(&text)) {
            (Err(Fault::NotJson), Some(Ok(fields))) => Ok(fields),
            (json, _) => json,
        };
        self.opened(json.map_err(|fault| self.unreadable(fault))?)
    }

    /// A reply without its envelope, if it has one.
    fn opened(&self, mut json: Value) -> Result<Value, Error> {
        let Some(envelope) = &self.platform.descriptor().envelope else { return Ok(json) };
        match json.pointer(&envelope.success).and_then(Value::as_bool) {
            Some(false) => Err(self.refusal()),
            Some(true) => {
                let content = json.pointer_mut(&envelope.content).map(Value::take);
                Ok(content.unwrap_or(json))
            }
            None => Ok(json),
        }
    }

    /// The body as text, if all of it can be read.
    pub(crate) fn text(&self) -> Result<Cow<'_, str>, Error> {
        self.response.strict_text().map_err(|fault| match fault {
            NotText::Coded(coding) => self.still_coded(&coding),
            NotText::Charset(charset) => {
                let what = format!("the answer is in the charset {charset}, which is not read");
                self.protocol_error(Reason::NotJson, &what)
            }
            NotText::Invalid => {
                self.protocol_error(Reason::NotJson, "the answer is not JSON: it is not UTF-8")
            }
        })
    }

    /// The error for a reply that makes no sense: `what` says in which way.
    pub(crate) fn protocol_error(&self, reason: Reason, what: &str) -> Error {
        let error = Error::protocol(reason, format!("{}: {what}", self.subject));
        let error = error.with_status(self.response.status).with_request_id(self.request_id());
        if self.response.is_html() { error.advise(HTML_HINT) } else { error }
    }

    fn unreadable(&self, fault: Fault) -> Error {
        let reason = match fault {
            Fault::DuplicateMember => Reason::DuplicateMember,
            _ => Reason::NotJson,
        };
        let is_empty = self.response.body.is_empty();
        match (fault, self.response.remaining_coding()) {
            (Fault::NotJson, _) if is_empty => {
                self.protocol_error(reason, "the answer is empty instead of JSON")
            }
            (Fault::NotJson, Some(coding)) => self.still_coded(&coding),
            (Fault::NotJson, None) if self.response.is_html() => {
                self.protocol_error(reason, "the answer is an HTML page instead of JSON")
            }
            (fault, _) => self.protocol_error(reason, &fault.sentence("the answer")),
        }
    }

    /// The error for a body that could not be decompressed.
    fn still_coded(&self, coding: &str) -> Error {
        let what = format!(
            "the answer could not be decompressed: its Content-Encoding is {coding}, and gzip and deflate are read"
        );
        let error = self.protocol_error(Reason::NotJson, &what);
        error.advise("appmint asks for no compression: let the gateway in front of the platform leave answers as they are.")
    }
}

/// The fields of a form as an object of texts; `None` for a body that is no form.
///
/// The body decides, not its `Content-Type`.
pub(super) fn form(text: &str) -> Option<Result<Value, Fault>> {
    let text = text.trim();
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
