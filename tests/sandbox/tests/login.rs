//! The page on which a person logs in, the same for every platform that has people: who may pass, where they go, and how
//! they leave.

mod common;

use appmint_sandbox::{Effect, Fault, PlatformName, Sandbox};
use common::github::form;
use common::{Answer, send};

const CALLBACK: &str = "http://127.0.0.1:5000/callback";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A platform, its person, the page for consent, and the one to log in.
struct World {
    platform: PlatformName,
    person: &'static str,
    ask: &'static str,
    login: &'static str,
    device: Option<&'static str>,
}

const WORLDS: [World; 5] = [
    World {
        platform: PlatformName::AtomGit,
        person: "sample-user",
        ask: "/login/oauth/authorize",
        login: "/login",
        device: None,
    },
    World {
        platform: PlatformName::GitHub,
        person: "octocat",
        ask: "/login/oauth/authorize",
        login: "/login",
        device: Some("/login/device"),
    },
    World {
        platform: PlatformName::GitHubEnterprise,
        person: "octocat",
        ask: "/login/oauth/authorize",
        login: "/login",
        device: Some("/login/device"),
    },
    World {
        platform: PlatformName::Acme,
        person: "wayland",
        ask: "/rpc/connect/ask",
        login: "/people/login",
        device: Some("/people/elsewhere"),
    },
    World {
        platform: PlatformName::Issuer,
        person: "ada",
        ask: "/realms/main/authorize",
        login: "/login",
        device: Some("/realms/main/device"),
    },
];

impl World {
    fn sandbox(&self) -> Sandbox {
        Sandbox::builder().platform(self.platform).start().unwrap()
    }

    /// The page for consent, as a client writes its address.
    fn consent(&self, sandbox: &Sandbox) -> String {
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
        format!("{}?{query}", self.ask)
    }
}

/// A browser without eyes: it asks for pages, and keeps one cookie.
struct Browser<'a> {
    sandbox: &'a Sandbox,
    cookie: String,
}

impl<'a> Browser<'a> {
    fn new(sandbox: &'a Sandbox) -> Self {
        Self { sandbox, cookie: String::new() }
    }

    fn open(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = self.sandbox.url().to_owned();
        self.post_from(&origin, path, fields)
    }

    fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [("origin", origin), ("content-type", "application/x-www-form-urlencoded")];
        self.ask("POST", path, &headers, &form(fields))
    }

    fn ask(&mut self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let own = [("accept", "text/html,application/xhtml+xml;q=0.9"), ("cookie", &self.cookie)];
        let url = format!("{}{path}", self.sandbox.url());
        let answer = send(method, &url, &[&own, more].concat(), body).unwrap();
        if let Some(set) = answer.header("set-cookie") {
            self.cookie = format!("theme=dark; {}", set.split(';').next().unwrap());
        }
        answer
    }

    /// Types into the log-in page, which is open.
    fn type_in(&mut self, page: &Answer, name: &str, password: &str) -> Answer {
        let (form_token, return_to) = (hidden(page, "form_token"), hidden(page, "return_to"));
        let path = between(&page.text, "method=\"post\" action=\"", "\"").to_owned();
        let fields = [("form_token", form_token.as_str()), ("name", name)];
        let more = [("password", password), ("return_to", return_to.as_str())];
        self.post(&path, &[&fields[..], &more].concat())
    }

    /// Comes to a page by way of the log-in.
    fn arrive(&mut self, world: &World, path: &str) -> Answer {
        let page = sent_to(&self.open(path));
        let page = self.open(&page);
        let page = sent_to(&self.type_in(&page, world.person, "pass"));
        self.open(&page)
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    text.split_once(before).unwrap().1.split_once(after).unwrap().0
}

