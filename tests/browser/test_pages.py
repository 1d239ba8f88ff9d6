"""The platforms' device and error pages, and the search for leaked secrets."""

import base64
import hashlib

import appmint
import pytest

import leaks
from browser import Recording
from journeys import open_with_login


@pytest.fixture(params=["github", "acme", "issuer"])
def sandbox(request, sandboxes):
    return sandboxes(request.param)


@pytest.fixture
def app(sandbox):
    with sandbox.app() as app:
        yield app


@pytest.mark.parametrize("button", ["Authorize", "Cancel"])
def test_a_person_enters_the_code_of_a_device(app, sandbox, browser, button):
    sandbox.command("quirks", device_interval_s=1)
    with app.start_device_login() as login:
        open_with_login(browser, sandbox, login.verification_uri)
        browser.type(login.user_code)
        browser.screenshot(f"{sandbox.platform}-device")
        browser.press(button)
        browser.screenshot(f"{sandbox.platform}-device-{button.lower()}")
        if button == "Authorize":
            assert login.wait().kind == "user"
        else:
            with pytest.raises(appmint.DeniedError):
                login.wait()


def test_a_code_that_no_device_shows_is_refused(app, sandbox, browser):
    with app.start_device_login() as login:
        open_with_login(browser, sandbox, login.verification_uri)
        browser.type("WDJB-MJHT")
        browser.press("Authorize")
        assert "No device shows this code." in browser.text
        browser.screenshot(f"{sandbox.platform}-device-unknown")


def test_a_client_that_is_not_registered_is_refused(app, sandbox, browser):
    page = app.authorize(redirect_uri="http://127.0.0.1/callback").url
    open_with_login(browser, sandbox, page.replace(sandbox.ready["client_id"], "another"))
    assert "has this client_id." in browser.text
    browser.screenshot(f"{sandbox.platform}-unknown-client")


CALLBACK = "http://127.0.0.1:1/callback?code=c0de&state=x"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def request_event(url, **headers):
    return {"method": "Network.requestWillBeSent", "params": {"request": {"url": url, "headers": headers}}}


def test_the_search_allows_codes_in_callbacks():
    events = [request_event(f"http://localhost/ask?code_challenge={CHALLENGE}"), request_event(CALLBACK)]
    assert not leaks.found(Recording(["<p>Welcome"], {CALLBACK}, events, []), ["s3cret+"])


@pytest.mark.parametrize("recording", [
    Recording(["<p>ghu_" + "a" * 36], set(), [], []),
    Recording([], {"http://127.0.0.1/?code_verifier=1"}, [], []),
    Recording([], set(), [], [{"message": "s3cret%2B"}]),
    Recording([f"<p>x{VERIFIER}"], set(), [request_event(f"http://localhost/ask?code_challenge={CHALLENGE}")], []),
    Recording(["<a href='?code=c0de'>"], set(), [request_event(CALLBACK)], []),
    Recording([], set(), [request_event(CALLBACK), request_event("http://127.0.0.1:1/login", Referer=CALLBACK)], []),
    Recording([], set(), [request_event(CALLBACK), request_event("http://127.0.0.1:2/?from=c0de")], []),
], ids=["token", "name", "secret", "verifier", "code-in-page", "code-in-referrer", "code-elsewhere"])
def test_the_search_finds_leaks(recording):
    assert leaks.found(recording, ["s3cret+"])
