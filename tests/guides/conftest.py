"""Fixtures: a sandbox of GitHub for each test, and the environment in which a guide's program finds it."""

import json
import os
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
STORE_KEY = "5a" * 32


class Sandbox:
    """A running sandbox, by its ready file."""

    def __init__(self, process, ready):
        self.process, self.ready = process, ready

    def command(self, path, value=None):
        body = None if value is None else json.dumps(value).encode()
        with DIRECT.open(urllib.request.Request(f"{self.ready['admin_url']}/{path}", body), timeout=20) as reply:
            return json.load(reply)

    def requests(self, operation):
        return [entry for entry in self.command("ledger") if entry["operation"] == operation]


def start(folder, *flags, platform="github"):
    command = [TARGET / "appmint-sandbox", "--platform", platform, "--until-stdin-closes", *flags]
    command += ["--ready-file", folder / "ready.json", "--key-out", folder / "app.pem"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline(), "the sandbox did not start"  # one line when it is ready
    return Sandbox(process, json.loads((folder / "ready.json").read_text()))


def stop(sandbox):
    sandbox.process.stdin.close()
    sandbox.process.wait(timeout=20)
    sandbox.process.stdout.close()


@pytest.fixture
def sandbox(tmp_path):
    started = start(tmp_path)
    yield started
    stop(started)


@pytest.fixture
def https_sandbox(tmp_path):
    """The same, with a certificate of a CA that exists for this run only."""
    started = start(tmp_path, "--https", "--ca-out", tmp_path / "ca.pem")
    yield started
    stop(started)


@pytest.fixture
def issuer(tmp_path):
    """The URL of an authorization server that publishes its metadata."""
    started = start(tmp_path, platform="issuer")
    yield f"{started.ready['url']}/realms/main"
    stop(started)


def environment(sandbox, folder):
    """The variables that a person who tries a guide exports, and no others of appmint's."""
    ready, inherited = sandbox.ready, {k: v for k, v in os.environ.items() if not k.startswith("APPMINT_")}
    return inherited | {
        "APPMINT_PLATFORM": "github",
        "APPMINT_API_URL": ready["api_url"],
        "APPMINT_WEB_URL": ready["web_url"],
        "APPMINT_APP_ID": ready["app_id"],
        "APPMINT_PRIVATE_KEY_FILE": ready["key_path"],
        "APPMINT_CLIENT_ID": ready["client_id"],
        "APPMINT_CLIENT_SECRET": ready["client_secret"],
        "APPMINT_SANDBOX": str(TARGET / "appmint-sandbox"),
        "APPMINT_SANDBOX_PATH": str(TARGET / "appmint-sandbox"),
        "STORE_KEY": STORE_KEY,
        "STATE_FOLDER": str(folder),
        "WEBHOOK_SECRET": "the webhook's secret",
    }


@pytest.fixture
def env(sandbox, tmp_path):
    return environment(sandbox, tmp_path)


@pytest.fixture
def redis(tmp_path):
    """The URL of a Redis server that keeps nothing."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert any("Ready to accept connections" in line for line in server.stdout), "Redis did not start"
        yield f"redis://127.0.0.1:{port}/"
        server.terminate()
