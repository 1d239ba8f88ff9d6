"""A person at the login of a program on this machine, which listens on the loopback interface."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import appmint
import pytest

from conftest import BUILD, environment
from journeys import arrive, log_in, refuses_to_return_to
from platforms import query_of

KINDS = [
    ("python", "github"), ("python", "atomgit"), ("python", "acme"), ("python", "issuer"), ("cpp", "github"),
    ("cpp", "atomgit"),
]
PAIRS = [("python", "acme"), ("cpp", "github")]
everywhere = pytest.mark.parametrize("program", KINDS, ids="-".join, indirect=True)


class Python:
    """A login in this process."""

    def __init__(self, sandbox):
        self.stage, self.app = sandbox.stage, sandbox.app()
        self.login = self.app.start_login()
        self.url = self.login.url
        self.threads = ThreadPoolExecutor()
        self.waiting = self.threads.submit(self.login.wait, 60)

    def says(self):
        """What the program says in the end, and the secrets it then knows."""
        try:
            token = self.waiting.result()
        except appmint.Error as error:
            return str(error), []
        answer = self.app.request("GET", self.stage.path, token=token).text
        return answer, [token.reveal(), token.reveal_refresh_token()]

    def close(self):
        self.login.cancel()
        self.threads.shutdown()


class Cpp:
    """The example, which leaves the browser to us."""

    def __init__(self, sandbox):
        env = environment(sandbox, user_get_path=sandbox.stage.path, browser="true")
        self.process = subprocess.Popen(
            [BUILD / "c/login_cpp"], env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.url = re.fullmatch(r"Log in at (\S+)\n", self.process.stdout.readline())[1]

    def says(self):
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
    """Begins logins."""
    begun = []

    def begin():
        begun.append({"python": Python, "cpp": Cpp}[program[0]](sandbox))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


@pytest.fixture
def login(begin, sandbox, browser):
    """A login that is begun, with the person in front of the platform's question, who has logged in there."""
    login = begin()
    arrive(browser, sandbox, login.url)
    return login


def is_asked(browser, sandbox):
    return f"You are logged in as {sandbox.stage.person}." in browser.text and browser.offers("Authorize")


def is_asked_for_a_password(browser, sandbox):
    return browser.url.startswith(f"{sandbox.login}?") and not browser.offers("Authorize")


def bare(browser):
    """Whether the address bar holds a place and nothing else."""
    return not query_of(browser.url) and "#" not in browser.url


@everywhere
def test_who_agrees_is_logged_in(login, sandbox, browser):
    back = query_of(login.url)["redirect_uri"]
    browser.picture(f"{sandbox.platform}-consent")
    browser.press("Authorize")
    assert "You are logged in" in browser.text
    assert browser.url == back
    browser.picture("loopback-done")
    [callback] = {url for url in browser.remains().addresses() if url.startswith(f"{back}?")}
    assert sandbox.issuer in (None, query_of(callback).get("iss"))
    said, secrets = login.says()
    assert sandbox.stage.answer in said
    assert sandbox.exchanges() == 1
    everything = browser.remains().everything()
    assert not [secret[:6] for secret in secrets if secret in everything]


@everywhere
def test_who_logs_in_wrongly_may_try_again(begin, sandbox, browser):
    login = begin()
    browser.open(login.url)
    assert is_asked_for_a_password(browser, sandbox)
    browser.picture(f"{sandbox.platform}-login")
    log_in(browser, "mallory")
    assert "Nobody has this name here." in browser.text
    browser.picture(f"{sandbox.platform}-login-wrong")
    log_in(browser, sandbox.stage.person, password="")
    assert "The password is empty" in browser.text
    log_in(browser, sandbox.stage.person)
    assert browser.url == login.url
    assert is_asked(browser, sandbox)
    browser.press("Authorize")
    assert sandbox.stage.answer in login.says()[0]


@everywhere
def test_who_is_somebody_else_logs_out_at_the_platform(login, sandbox, browser):
    assert is_asked(browser, sandbox)
    browser.press("Not you? Log out")
    assert is_asked_for_a_password(browser, sandbox)
    assert not [cookie for cookie in browser.driver.get_cookies() if cookie["name"].endswith("_session")]
    browser.back()  # to a page out of the browser's memory, perhaps
    browser.reload()
    assert is_asked_for_a_password(browser, sandbox)
    goes_on(login, sandbox, browser)


