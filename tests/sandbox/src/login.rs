//! Where a person logs in: one page for every platform, which stands before those that ask somebody something.
//!
//! A request that asks for a page (`Accept: text/html`) comes from a browser, and a browser has to bring a session. A
//! program that asks for nothing in particular counts as the platform's person, so that tests can press buttons.

use std::collections::HashMap;

use hyper::header::{ACCEPT, SET_COOKIE};
use hyper::{Method, StatusCode};
use url::{Position, Url, form_urlencoded};

use self::Admission::{Granted, Instead};
use crate::exchange::{Reply, Request};
use crate::pages::{self, problem};
use crate::platform::{Platform, Visit};
use crate::questions::{Questions, comes_from_our_page, field};
use crate::secrets;

/// Who is logged in, and what it takes to log in.
pub(crate) struct Login {
    person: String,
    /// Where the page is.
    page: String,
    /// Where somebody logs out.
    exit: String,
    /// The cookie's name.
    cookie: String,
    is_secure: bool,
    questions: Questions<()>,
    /// The form token of each session.
    sessions: HashMap<String, String>,
}

/// Somebody with a session, at one of the pages.
pub(crate) struct Visitor {
    pub(crate) session: String,
    pub(crate) name: String,
    /// Where the form that logs out is posted.
    pub(crate) exit: String,
    pub(crate) form_token: String,
    /// The page that they are at.
    pub(crate) page: String,
}

/// Who may go on to the platform, or else the answer in its stead.
pub(crate) enum Admission {
    Granted(Option<Visitor>),
    Instead(Reply),
}

impl Login {
    /// Nothing for a platform without people.
    pub(crate) fn of(platform: &dyn Platform, is_secure: bool) -> Option<Self> {
        let web = platform.web_path();
        Some(Self {
            person: platform.person()?,
            page: format!("{web}/login"),
            exit: format!("{web}/logout"),
            cookie: format!("{}_session", platform.registration().platform),
            is_secure,
            questions: Questions::default(),
            sessions: HashMap::new(),
        })
    }

    /// What a request asks for, if it is for these pages.
    pub(crate) fn operation(&self, request: &Request) -> Option<&'static str> {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", path) if path == self.page => Some(LOGIN_PAGE),
            ("POST", path) if path == self.page => Some(LOGIN_DECISION),
            ("POST", path) if path == self.exit => Some(LOGOUT),
            _ => None,
        }
    }

    pub(crate) fn admit(&mut self, request: &Request, operation: &str, visit: &Visit) -> Admission {
        match operation {
            LOGIN_PAGE => Instead(self.show(request, visit)),
            LOGIN_DECISION => Instead(self.log_in(request, visit)),
            LOGOUT => Instead(self.log_out(request)),
            _ => self.pass(request, operation),
        }
    }

    fn pass(&self, request: &Request, operation: &str) -> Admission {
        let visitor = self.visitor(request);
        if visitor.is_some() || !is_browser(request) || !GUARDED.contains(&operation) {
            return Granted(visitor);
        }
        // What was posted would be lost on the way.
        if request.method != Method::GET {
            let explanation = "You are not logged in; start again.";
            return Instead(problem(StatusCode::FORBIDDEN, explanation));
        }
        Instead(self.send_here(&request.target))
    }

    /// A browser comes back to `page` once its person has logged in.
    fn send_here(&self, page: &str) -> Reply {
        let mut query = form_urlencoded::Serializer::new(String::new());
        Reply::redirect(&format!("{}?{}", self.page, query.append_pair(RETURN_TO, page).finish()))
    }

    fn show(&mut self, request: &Request, visit: &Visit) -> Reply {
        let asked = request.query.one(RETURN_TO).unwrap_or(Some(NOWHERE));
        let return_to = match asked.map(own_page) {
            Some(None) => return elsewhere(),
            Some(page) => page,
            None => None,
        };
        match (self.visitor(request), return_to) {
            (Some(_), Some(page)) => Reply::redirect(&page),
            (Some(visitor), None) => pages::logged_in(&visitor),
            (None, page) => self.ask(StatusCode::OK, None, "", &page.unwrap_or_default(), visit),
        }
    }

    fn ask(
        &mut self,
        status: StatusCode,
        complaint: Option<&str>,
        name: &str,
        return_to: &str,
        visit: &Visit,
    ) -> Reply {
        let form_token = self.questions.ask((), visit);
        pages::Login {
            person: &self.person,
            complaint,
            name,
            action: &self.page,
            form_token: &form_token,
            return_to,
        }
        .page(status)
    }

    fn log_in(&mut self, request: &Request, visit: &Visit) -> Reply {
        let [form_token, name, password, return_to] = ["form_token", "name", "password", RETURN_TO]
            .map(|name| field(request, name).unwrap_or_default());
        let page =
            if return_to.is_empty() { Some(self.page.clone()) } else { own_page(&return_to) };
        let Some(page) = page else { return elsewhere() };
        if !comes_from_our_page(request) {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        if self.questions.asked(&form_token, visit).is_none() {
            return problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again.");
        }
        let complaint = if name.trim() != self.person {
            "Nobody has this name here."
        } else if password.is_empty() {
            "The password is empty; any other will do."
        } else {
            return self.open_session(request, &page);
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        self.ask(status, Some(complaint), &name, &return_to, visit)
    }

    /// A session that nobody could know before, in the place of the one that the browser may have.
    fn open_session(&mut self, request: &Request, page: &str) -> Reply {
        if let Some(before) = self.session_of(request) {
            self.sessions.remove(before);
        }
        let session = secrets::token("");
        let reply = Reply::redirect(page).with(SET_COOKIE, &self.set_cookie(&session, ""));
        self.sessions.insert(session, secrets::token(""));
        reply
    }

    fn log_out(&mut self, request: &Request) -> Reply {
        let form_token = field(request, "form_token").unwrap_or_default();
        let own = self.visitor(request).filter(|it| secrets::equal(&it.form_token, &form_token));
        let Some(visitor) = own.filter(|_| comes_from_our_page(request)) else {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        };
        let page = field(request, RETURN_TO).unwrap_or_default();
        let Some(page) = own_page(&page) else { return elsewhere() };
        self.sessions.remove(&visitor.session);
        self.send_here(&page).with(SET_COOKIE, &self.set_cookie("", "; Max-Age=0"))
    }

    /// Lax, since people come to these pages from other sites.
    fn set_cookie(&self, value: &str, more: &str) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}", self.cookie)
    }

    fn visitor(&self, request: &Request) -> Option<Visitor> {
        let (session, form_token) = self.sessions.get_key_value(self.session_of(request)?)?;
        Some(Visitor {
            session: session.clone(),
            name: self.person.clone(),
            exit: self.exit.clone(),
            form_token: form_token.clone(),
            page: request.target.clone(),
        })
    }

    fn session_of<'r>(&self, request: &'r Request) -> Option<&'r str> {
        request.header("cookie")?.split(';').find_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == self.cookie).then_some(value)
        })
    }
}

