//! The login page, the same for every platform: browsers have to log in before they see a page that needs a decision.
//!
//! A request whose `Accept` header names `text/html` comes from a browser and needs a session. Any other request counts as
//! sent by the platform's person, so that tests can submit forms without a login.

use std::collections::HashMap;

use hyper::header::{ACCEPT, SET_COOKIE};
use hyper::{Method, StatusCode};
use url::{Position, Url, form_urlencoded};

use self::LoginCheck::{Passed, Replied};
use crate::forms::{PendingForms, field, is_same_origin};
use crate::http::{Reply, Request};
use crate::pages::{self, problem};
use crate::platform::{Context, Platform};
use crate::secrets;

/// The login page and the sessions that it opened.
pub(crate) struct Login {
    person: String,
    login_path: String,
    logout_path: String,
    cookie_name: String,
    is_secure: bool,
    forms: PendingForms<()>,
    /// The token of the logout form, by session id.
    sessions: HashMap<String, String>,
}

/// The session of a request from a browser in which the person is logged in.
pub(crate) struct BrowserSession {
    pub(crate) id: String,
    pub(crate) person: String,
    /// The path to which the logout form is posted.
    pub(crate) logout_path: String,
    /// The token of the logout form.
    pub(crate) form_token: String,
    /// Path and query of the requested page.
    pub(crate) page: String,
}

/// Whether a request goes on to the platform.
pub(crate) enum LoginCheck {
    /// It does; with a session if it comes from a browser that is logged in.
    Passed(Option<BrowserSession>),
    /// It does not: the login page answers it.
    Replied(Reply),
}

impl Login {
    /// The login page of a platform; `None` if the platform has no pages.
    pub(crate) fn of(platform: &dyn Platform, is_secure: bool) -> Option<Self> {
        let web = platform.web_path();
        Some(Self {
            person: platform.person()?,
            login_path: format!("{web}/login"),
            logout_path: format!("{web}/logout"),
            cookie_name: format!("{}_session", platform.registration().platform),
            is_secure,
            forms: PendingForms::default(),
            sessions: HashMap::new(),
        })
    }

    /// The operation that a request calls, if it is one of the login page's.
    pub(crate) fn operation(&self, request: &Request) -> Option<&'static str> {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", path) if path == self.login_path => Some(LOGIN_PAGE),
            ("POST", path) if path == self.login_path => Some(LOGIN_DECISION),
            ("POST", path) if path == self.logout_path => Some(LOGOUT),
            _ => None,
        }
    }

    pub(crate) fn check(
        &mut self,
        request: &Request,
        operation: &str,
        context: &Context,
    ) -> LoginCheck {
        match operation {
            LOGIN_PAGE => Replied(self.page(request, context)),
            LOGIN_DECISION => Replied(self.log_in(request, context)),
            LOGOUT => Replied(self.log_out(request)),
            _ => self.require_session(request, operation),
        }
    }

    fn require_session(&self, request: &Request, operation: &str) -> LoginCheck {
        let session = self.session(request);
        if session.is_some() || !is_browser(request) || !NEEDS_LOGIN.contains(&operation) {
            return Passed(session);
        }
        // A redirect to the login page would lose the posted form.
        if request.method != Method::GET {
            let explanation = "You are not logged in; start again.";
            return Replied(problem(StatusCode::FORBIDDEN, explanation));
        }
        Replied(self.redirect_to_login(&request.target))
    }

    /// The login page returns the browser to `page` once the person has logged in.
    fn redirect_to_login(&self, page: &str) -> Reply {
        let mut query = form_urlencoded::Serializer::new(String::new());
        Reply::redirect(&format!(
            "{}?{}",
            self.login_path,
            query.append_pair(RETURN_TO, page).finish()
        ))
    }

    fn page(&mut self, request: &Request, context: &Context) -> Reply {
        // A repeated parameter counts as a foreign page.
        let requested = request.query.one(RETURN_TO).unwrap_or(Some(""));
        let return_to = match requested.map(own_page) {
            Some(None) => return foreign_page(),
            Some(page) => page,
            None => None,
        };
        match (self.session(request), return_to) {
            (Some(_), Some(page)) => Reply::redirect(&page),
            (Some(session), None) => pages::logged_in(&session),
            (None, page) => self.form(StatusCode::OK, None, "", &page.unwrap_or_default(), context),
        }
    }

    fn form(
        &mut self,
        status: StatusCode,
        error: Option<&str>,
        name: &str,
        return_to: &str,
        context: &Context,
    ) -> Reply {
        let form_token = self.forms.add((), context);
        pages::Login {
            person: &self.person,
            error,
            name,
            action: &self.login_path,
            form_token: &form_token,
            return_to,
        }
        .page(status)
    }

    fn log_in(&mut self, request: &Request, context: &Context) -> Reply {
        let [form_token, name, password, return_to] = ["form_token", "name", "password", RETURN_TO]
            .map(|name| field(request, name).unwrap_or_default());
        let page =
            if return_to.is_empty() { Some(self.login_path.clone()) } else { own_page(&return_to) };
        let Some(page) = page else { return foreign_page() };
        if !is_same_origin(request) {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        if self.forms.take(&form_token, context).is_none() {
            return problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again.");
        }
        let error = if name.trim() != self.person {
            "Nobody has this name here."
        } else if password.is_empty() {
            "The password is empty; any other will do."
        } else {
            return self.open_session(request, &page);
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        self.form(status, Some(error), &name, &return_to, context)
    }

    /// Opens a session with a new id and ends the one that the browser had, against session fixation.
    fn open_session(&mut self, request: &Request, page: &str) -> Reply {
        if let Some(before) = self.session_id(request) {
            self.sessions.remove(before);
        }
        let session = secrets::token("");
        let reply = Reply::redirect(page).with(SET_COOKIE, &self.set_cookie(&session, ""));
        self.sessions.insert(session, secrets::token(""));
        reply
    }

    fn log_out(&mut self, request: &Request) -> Reply {
        let form_token = field(request, "form_token").unwrap_or_default();
        let own = self.session(request).filter(|it| secrets::equal(&it.form_token, &form_token));
        let Some(session) = own.filter(|_| is_same_origin(request)) else {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        };
        let page = field(request, RETURN_TO).unwrap_or_default();
        let Some(page) = own_page(&page) else { return foreign_page() };
        self.sessions.remove(&session.id);
        self.redirect_to_login(&page).with(SET_COOKIE, &self.set_cookie("", "; Max-Age=0"))
    }

    /// The cookie is `Lax`, since other sites link to these pages.
    fn set_cookie(&self, value: &str, attributes: &str) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{attributes}", self.cookie_name)
    }

    fn session(&self, request: &Request) -> Option<BrowserSession> {
        let (id, form_token) = self.sessions.get_key_value(self.session_id(request)?)?;
        Some(BrowserSession {
            id: id.clone(),
            person: self.person.clone(),
            logout_path: self.logout_path.clone(),
            form_token: form_token.clone(),
            page: request.target.clone(),
        })
    }

    fn session_id<'r>(&self, request: &'r Request) -> Option<&'r str> {
        request.header("cookie")?.split(';').find_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == self.cookie_name).then_some(value)
        })
    }
}

