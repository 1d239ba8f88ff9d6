"""A person at the web apps of the examples."""

import pytest

from journeys import log_in, refuses_to_return_to
from platforms import query_of

PAIRS = [("flask", "github"), ("express", "atomgit")]
CROSSED = [("flask", "atomgit"), ("express", "github")]
# What depends on the platform, too, and not on the app alone.
everywhere = pytest.mark.parametrize("site", [*PAIRS, *CROSSED], ids="-".join, indirect=True)


@pytest.fixture(params=PAIRS, ids="-".join)
def site(request, sites, sandboxes):
    name, platform = request.param
    sandboxes(platform)  # its ledger begins anew
    return sites(name, platform)


@pytest.fixture
def sandbox(site):
    return site.sandbox


@pytest.fixture
def consent(site, sandbox, browser):
    """The platform's question, where the person stops to think."""
    browser.open(site.url)
    browser.press("Log in")
    log_in(browser, sandbox.stage.person)
    assert browser.offers("Authorize")
    return browser.url


def is_logged_in(site, browser):
    browser.open(site.url)
    return browser.offers("Log out")


@everywhere
def test_who_agrees_is_logged_in(site, sandbox, browser):
    browser.open(site.url)
    browser.picture(f"{site.name}-welcome")
    browser.press("Log in")
    assert browser.url.startswith(f"{sandbox.login}?")
    log_in(browser, sandbox.stage.person)
    browser.picture(f"{sandbox.platform}-consent")
    browser.press("Authorize")
    assert browser.url == f"{site.url}/"
    assert sandbox.stage.answer in browser.text
    browser.picture(f"{site.name}-{sandbox.platform}-answer")
    assert sandbox.exchanges() == 1


@everywhere
@pytest.mark.usefixtures("consent")
def test_who_says_no_is_told_and_may_begin_again(site, sandbox, browser):
    browser.press("Cancel")
    assert "The user has denied your application access" in browser.text
    browser.picture(f"{site.name}-denied")
    assert sandbox.exchanges() == 0
    browser.press("Log in")
    browser.press("Authorize")
    assert browser.url == f"{site.url}/"
    assert browser.offers("Log out")


@pytest.mark.usefixtures("consent")
def test_who_says_no_has_no_session(site, browser):
    browser.press("Cancel")
    assert not is_logged_in(site, browser)


@everywhere
def test_a_redirect_uri_that_is_not_registered_is_not_gone_to(site, sandbox, browser, consent):
    refuses_to_return_to(site.callback.replace("127.0.0.1", "localhost"), browser, sandbox, consent)


def tampered(callback, state):
    return callback.replace(query_of(callback)["state"], state)


@pytest.mark.parametrize("keep", [0, 20], ids=["all", "end"])
def test_a_state_that_was_tampered_with_logs_nobody_in(site, sandbox, browser, consent, keep):
    callback = sandbox.callback_of(consent)
    state = query_of(callback)["state"]
    browser.open(tampered(callback, state[:keep] + "A" * (len(state) - keep)))
    assert browser.offers("Log in")
    browser.picture(f"{site.name}-tampered-{'end' if keep else 'all'}")
    assert not is_logged_in(site, browser)
    assert sandbox.exchanges() == 0
    browser.open(callback)  # the login itself is none the worse for it
    assert browser.offers("Log out")


@pytest.mark.usefixtures("consent")
def test_a_callback_of_somebody_else_logs_nobody_in(site, sandbox, browser):
    own = query_of(browser.url)["state"]
    theirs = sandbox.callback_of(browser.url.replace(own, "B" * len(own)))
    browser.open(theirs)
    assert browser.offers("Log in")
    assert not is_logged_in(site, browser)
    assert sandbox.exchanges() == 0


def test_going_back_and_agreeing_again_exchanges_nothing(site, sandbox, browser, consent):
    browser.press("Authorize")
    browser.back()
    assert browser.url == consent
    browser.press("Authorize")  # on the page as it was, or on a new one
    assert "This form is no longer valid" in browser.text or "This login is over" in browser.text
    browser.open(consent)
    browser.press("Authorize")
    assert "This login is over" in browser.text
    browser.picture(f"{site.name}-over")
    assert is_logged_in(site, browser)
    assert sandbox.exchanges() == 1


def test_a_callback_that_is_visited_again_exchanges_nothing(site, sandbox, browser, consent):
    callback = sandbox.callback_of(consent)
    browser.open(callback)
    assert browser.url == f"{site.url}/"
    browser.open(callback)
    browser.reload()
    assert "This login is over" in browser.text
    assert sandbox.exchanges() == 1
    assert is_logged_in(site, browser)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first-first", "last-first"])
@pytest.mark.usefixtures("consent")
def test_two_tabs_log_in_at_once(site, sandbox, browser, order):
    tabs = [browser.tab, browser.new_tab()]
    browser.open(f"{site.url}/login")
    for turn in order:
        browser.turn_to(tabs[turn])
        browser.press("Authorize")
        assert browser.url == f"{site.url}/"
        assert sandbox.stage.answer in browser.text
    assert sandbox.exchanges() == 2
    browser.turn_to(tabs[order[0]])
    browser.reload()
    assert sandbox.stage.answer in browser.text


@pytest.mark.usefixtures("consent")
def test_saying_no_in_one_tab_leaves_the_other_logged_in(site, browser):
    tabs = [browser.tab, browser.new_tab()]
    browser.open(f"{site.url}/login")
    browser.press("Authorize")
    browser.turn_to(tabs[0])
    browser.press("Cancel")
    assert is_logged_in(site, browser)


@pytest.mark.usefixtures("consent")
def test_who_logs_out_is_gone_in_all_tabs_and_on_the_way_back(site, sandbox, browser):
    browser.press("Authorize")
    tabs = [browser.tab, browser.new_tab()]
    assert is_logged_in(site, browser)
    browser.press("Log out")
    assert browser.offers("Log in")
    browser.back()
    assert sandbox.stage.answer not in browser.text
    browser.turn_to(tabs[0])
    browser.reload()
    assert browser.offers("Log in")
    assert sandbox.stage.answer not in browser.text


@pytest.mark.usefixtures("consent")
def test_a_session_that_was_ended_elsewhere_begins_again(site, sandbox, browser):
    browser.press("Authorize")
    cookie = browser.cookie("session")
    browser.press("Log out")
    browser.keep_cookie(cookie)
    browser.open(site.url)
    assert sandbox.stage.answer not in browser.text
    browser.picture(f"{site.name}-ended")
    browser.press("Log in")
    browser.press("Authorize")
    assert browser.offers("Log out")
