"""People log in, and stay so: authorizations, logins, sessions."""

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
from conftest import NOW_MS, REFRESH_TOKEN, TOKEN, url

KEY = "0123456789abcdef" * 4
USER_TOKEN = "ghu_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
DEVICE_CODE = "3584d83530557fdd1f46af8289938c8ef79f9dc5"
STARTED = {"device_code": DEVICE_CODE, "user_code": "WDJB-MJHT", "expires_in": 900, "interval": 5,
           "verification_uri": "https://github.com/login/device"}
EXCHANGE = "/login/oauth/access_token"
NOW = datetime.fromtimestamp(NOW_MS / 1000, timezone.utc)


@pytest.fixture
def people(settings, platform):
    """An app that people log in to."""
    platform.answer(EXCHANGE, 200, {
        "access_token": USER_TOKEN, "expires_in": 28_800, "refresh_token": REFRESH_TOKEN,
        "refresh_token_expires_in": 15_811_200, "token_type": "bearer", "scope": "",
    })
    platform.answer("/login/device/code", 200, STARTED)
    return appmint.App("github", **settings, store="memory:", store_key=KEY)


@pytest.fixture
def login(people):
    with people.start_login() as login:
        yield login


@pytest.fixture
def device(people):
    return people.start_device_login()


def browse(to):
    """What a browser shows of a page."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(to, timeout=20) as page:
        return page.read().decode()


def returned(login):
    """Where the platform sends the browser."""
    [state] = parse_qs(urlsplit(login.url).query)["state"]
    return f"{login.redirect_uri}?code=a-code&state={state}"


def test_an_authorization_is_finished_once(people, platform):
    authorization = people.authorize(redirect_uri="https://example.com/back")
    assert authorization.redirect_uri == "https://example.com/back"
    assert people.authorize().redirect_uri is None
    callback = f"https://example.com/back?code=a-code&state={authorization.state}"
    with pytest.raises(appmint.ReauthorizeError) as caught:
        people.finish_authorization(authorization, callback + "x")
    assert caught.value.reason == "state_mismatch"
    assert people.finish_authorization(authorization, callback).reveal() == USER_TOKEN
    sent = json.loads(platform.requests[-1][3])
    assert sent["code_verifier"] == authorization.code_verifier
    with pytest.raises(appmint.ReauthorizeError) as caught:
        people.finish_authorization(authorization, callback)
    assert caught.value.reason == "stale_authorization"
    assert len(platform.requests) == 1


def test_an_authorization_waits_under_seal_for_another_process(people, settings):
    authorization = people.authorize(redirect_uri="https://example.com/back")
    sealed = people.seal_authorization(authorization)
    assert authorization.state not in sealed and authorization.code_verifier not in sealed
    other = appmint.App("github", **settings, store_key=KEY)
    opened = other.open_authorization(sealed)
    for name in ("url", "state", "code_verifier", "redirect_uri"):
        assert getattr(opened, name) == getattr(authorization, name)
    callback = f"https://example.com/back?code=a-code&state={opened.state}"
    assert other.finish_authorization(opened, callback).kind == "user"
    for app in (appmint.App("github", **settings, store_key="ab" * 32),
                appmint.App("github", **settings)):
        with pytest.raises(appmint.InvalidArgumentError):
            app.open_authorization(sealed)


def test_a_browser_that_comes_back_brings_the_token(login):
    shown = []
    browser = threading.Thread(target=lambda: shown.append(browse(returned(login))))
    browser.start()
    token = login.wait(timedelta(seconds=20))
    browser.join()
    assert (token.kind, token.reveal()) == ("user", USER_TOKEN)
    assert token.expires_at == NOW + timedelta(hours=8)
    assert "You are logged in" in shown[0] and USER_TOKEN not in shown[0]


def test_a_login_takes_a_port_and_a_path(people):
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        ports = [each.getsockname()[1] for each in (taken, free)]
        free.close()
        with people.start_login(ports=iter(ports), path="/back", login_hint="octocat") as login:
            assert login.redirect_uri == f"http://127.0.0.1:{ports[1]}/back"
            assert parse_qs(urlsplit(login.url).query)["login"] == ["octocat"]
        with pytest.raises(appmint.TransportError):
            people.start_login(ports=[ports[0]])


def test_with_closes_the_listener_however_it_ends(people):
    with pytest.raises(KeyError), people.start_login() as login:
        raise KeyError
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(login.redirect_uri).port))


def test_nobody_comes_back(login):
    with pytest.raises(appmint.TimeoutError):
        login.wait(0.01)


def test_another_thread_cancels_a_login(login):
    threading.Thread(target=lambda: stranger(login) and login.cancel()).start()
    with pytest.raises(appmint.CancelledError):
        login.wait()


def test_a_login_that_is_cancelled_is_not_waited_for(login):
    login.cancel()
    login.cancel()
    with pytest.raises(appmint.CancelledError):
        login.wait()


def stranger(login):
    """Is turned away, so by now somebody waits."""
    with socket.create_connection(("127.0.0.1", urlsplit(login.redirect_uri).port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
        return connection.makefile("rb").read(12)


def test_ctrl_c_ends_the_wait_for_a_browser(login):
    answers = []

    def interrupt():
        answers.append(stranger(login))
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        login.wait()
    thread.join()
    assert answers == [b"HTTP/1.1 400"]


def test_ctrl_c_ends_the_wait_for_a_device(settings, silence):
    del settings["clock"]  # it asks in the pace of a real one

    def interrupt():
        answer(silence, STARTED | {"interval": 0})
        connection, _ = silence.accept()  # by now it asks
        with connection:
            signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    app = appmint.App("github", **settings | {"api_url": url(silence), "web_url": url(silence)})
    with pytest.raises(KeyboardInterrupt), app.start_device_login() as device:
        device.wait()
    thread.join()
    with pytest.raises(appmint.CancelledError):
        device.poll()


def answer(listener, value):
    """Answers one request with a value as JSON."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as stream:
        lines = iter(stream.readline, b"\r\n")
        headers = dict(line.decode().lower().split(":", 1) for line in lines if b":" in line)
        stream.read(int(headers.get("content-length", 0)))
        body = json.dumps(value).encode()
        stream.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)


