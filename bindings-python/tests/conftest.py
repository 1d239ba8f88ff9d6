"""Shared fixtures: a key, a server on loopback, and apps that use it."""

import base64
import json
import signal
import socket
import subprocess
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import appmint
import pytest

NOW_MS = 1_763_697_600_000
TOKEN = "ats_6c91b91bc9ca751e06bd4ef6e4a8d7c0"
USER_TOKEN = "ghu_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
REFRESH_TOKEN = "atr_2f6b2a8e0c1d4b5f9e7a3c6d8b0f1e2d"
CLIENT_SECRET = "hunter2-hunter2-hunter2"
CLIENT_AUTHORIZATION = "Basic " + base64.b64encode(f"Iv1.0:{CLIENT_SECRET}".encode()).decode()
WEBHOOK_SECRET = "mysecret"
DEVICE = {"device_code": "3584d83530557fdd1f46af8289938c8ef79f9dc5", "user_code": "WDJB-MJHT",
          "expires_in": 900, "interval": 5, "verification_uri": "https://github.com/login/device"}
STORE_KEY = "0123456789abcdef" * 4


@pytest.fixture(scope="session", autouse=True)
def ctrl_c():
    """Restores SIGINT, which a shell has its background jobs ignore."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def key_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "app.pem"
    command = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
    subprocess.run([*command, "-out", path], check=True, capture_output=True)
    return path


@pytest.fixture
def clock():
    return appmint.ManualClock(NOW_MS)


class Platform:
    """Sends the responses that a test sets, and records the requests."""

    def __init__(self):
        self.requests = []
        self.responses = {}
        self.date = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        serve = partial(self.server.serve_forever, poll_interval=0.01)
        threading.Thread(target=serve, daemon=True).start()

    def respond(self, path, status, body, **headers):
        self.responses[path] = (status, b"" if body is None else json.dumps(body).encode(), headers)

    def handler(platform):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                platform.requests.append((self.command, self.path, dict(self.headers), body))
                status, body, headers = platform.responses[self.path]
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do

            def date_time_string(self, timestamp=None):
                moment = None if platform.date is None else platform.date.timestamp()
                return super().date_time_string(moment if timestamp is None else timestamp)

            def log_message(self, *_):
                pass

        return Handler


@pytest.fixture
def platform():
    platform = Platform()
    expires_at = "2025-11-21T13:00:00.000+08:00"
    minted = {"token": TOKEN, "expires_at": expires_at, "permissions": {"contents": "write"}}
    platform.respond("/app/installations/14/access_tokens", 201, minted)
    yield platform
    platform.server.shutdown()
    platform.server.server_close()


@pytest.fixture
def settings(platform, key_file, clock):
    return {
        "api_url": platform.url,
        "web_url": platform.url,
        "app_id": 75,
        "private_key": key_file,
        "client_id": "Iv1.0",
        "client_secret": CLIENT_SECRET,
        "clock": clock,
        "proxy": "",
        "retries": 0,
    }


@pytest.fixture
def app(settings):
    return appmint.App("atomgit", **settings)


@pytest.fixture
def github(settings):
    """An app on a platform with narrowing, lookups and signed webhooks."""
    return appmint.App("github", **settings)


@pytest.fixture
def oauth_app(settings, platform):
    """An app with a client and a store."""
    platform.respond("/login/oauth/access_token", 200, {
        "access_token": USER_TOKEN, "expires_in": 28_800, "refresh_token": REFRESH_TOKEN,
        "refresh_token_expires_in": 15_811_200, "token_type": "bearer", "scope": "",
    })
    platform.respond("/login/device/code", 200, DEVICE)
    return appmint.App("github", **settings, store="memory:", store_key=STORE_KEY)


@pytest.fixture
def hook():
    """A webhook from the tests of GitHub's own webhook library."""
    signature = "4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3"
    headers = {"X-Hub-Signature-256": f"sha256={signature}", "x-github-event": "push"}
    return {"headers": headers, "body": b'{"foo":"bar"}', "secrets": WEBHOOK_SECRET}


@pytest.fixture
def unresponsive():
    """A host that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def url(listener):
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def user_token(app, platform):
    platform.respond("/login/oauth/access_token", 200, {
        "access_token": "atu_0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "expires_in": NOW_MS + 28_800_000,
        "refresh_token": REFRESH_TOKEN,
        "refresh_token_expires_in": NOW_MS + 15_811_200_000,
        "token_type": "bearer",
    })
    return app.exchange_code("a-code-that-is-used-once")


def pages(platform, path, *bodies):
    """Sets a list in pages, each linked to the next, and returns their paths."""
    first = f"{path}?per_page=100"
    paths = [first, *(f"{first}&page={n}" for n in range(2, len(bodies) + 1))]
    for this, after, body in zip(paths, [*paths[1:], None], bodies):
        link = {"Link": f'<{platform.url}{after}>; rel="next"'} if after else {}
        platform.respond(this, 200, body, **link)
    return paths


def requested_paths(platform):
    return [path for _, path, _, _ in platform.requests]


def last_request(platform):
    method, path, headers, body = platform.requests[-1]
    return method, path, headers.get("authorization"), json.loads(body) if body else None
