"""The examples work, against the sandbox."""

import json
import os
import socket
import subprocess
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples/python"
SANDBOX = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug/appmint-sandbox"


class Sandbox:
    """A sandbox of GitHub, and its user."""

    def __init__(self, ready):
        self.ready = ready

    def post(self, command, **fields):
        body = json.dumps(fields).encode() if fields else None
        request = Request(f"{self.ready['admin_url']}/{command}", body, {"Content-Type": "application/json"})
        with build_opener(ProxyHandler({})).open(request, timeout=20) as reply:
            return json.load(reply)

    def start(self, example, *, command=None, **more):
        """Starts an example, or a command instead of it."""
        own = {name.upper(): self.ready[name] for name in ("api_url", "web_url", "client_id", "client_secret")}
        own |= {"PLATFORM": "github", "STORE": "memory:", "STORE_KEY": "5f" * 32, "SECRET_KEY": "a secret key", **more}
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("APPMINT_")}
        env = inherited | {f"APPMINT_{name}": value for name, value in own.items()}
        env |= {"NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(command or [sys.executable, EXAMPLES / example], env=env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture
def sandbox(tmp_path):
    ready = tmp_path / "ready.json"
    command = [SANDBOX, "--platform", "github", "--ready-file", ready, "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert "listening" in process.stdout.readline()
        yield Sandbox(json.loads(ready.read_text()))
        process.stdin.close()
        process.wait(timeout=20)


@pytest.fixture
def web(sandbox):
    """The URL of the web app, which is running."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with sandbox.start("web.py", REDIRECT_URI=f"{url}/callback") as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Running on" in line:
                break
        assert "Running on" in lines[-1], "".join(lines)
        yield url
        process.terminate()
        rest = process.communicate(timeout=20)[0]
    assert "Traceback" not in rest and not any(secret in rest for secret in ("ghu_", "ghr_"))


class Browser:
    """A browser that keeps cookies and follows redirects."""

    def __init__(self):
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def open(self, url, body=None):
        try:
            with self.opener.open(url, body, timeout=20) as reply:
                return reply.status, reply.url, reply.read().decode()
        except HTTPError as refusal:
            with refusal:
                return refusal.status, refusal.url, refusal.read().decode()


def test_a_user_logs_in_to_the_web_app(sandbox, web):
    browser = Browser()
    assert "Log in" in browser.open(web)[2]
    _status, page, _body = browser.open(f"{web}/login")
    back = sandbox.post("press", url=page)["location"]
    status, url, body = browser.open(back)
    assert (status, url) == (200, f"{web}/")
    assert "full_name" in body and "Log out" in body
    assert sandbox.post("ledger/counts")["exchange_code"] == 1
    assert browser.open(back)[0] == 400  # a callback counts once
    assert Browser().open(back)[0] == 400  # and in the same browser only
    assert sandbox.post("ledger/counts")["exchange_code"] == 1
    assert "Log in" in browser.open(f"{web}/logout", b"")[2]


@pytest.mark.parametrize("preload", [[], ["--preload"]], ids=["each-worker", "preload"])
def test_four_workers_serve_twenty_logins(sandbox, tmp_path, preload):
    """A user's requests go to whichever worker is free: four processes, of which none has all of a login."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = "127.0.0.1:%d" % free.getsockname()[1]
    # A worker that closes each connection has no way to keep a browser.
    command = [sys.executable, "-m", "gunicorn", "-w", "4", "-b", address, "--chdir", EXAMPLES, "--keep-alive", "0", *preload, "web:web"]
    shared = {"REDIRECT_URI": f"http://{address}/callback", "STORE": f"sqlite:{tmp_path / 'web.db'}"}
    with sandbox.start("web.py", command=command, **shared) as process:
        try:
            booted = 0
            for line in process.stdout:
                booted += "Booting worker" in line
                if booted == 4:
                    break
            assert booted == 4
            for _ in range(20):
                browser = Browser()
                _status, page, _body = browser.open(f"http://{address}/login")
                status, _url, body = browser.open(sandbox.post("press", url=page)["location"])
                assert status == 200 and "Log out" in body, body
        finally:
            process.terminate()
            rest = process.communicate(timeout=60)[0]
    assert sandbox.post("ledger/counts")["exchange_code"] == 20, rest


def test_the_web_app_says_that_the_user_declined(sandbox, web):
    browser = Browser()
    _status, page, _body = browser.open(f"{web}/login")
    status, _url, body = browser.open(sandbox.post("press", url=page, deny=True)["location"])
    assert status == 400 and "Log in" in body
    assert "exchange_code" not in sandbox.post("ledger/counts")


@pytest.mark.parametrize("secret", [{}, {"CLIENT_SECRET": ""}])
def test_a_user_logs_in_on_another_device(sandbox, secret):
    sandbox.post("quirks", device_interval_s=1)
    with sandbox.start("device.py", USER_GET_PATH="/user", **secret) as process:
        words = process.stdout.readline().split()
        assert words[:2] == ["Open", f"{sandbox.ready['web_url']}/login/device"]
        sandbox.post("device", user_code=words[-1])
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0, rest
    assert rest.startswith("GET /user 200 ") and "octocat" in rest
    assert "ghu_" not in rest


def test_the_device_program_ends_when_the_user_declines(sandbox):
    sandbox.post("quirks", device_interval_s=1)
    with sandbox.start("device.py") as process:
        sandbox.post("device", user_code=process.stdout.readline().split()[-1], deny=True)
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 1 and rest.startswith("error: denied: ")
