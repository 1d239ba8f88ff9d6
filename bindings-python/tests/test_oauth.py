"""OAuth: authorizations, logins, and operations on users' tokens."""

import gc
import json
import pickle
import signal
import socket
import threading
import urllib.request
import weakref
from datetime import datetime, timedelta, timezone
from queue import SimpleQueue
from urllib.parse import parse_qs, urlsplit

import appmint
import pytest
from conftest import (
    CLIENT_AUTHORIZATION,
    DEVICE,
    NOW_MS,
    REFRESH_TOKEN,
    STORE_KEY,
    TOKEN,
    USER_TOKEN,
    last_request,
    url,
)

NOW = datetime.fromtimestamp(NOW_MS / 1000, timezone.utc)


@pytest.fixture
def login(oauth_app):
    with oauth_app.start_login() as login:
        yield login


@pytest.fixture
def device(oauth_app):
    return oauth_app.start_device_login()


def browse(to):
    """Returns the page that a browser shows."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(to, timeout=20) as page:
        return page.read().decode()


def returned(login):
    """The URL to which the platform redirects the browser."""
    [state] = parse_qs(urlsplit(login.url).query)["state"]
    return f"{login.redirect_uri}?code=a-code&state={state}"


def test_an_authorization_is_finished_once(oauth_app, platform):
    authorization = oauth_app.authorize(redirect_uri="https://example.com/back")
    assert authorization.redirect_uri == "https://example.com/back"
    assert oauth_app.authorize().redirect_uri is None
    callback = f"https://example.com/back?code=a-code&state={authorization.state}"
    with pytest.raises(appmint.ReauthorizeError) as caught:
        oauth_app.finish_authorization(authorization, callback + "x")
    assert caught.value.reason == "state_mismatch"
    assert oauth_app.finish_authorization(authorization, callback).reveal() == USER_TOKEN
    sent = json.loads(platform.requests[-1][3])
    assert sent["code_verifier"] == authorization.code_verifier
    with pytest.raises(appmint.ReauthorizeError) as caught:
        oauth_app.finish_authorization(authorization, callback)
    assert caught.value.reason == "stale_authorization"
    assert len(platform.requests) == 1


def test_a_sealed_authorization_is_opened_by_another_process(oauth_app, settings):
    authorization = oauth_app.authorize(redirect_uri="https://example.com/back")
    sealed = oauth_app.seal_authorization(authorization)
    assert authorization.state not in sealed and authorization.code_verifier not in sealed
    other = appmint.App("github", **settings, store_key=STORE_KEY)
    opened = other.open_authorization(sealed)
    for name in ("url", "state", "code_verifier", "redirect_uri"):
        assert getattr(opened, name) == getattr(authorization, name)
    callback = f"https://example.com/back?code=a-code&state={opened.state}"
    assert other.finish_authorization(opened, callback).kind == "user"
    for app in (appmint.App("github", **settings, store_key="ab" * 32),
                appmint.App("github", **settings)):
        with pytest.raises(appmint.InvalidArgumentError):
            app.open_authorization(sealed)


def test_a_browser_that_returns_completes_the_login(login):
    pages = []
    browser = threading.Thread(target=lambda: pages.append(browse(returned(login))))
    browser.start()
    token = login.wait(timedelta(seconds=20))
    browser.join()
    assert (token.kind, token.reveal()) == ("user", USER_TOKEN)
    assert token.expires_at == NOW + timedelta(hours=8)
    assert "You are logged in" in pages[0] and USER_TOKEN not in pages[0]


def test_a_login_takes_a_port_and_a_path(oauth_app):
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        ports = [each.getsockname()[1] for each in (taken, free)]
        free.close()
        with oauth_app.start_login(ports=iter(ports), path="/back", login_hint="octocat") as login:
            assert login.redirect_uri == f"http://127.0.0.1:{ports[1]}/back"
            assert parse_qs(urlsplit(login.url).query)["login"] == ["octocat"]
        with pytest.raises(appmint.TransportError):
            oauth_app.start_login(ports=[ports[0]])


def test_with_closes_the_listener_however_it_ends(oauth_app):
    with pytest.raises(KeyError), oauth_app.start_login() as login:
        raise KeyError
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(login.redirect_uri).port))


def test_a_login_times_out(login):
    with pytest.raises(appmint.TimeoutError):
        login.wait(0.01)


def test_another_thread_cancels_a_login(login):
    threading.Thread(target=lambda: send_foreign_request(login) and login.cancel()).start()
    with pytest.raises(appmint.CancelledError):
        login.wait()


def test_a_login_that_is_cancelled_is_not_waited_for(login):
    login.cancel()
    login.cancel()
    with pytest.raises(appmint.CancelledError):
        login.wait()


def send_foreign_request(login):
    """Sends a request that is refused: once it is, the login is being waited for."""
    with socket.create_connection(("127.0.0.1", urlsplit(login.redirect_uri).port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
        return connection.makefile("rb").read(12)


def test_ctrl_c_ends_the_wait_for_a_browser(login):
    responses = []

    def interrupt():
        responses.append(send_foreign_request(login))
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        login.wait()
    thread.join()
    assert responses == [b"HTTP/1.1 400"]


def test_ctrl_c_ends_the_wait_for_a_device(settings, unresponsive):
    del settings["clock"]  # a manual clock would never reach the interval

    def interrupt():
        respond(unresponsive, DEVICE | {"interval": 0})
        connection, _ = unresponsive.accept()  # by now it polls
        with connection:
            signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    app = appmint.App("github", **settings | {"api_url": url(unresponsive), "web_url": url(unresponsive)})
    with pytest.raises(KeyboardInterrupt), app.start_device_login() as device:
        device.wait()
    thread.join()
    with pytest.raises(appmint.CancelledError):
        device.poll()


def respond(listener, value):
    """Responds to one request with a value as JSON."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as stream:
        lines = iter(stream.readline, b"\r\n")
        headers = dict(line.decode().lower().split(":", 1) for line in lines if b":" in line)
        stream.read(int(headers.get("content-length", 0)))
        body = json.dumps(value).encode()
        stream.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)


