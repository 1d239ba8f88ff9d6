//! Small clients for a round of torture, on one thread: what they do after a failure is their only difference.

use std::collections::BTreeMap;
use std::io;

use appmint_sandbox::{Clock, Torture};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Asks the API about the old access token when it cannot know whether its refresh token is used up.
    Perfect,
    /// Sends the refresh token again after every failure.
    Naive,
    /// Logs in again after every failure.
    Timid,
    /// As `Perfect`, but understands only answers that are UTF-8 and whose `expires_in` is a number or missing.
    StrictReader,
}

pub(crate) struct Client<'a> {
    clock: &'a Clock,
    behaviour: Behaviour,
    ready: Value,
    agent: Agent,
    sessions: BTreeMap<String, Session>,
}

#[derive(Clone)]
struct Session {
    access_token: String,
    refresh_token: String,
    expires_ms: Option<i64>,
}

enum Outcome {
    Refreshed(Session),
    /// Nothing was sent, or the platform said that it did nothing.
    NotDone,
    Unknown,
    Invalid,
    Over,
}

/// Plays until the round is over.
pub(crate) fn play(torture: &Torture, clock: &Clock, behaviour: Behaviour) {
    let mut client = Client::new(torture, clock, behaviour);
    let users: Vec<String> = serde_json::from_value(client.ready["users"].clone()).unwrap();
    while users.iter().all(|user| client.step(user)) {
        clock.advance_ms(200);
    }
}

impl<'a> Client<'a> {
    pub(crate) fn new(torture: &Torture, clock: &'a Clock, behaviour: Behaviour) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).proxy(None).build();
        let (ready, sessions) = (torture.ready(), BTreeMap::new());
        Self { clock, behaviour, ready, agent: agent.into(), sessions }
    }

    /// One API call, after a refresh if that is due. False when the round is over.
    fn step(&mut self, user: &str) -> bool {
        let Some(session) = self.sessions.get(user).cloned() else { return self.login(user) };
        let half_life_ms = self.ready["life_ms"].as_i64().unwrap() / 2;
        let due_ms = session.expires_ms.map(|at_ms| at_ms - half_life_ms);
        if due_ms.is_some_and(|due_ms| self.clock.now_ms() >= due_ms) {
            return self.refresh(user, &session);
        }
        match self.is_alive(&session) {
            Some(false) => self.refresh(user, &session),
            other => other.is_some(),
        }
    }

    pub(crate) fn login(&mut self, user: &str) -> bool {
        let url = format!("{}/{user}", self.text("login_url"));
        let (status, body) = self.post(&url, "").unwrap();
        if status == 200 {
            let session = self.read(&body, None).unwrap();
            self.sessions.insert(user.to_owned(), session);
        }
        status != 410
    }

    pub(crate) fn code(&self, user: &str) -> String {
        let (_, body) = self.post(&format!("{}/{user}/code", self.text("login_url")), "").unwrap();
        let json: Value = serde_json::from_slice(&body).unwrap();
        json["code"].as_str().unwrap().to_owned()
    }

    /// The status of the answer to an authorization code.
    pub(crate) fn exchange(&self, code: &str) -> u16 {
        let form = self.form(&format!("grant_type=authorization_code&code={code}"));
        self.post(self.text("token_url"), &form).unwrap().0
    }

    fn refresh(&mut self, user: &str, session: &Session) -> bool {
        loop {
            let goes_on = match self.send_refresh(session) {
                Outcome::Refreshed(next) => {
                    self.sessions.insert(user.to_owned(), next);
                    return true;
                }
                Outcome::Over => return false,
                Outcome::Invalid => false,
                Outcome::NotDone => self.behaviour != Behaviour::Timid,
                Outcome::Unknown => self.may_send_again(session),
            };
            if !goes_on {
                return self.login(user);
            }
        }
    }

    fn may_send_again(&self, session: &Session) -> bool {
        match self.behaviour {
            Behaviour::Naive => true,
            Behaviour::Timid => false,
            Behaviour::Perfect | Behaviour::StrictReader => {
                self.text("policy") != "strict" || self.is_alive(session) == Some(true)
            }
        }
    }

    fn send_refresh(&self, session: &Session) -> Outcome {
        let refresh_token = &session.refresh_token;
        let form = self.form(&format!("grant_type=refresh_token&refresh_token={refresh_token}"));
        match self.post(self.text("token_url"), &form) {
            Ok((200, body)) => {
                let next = self.read(&body, Some(&session.refresh_token));
                next.map_or(Outcome::Unknown, Outcome::Refreshed)
            }
            Ok((400, _)) => Outcome::Invalid,
            Ok((410, _)) => Outcome::Over,
            Ok((429, _)) => {
                self.clock.advance_ms(1_000);
                Outcome::NotDone
            }
            Err(error) if is_refused(&error) => Outcome::NotDone,
            Ok(_) | Err(_) => Outcome::Unknown,
        }
    }

    /// Whether the API takes the token; `None` when the round is over. The API may refuse a good token once.
    fn is_alive(&self, session: &Session) -> Option<bool> {
        for _ in 0..2 {
            let request = Request::get(self.text("user_url"))
                .header("authorization", format!("Bearer {}", session.access_token));
            match self.agent.run(request.body(()).unwrap()).unwrap().status().as_u16() {
                200 => return Some(true),
                410 => return None,
                _ => {}
            }
        }
        Some(false)
    }

    fn form(&self, fields: &str) -> String {
        let (id, secret) = (self.text("client_id"), self.text("client_secret"));
        format!("{fields}&client_id={id}&client_secret={secret}")
    }

    fn post(&self, url: &str, form: &str) -> Result<(u16, Vec<u8>), ureq::Error> {
        let request = Request::post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned())
            .unwrap();
        let mut response = self.agent.run(request)?;
        Ok((response.status().as_u16(), response.body_mut().read_to_vec()?))
    }

    /// The tokens of an answer. Without a refresh token the old one stays in force.
    fn read(&self, body: &[u8], sent: Option<&str>) -> Option<Session> {
        let is_strict = self.behaviour == Behaviour::StrictReader;
        let text = String::from_utf8_lossy(body);
        let json: Value = serde_json::from_str(&text).ok()?;
        let expires_in = &json["expires_in"];
        if is_strict && (text.contains(char::REPLACEMENT_CHARACTER) || expires_in.is_string()) {
            return None;
        }
        let number = expires_in.as_str().map_or(expires_in.as_i64(), |text| text.parse().ok());
        Some(Session {
            access_token: json["access_token"].as_str()?.to_owned(),
            refresh_token: json["refresh_token"].as_str().or(sent)?.to_owned(),
            expires_ms: number.map(|life_s| self.clock.now_ms() + life_s * 1000),
        })
    }

    fn text(&self, member: &str) -> &str {
        self.ready[member].as_str().unwrap()
    }
}

fn is_refused(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused)
        || matches!(error, ureq::Error::ConnectionFailed)
}
