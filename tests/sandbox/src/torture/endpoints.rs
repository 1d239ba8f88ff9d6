//! The endpoints: a request at a time becomes an answer and the way in which it is sent. No network I/O.

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{self, TRUNCATED_BYTES};
use super::plan::Fault;
use super::state::{ApiCall, State};
use super::tokens::{AnswerId, Use};
use crate::basic;
use crate::http::{JSON, Pairs, Repeated, Reply, Request};

/// How the connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    Whole,
    /// Only so many bytes of the body.
    Truncated(usize),
    /// The connection is closed without an answer.
    Closed,
    /// The same with a reset (RST).
    Reset,
}

/// The outcome of a request.
pub(super) struct Handled {
    pub(super) reply: Reply,
    pub(super) sending: Sending,
    /// The tokens in the reply, if they are whole.
    pub(super) answer: Option<AnswerId>,
}

impl From<Reply> for Handled {
    fn from(reply: Reply) -> Self {
        Self { reply, sending: Sending::Whole, answer: None }
    }
}

/// A refresh that was read and meets its fault next.
pub(super) struct Refresh {
    pub(super) refresh_token: String,
    pub(super) fault: Option<Fault>,
}

impl Refresh {
    pub(super) fn is_slow(&self) -> bool {
        self.fault == Some(Fault::Slow)
    }
}

/// A request at the token endpoint.
pub(super) enum Grant {
    Code(String),
    Refresh(Refresh),
}

/// Reads a request at the token endpoint; an error is the answer.
pub(super) fn read_grant(
    state: &mut State,
    request: &Request,
    reused: bool,
) -> Result<Grant, Refusal> {
    let form = form(request)?;
    check_client(request, &form)?;
    let required = |value: Option<String>| {
        let value = value.filter(|it| !it.is_empty());
        value.ok_or_else(|| refusal("invalid_request", "a parameter is missing"))
    };
    match form.grant_type.as_deref() {
        Some("authorization_code") => Ok(Grant::Code(required(form.code)?)),
        Some("refresh_token") => {
            let refresh_token = required(form.refresh_token)?;
            let fault = state
                .take_fault(&refresh_token, reused)
                .ok_or_else(|| refusal("invalid_grant", "the refresh token is unknown"))?;
            Ok(Grant::Refresh(Refresh { refresh_token, fault }))
        }
        _ => Err(refusal("unsupported_grant_type", "it is authorization_code or refresh_token")),
    }
}

/// The first tokens for a code. Faults are for refreshes only.
pub(super) fn exchange_code(state: &mut State, now_ms: i64, code: &str) -> Handled {
    match state.take_code(code) {
        Some(user) => login(state, now_ms, &user),
        None => answers::error("invalid_grant", "the code is unknown or was used before").into(),
    }
}

/// Carries a refresh out, or not, and makes its answer.
pub(super) fn refresh(state: &mut State, now_ms: i64, refresh: &Refresh) -> Handled {
    let Refresh { refresh_token, fault } = refresh;
    let works = fault.is_none_or(Fault::reaches_the_platform);
    let used = works.then(|| state.refresh(now_ms, refresh_token, *fault));
    let (own_reply, issued) = match used {
        Some(Use::Refreshed(answer) | Use::Repeated(answer)) => {
            (answers::tokens(now_ms, &state.tokens.answers[answer], *fault), Some(answer))
        }
        Some(Use::Reused) => {
            (answers::error("invalid_grant", "the refresh token was used before"), None)
        }
        Some(Use::Refused) | None => {
            (answers::error("invalid_grant", "the refresh token is invalid"), None)
        }
    };
    let reply = fault.and_then(answers::replacement).unwrap_or(own_reply);
    let sending = sending(*fault, reply.body.len());
    let is_whole = !fault.is_some_and(Fault::loses_the_answer);
    let reply = answers::dated(reply, now_ms, *fault);
    Handled { reply, sending, answer: issued.filter(|_| is_whole) }
}

/// Any other request.
pub(super) fn answer(state: &mut State, now_ms: i64, request: &Request) -> Handled {
    match (&request.method, request.segments().as_slice()) {
        (&Method::GET, ["user"]) => user(state, now_ms, request).into(),
        (&Method::POST, ["introspect"]) => introspect(state, now_ms, request).into(),
        (&Method::POST, ["applications", CLIENT_ID, "token"]) => {
            check_token(state, now_ms, request).into()
        }
        (&Method::POST, ["_sandbox", "torture", "users", name]) => login(state, now_ms, name),
        (&Method::POST, ["_sandbox", "torture", "users", name, "code"]) => code(state, name).into(),
        (&Method::GET, ["_sandbox", "torture", "score"]) => {
            Reply::json(StatusCode::OK, &state.score(now_ms)).into()
        }
        _ => Reply::message(StatusCode::NOT_FOUND, "Not Found").into(),
    }
}

