"""Loopback logins: a program on this machine waits for the callback on a port of its own."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import appmint
import pytest

from conftest import BUILD, environment
from journeys import check_redirect_uri_is_refused, log_in, open_with_login
from platforms import query_of

KINDS = [
    ("python", "github"), ("python", "atomgit"), ("python", "acme"), ("python", "issuer"), ("cpp", "github"),
    ("cpp", "atomgit"),
]
PAIRS = [("python", "acme"), ("cpp", "github")]
everywhere = pytest.mark.parametrize("program", KINDS, ids="-".join, indirect=True)


class Python:
    """A login by the Python binding in this process."""

    def __init__(self, sandbox):
        self.profile, self.app = sandbox.profile, sandbox.app()
        self.login = self.app.start_login()
        self.url = self.login.url
        self.threads = ThreadPoolExecutor()
        self.result = self.threads.submit(self.login.wait, 60)

    def finish(self):
        """Waits for the end of the login. Returns the program's output and the tokens that it received."""
        try:
            token = self.result.result()
        except appmint.Error as error:
            return str(error), []
        answer = self.app.request("GET", self.profile.path, token=token).text
        return answer, [token.reveal(), token.reveal_refresh_token()]

    def close(self):
        self.login.cancel()
        self.threads.shutdown()


class Cpp:
    """A login by the C++ example, which prints the URL instead of opening a browser."""

    def __init__(self, sandbox):
        env = environment(sandbox, user_get_path=sandbox.profile.path, browser="true")
        self.process = subprocess.Popen(
            [BUILD / "c/login_cpp"], env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.url = re.fullmatch(r"Log in at (\S+)\n", self.process.stdout.readline())[1]

    def finish(self):
        return self.process.communicate(timeout=60)[0], []

    def close(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture(params=PAIRS, ids="-".join)
def program(request):
    return request.param


@pytest.fixture
def sandbox(program, sandboxes):
    return sandboxes(program[1])


@pytest.fixture
def begin(program, sandbox):
    """Returns a function that starts a login."""
    begun = []

    def begin():
        begun.append({"python": Python, "cpp": Cpp}[program[0]](sandbox))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


@pytest.fixture
def login(begin, sandbox, browser):
    """A started login whose consent page is open in the browser, after a login at the platform."""
    login = begin()
    open_with_login(browser, sandbox, login.url)
    return login


def shows_consent_page(browser, sandbox):
    return f"You are logged in as {sandbox.profile.person}." in browser.text and browser.offers("Authorize")


def shows_login_page(browser, sandbox):
    return browser.url.startswith(f"{sandbox.login}?") and not browser.offers("Authorize")


def has_bare_url(browser):
    """Whether the URL in the address bar has neither query nor fragment."""
    return not query_of(browser.url) and "#" not in browser.url


@everywhere
def test_consent_completes_the_login(login, sandbox, browser):
    back = query_of(login.url)["redirect_uri"]
    browser.screenshot(f"{sandbox.platform}-consent")
    browser.press("Authorize")
    assert "You are logged in" in browser.text
    assert browser.url == back
    browser.screenshot("loopback-done")
    [callback] = {url for url in browser.recording().requested_urls() if url.startswith(f"{back}?")}
    assert sandbox.issuer in (None, query_of(callback).get("iss"))
    output, secrets = login.finish()
    assert sandbox.profile.answer in output
    assert sandbox.exchanges() == 1
    recorded = browser.recording().text()
    assert not [secret[:6] for secret in secrets if secret in recorded]


@everywhere
def test_a_failed_login_at_the_platform_can_be_repeated(begin, sandbox, browser):
    login = begin()
    browser.open(login.url)
    assert shows_login_page(browser, sandbox)
    browser.screenshot(f"{sandbox.platform}-login")
    log_in(browser, "mallory")
    assert "Nobody has this name here." in browser.text
    browser.screenshot(f"{sandbox.platform}-login-wrong")
    log_in(browser, sandbox.profile.person, password="")
    assert "The password is empty" in browser.text
    log_in(browser, sandbox.profile.person)
    assert browser.url == login.url
    assert shows_consent_page(browser, sandbox)
    browser.press("Authorize")
    assert sandbox.profile.answer in login.finish()[0]


@everywhere
def test_a_logout_at_the_platform_keeps_the_login_waiting(login, sandbox, browser):
    assert shows_consent_page(browser, sandbox)
    browser.press("Not you? Log out")
    assert shows_login_page(browser, sandbox)
    assert not [cookie for cookie in browser.driver.get_cookies() if cookie["name"].endswith("_session")]
    browser.back()  # the browser may show a cached page
    browser.reload()
    assert shows_login_page(browser, sandbox)
    can_still_finish(login, sandbox, browser)


def test_a_consent_page_of_an_ended_session_is_refused(login, sandbox, browser):
    tabs = [browser.tab, browser.new_tab()]
    browser.open(login.url)
    browser.press("Not you? Log out")
    browser.switch_to(tabs[0])
    browser.press("Authorize")
    assert "You are not logged in; start again." in browser.text
    browser.screenshot(f"{sandbox.platform}-login-over")
    can_still_finish(login, sandbox, browser)


@everywhere
def test_a_denial_is_reported(login, sandbox, browser):
    browser.press("Cancel")
    assert "Authorization declined" in browser.text
    assert has_bare_url(browser)
    browser.screenshot("loopback-denied")
    assert "the authorization was refused" in login.finish()[0]
    assert sandbox.exchanges() == 0


@everywhere
def test_an_unregistered_redirect_uri_is_refused(login, sandbox, browser):
    back = query_of(login.url)["redirect_uri"]
    check_redirect_uri_is_refused(back.replace("127.0.0.1", "localhost"), browser, sandbox, login.url)
    can_still_finish(login, sandbox, browser)


def can_still_finish(login, sandbox, browser):
    """Checks that the login still works, and that no code was exchanged yet."""
    assert sandbox.exchanges() == 0
    open_with_login(browser, sandbox, login.url)
    browser.press("Authorize")
    assert "You are logged in" in browser.text
    assert sandbox.profile.answer in login.finish()[0]


def test_a_wrong_state_does_not_end_the_login(login, sandbox, browser):
    state = query_of(login.url)["state"]
    callback = sandbox.callback_of(login.url)
    for changed in (callback.replace(state, "A" * len(state)), callback.replace(state, state[:-1] + "~")):
        browser.open(changed)
        assert "Unexpected request" in browser.text
        assert has_bare_url(browser)
    browser.screenshot("loopback-unknown")
    can_still_finish(login, sandbox, browser)


def test_other_requests_do_not_end_the_login(login, sandbox, browser):
    back = query_of(login.url)["redirect_uri"]
    for path in ("/favicon.ico", "/", "/callback/more?code=1&state=2"):
        browser.open(back.replace("/callback", path))
        assert "Page not found" in browser.text
    browser.screenshot("loopback-nothing")
    callback = sandbox.callback_of(login.url)
    for url in (back, callback.replace("127.0.0.1", "localhost")):  # the latter has another host
        browser.open(url)
        assert "Unexpected request" in browser.text
    can_still_finish(login, sandbox, browser)


def test_a_reload_after_the_login_is_refused(login, sandbox, browser):
    browser.press("Authorize")
    login.finish()
    assert browser.is_refused(browser.url)
    assert sandbox.exchanges() == 1


def test_a_second_consent_exchanges_nothing(login, sandbox, browser):
    browser.press("Authorize")
    output = login.finish()[0]
    browser.back()
    assert browser.url == login.url
    browser.reload()
    browser.press("Authorize", answers=False)
    assert sandbox.exchanges() == 1
    assert sandbox.profile.answer in output


def test_two_tabs_of_one_login_exchange_one_code(login, sandbox, browser):
    tabs = [browser.tab, browser.new_tab()]
    browser.open(login.url)
    browser.press("Authorize")
    assert sandbox.profile.answer in login.finish()[0]
    browser.switch_to(tabs[0])
    browser.press("Authorize", answers=False)
    assert sandbox.exchanges() == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first-first", "last-first"])
def test_two_logins_can_end_in_any_order(begin, sandbox, browser, order):
    logins, tabs = [], []
    for _ in order:
        logins.append(begin())
        tabs.append(browser.new_tab())
        open_with_login(browser, sandbox, logins[-1].url)
    for turn in order:
        browser.switch_to(tabs[turn])
        browser.press("Authorize")
        assert "You are logged in" in browser.text
        assert sandbox.profile.answer in logins[turn].finish()[0]
    assert sandbox.exchanges() == 2
