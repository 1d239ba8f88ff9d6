"""Logins in Flask, Starlette, FastAPI and Django, with the packages themselves and the sandbox."""

import base64
import os
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import appmint
import pytest
from appmint.testing import start_sandbox
from appmint.web import LoginFailure
from conftest import STORE_KEY
from web_apps import FRAMEWORKS, SITE, Browser, FastApi

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug/appmint-sandbox"


@pytest.fixture(scope="module")
def sandbox():
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("APPMINT_SANDBOX_PATH", str(PROGRAM))
        sandbox = start_sandbox("github")
    with sandbox:
        yield sandbox


@pytest.fixture
def exchanged(sandbox):
    """How many codes were exchanged in this test."""
    before = sandbox.counts().get("exchange_code", 0)
    return lambda: sandbox.counts().get("exchange_code", 0) - before


@pytest.fixture(params=FRAMEWORKS, ids=lambda each: each.__name__)
def framework(request):
    return request.param


@pytest.fixture
def make_app(sandbox, tmp_path):
    """Makes the app of a further process, all of which share a store."""
    apps = []

    def make(**more):
        apps.append(appmint.App(**sandbox.settings | {"store": tmp_path / "tokens.db", "store_key": STORE_KEY} | more))
        return apps[-1]

    yield make
    for app in apps:
        app.close()


@pytest.fixture
def web(framework, make_app):
    return framework(make_app())


def log_in(browser, sandbox, *, next=None, workers=(0, 0)):
    """Goes through a login, and returns the answer to the callback and the callback's path."""
    begun = browser.get("/auth/login" + (f"?next={quote(next)}" if next else ""), workers[0])
    assert begun.status_code == 302, begun.text
    back = path_of(sandbox.press(begun.headers["location"]))
    return browser.get(back, workers[1]), back


def path_of(url):
    parts = urlsplit(url)
    return f"/auth{parts.path}?{parts.query}"


def test_a_user_logs_in_and_out(web, sandbox):
    browser = Browser(web)
    assert browser.get("/mine").text == "nobody"
    done, _ = log_in(browser, sandbox)
    assert (done.status_code, done.headers["location"]) == (302, "/")
    assert browser.get("/mine").text == "octocat"
    assert browser.pending() == []
    out = browser.logout()
    assert (out.status_code, out.headers["location"]) == (303, "/") or type(web).__name__ == "Django"
    assert browser.get("/mine").text == "nobody"


