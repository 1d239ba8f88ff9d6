"""Objects show their secrets by their reveal methods only."""

import copy
import pickle
import re
import traceback

import appmint
import pytest
from conftest import CLIENT_SECRET, REFRESH_TOKEN, TOKEN, WEBHOOK_SECRET


@pytest.fixture
def secrets(app, user_token, key_file):
    key = key_file.read_text().splitlines()[1]
    tokens = [TOKEN, REFRESH_TOKEN, user_token.reveal(), app.jwt().reveal()]
    return [key, CLIENT_SECRET, WEBHOOK_SECRET, *tokens]


def views(thing):
    yield from (repr(thing), str(thing), f"{thing}", f"{thing!s:>9}", f"{thing!r}", "%s" % thing)
    yield repr([thing, {"it": thing}])


def test_objects_do_not_show_their_secrets(app, user_token, secrets):
    source = app.installation(14)
    token = source.token()
    for thing in (app, source, token, user_token, app.jwt(), app.authorize()):
        for view in views(thing):
            assert not any(secret in view for secret in secrets)
        assert not hasattr(thing, "__dict__")
    assert "[redacted]" in str(token) and "installation" in str(token)


def test_a_response_does_not_show_its_body(app, platform, secrets):
    platform.respond("/echo", 200, {"token": TOKEN})
    for view in views(app.request("GET", "/echo")):
        assert TOKEN not in view


def test_an_app_with_a_store_does_not_show_its_keys(settings):
    url = f"redis://:{CLIENT_SECRET}@127.0.0.1:1/"
    app = appmint.App("atomgit", **settings, store=url, store_key="ab" * 32, capacity=9)
    for view in views(app):
        assert CLIENT_SECRET not in view and "abab" not in view


def test_a_webhook_does_not_show_its_payload(github, hook):
    for view in views(github.verify_webhook(**hook)):
        assert "foo" not in view and "push" in view


def test_objects_with_secrets_are_not_pickled(app, github, user_token, platform):
    platform.respond("/echo", 200, {})
    platform.respond("/app", 200, {"id": 75})
    things = [app, app.installation(14), user_token, app.authorize(), app.request("GET", "/echo"),
              github.registration(), github.installations()]
    for thing in things:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="holds a secret"):
                pickle.dumps(thing, protocol)


def test_a_token_is_its_own_copy(user_token):
    assert copy.copy(user_token) is user_token
    assert copy.deepcopy([user_token])[0] is user_token


def test_tokens_are_equal_by_all_they_are(app, user_token):
    token = app.installation(14).token()
    assert token == app.installation(14).token()
    assert token != user_token and token != token.reveal()
    with pytest.raises(TypeError, match="unhashable"):
        hash(token)


def test_tracebacks_show_no_secret(app, github, hook, platform, settings, secrets, user_token):
    response = {"message": f"no {app.jwt().reveal()} and no {TOKEN}"}
    platform.respond("/app/installations/14/access_tokens", 401, response)
    response = {"message": f"no {CLIENT_SECRET} and no {REFRESH_TOKEN}", "error": "bad"}
    platform.respond("/login/oauth/access_token", 400, response)
    for path in ("token", "token/scoped"):
        platform.respond(f"/applications/Iv1.0/{path}", 422, {"message": f"no {user_token.reveal()}"})
    platform.respond("/app/hook/config", 422, {"message": f"no {WEBHOOK_SECRET}"})
    failing = [
        lambda: app.installation(14).token(),
        lambda: app.refresh(user_token),
        lambda: app.exchange_code(REFRESH_TOKEN),
        lambda: app.refresh(REFRESH_TOKEN + "\ud800"),
        lambda: app.request("GET", "/", token=TOKEN + "\r\n"),
        lambda: app.request("GET", "/", token=[TOKEN]),
        lambda: app.installation(14).token(min_valid=TOKEN),
        lambda: appmint.App("atomgit", **settings | {"client_secret": [CLIENT_SECRET]}),
        lambda: appmint.App("atomgit", **settings | {"proxy": f"socks:{CLIENT_SECRET}"}),
        lambda: appmint.App("atomgit", **settings | {"private_key": secrets[0]}),
        lambda: appmint.App("atomgit", **settings | {"fallback_private_key": [secrets[0]]}),
        lambda: appmint.App("atomgit", **settings, store=f"postgres://{CLIENT_SECRET}"),
        lambda: appmint.App("atomgit", **settings, store=[CLIENT_SECRET]),
        lambda: appmint.App("atomgit", **settings, store="sqlite:a", store_key=CLIENT_SECRET),
        lambda: appmint.App("atomgit", **settings, store="sqlite:a", store_key=[CLIENT_SECRET]),
        lambda: appmint.App("atomgit", **settings, on_event=CLIENT_SECRET),
        lambda: github.verify_webhook(**hook | {"secrets": WEBHOOK_SECRET + "\ud800"}),
        lambda: github.verify_webhook(**hook | {"secrets": [[WEBHOOK_SECRET]]}),
        lambda: github.verify_webhook(**hook | {"body": b"{}"}),
        lambda: github.revoke_credentials(TOKEN),
        lambda: github.revoke_credentials([TOKEN + "\ud800"]),
        lambda: github.check_token([TOKEN]),
        lambda: github.delete_token(TOKEN + "\ud800"),
        lambda: github.reset_token(user_token),
        lambda: github.scope_token(user_token, target="a"),
        lambda: github.revoke_token([TOKEN]),
        lambda: github.introspect_token(TOKEN),
        lambda: appmint.discover(f"https://user:{CLIENT_SECRET}@example.com"),
        lambda: appmint.discover("https://example.com", proxy=f"socks:{CLIENT_SECRET}"),
        lambda: github.update_webhook_config(secret=[WEBHOOK_SECRET]),
        lambda: github.update_webhook_config(secret=WEBHOOK_SECRET),
    ]
    for call in failing:
        with pytest.raises((appmint.Error, TypeError)) as caught:
            call()
        shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
        shown += repr(caught.value) + repr(vars(caught.value))
        assert not any(secret in shown for secret in secrets), shown


def test_a_pattern_finds_secrets_in_a_log():
    stateless = "ghs_1_eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJnaXRodWIifQ-_x.c2lnbmF0dXJl-_"
    line = f"GET /user ({stateless}) ats_6c91b91bc9ca751ec61140ab55ae8a71, refresh_token_expires_in"
    assert re.sub(appmint.secret_pattern(), "***", line) == "GET /user (***) ***, refresh_token_expires_in"