fn is_browser(request: &Request) -> bool {
    let accepted = request.headers.get_all(ACCEPT).iter().filter_map(|it| it.to_str().ok());
    let mut kinds = accepted.flat_map(|it| it.split(',')).filter_map(|it| it.split(';').next());
    kinds.any(|kind| kind.trim().eq_ignore_ascii_case("text/html"))
}

/// Path and query of a page of this server. `None` for everything that a browser could resolve to another server, such as
/// `//example.com`, `/\example.com` or `/.//example.com`.
fn own_page(text: &str) -> Option<String> {
    let here = Url::parse("http://here.invalid").ok()?;
    let url = here.join(text).ok()?;
    let is_own = text.starts_with('/') && url.origin() == here.origin();
    let is_page = is_own && !url.path().starts_with("//");
    is_page.then(|| url[Position::BeforePath..Position::AfterQuery].to_owned())
}

fn foreign_page() -> Reply {
    problem(StatusCode::BAD_REQUEST, "The page to return to is not one of this server.")
}

/// The operations of the login page, by their names in the ledger.
pub(crate) const OPERATIONS: [&str; 3] = [LOGIN_PAGE, LOGIN_DECISION, LOGOUT];
const LOGIN_PAGE: &str = "login_page";
const LOGIN_DECISION: &str = "login_decision";
const LOGOUT: &str = "logout";

/// The operations that a browser reaches only after a login. Those of a manifest are not among them: another site posts it,
/// and a browser sends no `Lax` cookie with such a request.
const NEEDS_LOGIN: [&str; 6] = [
    "authorize_page",
    "authorize_decision",
    "device_page",
    "device_decision",
    "install_page",
    "install_decision",
];
const RETURN_TO: &str = "return_to";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::PlatformName;

    #[test]
    fn a_cookie_set_over_tls_is_secure() {
        let platform = PlatformName::Acme.as_documented();
        let cookie = |is_secure| Login::of(&*platform, is_secure).unwrap().set_cookie("s", "");
        assert_eq!(cookie(false), "acme_session=s; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(cookie(true), format!("{}; Secure", cookie(false)));
    }

    #[test]
    fn a_page_of_this_server_is_accepted_unchanged() {
        for page in ["/", "/login/device", "/ask?client_id=1&state=%2B%20+&url=http://a.example//"]
        {
            assert_eq!(own_page(page).as_deref(), Some(page));
        }
    }

    #[test]
    fn a_page_of_another_server_is_rejected() {
        let others =
            ["", "ask", "http://a.example/", "//a.example", "/\\a.example", "\\\\a.example"];
        let hidden =
            ["/.//a.example", "/x/..//a.example", "/\t/a.example", "/%2e//a.example", " //a"];
        for page in others.into_iter().chain(hidden) {
            assert_eq!(own_page(page), None, "{page:?}");
        }
    }
}
