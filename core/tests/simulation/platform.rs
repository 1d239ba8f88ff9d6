//! A platform that keeps its own books, and complains when it is asked for something that must not be
//! asked for.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, SystemTime},
};

use appmint_core::{
    Timestamp,
    http::{Body, Request, Response},
    simulation,
};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::world::now;

/// A platform's rules about refresh tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// They do not rotate.
    Constant,
    /// Within a grace period a used one brings the same answer again.
    Grace,
    /// A refresh ends the old access token, and the app may ask whether a token works.
    Checked,
    /// None of these: a second use ends the session.
    Strict,
}

/// The platform's books.
pub(crate) struct Platform {
    pub(crate) kind: Kind,
    pub(crate) token_life: Duration,
    next: u64,
    tokens: HashMap<String, Access>,
    refreshes: HashMap<String, Spent>,
    codes: HashSet<String>,
    /// The login that each user's token came from.
    logins: HashMap<String, String>,
    pub(crate) refresh_requests: u64,
}

struct Access {
    expires_at: Timestamp,
    is_revoked: bool,
}

/// A refresh token that was issued: when it was used, and what it brought.
#[derive(Default)]
struct Spent {
    at: Option<Duration>,
    answer: Value,
    access: String,
}

impl Platform {
    pub(crate) fn new(kind: Kind, token_life: Duration) -> Self {
        Self {
            kind,
            token_life,
            next: 0,
            tokens: HashMap::new(),
            refreshes: HashMap::new(),
            codes: HashSet::new(),
            logins: HashMap::new(),
            refresh_requests: 0,
        }
    }

    /// The answer to a request that arrives now.
    pub(crate) fn answer(&mut self, request: &Request) -> Response {
        let path = request.url.path().to_owned();
        match path.split('/').collect::<Vec<_>>()[1..] {
            ["installations", _, "token"] => self.mint(),
            ["orgs", _, "installation"] => reply(200, &json!({ "id": 14 })),
            ["token"] => self.token_endpoint(&fields(request)),
            ["check", _] => self.check(request),
            _ => self.call(request),
        }
    }

    /// Ends a token.
    pub(crate) fn revoke(&mut self, token: &str) {
        if let Some(access) = self.tokens.get_mut(token) {
            access.is_revoked = true;
            simulation::note(format!("the platform revokes {token}"));
        }
    }

    /// When a token expires in truth.
    pub(crate) fn expires_at(&self, token: &str) -> Option<Timestamp> {
        self.tokens.get(token).map(|access| access.expires_at)
    }

    pub(crate) fn works(&self, token: &str) -> bool {
        self.tokens.get(token).is_some_and(|it| !it.is_revoked && it.expires_at > now())
    }

    /// When a refresh token was used that brought this access token's successor, if it was.
    pub(crate) fn spent_at(&self, refresh_token: &str) -> Option<Duration> {
        self.refreshes.get(refresh_token)?.at
    }

    /// The code of the login that a user's token came from.
    pub(crate) fn login(&self, token: &str) -> String {
        self.logins.get(token).cloned().unwrap_or_default()
    }

    /// The number of codes that were exchanged.
    pub(crate) fn codes(&self) -> usize {
        self.codes.len()
    }

    fn mint(&mut self) -> Response {
        let token = self.issue("mint");
        let expires = self.tokens[&token].expires_at.as_millis();
        reply(201, &json!({ "token": token, "expires_at": expires }))
    }

    fn token_endpoint(&mut self, fields: &HashMap<String, String>) -> Response {
        if let Some(code) = fields.get("code") {
            if !self.codes.insert(code.clone()) {
                simulation::fail(format!("the code {code} was sent twice"));
            }
            return reply(200, &self.issue_pair(code));
        }
        self.refresh_requests += 1;
        let sent = fields.get("refresh_token").cloned().unwrap_or_default();
        simulation::note(format!("{sent} arrives at the platform"));
        let at = simulation::time();
        match self.refreshes.get(&sent).map(|it| (it.at, it.answer.clone())) {
            None => reply(400, &json!({ "error": "invalid_grant" })),
            Some((Some(spent), answer)) if self.kind == Kind::Grace && at - spent < GRACE => {
                reply(200, &self.again(answer))
            }
            Some((Some(spent), _)) if self.kind != Kind::Constant => {
                let after = at - spent;
                simulation::fail(format!("{sent} was sent again, {after:?} after it was used"));
            }
            Some(_) => self.refresh(&sent, at),
        }
    }

