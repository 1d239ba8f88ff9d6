"""The adapters, with the packages that they are for: who gets a token, and what a 401 does."""

import asyncio
import io
import json
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import appmint
import gidgethub.httpx
import github
import githubkit
import google.auth.transport.requests
import httpx
import httpx2
import pytest
import requests
from api import Api
from appmint.adapters import aiohttp as for_aiohttp
from appmint.adapters import authlib as for_authlib
from appmint.adapters import gidgethub as for_gidgethub
from appmint.adapters import githubkit as for_githubkit
from appmint.adapters import google_auth as for_google_auth
from appmint.adapters import httpx as for_httpx
from appmint.adapters import httpx2 as for_httpx2
from appmint.adapters import pygithub as for_pygithub
from appmint.adapters import requests as for_requests
from appmint.adapters import urllib as for_urllib
from appmint.adapters import urllib3 as for_urllib3
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.requests_client import OAuth2Session


@pytest.fixture
def api():
    api = Api()
    api.expires_at = "2025-11-21T05:30:00Z"
    api.elsewhere = Api()
    yield api
    api.close()
    api.elsewhere.close()


@pytest.fixture
def source(settings, api):
    app = appmint.App("github", **settings | {"api_url": api.url, "web_url": api.url}, timeout=20)
    with app:
        yield app.installation(14)


def by_requests(source):
    session = requests.Session()
    session.trust_env = False
    session.auth = for_requests.Auth(source)

    def send(method, url, body=None):
        response = session.request(method, url, data=body, timeout=20)
        return response.status_code, response.content
    return send


def by_httpx(source, module=httpx, auth=for_httpx.Auth):
    client = module.Client(auth=auth(source), follow_redirects=True, trust_env=False, timeout=20)

    def send(method, url, body=None):
        response = client.request(method, url, content=body)
        return response.status_code, response.content
    return send


def by_httpx_async(source):
    async def request(method, url, body):
        async with httpx.AsyncClient(auth=for_httpx.Auth(source), follow_redirects=True, trust_env=False,
                                     timeout=20) as client:
            response = await client.request(method, url, content=body)
            return response.status_code, response.content
    return lambda method, url, body=None: asyncio.run(request(method, url, body))


def by_httpx2(source):
    return by_httpx(source, httpx2, for_httpx2.Auth)


def by_aiohttp(source):
    async def request(method, url, body):
        timeout = aiohttp.ClientTimeout(20)
        async with aiohttp.ClientSession(middlewares=[for_aiohttp.Auth(source)], timeout=timeout) as session:
            async with session.request(method, url, data=body) as response:
                return response.status, await response.read()
    return lambda method, url, body=None: asyncio.run(request(method, url, body))


def by_urllib3(source):
    pool = for_urllib3.PoolManager(source, timeout=20, maxsize=64)

    def send(method, url, body=None):
        response = pool.request(method, url, body=body)
        return response.status, response.data
    return send


def by_urllib(source):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), for_urllib.AuthHandler(source))

    def send(method, url, body=None):
        try:
            with opener.open(urllib.request.Request(url, body, method=method), timeout=20) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
    return send


def by_google_auth(source):
    credentials = for_google_auth.Credentials(source)

    def send(method, url, body=None):
        with google.auth.transport.requests.AuthorizedSession(credentials) as session:
            response = session.request(method, url, data=body, timeout=20)
            return response.status_code, response.content
    return send


CLIENTS = [by_requests, by_httpx, by_httpx_async, by_httpx2, by_aiohttp, by_urllib3, by_urllib, by_google_auth]

# An AuthorizedSession of google-auth decides by itself how often it sends a request.
OWN = [client for client in CLIENTS if client is not by_google_auth]


@pytest.fixture(params=CLIENTS, ids=lambda client: client.__name__)
def send(request, source):
    return request.param(source)


def test_a_request_gets_the_sources_token_and_the_apps_paths_its_jwt(send, api):
    status, body = send("GET", f"{api.url}/repos")
    assert (status, json.loads(body)["authorization"]) == (200, f"Bearer {api.token()}")
    status, body = send("GET", f"{api.url}/app")
    assert status == 200 and json.loads(body)["authorization"].startswith("Bearer ey")
    assert api.minted == 1


def test_another_host_gets_no_token_and_neither_does_the_target_of_a_redirect(send, api):
    send("GET", f"{api.url}/repos")
    assert send("GET", f"{api.elsewhere.url}/repos")[0] == 401
    assert send("GET", f"{api.url}/elsewhere")[0] == 200
    assert {path for _, path, _, _ in api.elsewhere.requests} == {"/repos", "/file"}
    assert {authorization for _, _, authorization, _ in api.elsewhere.requests} == {None}
    assert api.minted == 1, "a refusal by another host says nothing about the token"


def test_a_401_is_answered_with_one_new_token_and_the_same_body(send, api):
    send("GET", f"{api.url}/repos")
    api.end_tokens()
    status, body = send("POST", f"{api.url}/issues", b"a text")
    assert status == 200
    assert json.loads(body) == {"authorization": f"Bearer {api.token()}", "body": "a text"}
    assert len(api.made("/issues")) == 2
    assert len(api.made("/app/installations/14/access_tokens")) == 2


