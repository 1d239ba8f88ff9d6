"""The programs `appmint` and `git-credential-appmint`, against the sandbox of GitHub and real git.

Each test has a home folder of its own. Nothing here waits for time to pass: tokens are ended by the sandbox.
"""

import json
import os
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from git_server import GitServer

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
APPMINT, HELPER, SANDBOX = (TARGET / name for name in ("appmint", "git-credential-appmint", "appmint-sandbox"))
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
LIMIT = 40  # seconds until a command that hangs is a failure


@dataclass
class Sandbox:
    ready: dict

    def control(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.ready["admin_url"] + path, data, headers, method=method)
        with DIRECT.open(request, timeout=LIMIT) as reply:
            return json.loads(reply.read() or b"null")

    def count(self, operation):
        return self.control("/ledger/counts").get(operation, 0)

    def is_alive(self, token):
        request = urllib.request.Request(self.ready["api_url"] + "/installation/repositories")
        request.add_header("Authorization", f"Bearer {token}")
        try:
            with DIRECT.open(request, timeout=LIMIT) as reply:
                return reply.status == 200
        except urllib.error.HTTPError as error:
            assert error.code == 401
            return False


@pytest.fixture
def sandbox(tmp_path):
    yield from start_sandbox("github", tmp_path / "sandbox")


def start_sandbox(platform, folder):
    folder.mkdir()
    command = [SANDBOX, "--platform", platform, "--ready-file", folder / "ready.json", "--key-out", folder / "app.pem",
               "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline()
        yield Sandbox(json.loads((folder / "ready.json").read_text()))
        process.stdin.close()
        process.wait(timeout=LIMIT)


class Home:
    """A user's home folder, and the programs run by that user."""

    def __init__(self, folder, settings):
        self.folder = folder
        folder.mkdir()
        inherited = {name: os.environ[name] for name in ("PATH", "LANG", "CARGO_TARGET_DIR") if name in os.environ}
        self.environment = inherited | {
            "PATH": f"{TARGET}:{inherited['PATH']}",
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_RUNTIME_DIR": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "/bin/false",
            "NO_PROXY": "127.0.0.1,localhost",
            "COLUMNS": "100",
        } | settings

    def run(self, *command, stdin="", code=0, **variables):
        done = subprocess.run([str(word) for word in command], input=stdin, capture_output=True, text=True,
                              env=self.environment | variables, cwd=self.folder, timeout=LIMIT)
        assert code is None or done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def appmint(self, *arguments, **options):
        return self.run(APPMINT, *arguments, **options)

    def json(self, *arguments, **options):
        return json.loads(self.appmint("--json", *arguments, **options).stdout)

    def error(self, *arguments, **options):
        """The error that a command ends with, as --json has it."""
        done = self.appmint("--json", *arguments, **({"code": None} | options))
        assert done.returncode != 0 and not done.stdout
        return json.loads(done.stderr)["error"] | {"code": done.returncode}

    def configure(self, text):
        folder = self.folder / "config" / "appmint"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(text)
        (folder / "config.toml").chmod(0o600)

    def helper(self, action, request, *arguments, **options):
        """The answer of the credential helper, as a list of pairs."""
        lines = "".join(f"{name}={value}\n" for name, value in request) + "\n"
        done = self.run(HELPER, *arguments, action, stdin=lines, **options)
        return [tuple(line.split("=", 1)) for line in done.stdout.splitlines()]


def settings(sandbox):
    ready = sandbox.ready
    return {
        "APPMINT_PLATFORM": ready["platform"],
        "APPMINT_API_URL": ready["api_url"],
        "APPMINT_WEB_URL": ready["web_url"],
        "APPMINT_APP_ID": ready["app_id"],
        "APPMINT_PRIVATE_KEY_FILE": ready["key_path"],
        "APPMINT_CLIENT_ID": ready["client_id"],
        "APPMINT_CLIENT_SECRET": ready["client_secret"],
    }


@pytest.fixture
def home(tmp_path, sandbox):
    return Home(tmp_path / "home", settings(sandbox))


@pytest.fixture
def newcomer(tmp_path):
    """A user without settings."""
    return Home(tmp_path / "bare", {})


@pytest.fixture
def git_server(tmp_path, sandbox):
    with GitServer(tmp_path / "repositories", sandbox) as server:
        yield server
