//! Git's credential protocol: lines of `name=value` up to an empty one, in both directions.
//!
//! <https://git-scm.com/docs/git-credential#IOFMT>. If git knows `authtype`, the answer is a whole credential
//! that is `ephemeral`: git hands it to no other helper, which might write it to a file. If it knows `state`, it
//! asks again when the server refuses the token, and gets another one: the command goes on, also when it lasts
//! longer than several tokens. Two tokens that are refused before their end are the end.

use std::io::{BufRead, Write};

use appmint_core::{Clock as _, Error, Result, Secret, SystemClock, Timestamp, Token};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A request: what git knows about the credential that it needs, or that was refused.
#[derive(Default)]
pub(crate) struct Request {
    pub(crate) protocol: String,
    /// With the port, if it is not the protocol's own.
    pub(crate) host: String,
    pub(crate) path: Option<String>,
    password: Option<Secret>,
    /// A whole credential, by its `authtype`.
    credential: Option<Secret>,
    authtype: Option<String>,
    knows_authtype: bool,
    knows_state: bool,
    refused: Option<Refused>,
    /// The server's challenges.
    challenges: Vec<String>,
}

/// The token that the answer before had, which the server has refused just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Refused {
    /// The end of its life, in ms since 1970.
    until: i64,
    /// The one before it was refused before its end, too.
    is_second: bool,
}

impl Refused {
    fn read(state: &str) -> Option<Self> {
        let (word, until) = state.strip_prefix(STATE)?.split_once('=')?;
        let is_second = word == SECOND;
        (is_second || word == FIRST).then_some(Self { until: until.parse().ok()?, is_second })
    }

    fn write(self) -> String {
        let word = if self.is_second { SECOND } else { FIRST };
        format!("{STATE}{word}={}", self.until)
    }

    /// Whether it has ended by itself.
    fn has_ended(self, now: Timestamp) -> bool {
        self.until <= now.as_millis()
    }
}

impl Request {
    pub(crate) fn read(input: impl BufRead) -> Result<Self> {
        let mut request = Self::default();
        for line in input.lines() {
            let line = line.map_err(|error| {
                Error::invalid(format!("git's request cannot be read: {error}"))
            })?;
            let line = Secret::new(line);
            if line.is_empty() {
                break;
            }
            let Some((name, value)) = line.reveal().split_once('=') else {
                return Err(Error::invalid("a line of git's request is not name=value"));
            };
            request.note(name, value);
        }
        Ok(request)
    }

    /// The members that another process needs to answer in this one's place.
    pub(crate) fn as_text(&self) -> Secret {
        let mut text = format!("protocol={}\nhost={}\n", self.protocol, self.host);
        let secrets = [("password", &self.password), ("credential", &self.credential)];
        let secrets = secrets.map(|(name, value)| (name, value.as_ref().map(Secret::reveal)));
        let others = [("path", self.path.as_deref()), ("authtype", self.authtype.as_deref())];
        for (name, value) in others.into_iter().chain(secrets) {
            if let Some(value) = value {
                text.push_str(&format!("{name}={value}\n"));
            }
        }
        for (name, is_known) in [("authtype", self.knows_authtype), ("state", self.knows_state)] {
            if is_known {
                text.push_str(&format!("capability[]={name}\n"));
            }
        }
        if let Some(refused) = self.refused {
            text.push_str(&format!("state[]={}\n", refused.write()));
        }
        self.challenges.iter().for_each(|it| text.push_str(&format!("wwwauth[]={it}\n")));
        Secret::new(text)
    }

    fn note(&mut self, name: &str, value: &str) {
        let text = value.to_owned();
        match name {
            "protocol" => self.protocol = text,
            "host" => self.host = text,
            "path" => self.path = Some(text),
            "password" => self.password = Some(Secret::new(value)),
            "credential" => self.credential = Some(Secret::new(value)),
            "authtype" => self.authtype = Some(text),
            "capability[]" => {
                self.knows_authtype |= value == "authtype";
                self.knows_state |= value == "state";
            }
            // Other helpers have states of their own.
            "state[]" => self.refused = Refused::read(value).or(self.refused),
            "wwwauth[]" => self.challenges.push(text),
            _ => {}
        }
    }

    /// The token that git was given before.
    pub(crate) fn token(&self) -> Option<Secret> {
        if let Some(password) = &self.password {
            return Some(password.clone());
        }
        let credential = self.credential.as_ref()?;
        if !self.authtype.as_ref().is_some_and(|it| it.eq_ignore_ascii_case("basic")) {
            return Some(credential.clone());
        }
        let pair = STANDARD.decode(credential.reveal()).ok()?;
        let pair = Secret::new(String::from_utf8(pair).ok()?);
        pair.reveal().split_once(':').map(|(_, password)| Secret::new(password))
    }

    /// Whether this token is the one that the server has refused just now.
    pub(crate) fn has_refused(&self, token: &Token) -> bool {
        let until = token.expires_at().map(Timestamp::as_millis);
        self.refused.is_some_and(|it| Some(it.until) == until)
    }

    /// Whether a third token would be refused like two before it.
    pub(crate) fn has_refused_enough(&self, now: Timestamp) -> bool {
        self.refused.is_some_and(|it| it.is_second && !it.has_ended(now))
    }

    /// Whether the server asks for a bearer token (RFC 6750), and not for HTTP Basic.
    fn wants_bearer(&self) -> bool {
        let asks_for = |scheme: &str| {
            let is_it = |text: &String| {
                text.split_whitespace().next().is_some_and(|it| it.eq_ignore_ascii_case(scheme))
            };
            self.challenges.iter().any(is_it)
        };
        asks_for("bearer") && !asks_for("basic")
    }
}

