//! The encodings of OAuth requests and replies: parameters in a query, a form or JSON; replies as a form, JSON or XML.
//!
//! <https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>

use std::collections::HashMap;
use std::fmt::Write as _;

use hyper::StatusCode;
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use crate::http::{JSON, Reply, Request};
use crate::pages::escape;

/// The parameters of an OAuth request, from the query and the body.
pub(super) struct Parameters(HashMap<String, String>);

impl Parameters {
    pub(super) fn read(request: &Request) -> Self {
        let mut all: HashMap<_, _> = owned(request.query.iter()).collect();
        if let Some(form) = request.form() {
            all.extend(owned(form.iter()));
        } else if request.is(JSON) {
            let members = request.json().unwrap_or_default();
            all.extend(members.into_iter().filter_map(|(name, value)| Some((name, text(value)?))));
        }
        Self(all)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn owned<'p>(
    pairs: impl Iterator<Item = (&'p str, &'p str)>,
) -> impl Iterator<Item = (String, String)> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The members of a reply, in order.
pub(super) type Members = Vec<(&'static str, Value)>;

/// GitHub reports OAuth failures with status 200.
pub(super) fn reply(request: &Request, members: Members) -> Reply {
    reply_with(StatusCode::OK, request, members)
}

pub(super) fn reply_with(status: StatusCode, request: &Request, members: Members) -> Reply {
    let accept = request.header("accept").unwrap_or_default();
    if accept.contains(JSON) {
        let object: Map<_, _> =
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        return Reply::json(status, &object);
    }
    if accept.contains("application/xml") {
        return Reply::text(status, "application/xml; charset=utf-8", xml(members));
    }
    let texts = members.into_iter().map(|(name, value)| (name, text(value).unwrap_or_default()));
    let form = Serializer::new(String::new()).extend_pairs(texts).finish();
    Reply::text(status, FORM_REPLY, form)
}

fn xml(members: Members) -> String {
    let mut xml = "<OAuth>".to_owned();
    for (name, value) in members {
        let value = escape(&text(value).unwrap_or_default());
        let _ = write!(xml, "<{name}>{value}</{name}>");
    }
    xml + "</OAuth>"
}

/// The failure of an OAuth request: `error`, `error_description` and `error_uri`.
pub(super) struct Failure {
    error: &'static str,
    description: &'static str,
    /// Path and anchor of the documentation.
    anchor: &'static str,
    /// The new polling interval after `slow_down`.
    interval_s: Option<i64>,
}

impl Failure {
    pub(super) const fn new(
        error: &'static str,
        description: &'static str,
        anchor: &'static str,
    ) -> Self {
        Self { error, description, anchor, interval_s: None }
    }

    pub(super) fn called(self, error: &'static str) -> Self {
        Self { error, ..self }
    }

    pub(super) fn with_interval(self, seconds: i64) -> Self {
        Self { interval_s: Some(seconds), ..self }
    }

    pub(super) fn members(&self) -> Members {
        let uri = format!("https://docs.github.com/{}", self.anchor);
        let mut members = vec![
            ("error", json!(self.error)),
            ("error_description", json!(self.description)),
            ("error_uri", json!(uri)),
        ];
        members.extend(self.interval_s.map(|seconds| ("interval", json!(seconds))));
        members
    }
}

const FORM_REPLY: &str = "application/x-www-form-urlencoded; charset=utf-8";