def test_a_device_login_polls_at_the_platforms_interval(device, platform, clock):
    assert (device.user_code, device.verification_uri) == ("WDJB-MJHT", "https://github.com/login/device")
    assert device.verification_uri_complete is None
    assert device.expires_at == NOW + timedelta(minutes=15)
    with pytest.raises(appmint.PendingError) as caught:
        device.poll()
    assert caught.value.retry_after == timedelta(seconds=5)
    assert caught.value.reason == "authorization_pending" and caught.value.is_retryable
    assert len(platform.requests) == 1
    clock.advance(5)
    assert device.poll().reveal() == USER_TOKEN
    assert json.loads(platform.requests[-1][3])["device_code"] == DEVICE["device_code"]


def test_a_device_login_that_is_cancelled_ends(device):
    device.cancel()
    with pytest.raises(appmint.CancelledError):
        device.wait()


def between_polls(unresponsive):
    """Responds that the user is not done; there is no further poll, since the clock stands still."""
    respond(unresponsive, {"error": "authorization_pending"})


def during_a_poll(unresponsive):
    """Never responds to the poll, and returns its connection."""
    connection, _ = unresponsive.accept()
    return connection


@pytest.mark.parametrize("stop", [between_polls, during_a_poll])
def test_another_thread_cancels_a_device_login(settings, unresponsive, clock, stop):
    started = SimpleQueue()

    def cancel():
        respond(unresponsive, DEVICE)
        held = stop(unresponsive)  # by now the login is being waited for
        started.get(timeout=20).cancel()
        if held:
            held.close()

    thread = threading.Thread(target=cancel, daemon=True)
    thread.start()
    app = appmint.App("github", **settings | {"api_url": url(unresponsive), "web_url": url(unresponsive)})
    device = app.start_device_login()
    clock.advance(5)
    started.put(device)
    with pytest.raises(appmint.CancelledError):
        device.wait()
    thread.join()


