"""An app's requests go through the program's own HTTP client, and what fails there is told apart."""

import gzip
import json
import socket
import threading

import appmint
import httpx
import httpx2
import pytest
import requests
import responses
import respx
from api import Api
from conftest import NOW_MS, TOKEN, url

MINTED = {"token": TOKEN, "expires_at": "2025-11-21T13:00:00.000+08:00"}


@pytest.fixture
def api():
    api = Api()
    api.expires_at = "2025-11-21T05:30:00Z"
    api.elsewhere = Api()
    yield api
    api.close()
    api.elsewhere.close()


def session():
    session = requests.Session()
    session.trust_env = False
    return session


CLIENTS = {"httpx": lambda: httpx.Client(trust_env=False), "httpx2": lambda: httpx2.Client(trust_env=False),
           "requests": session}


@pytest.fixture(params=CLIENTS)
def client(request):
    return CLIENTS[request.param]()


@pytest.fixture
def make(settings):
    """Makes an app with a transport, on an API."""
    del settings["proxy"]

    def make(transport, at, **more):
        return appmint.App("github", **settings | {"api_url": at, "web_url": at} | more, transport=transport)
    return make


def test_a_clients_headers_and_hooks_see_the_requests(make, api):
    seen = []
    client = httpx.Client(trust_env=False, event_hooks={"request": [lambda request: seen.append(request.url.path)]})
    app = make(client, api.url)
    assert app.installation(14).request("GET", "/repos").json()["authorization"] == f"Bearer {api.token()}"
    assert seen == ["/app/installations/14/access_tokens", "/repos"]


def test_an_app_mints_and_calls_through_each_client(make, client, api):
    app = make(client, api.url)
    source = app.installation(14)
    answer = source.request("POST", "/issues", json={"title": "ünï"})
    assert answer.status == 200 and json.loads(answer.json()["body"]) == {"title": "ünï"}
    assert app.request("GET", "/app").json()["authorization"].startswith("Bearer ey")
    assert source.request("GET", "/app/installations/1/access_tokens").status == 201


