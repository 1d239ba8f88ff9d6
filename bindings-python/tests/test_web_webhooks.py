"""Webhooks in Flask, Starlette, FastAPI and Django: who is called, and what the platform is answered."""

import hashlib
import hmac
import http.client
import threading
from http.cookiejar import CookieJar

import appmint
import flask
import pytest
from conftest import STORE_KEY, WEBHOOK_SECRET
from web_apps import FRAMEWORKS, FastApi, Flask, webhook
from werkzeug.serving import make_server

OPENED = {"action": "opened", "issue": {"number": 1}, "installation": {"id": 14}}


@pytest.fixture
def app(settings):
    with appmint.App("github", **settings, store="memory:", store_key=STORE_KEY) as app:
        yield app


@pytest.fixture(params=[*FRAMEWORKS, FastApi], ids=lambda each: each.__name__)
def web(request, app):
    return request.param(app, [WEBHOOK_SECRET, "the previous one"])


def post(web, name="issues", payload=OPENED, secret=WEBHOOK_SECRET, **changed):
    headers, body = webhook(secret, name, payload)
    headers |= changed.pop("headers", {})
    with web.client(CookieJar()) as client:
        return client.post("/webhook", content=changed.pop("content", body), headers=headers)


def test_functions_are_called_by_event_and_action_in_their_order(web):
    called = []
    web.webhooks.on("issues.opened")(lambda event: called.append(("opened", event.payload["issue"]["number"])))
    web.webhooks.on("issues", "push")(lambda event: called.append((event.name, event.installation_id)))
    web.webhooks.on_any(lambda event: called.append(("any", event.delivery_id)))
    assert (post(web).status_code, post(web).text) == (200, "ok")
    assert called == [("issues", "14"), ("opened", 1), ("any", "d-1")] * 2, "deduplicating is the program's"
    called.clear()
    assert post(web, payload=OPENED | {"action": "closed"}).status_code == 200
    assert post(web, "push", {"ref": "main"}).status_code == 200
    assert called == [("issues", "14"), ("any", "d-1"), ("push", None), ("any", "d-1")]


def test_an_event_that_nobody_wants_is_taken(web):
    assert post(web, "ping", {"zen": "x"}).status_code == 200
    assert post(web, "push", ["no", "object"]).status_code == 200


def test_a_decorator_returns_the_function(web):
    @web.webhooks.on("push")
    @web.webhooks.on_any
    def called(event):
        calls.append(event.name)

    calls = []
    post(web, "push", {})
    assert calls == ["push"], "it is called once"
    called(appmint_event := type("Event", (), {"name": "own"}))
    assert calls == ["push", appmint_event.name]


def test_a_function_may_be_async(web):
    called = []

    @web.webhooks.on("issues")
    async def on_issues(event):
        called.append(event.name)

    assert (post(web).status_code, called) == (200, ["issues"])


@pytest.mark.parametrize("secret", ["another secret", ""])
def test_another_signature_is_401(web, secret):
    called = []
    web.webhooks.on_any(called.append)
    answer = post(web, secret=secret)
    assert answer.status_code == 401 and "signature" in answer.text and WEBHOOK_SECRET not in answer.text
    assert post(web, headers={"X-Hub-Signature-256": ""}).status_code == 401
    assert post(web, content=b"").status_code == 401
    assert called == []


def test_the_previous_secret_is_valid_while_it_is_replaced(web):
    assert post(web, secret="the previous one").status_code == 200


def test_a_payload_that_is_no_json_is_400(web):
    body = b"no json"
    seal = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    answer = post(web, content=body, headers={"X-Hub-Signature-256": f"sha256={seal}"})
    assert answer.status_code == 400 and "JSON" in answer.text


def test_a_body_of_three_megabytes_is_taken_and_one_of_26_is_413(web, monkeypatch):
    assert post(web, payload={"text": "a" * (3 << 20)}).status_code == 200
    answer = post(web, payload={"text": "a" * (26 << 20)})
    assert (answer.status_code, answer.text) == (413, "the body is larger than 25 MiB")


def test_only_a_post_is_a_webhook(web):
    with web.client(CookieJar()) as client:
        assert client.get("/webhook").status_code == 405


def test_an_exception_is_500_and_the_others_are_called_all_the_same(web, caplog):
    called = []

    @web.webhooks.on("issues")
    def fails(event):
        raise RuntimeError("the first")

    @web.webhooks.on("issues")
    def fails_too(event):
        raise ValueError("the second")

    web.webhooks.on("issues")(called.append)
    assert post(web).status_code == 500
    assert len(called) == 1
    (record,) = [record for record in caplog.records if record.name == "appmint.web"]
    assert record.exc_info[1].args == ("the second",)


def test_an_installation_that_is_suspended_loses_its_token_before_a_function_is_called(web, app, platform):
    minted = app.installation(14).token()
    seen = []
    web.webhooks.on("installation.suspend")(lambda event: seen.append(app.installation(14).token() is minted))
    platform.respond("/app/installations/14/access_tokens", 201, {"token": "ghs_" + "b" * 36, "expires_at": "2025-11-21T05:30:00Z"})
    post(web, "installation", {"action": "suspend", "installation": {"id": 14}})
    assert seen == [False]
    assert len(platform.requests) == 2


@pytest.mark.parametrize("secrets", ["", [], ["one", ""]])
def test_a_secret_that_is_missing_is_an_error_at_the_start(app, secrets):
    for framework in FRAMEWORKS:
        with pytest.raises(appmint.InvalidArgumentError):
            framework.module.Webhooks(app, secrets)


@pytest.mark.parametrize("names", [(), ("",), ("push", "")])
def test_a_name_that_is_missing_is_an_error(web, names):
    with pytest.raises(appmint.InvalidArgumentError):
        web.webhooks.on(*names)


def test_a_body_that_flask_has_parsed_is_told(app):
    web = Flask(app, WEBHOOK_SECRET)
    web.web.before_request(lambda: flask.request.form and None)
    answer = post(web, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 500 and "before the webhook" in answer.text


def test_flask_reads_a_body_in_chunks(app):
    web, called = Flask(app, WEBHOOK_SECRET), []
    web.webhooks.on("push")(lambda event: called.append(event.payload["text"]))
    server = make_server("127.0.0.1", 0, web.web)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    headers, body = webhook(WEBHOOK_SECRET, "push", {"text": "a" * 100_000})
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request("POST", "/webhook", iter([body[:50_000], body[50_000:]]), headers, encode_chunked=True)
    assert connection.getresponse().status == 200 and called == ["a" * 100_000]
    server.shutdown()
    server.server_close()


def test_flasks_own_limit_is_smaller(app):
    web = Flask(app, WEBHOOK_SECRET)
    web.web.config["MAX_CONTENT_LENGTH"] = 10
    assert post(web).status_code == 413