/// An answer to git.
pub(crate) struct Answer(Vec<(String, Secret)>);

impl Answer {
    /// Leaves the request to others.
    pub(crate) fn nothing() -> Self {
        Self(Vec::new())
    }

    /// Ends git's asking.
    pub(crate) fn quit() -> Self {
        Self::of([("quit", "1".into())])
    }

    pub(crate) fn capabilities() -> Self {
        Self::of([
            ("version 0", Secret::new("")),
            ("capability authtype", Secret::new("")),
            ("capability state", Secret::new("")),
        ])
    }

    pub(crate) fn credential(request: &Request, username: &str, token: &Token) -> Self {
        let mut answer = match (request.knows_authtype, request.wants_bearer()) {
            (false, _) => Self::of([("username", username.into()), ("password", token.into())]),
            (true, false) => Self::whole("Basic", basic(username, token.reveal())),
            (true, true) => Self::whole("Bearer", token.into()),
        };
        if let Some(expires_at) = token.expires_at() {
            let seconds = expires_at.as_secs().to_string();
            answer.0.push(("password_expiry_utc".to_owned(), seconds.into()));
            answer.ask_again(request, expires_at, SystemClock.now());
        }
        answer
    }

    /// Has git ask again if the server refuses this token: it may have been revoked since it was stored, or end
    /// while the command runs.
    fn ask_again(&mut self, request: &Request, expires_at: Timestamp, now: Timestamp) {
        if !request.knows_state {
            return;
        }
        let is_second = request.refused.is_some_and(|it| !it.has_ended(now));
        let state = Refused { until: expires_at.as_millis(), is_second }.write();
        for (name, value) in [("capability[]", "state"), ("state[]", &state), ("continue", "1")] {
            self.0.push((name.to_owned(), value.into()));
        }
    }

    /// A whole credential, which git gives to no other helper.
    fn whole(scheme: &str, credential: Secret) -> Self {
        Self::of([
            ("capability[]", "authtype".into()),
            ("authtype", scheme.into()),
            ("credential", credential),
            ("ephemeral", "1".into()),
        ])
    }

    fn of<const N: usize>(lines: [(&str, Secret); N]) -> Self {
        Self(lines.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The answer of another process.
    pub(crate) fn read(text: &Secret) -> Self {
        let line = |line: &str| match line.split_once('=') {
            Some((name, value)) => (name.to_owned(), Secret::new(value)),
            None => (line.to_owned(), Secret::new("")),
        };
        Self(text.reveal().lines().map(line).collect())
    }

    pub(crate) fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        for (name, value) in &self.0 {
            // A capability is a word and a name, and no member.
            if value.is_empty() {
                writeln!(out, "{name}")?;
            } else {
                writeln!(out, "{name}={}", value.reveal())?;
            }
        }
        out.flush()
    }
}

/// The helper's own states in `state[]`, which other helpers see as well: `appmint:until=…`, and
/// `appmint:again-until=…` after a token that was refused before its end.
const STATE: &str = "appmint:";
const FIRST: &str = "until";
const SECOND: &str = "again-until";

/// The credential of HTTP Basic (RFC 7617 §2).
pub(super) fn basic(username: &str, password: &str) -> Secret {
    Secret::new(STANDARD.encode(format!("{username}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request {
        Request::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_request_is_read_up_to_its_empty_line() {
        let read =
            request("protocol=https\nhost=git.example:8443\npath=a/b.git\nunknown=1\n\nhost=c\n");
        assert_eq!((read.protocol.as_str(), read.host.as_str()), ("https", "git.example:8443"));
        assert_eq!(read.path.as_deref(), Some("a/b.git"));
        assert!(Request::read(&b"host\n"[..]).is_err());
    }

    #[test]
    fn two_refusals_before_the_end_are_enough_and_an_end_is_no_refusal() {
        let refused =
            |state: &str| request(&format!("state[]=other:x\nstate[]={state}\nstate[]=y\n"));
        let now = Timestamp::from_millis(1000);
        assert!(!refused("appmint:until=2000").has_refused_enough(now));
        assert!(refused("appmint:again-until=2000").has_refused_enough(now));
        assert!(!refused("appmint:again-until=1000").has_refused_enough(now));
        assert!(refused("appmint:until=x").refused.is_none());
        let again = |state: &str| {
            let mut answer = Answer::nothing();
            let mut request = refused(state);
            request.knows_state = true;
            answer.ask_again(&request, Timestamp::from_millis(3000), now);
            answer.0[1].1.reveal().to_owned()
        };
        assert_eq!(again("appmint:until=2000"), "appmint:again-until=3000");
        assert_eq!(again("appmint:until=900"), "appmint:until=3000");
        assert_eq!(again("appmint:again-until=900"), "appmint:until=3000");
    }

    #[test]
    fn the_refused_token_is_found_in_either_form() {
        let token = |text| request(text).token().map(|token| token.reveal().to_owned());
        assert_eq!(token("password=ghs_1"), Some("ghs_1".to_owned()));
        let whole = basic("x-access-token", "ghs_2");
        let text = format!("authtype=Basic\ncredential={}", whole.reveal());
        assert_eq!(request(&text).token().unwrap().reveal(), "ghs_2");
        assert_eq!(token("authtype=Bearer\ncredential=ghs_3"), Some("ghs_3".to_owned()));
        assert_eq!(token("host=a"), None);
    }

    #[test]
    fn a_bearer_token_is_for_servers_that_know_nothing_else() {
        assert!(request("wwwauth[]=Bearer realm=x").wants_bearer());
        assert!(!request("wwwauth[]=Bearer realm=x\nwwwauth[]=Basic realm=y").wants_bearer());
        assert!(!request("host=a").wants_bearer());
    }
}