/// The last hidden field of this name; that of the form to log out, where there is one.
fn last_hidden(page: &Answer, name: &str) -> String {
    let (_, rest) = page.text.rsplit_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

fn hidden(page: &Answer, name: &str) -> String {
    between(&page.text, &format!("name=\"{name}\" value=\""), "\"").replace("&amp;", "&")
}

fn sent_to(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{}", answer.text);
    answer.header("location").unwrap().to_owned()
}

#[test]
fn a_browser_logs_in_and_comes_back_to_the_question() {
    for world in WORLDS {
        let sandbox = world.sandbox();
        let (mut browser, consent) = (Browser::new(&sandbox), world.consent(&sandbox));
        let to_login = sent_to(&browser.open(&consent));
        assert!(to_login.starts_with(&format!("{}?return_to=", world.login)), "{to_login}");
        let page = browser.open(&to_login);
        assert_eq!(page.status, 200);
        assert!(page.text.contains(&format!("knows <strong>{}</strong>", world.person)));
        assert_eq!(sent_to(&browser.type_in(&page, world.person, "any")), consent);
        let question = browser.open(&consent);
        assert!(question.text.contains("Authorize"));
        assert!(question.text.contains(&format!("logged in as <strong>{}</strong>", world.person)));
        let token = hidden(&question, "form_token");
        let fields = [("form_token", token.as_str()), ("decision", "authorize")];
        let back = sent_to(&browser.post(world.ask, &fields));
        assert!(back.starts_with(CALLBACK) && back.contains("code="), "{back}");
        let counts = sandbox.ledger();
        assert_eq!((counts.count("login_page"), counts.count("login_decision")), (1, 1));
    }
}

#[test]
fn a_device_page_is_behind_the_log_in_too() {
    for world in WORLDS {
        let Some(device) = world.device else { continue };
        let sandbox = world.sandbox();
        let page = Browser::new(&sandbox).arrive(&world, &format!("{device}?user_code=WDJB-MJHT"));
        assert!(page.text.contains("value=\"WDJB-MJHT\""), "{}", page.text);
        assert!(page.text.contains("You are logged in as"));
    }
}

#[test]
fn a_wrong_name_and_an_empty_password_are_told_on_the_page() {
    let [_, world, ..] = WORLDS;
    let sandbox = world.sandbox();
    let mut browser = Browser::new(&sandbox);
    let page = sent_to(&browser.open("/login/device"));
    let page = browser.open(&page);
    let wrong = browser.type_in(&page, "<b>hubot", "pass");
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("Nobody has this name here."));
    assert!(wrong.text.contains("value=\"&lt;b&gt;hubot\"") && !wrong.text.contains("pass\""));
    let empty = browser.type_in(&wrong, "octocat", "");
    assert!(empty.text.contains("The password is empty"));
    assert_eq!(empty.header("set-cookie"), None);
    assert_eq!(sent_to(&browser.open("/login/device")), "/login?return_to=%2Flogin%2Fdevice");
    assert_eq!(sent_to(&browser.type_in(&empty, " octocat ", "p")), "/login/device");
}

#[test]
fn a_cookie_is_for_the_server_alone_and_stands_in_no_page() {
    let [_, world, ..] = WORLDS;
    let sandbox = world.sandbox();
    let mut browser = Browser::new(&sandbox);
    let page = browser.open("/login");
    let answer = browser.type_in(&page, "octocat", "pass");
    let (pair, flags) = answer.header("set-cookie").unwrap().split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; HttpOnly; SameSite=Lax");
    let session = pair.strip_prefix("github_session=").unwrap();
    assert_eq!(session.len(), 32);
    assert_eq!(sent_to(&answer), "/login");
    for page in ["/login", "/login/device", &world.consent(&sandbox)] {
        let page = browser.open(page);
        assert!(page.text.contains("You are logged in") && !page.text.contains(session));
    }
}

#[test]
fn only_a_page_of_the_same_server_is_returned_to() {
    let [_, world, ..] = WORLDS;
    let sandbox = world.sandbox();
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
    assert_eq!(sent_to(&browser.post("/login", &fields)), "/login");
    assert_eq!(browser.open("/login?return_to=//a.example").status, 400);
    assert_eq!(sent_to(&browser.open("/login?return_to=/login/device")), "/login/device");
}

#[test]
fn who_logs_out_is_asked_again() {
    for world in WORLDS {
        let sandbox = world.sandbox();
        let (mut browser, consent) = (Browser::new(&sandbox), world.consent(&sandbox));
        let page = browser.arrive(&world, &consent);
        let (token, before) = (last_hidden(&page, "form_token"), browser.cookie.clone());
        let path = page.text.rsplit_once("action=\"").unwrap().1.split('"').next().unwrap();
        let fields = [("form_token", token.as_str()), ("return_to", &consent)];
        let left = browser.post(path, &fields);
        assert!(left.header("set-cookie").unwrap().ends_with("; Max-Age=0"));
        assert_eq!(sent_to(&left), sent_to(&browser.open(&consent)));
        browser.cookie = before;
        assert!(sent_to(&browser.open(&consent)).starts_with(world.login));
        let again = sent_to(&left);
        let page = browser.open(&again);
        assert_eq!(sent_to(&browser.type_in(&page, world.person, "pass")), consent);
    }
}

