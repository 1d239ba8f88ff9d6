//! The login page, which is the same for every platform that has pages: sessions, redirects and logout.

mod common;

use appmint_sandbox::{Effect, Fault, PlatformName, Sandbox};
use common::github::form;
use common::{Answer, send};

const CALLBACK: &str = "http://127.0.0.1:5000/callback";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A platform, its person, and the paths of its pages.
struct Scenario {
    platform: PlatformName,
    person: &'static str,
    consent: &'static str,
    login: &'static str,
    device: Option<&'static str>,
}

const SCENARIOS: [Scenario; 5] = [
    Scenario {
        platform: PlatformName::AtomGit,
        person: "sample-user",
        consent: "/login/oauth/authorize",
        login: "/login",
        device: None,
    },
    Scenario {
        platform: PlatformName::GitHub,
        person: "octocat",
        consent: "/login/oauth/authorize",
        login: "/login",
        device: Some("/login/device"),
    },
    Scenario {
        platform: PlatformName::GitHubEnterprise,
        person: "octocat",
        consent: "/login/oauth/authorize",
        login: "/login",
        device: Some("/login/device"),
    },
    Scenario {
        platform: PlatformName::Acme,
        person: "wayland",
        consent: "/rpc/connect/ask",
        login: "/people/login",
        device: Some("/people/elsewhere"),
    },
    Scenario {
        platform: PlatformName::Issuer,
        person: "ada",
        consent: "/realms/main/authorize",
        login: "/login",
        device: Some("/realms/main/device"),
    },
];

impl Scenario {
    fn sandbox(&self) -> Sandbox {
        Sandbox::builder().platform(self.platform).start().unwrap()
    }

