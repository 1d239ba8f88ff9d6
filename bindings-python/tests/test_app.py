"""What an app does, seen from Python."""

import base64
import hmac
import json
from datetime import datetime, timedelta, timezone
from email.message import Message

import appmint
import pytest
from conftest import NOW_MS, REFRESH_TOKEN, TOKEN

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


def test_a_second_key_is_turned_to_and_may_be_a_path(settings, key_file, platform):
    for key in (key_file, key_file.read_text(), key_file.read_bytes()):
        app = appmint.App("github", fallback_private_key=key, **settings)
        assert app.jwt().kind == "jwt"
    platform.answer("/app/installations/14/access_tokens", 401,
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


def test_the_clocks_difference_is_learned(settings, platform, clock):
    app = appmint.App("github", **settings)
    assert app.clock_offset == timedelta(0)
    platform.answer("/app/installations/14/access_tokens", 401,
                    {"message": "'Expiration time' claim ('exp') is too far in the future"})
    platform.date = NOW - timedelta(minutes=20, seconds=1)
    with pytest.raises(appmint.UnauthorizedError) as caught:
        app.installation(14).token()
    assert caught.value.reason == "clock_skew"
    claimed = [claims(request)["iat"] for request in platform.requests]
    assert claimed[:2] == [NOW_MS // 1000 - 60, NOW_MS // 1000 - 60 - 1201]
    platform.answer("/app/installations/14/access_tokens", 201,
                    {"token": TOKEN, "expires_at": "2025-11-21T04:30:00Z"})
    clock.advance(2)  # a failure stands for a second
    platform.date += timedelta(seconds=2)
    app.installation(14).token()
    assert app.clock_offset == timedelta(minutes=-20, seconds=-1)


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
    assert [installation] == list(app.installations())


LOOKUPS = {
    "account": ("acme", "/users/acme/installation"),
    "id": (14, "/app/installations/14"),
    "organization": ("acme", "/orgs/acme/installation"),
    "user": ("acme", "/users/acme/installation"),
    "repository": ("acme/api", "/repos/acme/api/installation"),
    "enterprise": ("acme", "/enterprises/acme/installation"),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_an_installation_is_looked_up_by_one_thing(github, platform, name):
    value, path = LOOKUPS[name]
    platform.answer(path, 200, {"id": 14, "account": {"login": "acme"}})
    found = github.find_installation(**{name: value})
    assert (found.id, found.account) == ("14", "acme")
    if name == "account":
        assert github.find_installation(value) == found


def test_a_token_is_narrowed(github, platform):
    minted = {"token": TOKEN, "expires_at": "2025-11-21T05:00:00Z", "repositories": [{"name": "api"}]}
    platform.answer("/app/installations/14/access_tokens", 201, minted)
    source = github.installation(14, repositories=("api",), repository_ids=[7, "8"],
                                 permissions={"pull-requests": "read"})
    assert source.token().repositories == ["api"]
    asked = {"repositories": ["api"], "repository_ids": [7, 8],
             "permissions": {"pull_requests": "read"}}
    assert json.loads(platform.requests[-1][3]) == asked
    assert source.token() == github.installation(
        "14", permissions={"pull_requests": "read"}, repository_ids={8, 7}, repositories=iter(["api"]),
    ).token()
    assert len(platform.requests) == 1
    github.installation(14).token()
    assert platform.requests[-1][3] == b""
    for empty in ({"repositories": []}, {"repository_ids": ()}, {"permissions": {}}):
        with pytest.raises(appmint.InvalidArgumentError, match="is empty"):
            github.installation(14, **empty)
    assert len(platform.requests) == 2


def test_a_token_that_was_not_narrowed_names_no_repositories(app):
    assert app.installation(14).token().repositories == []


def test_a_webhook_is_believed_by_its_signature(github, platform, hook):
    webhook = github.verify_webhook(**hook)
    assert (webhook.name, webhook.delivery_id, webhook.installation_id) == ("push", None, None)
    assert webhook.payload == {"foo": "bar"}
    for secrets in (["new", hook["secrets"]], (hook["secrets"],)):
        assert github.verify_webhook(**hook | {"secrets": secrets}).payload == {"foo": "bar"}
    for body in (bytearray(hook["body"]), memoryview(hook["body"])):
        assert github.verify_webhook(hook["headers"], body, hook["secrets"]).name == "push"
    message = Message()
    for name, value in hook["headers"].items():
        message[name.upper()] = value
    assert github.verify_webhook(**hook | {"headers": message}).name == "push"
    assert not platform.requests


def test_a_webhook_tells_its_installation(github):
    body = '{"installation":{"id":14},"big":12345678901234567,"ü":[1.5,null]}'.encode()
    signature = hmac.new(b"s", body, "sha256").hexdigest()
    headers = {"x-hub-signature-256": f"sha256={signature}", "X-GitHub-Delivery": "d-1",
               "X-GitHub-Event": "installation"}
    webhook = github.verify_webhook(headers, body, "s")
    assert (webhook.installation_id, webhook.delivery_id) == ("14", "d-1")
    assert webhook.payload == json.loads(body)
    assert webhook.payload is webhook.payload
    assert repr(webhook) == "<appmint.WebhookEvent installation of installation 14>"
    with pytest.raises(AttributeError):
        webhook.name = "other"


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
    assert platform.requests[-1][2]["authorization"] == app.jwt().authorization_header()


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