fn user(state: &mut State, now_ms: i64, request: &Request) -> Reply {
    match state.call(now_ms, request.bearer().unwrap_or_default()) {
        ApiCall::Accepted { user } => Reply::json(StatusCode::OK, &json!({ "login": user })),
        ApiCall::Refused => Reply::message(StatusCode::UNAUTHORIZED, "Bad credentials"),
    }
}

/// [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662).
fn introspect(state: &State, now_ms: i64, request: &Request) -> Reply {
    let form = match form(request).and_then(|form| check_client(request, &form).map(|()| form)) {
        Ok(form) => form,
        Err(refusal) => return *refusal,
    };
    let token = form.token.unwrap_or_default();
    let body = match state.introspect(now_ms, &token) {
        Some((user, expires_ms)) => {
            json!({ "active": true, "username": user, "exp": expires_ms / 1000 })
        }
        None => json!({ "active": false }),
    };
    Reply::json(StatusCode::OK, &body)
}

/// [GitHub's "Check a token"](https://docs.github.com/rest/apps/oauth-applications#check-a-token).
fn check_token(state: &State, now_ms: i64, request: &Request) -> Reply {
    if let Err(refusal) = check_client(request, &Form::default()) {
        return *refusal;
    }
    let json = request.json().unwrap_or_default();
    let token = json.get("access_token").and_then(Value::as_str).unwrap_or_default();
    match state.introspect(now_ms, token) {
        Some((user, _)) => {
            Reply::json(StatusCode::OK, &json!({ "token": token, "user": { "login": user } }))
        }
        None => Reply::message(StatusCode::NOT_FOUND, "Not Found"),
    }
}

fn login(state: &mut State, now_ms: i64, name: &str) -> Handled {
    match state.login(now_ms, name) {
        Some(answer) => answers::tokens(now_ms, &state.tokens.answers[answer], None).into(),
        None => no_such_user().into(),
    }
}

/// The code that an authorization of this user brings.
fn code(state: &mut State, name: &str) -> Reply {
    match state.add_code(name) {
        Some(code) => Reply::json(StatusCode::OK, &json!({ "code": code })),
        None => no_such_user(),
    }
}

fn no_such_user() -> Reply {
    Reply::message(StatusCode::NOT_FOUND, "there is no such user")
}

fn sending(fault: Option<Fault>, body_bytes: usize) -> Sending {
    match fault {
        Some(Fault::Reset) => Sending::Reset,
        Some(Fault::StaleConnection | Fault::ClosedBefore | Fault::ClosedAfter) => Sending::Closed,
        Some(Fault::Truncated) => Sending::Truncated(TRUNCATED_BYTES.min(body_bytes / 2)),
        _ => Sending::Whole,
    }
}

/// An error that ends the reading of a request.
type Refusal = Box<Reply>;

fn refusal(code: &str, description: &str) -> Refusal {
    Box::new(answers::error(code, description))
}

/// The parameters of a client's request.
#[derive(Default, Deserialize)]
struct Form {
    grant_type: Option<String>,
    code: Option<String>,
    refresh_token: Option<String>,
    token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// The parameters from a form, or from JSON, which GitHub takes beside it.
fn form(request: &Request) -> Result<Form, Refusal> {
    if request.is(JSON) {
        let json = serde_json::from_slice(&request.body);
        return json.map_err(|_| refusal("invalid_request", "the body is not a JSON object"));
    }
    let pairs = request.form();
    let pairs = pairs.ok_or_else(|| refusal("invalid_request", "the body is not a form"))?;
    let read = Form::of(&pairs);
    read.map_err(|Repeated| refusal("invalid_request", "a parameter appears twice"))
}

impl Form {
    fn of(pairs: &Pairs) -> Result<Self, Repeated> {
        let one = |name| pairs.one(name).map(|value| value.map(str::to_owned));
        Ok(Self {
            grant_type: one("grant_type")?,
            code: one("code")?,
            refresh_token: one("refresh_token")?,
            token: one("token")?,
            client_id: one("client_id")?,
            client_secret: one("client_secret")?,
        })
    }
}

/// `client_secret_basic` or `client_secret_post`.
fn check_client(request: &Request, form: &Form) -> Result<(), Refusal> {
    let in_header = request
        .authorization()
        .and_then(|(scheme, credential)| (scheme == "basic").then(|| basic::client(credential)));
    let in_form = || Some((form.client_id.clone()?, form.client_secret.clone()?));
    let client = in_header.unwrap_or_else(in_form);
    let is_known = client.is_some_and(|(id, secret)| id == CLIENT_ID && secret == CLIENT_SECRET);
    is_known.then_some(()).ok_or_else(|| refusal("invalid_client", "the client is unknown"))
}

pub(super) const CLIENT_ID: &str = "torture-client";
pub(super) const CLIENT_SECRET: &str = "torture-secret";