def test_a_device_is_asked_in_the_platforms_pace(device, platform, clock):
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
    assert json.loads(platform.requests[-1][3])["device_code"] == DEVICE_CODE


def test_a_device_login_that_is_cancelled_ends(device):
    device.cancel()
    with pytest.raises(appmint.CancelledError):
        device.wait()


def stop_between(silence):
    """Says that the person is not done; then it is not asked again, since the clock stands still."""
    answer(silence, {"error": "authorization_pending"})


def stop_amid(silence):
    """Never answers: the connection, which comes once it is asked, ends with it."""
    connection, _ = silence.accept()
    return connection


@pytest.mark.parametrize("stop", [stop_between, stop_amid])
def test_another_thread_cancels_a_device_login(settings, silence, clock, stop):
    begun = SimpleQueue()

    def cancel():
        answer(silence, STARTED)
        held = stop(silence)  # by now somebody waits
        begun.get(timeout=20).cancel()
        if held:
            held.close()

    thread = threading.Thread(target=cancel, daemon=True)
    thread.start()
    app = appmint.App("github", **settings | {"api_url": url(silence), "web_url": url(silence)})
    device = app.start_device_login()
    clock.advance(5)
    begun.put(device)
    with pytest.raises(appmint.CancelledError):
        device.wait()
    thread.join()


def test_a_session_lives_in_the_store_under_its_name(people, platform):
    session = people.session("octocat")
    with pytest.raises(appmint.ReauthorizeError) as caught:
        session.token()
    assert caught.value.reason == "no_session"
    assert people.start_session("octocat", people.exchange_code("a-code")) is None
    assert session.token().reveal() == USER_TOKEN
    platform.answer("/user", 200, {"login": "octocat"})
    assert people.session("octocat").request("GET", "/user").json() == {"login": "octocat"}
    assert platform.requests[-1][2]["authorization"].endswith(USER_TOKEN)
    assert people.end_session("octocat") is None
    with pytest.raises(appmint.ReauthorizeError):
        people.session("octocat").token()


def test_a_session_needs_a_store_and_a_users_token(people, github):
    with pytest.raises(appmint.InvalidArgumentError, match="store"):
        github.session("octocat")
    with pytest.raises(appmint.InvalidArgumentError, match="installation"):
        people.start_session("octocat", people.installation(14).token())
    with pytest.raises(appmint.InvalidArgumentError, match="empty"):
        people.session("")


WRONG = {
    "authorization": lambda app: app.finish_authorization("https://example.com", "https://example.com"),
    "callback_url": lambda app: app.finish_authorization(app.authorize(), b"https://example.com"),
    "an Authorization, not str": lambda app: app.seal_authorization("text"),
    "sealed": lambda app: app.open_authorization(b"text"),
    "scopes": lambda app: app.start_device_login(scopes="repo"),
    "a list or tuple": lambda app: app.start_login(scopes="repo"),
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


@pytest.mark.parametrize("said", WRONG)
def test_a_value_of_a_wrong_type_is_a_type_error(people, said):
    with pytest.raises(TypeError, match=said) as caught:
        WRONG[said](people)
    assert USER_TOKEN not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"ports": [65_536]}, {"ports": [-1]}, {"path": "callback"}, {"path": "/\ud800"}])
def test_a_login_that_makes_no_sense_is_refused(people, wrong):
    with pytest.raises(appmint.InvalidArgumentError, match=next(iter(wrong)).rstrip("s")):
        people.start_login(**wrong)


def test_what_leads_to_a_token_shows_no_secret(people, login, device):
    sealed = people.seal_authorization(people.authorize())
    [state] = parse_qs(urlsplit(login.url).query)["state"]
    secrets = [state, DEVICE_CODE, "WDJB-MJHT", USER_TOKEN, sealed, KEY, TOKEN]
    people.start_session("octocat", people.exchange_code("a-code"))
    for thing in (login, device, people.session("octocat"), people):
        for view in (repr(thing), str(thing), f"{thing}", repr([thing, {"it": thing}])):
            assert not any(secret in view for secret in secrets), view
        assert not hasattr(thing, "__dict__")
        with pytest.raises(TypeError, match="holds a secret"):
            pickle.dumps(thing)
    for opened in (sealed[:-2], sealed + "\ud800"):
        with pytest.raises(appmint.InvalidArgumentError) as caught:
            people.open_authorization(opened)
        assert not any(secret in f"{caught.value} {caught.value!r}" for secret in [sealed[:-2], *secrets])


class Ear:
    def __call__(self, event):
        pass


@pytest.mark.parametrize("start", [appmint.App.start_login, appmint.App.start_device_login])
def test_a_login_keeps_what_its_app_calls_back(people, settings, start):
    ear = Ear()
    seen = weakref.ref(ear)
    login = start(appmint.App("github", **settings, on_event=ear))
    ear.login = login  # a ring, which is collected in the end
    del ear
    gc.collect()
    assert seen() is not None
    del login
    gc.collect()
    assert seen() is None
