"""What an app does, seen from Python."""

import json
from datetime import datetime, timedelta, timezone

import appmint
import pytest
from conftest import NOW_MS, REFRESH_TOKEN, TOKEN

NOW = datetime.fromtimestamp(NOW_MS / 1000, timezone.utc)


def test_a_jwt_shows_its_claims(app):
    jwt = app.jwt()
    assert jwt.kind == "jwt"
    assert jwt.claims == {"iat": NOW_MS // 1000 - 60, "exp": NOW_MS // 1000 + 540, "iss": "75"}
    assert jwt.expires_at == NOW + timedelta(seconds=540)
    assert jwt.expires_at.tzinfo is timezone.utc
    assert jwt.authorization() == f"Bearer {jwt.reveal()}"
    assert jwt == app.jwt()


def test_a_key_may_be_a_path_or_text_or_bytes(settings, key_file):
    app = appmint.App("atomgit", **settings)
    for key in (key_file.read_text(), key_file.read_bytes(), bytearray(key_file.read_bytes())):
        other = appmint.App("atomgit", **settings | {"private_key": key})
        assert other.fingerprint == app.fingerprint
        assert other.fingerprint.startswith("SHA256:")


def test_times_may_be_timedeltas_or_seconds(settings):
    for given in (timedelta(minutes=5), 300, 300.0):
        app = appmint.App("atomgit", **settings | {"jwt_lifetime": given, "jwt_back_date": 1.5})
        claims = app.jwt().claims
        assert claims["exp"] == NOW_MS // 1000 + 300
        assert claims["iat"] == NOW_MS // 1000 - 2


def test_a_source_keeps_one_token_valid(app, platform, clock):
    source = app.installation(14)
    token = source.token(min_valid=timedelta(minutes=10))
    assert (token.kind, token.reveal()) == ("installation", TOKEN)
    assert token.expires_at == datetime(2025, 11, 21, 5, tzinfo=timezone.utc)
    assert token.permissions == {"contents": "write"}
    assert token.claims is None
    assert app.installation("14").token() == token
    assert len(platform.requests) == 1
    source.invalidate()
    source.token()
    clock.advance(timedelta(minutes=50))
    source.token(min_valid=600.5)
    assert len(platform.requests) == 3


def test_installations_have_what_the_platform_says(app, platform):
    raw = {
        "id": 14,
        "account": {"path": "acme", "name": "Acme"},
        "permissions": {"contents": "write"},
        "repository_selection": "ALL",
        "created_at": "1969-12-31T23:59:59.999Z",
        "extra": [1.5, None, "ü"],
    }
    platform.answer("/app/installations", 200, [raw])
    [installation] = app.installations()
    assert (installation.id, installation.permissions) == ("14", {"contents": "write"})
    assert installation.repository_selection == "all"
    assert installation.raw == raw
    assert installation.suspended_at is None
    assert installation.created_at == datetime(1970, 1, 1, tzinfo=timezone.utc) - timedelta(
        milliseconds=1
    )
    assert [installation] == app.installations()


def test_a_request_carries_json_or_bytes(app, platform):
    platform.answer("/issues?page=2", 200, {"ü": [1, None]}, X_Thing="a", ETag="b")
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
    for given in (b"\x00x", bytearray(b"\x00x"), memoryview(b"\x00x"), "\x00x"):
        app.request("PUT", "/issues?page=2", {"Content-Type": "text/plain"}, body=given)
        assert platform.requests[-1][3] == b"\x00x"
        assert platform.requests[-1][2]["content-type"] == "text/plain"


def test_headers_that_came_twice_are_one_list():
    from appmint._headers import joined

    headers = joined([("link", "a"), ("date", "b"), ("link", "c")])
    assert headers == {"link": "a, c", "date": "b"}


def test_a_request_may_have_a_token_of_its_own(app, platform, user_token):
    platform.answer("/user", 200, {})
    for token in (user_token, user_token.reveal()):
        app.request("GET", "/user", token=token)
        assert platform.requests[-1][2]["authorization"].endswith(user_token.reveal())
    app.request("GET", "/user")
    assert platform.requests[-1][2]["authorization"] == app.jwt().authorization()


def test_a_body_that_is_not_json_is_a_protocol_error(app, platform):
    platform.answers["/page"] = (200, b"<html>ats_secret", {})
    with pytest.raises(appmint.ProtocolError) as caught:
        app.request("GET", "/page").json()
    assert caught.value.reason == "not_json"
    assert caught.value.__cause__ is None and caught.value.__context__ is None


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


def test_a_manual_clock_moves(clock):
    assert clock.now() == NOW
    clock.advance(1.5)
    assert clock.now() == NOW + timedelta(seconds=1.5)
    clock.set(datetime(1960, 1, 1, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now() == datetime(1959, 12, 31, 16, tzinfo=timezone.utc)
    assert appmint.ManualClock(NOW).now() == NOW


def test_the_module_tells_its_version():
    assert appmint.__version__ == appmint.version()
    assert "atomgit" in appmint.platforms()