fn is_browser(request: &Request) -> bool {
    let accepted = request.headers.get_all(ACCEPT).iter().filter_map(|it| it.to_str().ok());
    let mut kinds = accepted.flat_map(|it| it.split(',')).filter_map(|it| it.split(';').next());
    kinds.any(|kind| kind.trim().eq_ignore_ascii_case("text/html"))
}

/// Path and query of a page of this server. Anything that a browser could take for another's is none, such as
/// `//example.com`, `/\example.com` or `/.//example.com`.
fn own_page(text: &str) -> Option<String> {
    let here = Url::parse("http://here.invalid").ok()?;
    let url = here.join(text).ok()?;
    let is_own = text.starts_with('/') && url.origin() == here.origin();
    let is_page = is_own && !url.path().starts_with("//");
    is_page.then(|| url[Position::BeforePath..Position::AfterQuery].to_owned())
}

fn elsewhere() -> Reply {
    problem(StatusCode::BAD_REQUEST, "The page to return to is not one of this server.")
}

/// What the log-in page answers, by the names in the ledger.
pub(crate) const OPERATIONS: [&str; 3] = [LOGIN_PAGE, LOGIN_DECISION, LOGOUT];
const LOGIN_PAGE: &str = "login_page";
const LOGIN_DECISION: &str = "login_decision";
const LOGOUT: &str = "logout";

/// What only somebody who is logged in gets to see in a browser. A manifest is not among them: another site posts it, and
/// no Lax cookie comes along with that.
const GUARDED: [&str; 6] = [
    "authorize_page",
    "authorize_decision",
    "device_page",
    "device_decision",
    "install_page",
    "install_decision",
];
const RETURN_TO: &str = "return_to";
const NOWHERE: &str = "";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::PlatformName;

    #[test]
    fn a_cookie_that_came_over_tls_goes_over_nothing_else() {
        let platform = PlatformName::Acme.as_documented();
        let cookie = |is_secure| Login::of(&*platform, is_secure).unwrap().set_cookie("s", "");
        assert_eq!(cookie(false), "acme_session=s; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(cookie(true), format!("{}; Secure", cookie(false)));
    }

    #[test]
    fn a_page_of_ours_is_returned_to_as_it_was_asked_for() {
        for page in ["/", "/login/device", "/ask?client_id=1&state=%2B%20+&url=http://a.example//"]
        {
            assert_eq!(own_page(page).as_deref(), Some(page));
        }
    }

    #[test]
    fn a_page_of_somebody_else_is_none() {
        let others =
            ["", "ask", "http://a.example/", "//a.example", "/\\a.example", "\\\\a.example"];
        let hidden =
            ["/.//a.example", "/x/..//a.example", "/\t/a.example", "/%2e//a.example", " //a"];
        for page in others.into_iter().chain(hidden) {
            assert_eq!(own_page(page), None, "{page:?}");
        }
    }
}
