"""Discovery of a platform from its metadata, and the operations of RFC 7009, 7523 and 7662."""

import base64
import json
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs

import appmint
import pytest
from conftest import CLIENT_AUTHORIZATION, NOW_MS, TOKEN

WELL_KNOWN = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def metadata(platform, **more):
    return {
        "issuer": platform.url,
        "authorization_endpoint": f"{platform.url}/authorize",
        "token_endpoint": f"{platform.url}/token",
        "revocation_endpoint": f"{platform.url}/revoke",
        "introspection_endpoint": f"{platform.url}/introspect",
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "grant_types_supported": ["authorization_code", JWT_BEARER],
    } | more


@pytest.fixture
def discovered(platform, settings):
    """An app on a platform that was discovered."""
    platform.respond(WELL_KNOWN, 200, metadata(platform))
    descriptor = appmint.discover(platform.url, proxy="")
    settings = settings | {"api_url": None, "web_url": None, "key_id": "2026-11"}
    return appmint.App(platform_descriptor=descriptor, **settings)


def last_request(platform):
    method, path, headers, body = platform.requests[-1]
    fields = {name: value for name, [value] in parse_qs(body.decode()).items()}
    return method, path, headers.get("authorization"), fields


def part(jwt, index):
    text = jwt.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_metadata_become_a_descriptor(platform, discovered):
    assert [path for _, path, _, _ in platform.requests] == [WELL_KNOWN]
    assert discovered.platform_name.startswith("127-0-0-1-")
    assert discovered.authorize().url.startswith(f"{platform.url}/authorize?")
    text = appmint.discover(platform.url, timeout=timedelta(seconds=20), connect_timeout=20, proxy="",
                            user_agent="mine/1", retries=0, retry_wait=0.1, allow_plain_http=True)
    assert platform.requests[-1][2]["user-agent"].startswith("mine/1")
    assert appmint.App(platform_descriptor=json.loads(text)).platform_name == discovered.platform_name


def test_an_issuer_without_its_own_metadata_is_refused(platform):
    for path in (WELL_KNOWN, OPENID):
        platform.respond(path, 404, None)
    with pytest.raises(appmint.NotFoundError):
        appmint.discover(platform.url, proxy="")
    platform.respond(OPENID, 200, metadata(platform, issuer="https://evil.example"))
    with pytest.raises(appmint.ProtocolError) as caught:
        appmint.discover(platform.url, proxy="")
    assert caught.value.reason == "issuer_mismatch"
    for issuer in ("gitlab.com", "", "ftp://gitlab.com", "https://gitlab.com?a", "http://gitlab.example"):
        with pytest.raises(appmint.InvalidArgumentError):
            appmint.discover(issuer)


@pytest.mark.parametrize("wrong", [
    {"issuer": b"https://gitlab.com"}, {"timeout": "5"}, {"connect_timeout": True}, {"proxy": 7},
    {"root_certificates": 7}, {"user_agent": b"mine"}, {"allow_plain_http": "no"}, {"retries": 1.5},
    {"retry_wait": "1"},
])
def test_a_value_of_a_wrong_type_is_a_type_error(wrong):
    with pytest.raises(TypeError, match=next(iter(wrong))):
        appmint.discover(**{"issuer": "https://gitlab.com"} | wrong)


def test_app_tokens_have_scopes_and_a_subject(platform, discovered):
    platform.respond("/token", 200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})
    source = discovered.app_tokens(scopes=["b", "a"], subject="octocat")
    assert not platform.requests[1:]
    token = source.token()
    assert (token.kind, token.reveal()) == ("app", TOKEN)
    method, path, _, fields = last_request(platform)
    assert (method, path, fields["grant_type"], fields["scope"]) == ("POST", "/token", JWT_BEARER, "a b")
    assert part(fields["assertion"], 0)["kid"] == "2026-11"
    assert part(fields["assertion"], 1)["sub"] == "octocat"
    assert discovered.app_tokens(scopes=("a", "b"), subject="octocat").token() == token
    discovered.app_tokens().token()
    assert part(last_request(platform)[3]["assertion"], 1)["sub"] == part(last_request(platform)[3]["assertion"], 1)["iss"]
    for wrong in ({"scopes": "a"}, {"scopes": [7]}, {"subject": 7}):
        with pytest.raises(TypeError, match=next(iter(wrong))):
            discovered.app_tokens(**wrong)
    with pytest.raises(TypeError, match="positional"):
        discovered.app_tokens(["a"])