def test_a_session_does_not_replace_the_credential(make, api, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for own in (requests.Session(), httpx.Client(auth=("a", "b"))):
        if isinstance(own, requests.Session):
            own.auth = ("a", "b")
        answer = make(own, api.url).installation(14).request("GET", "/repos")
        assert answer.json()["authorization"] == f"Bearer {api.token()}"


def test_a_redirect_to_another_host_is_not_followed(make, client, api):
    answer = make(client, api.url).installation(14).request("GET", "/elsewhere")
    assert answer.status == 302 and not api.elsewhere.requests


def test_the_body_is_decoded_once(make, client, platform):
    platform.respond("/app/installations/14/access_tokens", 201, MINTED)
    body = gzip.compress(b'{"a": "b"}')
    platform.responses["/zipped"] = (200, body, {"content_encoding": "gzip", "content_type": "application/json"})
    assert make(client, platform.url).installation(14).request("GET", "/zipped").json() == {"a": "b"}


def test_a_body_that_is_too_long_is_refused(make, client, platform):
    platform.respond("/app/installations/14/access_tokens", 201, MINTED)
    platform.respond("/long", 200, "x" * 5000)
    app = make(client, platform.url, max_response_body=1000)
    with pytest.raises(appmint.ProtocolError) as caught:
        app.installation(14).request("GET", "/long")
    assert caught.value.reason == "body_too_large"


def test_a_host_that_is_not_there_is_unreachable(make, client):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = url(listener)
    with pytest.raises(appmint.TransportError) as caught:
        make(client, closed).installation(14).token()
    assert caught.value.reason == "unreachable" and caught.value.is_retryable
    assert type(caught.value.__cause__).__module__.partition(".")[0] in ("httpx", "httpx2", "requests")
    with pytest.raises(appmint.TransportError) as caught:
        make(client, closed).refresh("ghr_1")
    assert caught.value.is_retryable, "the refresh token was not sent"


def test_an_answer_that_does_not_come_proves_nothing(make, client, unresponsive):
    with pytest.raises(appmint.TimeoutError) as caught:
        make(client, url(unresponsive), timeout=0.3).refresh("ghr_1")
    assert not caught.value.is_retryable, "the refresh token may be spent"


def test_a_connection_that_is_lost_proves_nothing(make, client):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def hang_up():
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(appmint.TransportError) as caught:
            make(client, url(listener)).refresh("ghr_1")
    assert (caught.value.reason, caught.value.is_retryable) == ("connection_lost", False)


@pytest.mark.parametrize("answer", [
    lambda: (201, {"Content-Type": "application/json"}, json.dumps(MINTED).encode()),
    lambda: httpx.Response(201, json=MINTED),
    lambda: (201, [("content-type", "application/json")], bytearray(json.dumps(MINTED).encode())),
])
def test_a_callable_is_a_transport(make, answer):
    sent = []

    def send(request):
        sent.append(request)
        return answer()

    assert make(send, "https://api.corp.example").installation(14).token().reveal() == TOKEN
    (request,) = sent
    assert (request.method, request.url) == ("POST", "https://api.corp.example/app/installations/14/access_tokens")
    assert httpx.Headers(request.headers)["authorization"].startswith("Bearer ey") and "ey" not in repr(request)
    assert "appmint/" in httpx.Headers(request.headers)["user-agent"]
    assert request.is_repeatable and 0 < request.connect_timeout <= request.timeout <= 30


def test_an_async_function_is_a_transport(make):
    async def send(request):
        return 201, {}, json.dumps(MINTED).encode()

    assert make(send, "https://api.corp.example").installation(14).token().reveal() == TOKEN


def test_a_transports_own_exception_is_the_cause(make):
    raised = RuntimeError("hunter2")

    def send(_):
        raise raised

    with pytest.raises(appmint.TransportError, match="the transport raised RuntimeError") as caught:
        make(send, "https://api.corp.example").refresh("ghr_1")
    assert caught.value.__cause__ is raised and "hunter2" not in str(caught.value)
    assert not caught.value.is_retryable


def test_a_callable_may_say_that_nothing_was_sent(make):
    sent = []

    def send(request):
        sent.append(request)
        raise appmint.TransportError("the tunnel is down", reason="unreachable")

    with pytest.raises(appmint.TransportError, match="the tunnel is down") as caught:
        make(send, "https://api.corp.example").refresh("ghr_1")
    assert caught.value.is_retryable and not sent[0].is_repeatable


def test_an_answer_that_is_none_is_an_error(make):
    with pytest.raises(appmint.TransportError, match="raised AttributeError"):
        make(lambda _: None, "https://api.corp.example").installation(14).token()


def test_what_is_no_transport_is_refused(make):
    for wrong in ("https://proxy", httpx.AsyncClient(), httpx2.AsyncClient(), 7):
        with pytest.raises(TypeError, match="transport must be"):
            make(wrong, "https://api.corp.example")
    with pytest.raises(appmint.InvalidArgumentError, match="transport or proxy"):
        make(lambda _: None, "https://api.corp.example", proxy="http://proxy.corp.example:8080")


@respx.mock
def test_respx_sees_the_requests(make):
    route = respx.post("https://api.corp.example/app/installations/14/access_tokens").respond(201, json=MINTED)
    assert make(httpx.Client(), "https://api.corp.example").installation(14).token().reveal() == TOKEN
    assert route.call_count == 1


@responses.activate
def test_responses_sees_the_requests(make):
    responses.post("https://api.corp.example/app/installations/14/access_tokens", json=MINTED, status=201)
    assert make(requests.Session(), "https://api.corp.example").installation(14).token().reveal() == TOKEN
    assert len(responses.calls) == 1


def test_an_app_with_a_transport_is_collected(settings):
    import gc
    import weakref

    del settings["proxy"]
    sent = []

    def send(request):
        sent.append(app)
        return 201, {}, json.dumps(MINTED).encode()

    app = appmint.App("github", **settings, transport=send)
    app.installation(14).token()
    sent.clear()
    gone = weakref.ref(app)
    del app, send
    gc.collect()
    assert gone() is None


def test_an_async_signer_runs_on_a_loop_of_its_own(settings):
    import asyncio

    async def sign(message):
        await asyncio.sleep(0)
        assert threading.current_thread() is not threading.main_thread()
        return b"\x01" * 256

    app = appmint.App("github", **settings | {"private_key": None}, signer=sign)

    async def main():
        return await app.jwt_async()

    assert asyncio.run(main()).claims["iat"] <= NOW_MS // 1000
