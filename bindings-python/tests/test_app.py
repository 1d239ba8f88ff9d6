"""The app: its settings, its JWT, its calls to the API and its end."""

import base64
import json
from datetime import datetime, timedelta, timezone

import appmint
import pytest
from conftest import NOW_MS, TOKEN, requested_paths, url

NOW = datetime.fromtimestamp(NOW_MS / 1000, timezone.utc)


def claims(request):
    """Of the JWT that a request carried."""
    payload = request[2]["authorization"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_a_jwt_shows_its_claims(app):
    jwt = app.jwt()
    assert jwt.kind == "jwt"
    assert jwt.claims == {"iat": NOW_MS // 1000 - 60, "exp": NOW_MS // 1000 + 540, "iss": "75"}
    assert jwt.expires_at == NOW + timedelta(seconds=540)
    assert jwt.expires_at.tzinfo is timezone.utc
    assert jwt.authorization_header() == f"Bearer {jwt.reveal()}"
    assert jwt == app.jwt()


def test_a_key_may_be_a_path_or_text_or_bytes(settings, key_file):
    app = appmint.App("atomgit", **settings)
    for key in (key_file.read_text(), key_file.read_bytes(), bytearray(key_file.read_bytes())):
        other = appmint.App("atomgit", **settings | {"private_key": key})
        assert other.fingerprint == app.fingerprint
        assert other.fingerprint.startswith("SHA256:")


def test_a_fallback_key_is_used_and_may_be_a_path(settings, key_file, platform):
    for key in (key_file, key_file.read_text(), key_file.read_bytes()):
        app = appmint.App("github", fallback_private_key=key, **settings)
        assert app.jwt().kind == "jwt"
    platform.respond("/app/installations/14/access_tokens", 401,
                    {"message": "A JSON web token could not be decoded"})
    with pytest.raises(appmint.UnauthorizedError):
        app.installation(14).token()
    assert len(platform.requests) > 1


def test_a_platform_may_be_at_a_host(settings):
    del settings["api_url"], settings["web_url"]
    app = appmint.App("github-enterprise", host="git.corp.example", **settings)
    assert app.authorize().url.startswith("https://git.corp.example/login/oauth/authorize?")
    for platform, host, error in (
        ("github-enterprise", None, appmint.InvalidArgumentError),
        ("github-enterprise", "a b", appmint.InvalidArgumentError),
        ("github", "git.corp.example", appmint.UnsupportedError),
    ):
        with pytest.raises(error, match="host"):
            appmint.App(platform, host=host, **settings)


def test_a_clock_offset_that_did_not_help_is_dropped(settings, platform):
    app = appmint.App("github", **settings)
    assert app.clock_offset == timedelta(0)
    platform.respond("/app/installations/14/access_tokens", 401,
                    {"message": "'Expiration time' claim ('exp') is too far in the future"})
    platform.date = NOW - timedelta(minutes=20, seconds=1)
    with pytest.raises(appmint.UnauthorizedError) as caught:
        app.installation(14).token()
    assert caught.value.reason == "clock_skew"
    claimed = [claims(request)["iat"] for request in platform.requests]
    assert claimed[:2] == [NOW_MS // 1000 - 60, NOW_MS // 1000 - 60 - 1201]
    assert app.clock_offset == timedelta(0)


def test_the_clock_offset_is_learned_from_two_responses_that_agree(settings, platform):
    app = appmint.App("github", **settings)
    platform.respond("/app/installations/14/access_tokens", 201,
                    {"token": TOKEN, "expires_at": "2025-11-21T05:00:00Z"})
    platform.date = NOW - timedelta(minutes=20, seconds=1)
    source = app.installation(14)
    for offset in (timedelta(0), timedelta(minutes=-20, seconds=-1)):
        source.token()
        assert app.clock_offset == offset
        source.invalidate()


def test_times_may_be_timedeltas_or_seconds(settings):
    for value in (timedelta(minutes=5), 300, 300.0):
        app = appmint.App("atomgit", **settings | {"jwt_lifetime": value, "jwt_back_date": 1.5})
        claims = app.jwt().claims
        assert claims["exp"] == NOW_MS // 1000 + 300
        assert claims["iat"] == NOW_MS // 1000 - 2


def test_a_request_carries_json_or_bytes(app, platform):
    platform.respond("/issues?page=2", 200, {"ü": [1, None]}, X_Thing="a", ETag="b")
    source = app.installation(14)
    reply = source.request("post", "/issues?page=2", json={"title": "ü", "n": [1.5, None]})
    assert reply.status == 200
    assert reply.json() == json.loads(reply.text) == json.loads(reply.body) == {"ü": [1, None]}
    assert reply.headers["X-THING"] == reply.headers.get("x-thing") == "a"
    assert "ETAG" in reply.headers and "etag" in list(reply.headers)
    assert "nope" not in reply.headers and reply.headers.get("nope") is None
    with pytest.raises(KeyError, match="nope"):
        reply.headers["nope"]
    method, path, headers, body = platform.requests[-1]
    assert (method, path) == ("POST", "/issues?page=2")
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert body == '{"title":"ü","n":[1.5,null]}'.encode()
    for value in (b"\x00x", bytearray(b"\x00x"), memoryview(b"\x00x"), "\x00x"):
        app.request("PUT", "/issues?page=2", {"Content-Type": "text/plain"}, body=value)
        assert platform.requests[-1][3] == b"\x00x"
        assert platform.requests[-1][2]["content-type"] == "text/plain"


def test_repeated_headers_become_one_list():
    from appmint._headers import joined

    headers = joined([("link", "a"), ("date", "b"), ("link", "c")])
    assert headers == {"link": "a, c", "date": "b"}


def test_a_request_may_have_a_token_of_its_own(app, platform, user_token):
    platform.respond("/user", 200, {})
    for token in (user_token, user_token.reveal()):
        app.request("GET", "/user", token=token)
        assert platform.requests[-1][2]["authorization"].endswith(user_token.reveal())
    app.request("GET", "/user")
    assert platform.requests[-1][2]["authorization"] == app.jwt().authorization_header()


def test_a_body_that_is_not_json_is_a_protocol_error(app, platform):
    platform.responses["/page"] = (200, b"<html>ats_secret", {})
    with pytest.raises(appmint.ProtocolError) as caught:
        app.request("GET", "/page").json()
    assert caught.value.reason == "not_json"
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_a_manual_clock_moves(clock):
    assert clock.now() == NOW
    clock.advance(1.5)
    assert clock.now() == NOW + timedelta(seconds=1.5)
    clock.set(datetime(1960, 1, 1, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now() == datetime(1959, 12, 31, 16, tzinfo=timezone.utc)
    assert appmint.ManualClock(NOW).now() == NOW


def test_the_module_has_a_version_and_platforms():
    assert appmint.__version__ == appmint.version()
    assert "atomgit" in appmint.platforms()


def test_stats_are_equal_by_their_numbers(app, settings):
    assert app.stats() == appmint.App("atomgit", **settings).stats()
    app.installation(14).token()
    stats = app.stats()
    assert (stats.minted, stats.renewed, stats.failed, stats.sources) == (1, 0, 0, 1)
    assert repr(stats) == "<appmint.Stats 1 minted, 0 renewed, 0 failed, 1 sources>"
    with pytest.raises(AttributeError):
        stats.minted = 2


def test_a_closed_app_refuses(app, platform):
    source = app.installation(14)
    source.token()
    app.close()
    app.close()
    assert source.expires_at is None
    with pytest.raises(appmint.Error, match="closed"):
        source.token()
    assert len(platform.requests) == 1


def test_with_closes_whatever_was_raised(settings, platform):
    with appmint.App("atomgit", **settings) as app:
        source = app.installation(14)
        assert source.token().reveal() == TOKEN
    with pytest.raises(appmint.Error, match="closed"):
        source.token()
    with pytest.raises(LookupError, match="mine"), appmint.App("atomgit", **settings) as app:
        raise LookupError("mine")
    with pytest.raises(appmint.Error, match="closed"):
        app.jwt()


def test_a_call_may_have_a_timeout_of_its_own(settings, unresponsive):
    app = appmint.App("atomgit", **settings | {"api_url": url(unresponsive)})
    for timeout in (0.01, timedelta(milliseconds=10)):
        for request in (app.request, app.installation(14).request):
            with pytest.raises(appmint.TimeoutError):
                request("GET", "/", timeout=timeout)
    for timeout, error in ((-1, appmint.InvalidArgumentError), ("1", TypeError), (True, TypeError)):
        for call in (app.installation(14).token, app.installation(14).authorization_header):
            with pytest.raises(error, match="timeout"):
                call(timeout=timeout)
        with pytest.raises(error, match="timeout"):
            app.request("GET", "/", timeout=timeout)


def test_retries_wait_for_retry_wait(settings, platform):
    settings |= {"retries": 2, "retry_wait": timedelta(milliseconds=1)}
    platform.respond("/busy", 503, {})
    assert appmint.App("github", **settings).request("GET", "/busy").status == 503
    assert requested_paths(platform) == ["/busy"] * 3


def test_an_app_is_made_of_the_environment(platform, key_file, monkeypatch):
    for name, value in {"PLATFORM": "atomgit", "API_URL": platform.url, "APP_ID": "75", "PROXY": "none",
                        "PRIVATE_KEY_FILE": str(key_file)}.items():
        monkeypatch.setenv(f"MY_{name}", value)
    platform.respond("/a", 200, {})
    with appmint.App.from_env(prefix="MY_", retries=0) as app:
        assert app.platform_name == "atomgit" and app.request("GET", "/a").ok
    with pytest.raises(appmint.InvalidArgumentError, match="MY_APP_ID"):
        monkeypatch.setenv("MY_APP_ID", "${APP_ID}")
        appmint.App.from_env(prefix="MY_")
    with pytest.raises(TypeError):
        appmint.App.from_env(unknown=1)


def test_a_response_says_whether_it_is_ok_and_raises_if_not(app, platform):
    platform.respond("/a", 200, {})
    platform.respond("/b", 404, {"message": "s3cret"})
    response = app.request("GET", "/a")
    assert response.ok and response.raise_for_status() is None
    response = app.request("GET", "/b")
    assert not response.ok
    with pytest.raises(appmint.NotFoundError, match="404") as caught:
        response.raise_for_status()
    assert caught.value.status == 404 and "s3cret" not in str(caught.value)


@pytest.mark.parametrize(("path", "params", "sent"), [
    ("/a", {"q": "ü &", "n": 1}, "/a?q=%C3%BC+%26&n=1"), ("/a?x=1", [("y", "2"), ("y", "3")], "/a?x=1&y=2&y=3"),
    ("/a", {"y": [2, 3]}, "/a?y=2&y=3"), ("/a", {}, "/a"),
])
def test_parameters_are_added_to_the_query(app, platform, path, params, sent):
    platform.respond(sent, 200, {})
    assert app.request("GET", path, params=params).ok
    assert app.installation(14).request("GET", path, params=params).ok


@pytest.mark.parametrize("params", ["a=b", 7, b"a=b"])
def test_parameters_are_a_mapping_or_pairs(app, params):
    with pytest.raises(TypeError):
        app.request("GET", "/a", params=params)
