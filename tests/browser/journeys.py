"""Steps that tests of web apps and of loopback logins share."""

from contextlib import suppress
from urllib.parse import quote, urlsplit

from selenium.common.exceptions import WebDriverException

from platforms import query_of

PASSWORD = "correct horse battery staple"


def log_in(browser, name, password=PASSWORD):
    """Fills in and submits the platform's login page."""
    browser.type(name, "name")
    browser.type(password, "password")
    browser.press("Log in")


def open_with_login(browser, sandbox, url):
    """Opens a page of the platform, and logs in if it requires that."""
    browser.open(url)
    if urlsplit(browser.url).path == urlsplit(sandbox.login).path:
        log_in(browser, sandbox.profile.person)


def check_redirect_uri_is_refused(wrong, browser, sandbox, consent):
    """Opens the consent page with an unregistered redirect URI, and checks that nothing is sent there."""
    right = query_of(consent)["redirect_uri"]
    changed = consent.replace(quote(right, safe=""), quote(wrong, safe=""))
    assert changed != consent
    with suppress(WebDriverException):  # no server listens at GitHub's first callback URL
        browser.open(changed)
    assert sandbox.profile.refused in f"{browser.url}\n{browser.text}"
    if sandbox.host in browser.url:
        browser.screenshot(f"{sandbox.platform}-wrong-redirect")
    urls = browser.recording().requested_urls()
    assert not [url for url in urls if urlsplit(url).netloc == urlsplit(wrong).netloc]
    assert not [url for url in urls if "code" in query_of(url)]
    assert sandbox.exchanges() == 0
