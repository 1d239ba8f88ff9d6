"""What is the same wherever a person came from."""

from contextlib import suppress
from urllib.parse import quote, urlsplit

from selenium.common.exceptions import WebDriverException

from platforms import query_of

PASSWORD = "correct horse battery staple"


def log_in(browser, name, password=PASSWORD):
    """Fills in the platform's page, and presses its button."""
    browser.type(name, "name")
    browser.type(password, "password")
    browser.press("Log in")


def arrive(browser, sandbox, url):
    """Opens a page of the platform, and logs in if it asks for that."""
    browser.open(url)
    if urlsplit(browser.url).path == urlsplit(sandbox.login).path:
        log_in(browser, sandbox.stage.person)


def refuses_to_return_to(wrong, browser, sandbox, consent):
    """The platform's question, asked with another place to return to, leads nowhere."""
    right = query_of(consent)["redirect_uri"]
    crooked = consent.replace(quote(right, safe=""), quote(wrong, safe=""))
    assert crooked != consent
    with suppress(WebDriverException):  # nobody listens at GitHub's first callback URL
        browser.open(crooked)
    assert sandbox.stage.refused in f"{browser.url}\n{browser.text}"
    if sandbox.host in browser.url:
        browser.picture(f"{sandbox.platform}-wrong-redirect")
    addresses = browser.remains().addresses()
    assert not [url for url in addresses if urlsplit(url).netloc == urlsplit(wrong).netloc]
    assert not [url for url in addresses if "code" in query_of(url)]
    assert sandbox.exchanges() == 0