    /// The consent page with the parameters of a client, as path and query.
    fn consent_page(&self, sandbox: &Sandbox) -> String {
        let registration = sandbox.registration();
        let query = form(&[
            ("client_id", &registration.client_id),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("prompt", "consent"),
            ("state", "x+y/z"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        format!("{}?{query}", self.consent)
    }
}

/// A minimal browser: it sends requests and keeps one cookie.
struct Browser<'a> {
    sandbox: &'a Sandbox,
    cookie: String,
}

impl<'a> Browser<'a> {
    fn new(sandbox: &'a Sandbox) -> Self {
        Self { sandbox, cookie: String::new() }
    }

    fn open(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = self.sandbox.url().to_owned();
        self.post_from(&origin, path, fields)
    }

    fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [("origin", origin), ("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, &form(fields))
    }

    fn send(&mut self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let own = [("accept", "text/html,application/xhtml+xml;q=0.9"), ("cookie", &self.cookie)];
        let url = format!("{}{path}", self.sandbox.url());
        let answer = send(method, &url, &[&own, more].concat(), body).unwrap();
        if let Some(set) = answer.header("set-cookie") {
            self.cookie = format!("theme=dark; {}", set.split(';').next().unwrap());
        }
        answer
    }

    /// Fills in and submits the login page.
    fn submit_login(&mut self, page: &Answer, name: &str, password: &str) -> Answer {
        let (form_token, return_to) = (hidden(page, "form_token"), hidden(page, "return_to"));
        let path = between(&page.text, "method=\"post\" action=\"", "\"").to_owned();
        let fields = [("form_token", form_token.as_str()), ("name", name)];
        let more = [("password", password), ("return_to", return_to.as_str())];
        self.post(&path, &[&fields[..], &more].concat())
    }

    /// Opens a page, logs in, and returns the page.
    fn open_with_login(&mut self, scenario: &Scenario, path: &str) -> Answer {
        let page = redirect_of(&self.open(path));
        let page = self.open(&page);
        let page = redirect_of(&self.submit_login(&page, scenario.person, "pass"));
        self.open(&page)
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    text.split_once(before).unwrap().1.split_once(after).unwrap().0
}

/// The last hidden field of this name: that of the logout form, if there is one.
fn last_hidden(page: &Answer, name: &str) -> String {
    let (_, rest) = page.text.rsplit_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

fn hidden(page: &Answer, name: &str) -> String {
    between(&page.text, &format!("name=\"{name}\" value=\""), "\"").replace("&amp;", "&")
}

fn redirect_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{}", answer.text);
    answer.header("location").unwrap().to_owned()
}

#[test]
fn a_browser_logs_in_and_returns_to_the_consent_page() {
    for scenario in SCENARIOS {
        let sandbox = scenario.sandbox();
        let (mut browser, consent) = (Browser::new(&sandbox), scenario.consent_page(&sandbox));
        let to_login = redirect_of(&browser.open(&consent));
        assert!(to_login.starts_with(&format!("{}?return_to=", scenario.login)), "{to_login}");
        let page = browser.open(&to_login);
        assert_eq!(page.status, 200);
        assert!(page.text.contains(&format!("knows <strong>{}</strong>", scenario.person)));
        assert_eq!(redirect_of(&browser.submit_login(&page, scenario.person, "any")), consent);
        let page = browser.open(&consent);
        assert!(page.text.contains("Authorize"));
        assert!(page.text.contains(&format!("logged in as <strong>{}</strong>", scenario.person)));
        let token = hidden(&page, "form_token");
        let fields = [("form_token", token.as_str()), ("decision", "authorize")];
        let back = redirect_of(&browser.post(scenario.consent, &fields));
        assert!(back.starts_with(CALLBACK) && back.contains("code="), "{back}");
        let counts = sandbox.ledger();
        assert_eq!((counts.count("login_page"), counts.count("login_decision")), (1, 1));
    }
}

#[test]
fn a_device_page_needs_a_login_too() {
    for scenario in SCENARIOS {
        let Some(device) = scenario.device else { continue };
        let sandbox = scenario.sandbox();
        let page = Browser::new(&sandbox)
            .open_with_login(&scenario, &format!("{device}?user_code=WDJB-MJHT"));
        assert!(page.text.contains("value=\"WDJB-MJHT\""), "{}", page.text);
        assert!(page.text.contains("You are logged in as"));
    }
}

#[test]
fn a_wrong_name_and_an_empty_password_are_reported_on_the_page() {
    let [_, scenario, ..] = SCENARIOS;
    let sandbox = scenario.sandbox();
    let mut browser = Browser::new(&sandbox);
    let page = redirect_of(&browser.open("/login/device"));
    let page = browser.open(&page);
    let wrong = browser.submit_login(&page, "<b>hubot", "pass");
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("Nobody has this name here."));
    assert!(wrong.text.contains("value=\"&lt;b&gt;hubot\"") && !wrong.text.contains("pass\""));
    let empty = browser.submit_login(&wrong, "octocat", "");
    assert!(empty.text.contains("The password is empty"));
    assert_eq!(empty.header("set-cookie"), None);
    assert_eq!(redirect_of(&browser.open("/login/device")), "/login?return_to=%2Flogin%2Fdevice");
    assert_eq!(redirect_of(&browser.submit_login(&empty, " octocat ", "p")), "/login/device");
}

#[test]
fn the_session_cookie_is_http_only_and_in_no_page() {
    let [_, scenario, ..] = SCENARIOS;
    let sandbox = scenario.sandbox();
    let mut browser = Browser::new(&sandbox);
    let page = browser.open("/login");
    let answer = browser.submit_login(&page, "octocat", "pass");
    let (pair, flags) = answer.header("set-cookie").unwrap().split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; HttpOnly; SameSite=Lax");
    let session = pair.strip_prefix("github_session=").unwrap();
    assert_eq!(session.len(), 32);
    assert_eq!(redirect_of(&answer), "/login");
    for page in ["/login", "/login/device", &scenario.consent_page(&sandbox)] {
        let page = browser.open(page);
        assert!(page.text.contains("You are logged in") && !page.text.contains(session));
    }
}

#[test]
fn the_login_returns_to_pages_of_the_same_server_only() {
    let [_, scenario, ..] = SCENARIOS;
    let sandbox = scenario.sandbox();
    let mut browser = Browser::new(&sandbox);
    let others = ["https://a.example/", "//a.example/", "/\\a.example", "/.//a.example", "", "a"];
    for other in others {
        let address = format!("/login?{}", form(&[("return_to", other)]));
        assert_eq!(browser.open(&address).status, 400, "{other}");
    }
    assert_eq!(browser.open("/login?return_to=/a&return_to=/b").status, 400);
    let page = browser.open("/login");
    let token = hidden(&page, "form_token");
    let fields = [("form_token", token.as_str()), ("name", "octocat"), ("password", "pass")];
    for other in &others[..4] {
        let refused = browser.post("/login", &[&fields[..], &[("return_to", other)]].concat());
        assert_eq!((refused.status, refused.header("set-cookie")), (400, None), "{other}");
    }
    assert_eq!(redirect_of(&browser.post("/login", &fields)), "/login");
    assert_eq!(browser.open("/login?return_to=//a.example").status, 400);
    assert_eq!(redirect_of(&browser.open("/login?return_to=/login/device")), "/login/device");
}

#[test]
fn a_logout_requires_a_new_login() {
    for scenario in SCENARIOS {
        let sandbox = scenario.sandbox();
        let (mut browser, consent) = (Browser::new(&sandbox), scenario.consent_page(&sandbox));
        let page = browser.open_with_login(&scenario, &consent);
        let (token, before) = (last_hidden(&page, "form_token"), browser.cookie.clone());
        let path = page.text.rsplit_once("action=\"").unwrap().1.split('"').next().unwrap();
        let fields = [("form_token", token.as_str()), ("return_to", &consent)];
        let left = browser.post(path, &fields);
        assert!(left.header("set-cookie").unwrap().ends_with("; Max-Age=0"));
        assert_eq!(redirect_of(&left), redirect_of(&browser.open(&consent)));
        browser.cookie = before;
        assert!(redirect_of(&browser.open(&consent)).starts_with(scenario.login));
        let again = redirect_of(&left);
        let page = browser.open(&again);
        assert_eq!(redirect_of(&browser.submit_login(&page, scenario.person, "pass")), consent);
    }
}

#[test]
fn a_form_is_valid_in_its_own_session_only() {
    let [_, scenario, ..] = SCENARIOS;
    let sandbox = scenario.sandbox();
    let (mut mine, mut theirs) = (Browser::new(&sandbox), Browser::new(&sandbox));
    let consent = scenario.consent_page(&sandbox);
    let (page, other) =
        (mine.open_with_login(&scenario, &consent), theirs.open_with_login(&scenario, &consent));
    for token in [hidden(&other, "form_token"), last_hidden(&other, "form_token"), String::new()] {
        let fields = [("form_token", token.as_str()), ("decision", "authorize")];
        assert_eq!(mine.post(scenario.consent, &fields).status, 400);
        let leave = [("form_token", token.as_str()), ("return_to", &consent)];
        assert_eq!(mine.post("/logout", &leave).status, 403);
    }
    let token = last_hidden(&page, "form_token");
    let leave = [("form_token", token.as_str()), ("return_to", &consent)];
    assert_eq!(mine.post_from("http://a.example", "/logout", &leave).status, 403);
    assert!(mine.open(&consent).text.contains("You are logged in"));
    let token = hidden(&page, "form_token");
    let decision = [("form_token", token.as_str()), ("decision", "authorize")];
    assert_eq!(Browser::new(&sandbox).post(scenario.consent, &decision).status, 403);
    assert!(redirect_of(&mine.post(scenario.consent, &decision)).contains("code="));
}

#[test]
fn a_login_form_is_refused_from_another_site_and_a_second_time() {
    let [_, scenario, ..] = SCENARIOS;
    let sandbox = scenario.sandbox();
    let mut browser = Browser::new(&sandbox);
    let page = browser.open("/login");
    let token = hidden(&page, "form_token");
    let fields = [("form_token", token.as_str()), ("name", "octocat"), ("password", "pass")];
    assert_eq!(browser.post_from("http://a.example", "/login", &fields).status, 403);
    assert_eq!(redirect_of(&browser.post("/login", &fields)), "/login");
    assert_eq!(browser.post("/login", &fields).status, 400);
}

#[test]
fn a_login_ends_the_previous_session() {
    let [_, scenario, ..] = SCENARIOS;
    let sandbox = scenario.sandbox();
    let mut browser = Browser::new(&sandbox);
    let (first, second) = (browser.open("/login"), browser.open("/login"));
    browser.submit_login(&first, "octocat", "pass");
    let before = browser.cookie.clone();
    browser.submit_login(&second, "octocat", "pass");
    assert!(browser.open("/login/device").text.contains("You are logged in"));
    browser.cookie = before;
    assert_eq!(browser.open("/login/device").status, 302);
}

#[test]
fn a_program_needs_no_login() {
    for scenario in SCENARIOS {
        let sandbox = scenario.sandbox();
        let url = format!("{}{}", sandbox.url(), scenario.consent_page(&sandbox));
        for accept in ["*/*", "application/json"] {
            let page = send("GET", &url, &[("accept", accept)], "").unwrap();
            assert!(page.status == 200 && page.text.contains("Authorize"), "{}", page.text);
            assert!(!page.text.contains("logged in"));
        }
        assert!(sandbox.press(&url).unwrap().contains("code="));
    }
}

#[test]
fn the_api_needs_no_login() {
    let sandbox = Sandbox::start().unwrap();
    assert_eq!(Browser::new(&sandbox).open("/app/installations").status, 401);
    let exchange = Browser::new(&sandbox).post("/login/oauth/access_token", &[]);
    assert!(exchange.status == 400 && exchange.text.starts_with('{'), "{}", exchange.text);
}

#[test]
fn a_platform_without_pages_has_no_login() {
    let sandbox = Sandbox::builder().platform(PlatformName::Icr).start().unwrap();
    assert_eq!(Browser::new(&sandbox).open("/login").status, 404);
    assert!(sandbox.fault(Fault::on("login_page", Effect::Cut)).is_err());
    assert_eq!(sandbox.ledger().entries()[0].operation, "unknown");
}

#[test]
fn a_fault_applies_to_the_login_page() {
    let sandbox = Sandbox::start().unwrap();
    let effect = Effect::Oversize { bytes: 100_000 };
    sandbox.fault(Fault::on("login_page", effect)).unwrap();
    assert_eq!(Browser::new(&sandbox).open("/login").text.len(), 100_000);
}