def test_a_login_has_pkce_and_a_state(web):
    query = parse_qs(urlsplit(Browser(web).get("/auth/login").headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"] and len(query["state"][0]) >= 43
    assert query["redirect_uri"] == [f"{SITE}/callback"]


def test_fastapi_takes_the_routes_of_starlette_and_the_session_as_a_dependency(make_app, sandbox):
    test_a_user_logs_in_and_out(FastApi(make_app()), sandbox)


def test_any_process_finishes_a_login(framework, make_app, sandbox):
    browser = Browser(framework(make_app()), framework(make_app()))
    done, _ = log_in(browser, sandbox, workers=(0, 1))
    assert done.status_code == 302
    assert [browser.get("/mine", worker).text for worker in (0, 1)] == ["octocat", "octocat"]


def test_no_token_is_in_a_cookie_or_an_answer(web, sandbox):
    browser = Browser(web)
    done, _ = log_in(browser, sandbox)
    texts = [cookie.value for cookie in browser.jar] + [done.text, str(done.headers)]
    assert texts and not [text for text in texts if "ghu_" in text or "ghr_" in text]


def test_the_cookie_of_a_login_is_for_this_host_over_tls_and_no_script(web):
    begun = Browser(web).get("/auth/login")
    (cookie,) = [morsel for name, morsel in SimpleCookie(begun.headers["set-cookie"]).items() if "-login-" in name]
    assert cookie.key.startswith("__Host-appmint-login-")
    assert cookie["secure"] and cookie["httponly"] and cookie["path"] == "/" and not cookie["domain"]
    assert (cookie["samesite"].lower(), cookie["max-age"]) == ("lax", "600")
    assert len(cookie.OutputString()) < 2500
    assert (begun.headers["cache-control"], begun.headers["referrer-policy"]) == ("no-store", "no-referrer")


def test_a_callback_counts_once_and_in_its_own_browser_only(web, sandbox, exchanged):
    browser, other = Browser(web), Browser(web)
    begun = browser.get("/auth/login")
    kept = {name: cookie.value for name, cookie in browser.cookies().items()}
    back = path_of(sandbox.press(begun.headers["location"]))
    refused = other.get(back)
    assert refused.status_code == 400 and "it began in another browser" in refused.text
    assert exchanged() == 0, "the other browser has not spent the code"
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 400
    again = other.get(back, headers={"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())})
    assert again.status_code == 400 and "finished before" in again.text, "with the cookie, too"
    assert exchanged() == 1
    assert other.get("/mine").text == "nobody"


def test_a_code_of_another_login_is_refused(web, sandbox):
    """An attacker's code, with the state of the victim's own login and with the attacker's."""
    victim, attacker = Browser(web), Browser(web)
    own = parse_qs(urlsplit(victim.get("/auth/login").headers["location"]).query)["state"][0]
    back = path_of(sandbox.press(attacker.get("/auth/login").headers["location"]))
    assert victim.get(back).status_code == 400
    code = parse_qs(urlsplit(back).query)["code"][0]
    mixed = victim.get(f"/auth/callback?code={code}&state={own}")
    assert mixed.status_code == 400, "the code is bound to the attacker's PKCE verifier"
    assert victim.get("/mine").text == "nobody"
    assert victim.get(f"/auth/callback?code={code}&state={own[:8]}{'x' * 35}").status_code == 400


@pytest.mark.parametrize("query", ["", "?code=1", "?state=", "?state=%ED%A0%80%00&code=1", "?installation_id=1&setup_action=install&code=2"])
def test_a_callback_of_no_login_is_a_sentence(web, query):
    refused = Browser(web).get(f"/auth/callback{query}")
    assert refused.status_code == 400 and refused.text.endswith(".")


def test_a_cookie_that_was_changed_is_refused(web, sandbox, exchanged):
    browser = Browser(web)
    back = path_of(sandbox.press(browser.get("/auth/login").headers["location"]))
    for cookie in browser.jar:
        if "-login-" in cookie.name:
            cookie.value = cookie.value[:40] + ("A" if cookie.value[40] != "A" else "B") + cookie.value[41:]
    assert browser.get(back).status_code == 400
    assert exchanged() == 0


def test_a_user_who_declines_is_told(web, sandbox):
    browser = Browser(web)
    refused = browser.get(path_of(sandbox.press(browser.get("/auth/login").headers["location"], deny=True)))
    assert refused.status_code == 403 and refused.text.endswith(".")
    assert (refused.headers["cache-control"], browser.get("/mine").text) == ("no-store", "nobody")


@pytest.mark.parametrize(("fault", "status"), [({"status": 503}, 502), ({"status": 429, "headers": {"retry-after": "120"}}, 503)])
def test_a_platform_that_fails_is_told_by_the_status(web, sandbox, fault, status):
    browser = Browser(web)
    back = path_of(sandbox.press(browser.get("/auth/login").headers["location"]))
    sandbox.fail("exchange_code", times=1, **fault)
    answer = browser.get(back)
    assert answer.status_code == status and (status == 502 or int(answer.headers["retry-after"]) in range(100, 122))


@pytest.mark.parametrize("next", ["/mine", "/mine?a=1&b=2", "/ünï/ça", "/a%2Fb"])
def test_a_user_returns_to_where_the_login_began(web, sandbox, next):
    done, _ = log_in(Browser(web), sandbox, next=next)
    assert done.headers["location"] == quote(next, safe="/?=&%")


@pytest.mark.parametrize("next", [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "javascript:alert(1)", "mine", " /mine", "/%0d%0aa: b\r\nb: c", "/" + "a" * 2000, "http:/evil.example", "///evil.example",
])
def test_a_next_that_leads_elsewhere_is_refused(web, next):
    refused = Browser(web).get(f"/auth/login?next={quote(next)}")
    assert refused.status_code == 400 and refused.text.startswith("next is ")
    assert "set-cookie" not in refused.headers


def test_a_next_in_a_changed_cookie_is_refused(web, sandbox):
    browser = Browser(web)
    back = path_of(sandbox.press(browser.get("/auth/login").headers["location"]))
    for cookie in browser.jar:
        if "-login-" in cookie.name:
            cookie.value = cookie.value.partition(".")[0] + "." + base64.urlsafe_b64encode(b"//evil.example").decode()
    refused = browser.get(back)
    assert refused.status_code == 400 and "location" not in refused.headers


def test_two_tabs_log_in_at_the_same_time(web, sandbox):
    browser = Browser(web)
    backs = [path_of(sandbox.press(browser.get("/auth/login").headers["location"])) for _ in range(2)]
    assert [browser.get(back).status_code for back in backs] == [302, 302]
    assert browser.get("/mine").text == "octocat"


def test_a_browser_keeps_four_logins_at_most(web, sandbox, monkeypatch):
    browser = Browser(web)
    for second in range(9):
        monkeypatch.setattr("appmint.web._login.time.time", lambda now=second: 1_800_000_000 + now)
        last = browser.get("/auth/login").headers["location"]
    assert len(browser.pending()) == 4
    assert browser.get(path_of(sandbox.press(last))).status_code == 302


def test_a_login_that_replaces_another_ends_its_session_and_empties_the_web_session(web, sandbox, make_app):
    browser = Browser(web)
    browser.get("/keep/before")
    log_in(browser, sandbox)
    assert browser.get("/kept").text == "before", "what an unknown user kept is the user's"
    stolen = {name: cookie.value for name, cookie in browser.cookies().items()}
    log_in(browser, sandbox)
    assert browser.get("/kept").text == "nothing"
    thief = Browser(web)
    again = thief.get("/mine", headers={"Cookie": "; ".join(f"{name}={value}" for name, value in stolen.items())})
    assert again.text != "octocat", "the session that was replaced has ended"


def test_a_session_that_ended_elsewhere_is_begun_again(web, sandbox):
    browser = Browser(web)
    log_in(browser, sandbox)
    kept = {name: cookie.value for name, cookie in browser.cookies().items()}
    browser.logout()
    answer = Browser(web).get("/mine?a=b", headers={"Cookie": "; ".join(f"{k}={v}" for k, v in kept.items())})
    if type(web).__name__ == "Django":  # its session is on the server, and has ended
        assert answer.text == "nobody"
        return
    assert (answer.status_code, unquote(answer.headers["location"])) == (303, "/auth/login?next=/mine?a=b")


def test_a_logout_is_a_post(web):
    assert Browser(web).get("/auth/logout").status_code == 405
    assert Browser(web).logout().status_code in (302, 303), "of nobody, too"


def test_a_function_of_the_program_sees_the_user_and_may_refuse(framework, make_app, sandbox):
    seen = []

    def on_login(*args):
        seen.append(args[-1].request("GET", "/user").json()["login"])
        if len(seen) == 2:
            raise LoginFailure(403, "Only members may log in.")

    browser = Browser(framework(make_app(), on_login=on_login))
    assert log_in(browser, sandbox)[0].status_code == 302
    refused, _ = log_in(browser, sandbox)
    assert (refused.status_code, refused.text) == (403, "Only members may log in.")
    assert browser.get("/mine").text == "nobody" and seen == ["octocat", "octocat"]


def test_the_answer_to_a_failure_is_the_programs(framework, make_app, sandbox):
    failures = []
    answers = {"Flask": lambda failure: (failures.append(failure), ("own page", 418))[1]}

    def on_failure(_request, failure):
        failures.append(failure)
        if framework.__name__ == "Django":
            from django.http import HttpResponse
            return HttpResponse("own page", status=418)
        from starlette.responses import PlainTextResponse
        return PlainTextResponse("own page", 418)

    browser = Browser(framework(make_app(), on_failure=answers.get(framework.__name__, on_failure)))
    back = path_of(sandbox.press(browser.get("/auth/login").headers["location"], deny=True))
    answer = browser.get(back)
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (418, "own page", "no-store")
    assert failures[0].status == 403 and isinstance(failures[0].error, appmint.DeniedError)


@pytest.mark.parametrize("missing", ["store", "store_key", "client_id"])
def test_a_setting_that_is_missing_is_an_error_at_the_start(framework, make_app, missing):
    alone = {"store": {"store": None, "store_key": None}, "store_key": {"store_key": None, "store_unencrypted": True},
             "client_id": {"client_id": None, "client_secret": None}}
    with pytest.raises(appmint.InvalidArgumentError) as caught:
        framework(make_app(**alone[missing]))
    assert caught.value.reason == "missing_credential"


def test_a_path_of_another_site_is_no_setting(framework, make_app):
    with pytest.raises(appmint.InvalidArgumentError, match="after_login"):
        framework(make_app(), after_login="https://evil.example")


def test_the_operators_mistake_is_no_sentence_for_the_user(web, sandbox, framework, make_app):
    browser = Browser(framework(make_app(client_secret="another secret")))
    back = path_of(sandbox.press(browser.get("/auth/login").headers["location"]))
    answer = browser.get(back)
    assert answer.status_code == 500 and "secret" not in answer.text
