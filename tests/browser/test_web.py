"""Logins at the web apps of the examples."""

import pytest

from journeys import check_redirect_uri_is_refused, log_in
from platforms import query_of

PAIRS = [("flask", "github"), ("express", "atomgit")]
CROSSED = [("flask", "atomgit"), ("express", "github")]
# For tests that depend on the platform and not only on the app.
everywhere = pytest.mark.parametrize("site", [*PAIRS, *CROSSED], ids="-".join, indirect=True)


@pytest.fixture(params=PAIRS, ids="-".join)
def site(request, sites, sandboxes):
    name, platform = request.param
    sandboxes(platform)  # empties its ledger
    return sites(name, platform)


@pytest.fixture
def sandbox(site):
    return site.sandbox


@pytest.fixture
def consent(site, sandbox, browser):
    """The URL of the consent page, which is open in the browser after a login at the platform."""
    browser.open(site.url)
    browser.press("Log in")
    log_in(browser, sandbox.profile.person)
    assert browser.offers("Authorize")
    return browser.url


def is_logged_in(site, browser):
    browser.open(site.url)
    return browser.offers("Log out")


@everywhere
def test_consent_completes_the_login(site, sandbox, browser):
    browser.open(site.url)
    browser.screenshot(f"{site.name}-welcome")
    browser.press("Log in")
    assert browser.url.startswith(f"{sandbox.login}?")
    log_in(browser, sandbox.profile.person)
    browser.screenshot(f"{sandbox.platform}-consent")
    browser.press("Authorize")
    assert browser.url == f"{site.url}/"
    assert sandbox.profile.answer in browser.text
    browser.screenshot(f"{site.name}-{sandbox.platform}-answer")
    assert sandbox.exchanges() == 1


@everywhere
@pytest.mark.usefixtures("consent")
def test_a_denial_is_reported_and_a_new_login_works(site, sandbox, browser):
    browser.press("Cancel")
    assert "The user has denied your application access" in browser.text
    browser.screenshot(f"{site.name}-denied")
    assert sandbox.exchanges() == 0
    browser.press("Log in")
    browser.press("Authorize")
    assert browser.url == f"{site.url}/"
    assert browser.offers("Log out")


@pytest.mark.usefixtures("consent")
def test_a_denial_opens_no_session(site, browser):
    browser.press("Cancel")
    assert not is_logged_in(site, browser)


@everywhere
def test_an_unregistered_redirect_uri_is_refused(site, sandbox, browser, consent):
    check_redirect_uri_is_refused(site.callback.replace("127.0.0.1", "localhost"), browser, sandbox, consent)


def tampered(callback, state):
    return callback.replace(query_of(callback)["state"], state)


@pytest.mark.parametrize("keep", [0, 20], ids=["all", "end"])
def test_a_wrong_state_opens_no_session(site, sandbox, browser, consent, keep):
    callback = sandbox.callback_of(consent)
    state = query_of(callback)["state"]
    browser.open(tampered(callback, state[:keep] + "A" * (len(state) - keep)))
    assert browser.offers("Log in")
    browser.screenshot(f"{site.name}-tampered-{'end' if keep else 'all'}")
    assert not is_logged_in(site, browser)
    assert sandbox.exchanges() == 0
    browser.open(callback)  # the login itself still works
    assert browser.offers("Log out")


@pytest.mark.usefixtures("consent")
def test_a_callback_of_another_login_opens_no_session(site, sandbox, browser):
    own = query_of(browser.url)["state"]
    theirs = sandbox.callback_of(browser.url.replace(own, "B" * len(own)))
    browser.open(theirs)
    assert browser.offers("Log in")
    assert not is_logged_in(site, browser)
    assert sandbox.exchanges() == 0


def test_a_second_consent_exchanges_nothing(site, sandbox, browser, consent):
    browser.press("Authorize")
    browser.back()
    assert browser.url == consent
    browser.press("Authorize")  # on the old page, or on a new one
    assert "This form is no longer valid" in browser.text or "This login has ended" in browser.text
    browser.open(consent)
    browser.press("Authorize")
    assert "This login has ended" in browser.text
    browser.screenshot(f"{site.name}-over")
    assert is_logged_in(site, browser)
    assert sandbox.exchanges() == 1


def test_a_callback_that_is_opened_again_exchanges_nothing(site, sandbox, browser, consent):
    callback = sandbox.callback_of(consent)
    browser.open(callback)
    assert browser.url == f"{site.url}/"
    browser.open(callback)
    browser.reload()
    assert "This login has ended" in browser.text
    assert sandbox.exchanges() == 1
    assert is_logged_in(site, browser)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first-first", "last-first"])
@pytest.mark.usefixtures("consent")
def test_two_tabs_can_log_in_at_once(site, sandbox, browser, order):
    tabs = [browser.tab, browser.new_tab()]
    browser.open(f"{site.url}/login")
    for turn in order:
        browser.switch_to(tabs[turn])
        browser.press("Authorize")
        assert browser.url == f"{site.url}/"
        assert sandbox.profile.answer in browser.text
    assert sandbox.exchanges() == 2
    browser.switch_to(tabs[order[0]])
    browser.reload()
    assert sandbox.profile.answer in browser.text


@pytest.mark.usefixtures("consent")
def test_a_denial_in_one_tab_keeps_the_session_of_another(site, browser):
    tabs = [browser.tab, browser.new_tab()]
    browser.open(f"{site.url}/login")
    browser.press("Authorize")
    browser.switch_to(tabs[0])
    browser.press("Cancel")
    assert is_logged_in(site, browser)


@pytest.mark.usefixtures("consent")
def test_a_logout_applies_to_all_tabs_and_to_the_history(site, sandbox, browser):
    browser.press("Authorize")
    tabs = [browser.tab, browser.new_tab()]
    assert is_logged_in(site, browser)
    browser.press("Log out")
    assert browser.offers("Log in")
    browser.back()
    assert sandbox.profile.answer not in browser.text
    browser.switch_to(tabs[0])
    browser.reload()
    assert browser.offers("Log in")
    assert sandbox.profile.answer not in browser.text


@pytest.mark.usefixtures("consent")
def test_an_ended_session_needs_a_new_login(site, sandbox, browser):
    browser.press("Authorize")
    cookie = browser.cookie("session")
    browser.press("Log out")
    browser.set_cookie(cookie)
    browser.open(site.url)
    assert sandbox.profile.answer not in browser.text
    browser.screenshot(f"{site.name}-ended")
    browser.press("Log in")
    browser.press("Authorize")
    assert browser.offers("Log out")