WRONG = {
    "authorization": lambda app: app.finish_authorization("https://example.com", "https://example.com"),
    "callback_url": lambda app: app.finish_authorization(app.authorize(), b"https://example.com"),
    "an Authorization, not str": lambda app: app.seal_authorization("text"),
    "sealed": lambda app: app.open_authorization(b"text"),
    "scopes": lambda app: app.start_device_login(scopes="repo"),
    "a list or another iterable": lambda app: app.start_login(scopes="repo"),
    "login_hint": lambda app: app.start_login(login_hint=7),
    "ports must be a list": lambda app: app.start_login(ports=8080),
    "ports must be an int": lambda app: app.start_login(ports=["8080"]),
    "not bool": lambda app: app.start_login(ports=[True]),
    "path": lambda app: app.start_login(path=b"/callback"),
    "timeout": lambda app: app.start_login().wait("30"),
    "name": lambda app: app.session(7),
    "name must be a str, not NoneType": lambda app: app.end_session(None),
    "token must be a Token, not str": lambda app: app.start_session("octocat", USER_TOKEN),
    "positional": lambda app: app.start_login(["repo"]),
}


@pytest.mark.parametrize("message", WRONG)
def test_a_value_of_a_wrong_type_is_a_type_error(oauth_app, message):
    with pytest.raises(TypeError, match=message) as caught:
        WRONG[message](oauth_app)
    assert USER_TOKEN not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"ports": [65_536]}, {"ports": [-1]}, {"path": "callback"}, {"path": "/\ud800"}])
def test_a_login_with_malformed_arguments_is_refused(oauth_app, wrong):
    with pytest.raises(appmint.InvalidArgumentError, match=next(iter(wrong)).rstrip("s")):
        oauth_app.start_login(**wrong)


def test_logins_and_sessions_show_no_secret(oauth_app, login, device):
    sealed = oauth_app.seal_authorization(oauth_app.authorize())
    [state] = parse_qs(urlsplit(login.url).query)["state"]
    secrets = [state, DEVICE["device_code"], "WDJB-MJHT", USER_TOKEN, sealed, STORE_KEY, TOKEN]
    oauth_app.start_session("octocat", oauth_app.exchange_code("a-code"))
    for thing in (login, device, oauth_app.session("octocat"), oauth_app):
        for view in (repr(thing), str(thing), f"{thing}", repr([thing, {"it": thing}])):
            assert not any(secret in view for secret in secrets), view
        assert not hasattr(thing, "__dict__")
        with pytest.raises(TypeError, match="holds a secret"):
            pickle.dumps(thing)
    for opened in (sealed[:-2], sealed + "\ud800"):
        with pytest.raises(appmint.InvalidArgumentError) as caught:
            oauth_app.open_authorization(opened)
        assert not any(secret in f"{caught.value} {caught.value!r}" for secret in [sealed[:-2], *secrets])


class Observer:
    def __call__(self, event):
        pass


@pytest.mark.parametrize("start", [appmint.App.start_login, appmint.App.start_device_login])
def test_a_login_keeps_its_apps_callbacks_alive(oauth_app, settings, start):
    observer = Observer()
    seen = weakref.ref(observer)
    login = start(appmint.App("github", **settings, on_event=observer))
    observer.login = login  # a reference cycle, which is collected in the end
    del observer
    gc.collect()
    assert seen() is not None
    del login
    gc.collect()
    assert seen() is None