#[test]
fn a_form_is_good_in_its_own_session_only() {
    let [_, world, ..] = WORLDS;
    let sandbox = world.sandbox();
    let (mut mine, mut theirs) = (Browser::new(&sandbox), Browser::new(&sandbox));
    let consent = world.consent(&sandbox);
    let (page, other) = (mine.arrive(&world, &consent), theirs.arrive(&world, &consent));
    for token in [hidden(&other, "form_token"), last_hidden(&other, "form_token"), String::new()] {
        let fields = [("form_token", token.as_str()), ("decision", "authorize")];
        assert_eq!(mine.post(world.ask, &fields).status, 400);
        let leave = [("form_token", token.as_str()), ("return_to", &consent)];
        assert_eq!(mine.post("/logout", &leave).status, 403);
    }
    let token = last_hidden(&page, "form_token");
    let leave = [("form_token", token.as_str()), ("return_to", &consent)];
    assert_eq!(mine.post_from("http://a.example", "/logout", &leave).status, 403);
    assert!(mine.open(&consent).text.contains("You are logged in"));
    let token = hidden(&page, "form_token");
    let decision = [("form_token", token.as_str()), ("decision", "authorize")];
    assert_eq!(Browser::new(&sandbox).post(world.ask, &decision).status, 403);
    assert!(sent_to(&mine.post(world.ask, &decision)).contains("code="));
}

#[test]
fn a_log_in_is_neither_sent_by_another_site_nor_twice() {
    let [_, world, ..] = WORLDS;
    let sandbox = world.sandbox();
    let mut browser = Browser::new(&sandbox);
    let page = browser.open("/login");
    let token = hidden(&page, "form_token");
    let fields = [("form_token", token.as_str()), ("name", "octocat"), ("password", "pass")];
    assert_eq!(browser.post_from("http://a.example", "/login", &fields).status, 403);
    assert_eq!(sent_to(&browser.post("/login", &fields)), "/login");
    assert_eq!(browser.post("/login", &fields).status, 400);
}

#[test]
fn a_new_session_ends_the_one_before() {
    let [_, world, ..] = WORLDS;
    let sandbox = world.sandbox();
    let mut browser = Browser::new(&sandbox);
    let (first, second) = (browser.open("/login"), browser.open("/login"));
    browser.type_in(&first, "octocat", "pass");
    let before = browser.cookie.clone();
    browser.type_in(&second, "octocat", "pass");
    assert!(browser.open("/login/device").text.contains("You are logged in"));
    browser.cookie = before;
    assert_eq!(browser.open("/login/device").status, 302);
}

#[test]
fn a_program_counts_as_the_person() {
    for world in WORLDS {
        let sandbox = world.sandbox();
        let url = format!("{}{}", sandbox.url(), world.consent(&sandbox));
        for accept in ["*/*", "application/json"] {
            let page = send("GET", &url, &[("accept", accept)], "").unwrap();
            assert!(page.status == 200 && page.text.contains("Authorize"), "{}", page.text);
            assert!(!page.text.contains("logged in"));
        }
        assert!(sandbox.press(&url).unwrap().contains("code="));
    }
}

#[test]
fn the_api_asks_nobody_to_log_in() {
    let sandbox = Sandbox::start().unwrap();
    assert_eq!(Browser::new(&sandbox).open("/app/installations").status, 401);
    let exchange = Browser::new(&sandbox).post("/login/oauth/access_token", &[]);
    assert!(exchange.status == 400 && exchange.text.starts_with('{'), "{}", exchange.text);
}

#[test]
fn a_platform_without_people_has_no_page_for_them() {
    let sandbox = Sandbox::builder().platform(PlatformName::Icr).start().unwrap();
    assert_eq!(Browser::new(&sandbox).open("/login").status, 404);
    assert!(sandbox.fault(Fault::on("login_page", Effect::Cut)).is_err());
    assert_eq!(sandbox.ledger().entries()[0].operation, "unknown");
}

#[test]
fn a_fault_strikes_the_log_in_as_everything_else() {
    let sandbox = Sandbox::start().unwrap();
    let effect = Effect::Oversize { bytes: 100_000 };
    sandbox.fault(Fault::on("login_page", effect)).unwrap();
    assert_eq!(Browser::new(&sandbox).open("/login").text.len(), 100_000);
}
