"""What people paste works: the examples run against the sandbox."""

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
    """GitHub, and the person in front of it."""

    def __init__(self, ready):
        self.ready = ready

    def tell(self, command, **words):
        body = json.dumps(words).encode() if words else None
        request = Request(f"{self.ready['admin_url']}/{command}", body, {"Content-Type": "application/json"})
        with build_opener(ProxyHandler({})).open(request, timeout=20) as reply:
            return json.load(reply)

    def start(self, example, **more):
        """An example that runs, as a person would start it."""
        own = {name.upper(): self.ready[name] for name in ("api_url", "web_url", "client_id", "client_secret")}
        own |= {"PLATFORM": "github", **more}
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("APPMINT_")}
        env = inherited | {f"APPMINT_{name}": value for name, value in own.items()}
        env |= {"NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"}
        return subprocess.Popen([sys.executable, EXAMPLES / example], env=env, text=True,
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
    """The web app's URL once it serves."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with sandbox.start("web.py", REDIRECT_URI=f"{url}/callback") as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if "Running on" in line:
                break
        assert "Running on" in said[-1], "".join(said)
        yield url
        process.terminate()
        rest = process.communicate(timeout=20)[0]
    assert "Traceback" not in rest and not any(secret in rest for secret in ("ghu_", "ghr_"))


class Browser:
    """One that keeps cookies and goes where it is sent."""

    def __init__(self):
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def open(self, url, body=None):
        try:
            with self.opener.open(url, body, timeout=20) as reply:
                return reply.status, reply.url, reply.read().decode()
        except HTTPError as refusal:
            with refusal:
                return refusal.status, refusal.url, refusal.read().decode()


def test_a_person_logs_in_to_the_web_app(sandbox, web):
    browser = Browser()
    assert "Log in" in browser.open(web)[2]
    _status, page, _body = browser.open(f"{web}/login")
    back = sandbox.tell("press", url=page)["location"]
    status, url, body = browser.open(back)
    assert (status, url) == (200, f"{web}/")
    assert "full_name" in body and "Log out" in body
    assert sandbox.tell("ledger/counts")["exchange_code"] == 1
    assert browser.open(back)[0] == 400  # what came back counts once
    assert Browser().open(back)[0] == 400  # and in the same browser only
    assert sandbox.tell("ledger/counts")["exchange_code"] == 1
    assert "Log in" in browser.open(f"{web}/logout", b"")[2]


def test_a_person_who_says_no_to_the_web_app_is_told(sandbox, web):
    browser = Browser()
    _status, page, _body = browser.open(f"{web}/login")
    status, _url, body = browser.open(sandbox.tell("press", url=page, deny=True)["location"])
    assert status == 400 and "Log in" in body
    assert "exchange_code" not in sandbox.tell("ledger/counts")


@pytest.mark.parametrize("secret", [{}, {"CLIENT_SECRET": ""}])
def test_a_person_logs_in_on_another_device(sandbox, secret):
    sandbox.tell("quirks", device_interval_s=1)
    with sandbox.start("device.py", USER_GET_PATH="/user", **secret) as process:
        told = process.stdout.readline().split()
        assert told[:2] == ["Open", f"{sandbox.ready['web_url']}/login/device"]
        sandbox.tell("device", user_code=told[-1])
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0, rest
    assert rest.startswith("GET /user 200 ") and "octocat" in rest
    assert "ghu_" not in rest


def test_a_person_who_says_no_on_another_device_ends_the_program(sandbox):
    sandbox.tell("quirks", device_interval_s=1)
    with sandbox.start("device.py") as process:
        sandbox.tell("device", user_code=process.stdout.readline().split()[-1], deny=True)
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 1 and rest.startswith("error: denied: ")