def test_a_question_of_a_session_that_is_over_gives_nothing(login, sandbox, browser):
    tabs = [browser.tab, browser.new_tab()]
    browser.open(login.url)
    browser.press("Not you? Log out")
    browser.turn_to(tabs[0])
    browser.press("Authorize")
    assert "You are not logged in; start again." in browser.text
    browser.picture(f"{sandbox.platform}-login-over")
    goes_on(login, sandbox, browser)


@everywhere
def test_who_says_no_is_told(login, sandbox, browser):
    browser.press("Cancel")
    assert "You said no" in browser.text
    assert bare(browser)
    browser.picture("loopback-denied")
    assert "the authorization was refused" in login.says()[0]
    assert sandbox.exchanges() == 0


@everywhere
def test_a_redirect_uri_that_is_not_registered_is_not_gone_to(login, sandbox, browser):
    back = query_of(login.url)["redirect_uri"]
    refuses_to_return_to(back.replace("127.0.0.1", "localhost"), browser, sandbox, login.url)
    goes_on(login, sandbox, browser)


def goes_on(login, sandbox, browser):
    """Whatever happened, the login is none the worse for it."""
    assert sandbox.exchanges() == 0
    arrive(browser, sandbox, login.url)
    browser.press("Authorize")
    assert "You are logged in" in browser.text
    assert sandbox.stage.answer in login.says()[0]


def test_a_state_that_was_tampered_with_ends_nothing(login, sandbox, browser):
    state = query_of(login.url)["state"]
    callback = sandbox.callback_of(login.url)
    for crooked in (callback.replace(state, "A" * len(state)), callback.replace(state, state[:-1] + "~")):
        browser.open(crooked)
        assert "Nobody waits for this" in browser.text
        assert bare(browser)
    browser.picture("loopback-stranger")
    goes_on(login, sandbox, browser)


def test_a_browser_that_looks_around_ends_nothing(login, sandbox, browser):
    back = query_of(login.url)["redirect_uri"]
    for path in ("/favicon.ico", "/", "/callback/more?code=1&state=2"):
        browser.open(back.replace("/callback", path))
        assert "There is nothing here" in browser.text
    browser.picture("loopback-nothing")
    callback = sandbox.callback_of(login.url)
    for stranger in (back, callback.replace("127.0.0.1", "localhost")):  # the latter as a page of another name
        browser.open(stranger)
        assert "Nobody waits for this" in browser.text
    goes_on(login, sandbox, browser)


def test_a_reload_afterwards_finds_nobody_and_exchanges_nothing(login, sandbox, browser):
    browser.press("Authorize")
    login.says()
    assert browser.is_refused(browser.url)
    assert sandbox.exchanges() == 1


def test_going_back_and_agreeing_again_exchanges_nothing(login, sandbox, browser):
    browser.press("Authorize")
    said = login.says()[0]
    browser.back()
    assert browser.url == login.url
    browser.reload()
    browser.press("Authorize", answers=False)
    assert sandbox.exchanges() == 1
    assert sandbox.stage.answer in said


def test_two_tabs_of_one_login_are_one_login(login, sandbox, browser):
    tabs = [browser.tab, browser.new_tab()]
    browser.open(login.url)
    browser.press("Authorize")
    assert sandbox.stage.answer in login.says()[0]
    browser.turn_to(tabs[0])
    browser.press("Authorize", answers=False)
    assert sandbox.exchanges() == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first-first", "last-first"])
def test_two_logins_at_once_end_in_any_order(begin, sandbox, browser, order):
    logins, tabs = [], []
    for _ in order:
        logins.append(begin())
        tabs.append(browser.new_tab())
        arrive(browser, sandbox, logins[-1].url)
    for turn in order:
        browser.turn_to(tabs[turn])
        browser.press("Authorize")
        assert "You are logged in" in browser.text
        assert sandbox.stage.answer in logins[turn].says()[0]
    assert sandbox.exchanges() == 2