    fn refresh(&mut self, sent: &str, at: Duration) -> Response {
        if self.kind == Kind::Constant {
            let login = self.login(&self.refreshes[sent].access);
            let access = self.issue("user");
            self.logins.insert(access.clone(), login);
            let life = self.token_life.as_secs();
            return reply(200, &json!({ "access_token": access, "expires_in": life }));
        }
        if self.kind == Kind::Checked {
            let old = self.refreshes[sent].access.clone();
            self.revoke(&old);
        }
        let login = self.login(&self.refreshes[sent].access);
        let answer = self.issue_pair(&login);
        let spent = self.refreshes.entry(sent.to_owned()).or_default();
        (spent.at, spent.answer) = (Some(at), answer.clone());
        reply(200, &answer)
    }

    /// The answer of before, whose access token has lived for a while.
    fn again(&self, mut answer: Value) -> Value {
        let token = answer["access_token"].as_str().unwrap_or_default();
        let left = self.expires_at(token).map_or(0, |at| now().until(at).as_secs());
        answer["expires_in"] = left.into();
        answer
    }

    fn issue_pair(&mut self, login: &str) -> Value {
        let access = self.issue("user");
        self.logins.insert(access.clone(), login.to_owned());
        let refresh = format!("refresh{}", self.next);
        let issued = Spent { access: access.clone(), ..Spent::default() };
        self.refreshes.insert(refresh.clone(), issued);
        let life = self.token_life.as_secs();
        json!({ "access_token": access, "expires_in": life, "refresh_token": refresh })
    }

    fn issue(&mut self, what: &str) -> String {
        self.next += 1;
        let token = format!("{what}{}", self.next);
        let expires_at = Timestamp::from_secs(now().as_secs()).after(self.token_life);
        self.tokens.insert(token.clone(), Access { expires_at, is_revoked: false });
        token
    }

    fn check(&self, request: &Request) -> Response {
        let body: Value = serde_json::from_slice(&body(request)).unwrap_or_default();
        let token = body["token"].as_str().unwrap_or_default();
        match self.tokens.get(token).filter(|_| self.works(token)) {
            Some(access) => {
                let expires = access.expires_at.as_millis();
                reply(200, &json!({ "token": token, "expires_at": expires }))
            }
            None => reply(404, &json!({ "error": "gone" })),
        }
    }

    fn call(&self, request: &Request) -> Response {
        let header = request.authorization.as_ref().map_or("", |header| header.reveal());
        let token = header.strip_prefix("Bearer ").unwrap_or_default();
        reply(if self.works(token) { 200 } else { 401 }, &json!({}))
    }
}

/// A response that says the time.
pub(crate) fn reply(status: u16, body: &Value) -> Response {
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(now().as_millis().unsigned_abs());
    Response {
        status,
        headers: vec![("date".to_owned(), httpdate::fmt_http_date(time))],
        body: body.to_string().into_bytes(),
    }
}

pub(crate) fn fields(request: &Request) -> HashMap<String, String> {
    form_urlencoded::parse(&body(request)).into_owned().collect()
}

fn body(request: &Request) -> Vec<u8> {
    match &request.body {
        Body::None => Vec::new(),
        Body::Sensitive { text, .. } => text.reveal().as_bytes().to_vec(),
        Body::Bytes(bytes) => bytes.clone(),
    }
}

/// The descriptor of a platform of this kind.
pub(crate) fn descriptor(platform: &Platform) -> String {
    let mut descriptor: Value = serde_json::from_str(DESCRIPTOR).expect("the file is JSON");
    let refresh = match platform.kind {
        Kind::Constant => json!({ "rotates": false }),
        Kind::Grace => json!({ "rotates": true, "grace_s": GRACE.as_secs() }),
        Kind::Checked => json!({ "rotates": true, "ends_old_token": true }),
        Kind::Strict => json!({ "rotates": true }),
    };
    descriptor["oauth"]["refresh"] = refresh;
    if platform.kind != Kind::Checked {
        descriptor["operations"] = json!({});
    }
    let expires = &mut descriptor["installation_token"]["expires"];
    expires["default_life_s"] = platform.token_life.as_secs().into();
    descriptor.to_string()
}

const DESCRIPTOR: &str = include_str!("platform.json");
/// The grace period. What is sent again near its end must still arrive within it.
pub(crate) const GRACE: Duration = Duration::from_secs(600);