def test_a_token_is_revoked_at_the_server(platform, discovered, user_token):
    platform.respond("/revoke", 200, None)
    for token in (user_token, user_token.reveal()):
        assert discovered.revoke_token(token) is None
        assert last_request(platform) == ("POST", "/revoke", CLIENT_AUTHORIZATION, {"token": user_token.reveal()})
        assert discovered.revoke_token(token, token_type_hint="access_token") is None
        assert last_request(platform)[3]["token_type_hint"] == "access_token"


INTROSPECTION = {"active": True, "scope": "read write", "client_id": "Iv1.0", "username": "octocat",
        "sub": "u-7", "token_type": "Bearer", "iss": "https://example.com", "aud": "api",
        "exp": NOW_MS // 1000 + 60, "iat": NOW_MS // 1000, "nbf": NOW_MS // 1000 - 1, "extra": [1.5]}


def test_an_introspection_has_what_the_server_reports(platform, discovered, user_token):
    platform.respond("/introspect", 200, INTROSPECTION)
    known = discovered.introspect_token(user_token, token_type_hint="access_token")
    assert last_request(platform)[2:] == (CLIENT_AUTHORIZATION, {"token": user_token.reveal(), "token_type_hint": "access_token"})
    now = datetime.fromtimestamp(NOW_MS / 1000, timezone.utc)
    assert known.active is True and known.raw == INTROSPECTION
    assert (known.scopes, known.audience) == (["read", "write"], ["api"])
    assert (known.client_id, known.username, known.subject) == ("Iv1.0", "octocat", "u-7")
    assert (known.token_type, known.issuer) == ("Bearer", "https://example.com")
    assert known.issued_at == now and known.not_before == now - timedelta(seconds=1)
    assert known.expires_at == now + timedelta(minutes=1)
    assert repr(known) == "<appmint.Introspection of an active token>"
    with pytest.raises(AttributeError):
        known.active = False


def test_an_inactive_token_is_no_error(platform, discovered):
    platform.respond("/introspect", 200, {"active": False})
    known = discovered.introspect_token("over")
    assert known.active is False and known.raw == {"active": False}
    assert (known.scopes, known.audience, known.expires_at) == ([], [], None)
    assert repr(known) == "<appmint.Introspection of a token that is not active>"


@pytest.mark.parametrize("operation", ["revoke_token", "introspect_token"])
def test_arguments_about_a_token_are_checked(app, discovered, operation):
    for wrong in (b"token", 7, None, [TOKEN]):
        with pytest.raises(TypeError, match="token must be a str or a Token"):
            getattr(discovered, operation)(wrong)
    with pytest.raises(TypeError, match="token_type_hint must be a str"):
        getattr(discovered, operation)(TOKEN, token_type_hint=7)
    with pytest.raises(appmint.InvalidArgumentError):
        getattr(discovered, operation)("")
    with pytest.raises(TypeError, match="positional"):
        getattr(discovered, operation)(TOKEN, "access_token")
    with pytest.raises(appmint.UnsupportedError):
        getattr(app, operation)(TOKEN)


def test_a_key_id_names_a_key_that_is_given(settings):
    assert part(appmint.App("github", **settings, key_id="k").jwt().reveal(), 0)["kid"] == "k"
    with pytest.raises(appmint.InvalidArgumentError, match="fallback_key_id"):
        appmint.App("github", **settings, fallback_key_id="k")
    for name in ("key_id", "fallback_key_id"):
        with pytest.raises(TypeError, match=f"{name} must be a str"):
            appmint.App("github", **settings, **{name: 7})