def test_an_authorization_leads_to_a_code_and_a_token(app, platform, user_token):
    authorization = app.authorize(redirect_uri="https://example.com/back")
    assert authorization.state in authorization.url
    assert authorization.code_verifier is None
    callback = f"https://example.com/back?code=abc&state={authorization.state}"
    assert app.authorization_code(callback, authorization.state) == "abc"
    with pytest.raises(appmint.ReauthorizeError):
        app.authorization_code(callback, "another")
    assert user_token.kind == "user"
    assert user_token.expires_at == NOW + timedelta(hours=8)
    assert user_token.reveal_refresh_token() == REFRESH_TOKEN
    assert user_token.refresh_token_expires_at == NOW + timedelta(days=183)
    assert app.refresh(user_token) == app.refresh(REFRESH_TOKEN)
    assert json.loads(platform.requests[-1][3])["refresh_token"] == REFRESH_TOKEN


CHECKED = {"token": USER_TOKEN, "scopes": ["repo"], "user": {"login": "octocat"},
        "expires_at": "2025-11-21T12:00:00Z"}


@pytest.fixture
def checked_token(github, platform):
    """A user's token that the platform checked."""
    platform.respond("/applications/Iv1.0/token", 200, CHECKED)
    return github.check_token(USER_TOKEN)


def test_a_token_is_passed_as_text_or_as_a_token(github, platform, checked_token):
    assert (checked_token.kind, checked_token.account) == ("user", "octocat")
    assert checked_token.expires_at == NOW + timedelta(hours=8)
    platform.respond("/applications/Iv1.0/grant", 204, None)
    for operation, method, path in (
        (github.check_token, "POST", "token"),
        (github.reset_token, "PATCH", "token"),
        (github.delete_token, "DELETE", "token"),
        (github.delete_grant, "DELETE", "grant"),
    ):
        for token in (checked_token, USER_TOKEN):
            operation(token)
            expected = method, f"/applications/Iv1.0/{path}", CLIENT_AUTHORIZATION, {"access_token": USER_TOKEN}
            assert last_request(platform) == expected
        for wrong in (b"token", 7, None, [USER_TOKEN]):
            with pytest.raises(TypeError, match="token must be a str or a Token"):
                operation(wrong)
        for invalid in ("", "\ud800"):
            with pytest.raises(appmint.InvalidArgumentError):
                operation(invalid)


def test_a_token_is_scoped_to_one_account(github, platform, checked_token):
    platform.respond("/applications/Iv1.0/token/scoped", 200, CHECKED)
    scoped = github.scope_token(checked_token, target="acme", repositories=["api"],
                                permissions={"pull-requests": "read"})
    assert scoped.reveal() == USER_TOKEN
    assert last_request(platform)[3] == {"access_token": USER_TOKEN, "target": "acme", "repositories": ["api"],
                                 "permissions": {"pull_requests": "read"}}
    for id in (7, "7"):
        github.scope_token(USER_TOKEN, target_id=id, repository_ids=(1, "2"))
        body = {"access_token": USER_TOKEN, "target_id": 7, "repository_ids": [1, 2]}
        assert last_request(platform)[3] == body
    for target in ({}, {"target": "acme", "target_id": 7}):
        with pytest.raises(appmint.InvalidArgumentError, match="exactly one account"):
            github.scope_token(checked_token, **target)
    for wrong in ({"target": 7}, {"target_id": 1.5}, {"target": "acme", "repositories": "api"}):
        with pytest.raises(TypeError, match="must be"):
            github.scope_token(checked_token, **wrong)
    with pytest.raises(TypeError):
        github.scope_token(checked_token, "acme")


def test_a_token_that_the_platform_does_not_know_is_invalid(github, platform):
    platform.respond("/applications/Iv1.0/token", 404, {"message": "Not Found"})
    with pytest.raises(appmint.ReauthorizeError) as caught:
        github.check_token(USER_TOKEN)
    assert caught.value.reason == "invalid_token"
    assert github.delete_token(USER_TOKEN) is None
