"""The platform's pages that no redirect leads to, and the search for what must not be found."""

import base64
import hashlib

import appmint
import pytest

import leaks
from browser import Remains
from journeys import arrive


@pytest.fixture(params=["github", "acme", "issuer"])
def sandbox(request, sandboxes):
    return sandboxes(request.param)


@pytest.fixture
def app(sandbox):
    with sandbox.app() as app:
        yield app


@pytest.mark.parametrize("button", ["Authorize", "Cancel"])
def test_a_person_types_the_code_of_another_device(app, sandbox, browser, button):
    sandbox.tell("quirks", device_interval_s=1)
    with app.start_device_login() as login:
        arrive(browser, sandbox, login.verification_uri)
        browser.type(login.user_code)
        browser.picture(f"{sandbox.platform}-device")
        browser.press(button)
        browser.picture(f"{sandbox.platform}-device-{button.lower()}")
        if button == "Authorize":
            assert login.wait().kind == "user"
        else:
            with pytest.raises(appmint.DeniedError):
                login.wait()


def test_a_code_that_no_device_shows_is_refused(app, sandbox, browser):
    with app.start_device_login() as login:
        arrive(browser, sandbox, login.verification_uri)
        browser.type("WDJB-MJHT")
        browser.press("Authorize")
        assert "No device shows this code." in browser.text
        browser.picture(f"{sandbox.platform}-device-unknown")


def test_a_client_that_is_not_registered_is_refused(app, sandbox, browser):
    page = app.authorize(redirect_uri="http://127.0.0.1/callback").url
    arrive(browser, sandbox, page.replace(sandbox.ready["client_id"], "another"))
    assert "has this client_id." in browser.text
    browser.picture(f"{sandbox.platform}-unknown-client")


CALLBACK = "http://127.0.0.1:1/callback?code=c0de&state=x"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def asked(url, **headers):
    return {"method": "Network.requestWillBeSent", "params": {"request": {"url": url, "headers": headers}}}


def test_the_search_lets_pass_what_may_be_there():
    events = [asked(f"http://localhost/ask?code_challenge={CHALLENGE}"), asked(CALLBACK)]
    assert not leaks.found(Remains(["<p>Welcome"], {CALLBACK}, events, []), ["s3cret+"])


@pytest.mark.parametrize("remains", [
    Remains(["<p>ghu_" + "a" * 36], set(), [], []),
    Remains([], {"http://127.0.0.1/?code_verifier=1"}, [], []),
    Remains([], set(), [], [{"message": "s3cret%2B"}]),
    Remains([f"<p>x{VERIFIER}"], set(), [asked(f"http://localhost/ask?code_challenge={CHALLENGE}")], []),
    Remains(["<a href='?code=c0de'>"], set(), [asked(CALLBACK)], []),
    Remains([], set(), [asked(CALLBACK), asked("http://127.0.0.1:1/login", Referer=CALLBACK)], []),
    Remains([], set(), [asked(CALLBACK), asked("http://127.0.0.1:2/?from=c0de")], []),
], ids=["token", "name", "secret", "verifier", "code-in-page", "code-in-referrer", "code-elsewhere"])
def test_the_search_finds_what_leaks(remains):
    assert leaks.found(remains, ["s3cret+"])