@pytest.mark.parametrize("client", OWN, ids=lambda client: client.__name__)
def test_a_refusal_by_the_target_of_a_redirect_says_nothing_about_the_token(client, source, api):
    assert client(source)("GET", f"{api.url}/refused")[0] == 401
    assert len(api.elsewhere.requests) == 1 and api.minted == 1
    assert client(source)("GET", f"{api.url}/repos")[0] == 200


@pytest.mark.parametrize("client", OWN, ids=lambda client: client.__name__)
def test_a_request_is_sent_twice_at_most(client, source, api, monkeypatch):
    send = client(source)
    monkeypatch.setattr(api, "token", lambda: f"ghs_{len(api.requests):036}")
    assert send("GET", f"{api.url}/repos")[0] == 401
    assert len(api.made("/repos")) == 2


def test_forty_callers_with_one_dead_token_mint_once(send, source, api):
    source.token()
    api.end_tokens()
    api.waiting = threading.Barrier(40)
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: send("GET", f"{api.url}/repos"), range(40)))
    assert {status for status, _ in answers} == {200}
    assert len(api.made("/app/installations/14/access_tokens")) == 2
    assert len(api.made("/repos")) == 80


@pytest.mark.parametrize("client", [by_requests, by_httpx])
def test_a_body_that_is_gone_is_not_sent_again(client, source, api):
    source.token()
    api.end_tokens()
    status, _ = client(source)("POST", f"{api.url}/issues", iter([b"a ", b"text"]))
    assert status == 401 and len(api.made("/issues")) == 1
    assert client(source)("POST", f"{api.url}/issues", b"x")[0] == 200, "the token was forgotten all the same"


def test_a_file_is_read_again_from_where_it_was(source, api):
    source.token()
    api.end_tokens()
    file = io.BytesIO(b"skipped, a text")
    file.seek(9)
    status, body = by_requests(source)("POST", f"{api.url}/issues", file)
    assert status == 200 and json.loads(body)["body"] == "a text"


def test_pygithub(source, settings, api):
    client = github.Github(auth=for_pygithub.SourceAuth(source), base_url=api.url, retry=None)
    _, answer = client.requester.requestJsonAndCheck("GET", "/repos")
    assert answer["authorization"] == f"Bearer {api.token()}"
    app = appmint.App("github", **settings | {"api_url": api.url, "web_url": api.url})
    auth = for_pygithub.AppAuth(app)
    integration = github.GithubIntegration(auth=auth, base_url=api.url)
    assert integration.get_app().id == 1
    assert auth.app_id in ("75", 75, "Iv1.0")
    assert auth.token == auth.create_jwt() == app.jwt().reveal()


def test_githubkit(source, api):
    client = githubkit.GitHub(for_githubkit.SourceAuthStrategy(source), base_url=api.url, auto_retry=False)
    api_answer = client.request("GET", "/repos").json()
    assert api_answer["authorization"] == f"Bearer {api.token()}"
    api.end_tokens()
    assert asyncio.run(client.arequest("GET", "/repos")).status_code == 200
    assert len(api.made("/app/installations/14/access_tokens")) == 2


def test_gidgethub(source, api):
    async def main():
        async with httpx.AsyncClient(trust_env=False) as client:
            of = gidgethub.httpx.GitHubAPI(client, "octo-app", base_url=api.url)
            octo = for_gidgethub.authenticate(of, source)
            first = await octo.getitem("/repos")
            api.end_tokens()
            return first, await octo.getitem("/issues"), await octo.getitem("/app")

    first, second, app = asyncio.run(main())
    assert first["authorization"] != second["authorization"] == f"Bearer {api.token()}"
    assert app["authorization"].startswith("Bearer ey")
    assert len(api.made("/app/installations/14/access_tokens")) == 2


def test_authlib(source, api):
    token = for_authlib.to_oauth2_token(source.token())
    assert not token.is_expired() or source.token().expires_at.year == 2025
    session = OAuth2Session(token={**token, "expires_at": None})
    session.trust_env = False
    assert session.get(f"{api.url}/repos").status_code == 200
    own = session.get(f"{api.url}/repos", withhold_token=True, auth=for_requests.Auth(source))
    assert own.json()["authorization"] == f"Bearer {api.token()}"

    auth = for_httpx2.Auth if issubclass(AsyncOAuth2Client, httpx2.AsyncClient) else for_httpx.Auth

    async def main():
        async with AsyncOAuth2Client(trust_env=False) as client:
            return await client.request("GET", f"{api.url}/repos", withhold_token=True, auth=auth(source))

    assert asyncio.run(main()).status_code == 200


def test_google_auth_credentials_are_applied_to_headers(source, api):
    credentials, headers = for_google_auth.Credentials(source), {}
    credentials.apply(headers)
    assert headers == {"authorization": f"Bearer {api.token()}"}
    credentials.refresh(None)
    assert credentials.token == api.token() and credentials.expiry.tzinfo is None


def test_nothing_is_imported_that_is_not_asked_for():
    program = "import sys, appmint; print(sorted({'httpx', 'requests', 'aiohttp', 'urllib3', 'asyncio', 'trio'} & set(sys.modules)))"
    import subprocess
    import sys
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
