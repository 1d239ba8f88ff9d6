//! Pages that were shown to a person and wait for a button, each under a token that no other site can guess.
//!
//! A page that somebody sees who is logged in is theirs: its token is good for nothing in another session.

use std::collections::HashMap;

use crate::exchange::Request;
use crate::platform::Visit;
use crate::secrets;

pub(crate) struct Questions<T> {
    waiting: HashMap<String, Waiting<T>>,
}

struct Waiting<T> {
    question: T,
    expires_ms: i64,
    /// Of the person to whom the page was shown, if somebody was logged in.
    session: Option<String>,
}

impl<T> Default for Questions<T> {
    fn default() -> Self {
        Self { waiting: HashMap::new() }
    }
}

impl<T> Questions<T> {
    /// Keeps a question for ten minutes and answers the token of its form.
    pub(crate) fn ask(&mut self, question: T, visit: &Visit) -> String {
        let form_token = secrets::token("");
        let expires_ms = visit.now_ms.saturating_add(QUESTION_LIFE_MS);
        let session = visit.session().map(str::to_owned);
        self.waiting.insert(form_token.clone(), Waiting { question, expires_ms, session });
        form_token
    }

    /// The question of a form, once.
    pub(crate) fn asked(&mut self, form_token: &str, visit: &Visit) -> Option<T> {
        let Waiting { question, expires_ms, session } = self.waiting.remove(form_token)?;
        let is_theirs = session.is_none() || session.as_deref() == visit.session();
        (is_theirs && visit.now_ms < expires_ms).then_some(question)
    }
}

/// Browsers name the origin of every form they post; where one does, it has to be this server.
pub(crate) fn comes_from_our_page(request: &Request) -> bool {
    let host = request.header("host");
    request.header("origin").is_none_or(|origin| {
        let bare = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        bare.is_some() && (host.is_none() || bare == host)
    })
}

/// A field of the form that was posted.
pub(crate) fn field(request: &Request, name: &str) -> Option<String> {
    Some(request.form()?.one(name).ok()??.to_owned())
}

const QUESTION_LIFE_MS: i64 = 600_000;
