"""A web app in the processes of gunicorn, some of which are killed: no login is lost, and nothing is minted twice."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

import httpx
import pytest
from appmint.testing import start_sandbox
from conftest import STORE_KEY
from web_apps import webhook

ROOT = Path(__file__).resolve().parents[2]
SANDBOX = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug/appmint-sandbox"
USERS = 8
SECRET = "the webhook's secret"


# gunicorn's parent learns of a child after the fork, and loses one that is killed before that. A worker that has read the
# program is known to it.
CONFIG = """
import os

def post_worker_init(worker):
    os.write(1, b"ready: %d\\n" % worker.pid)
"""


class Gunicorn:
    """The program of the guide in four processes, by the lines that they print."""

    def __init__(self, environment, folder):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.host = "127.0.0.1:%d" % free.getsockname()[1]
        self.url = f"http://{self.host}"
        (folder / "config.py").write_text(CONFIG)
        command = [sys.executable, "-m", "gunicorn", "-c", folder / "config.py", "-w", "4", "-b", self.host, "--chdir", ROOT / "examples/guides/python",
                   "--keep-alive", "0", "web_flask:web"]
        self.process = subprocess.Popen(command, env=environment | {"REDIRECT_URI": f"{self.url}/callback"}, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.output, self.ready = [], Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.workers = self.next(4)

    def read(self):
        for line in self.process.stdout:
            self.output.append(line)
            # In one line with what another process prints, whose end of line comes later.
            for worker in re.findall(r"ready: (\d+)$", line):
                self.ready.put(int(worker))

    def next(self, count):
        """The next workers that are ready."""
        return [self.ready.get(timeout=60) for _ in range(count)]

    def kill(self):
        """Kills the oldest worker, and waits for the one in its place."""
        os.kill(self.workers.pop(0), signal.SIGKILL)
        self.workers += self.next(1)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        self.workers = self.next(4)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


@pytest.fixture
def sandbox(monkeypatch):
    monkeypatch.setenv("APPMINT_SANDBOX_PATH", str(SANDBOX))
    with start_sandbox("github") as sandbox:
        yield sandbox


@pytest.fixture
def gunicorn(sandbox, tmp_path):
    key = tmp_path / "app.pem"
    key.write_text(sandbox.private_key)
    names = ("api_url", "web_url", "app_id", "client_id", "client_secret")
    settings = {name: getattr(sandbox, name) for name in names} | {"platform": "github", "private_key_file": str(key)}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("APPMINT_")}
    environment |= {f"APPMINT_{name.upper()}": value for name, value in settings.items()}
    environment |= {"STORE_KEY": STORE_KEY, "STATE_FOLDER": str(tmp_path), "SECRET_KEY": "a secret key", "WEBHOOK_SECRET": SECRET,
                    "NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"}
    gunicorn = Gunicorn(environment, tmp_path)
    yield gunicorn
    gunicorn.stop()


class User:
    """A user's browser, and a platform that posts about an installation. A worker that is killed drops a connection, and the
    same request is made again."""

    def __init__(self, gunicorn, sandbox, installation):
        self.client = httpx.Client(base_url=gunicorn.url, trust_env=False, timeout=30)
        self.sandbox, self.installation = sandbox, installation

    def ask(self, method, path, **options):
        for _ in range(20):
            try:
                return self.client.request(method, path, **options)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                continue
        raise AssertionError("the connection was dropped twenty times")

    def log_in(self):
        """The user tries again where a worker was killed between the code and the answer."""
        for _ in range(20):
            page = self.ask("GET", "/login").headers["location"]
            if self.ask("GET", self.sandbox.press(page)).status_code == 302:
                return
        raise AssertionError("no login was possible")

    def is_logged_in(self):
        return self.ask("GET", "/").text == "octocat"

    def deliver(self):
        headers, body = webhook(SECRET, "push", {"installation": {"id": int(self.installation)}})
        return self.ask("POST", "/webhook", content=body, headers=headers).status_code


def test_workers_are_killed_and_reloaded_under_load(gunicorn, sandbox):
    installations = sandbox.installations[:3]
    users = [User(gunicorn, sandbox, installations[number % 3]) for number in range(USERS)]
    is_over, begun, done = threading.Event(), threading.Barrier(USERS + 1), threading.Barrier(USERS + 1)

    def live(user):
        user.log_in()
        begun.wait(60)
        assert user.deliver() == 200
        done.wait(60)
        rounds = 0
        while not is_over.is_set():
            newcomer = User(gunicorn, sandbox, user.installation)
            newcomer.log_in()
            assert user.is_logged_in() and newcomer.is_logged_in()
            assert user.deliver() == 200
            rounds += 1
        assert user.is_logged_in() and newcomer.is_logged_in(), "after the last of the workers was killed, too"
        return rounds

    def minted():
        return sandbox.counts()["mint_installation_token"]

    with ThreadPoolExecutor(USERS) as pool:
        lives = [pool.submit(live, user) for user in users]
        try:
            begun.wait(60)
            done.wait(60)
            assert minted() == 3, "eight at once, in four processes"
            for _ in range(2):
                for _ in range(4):
                    gunicorn.kill()
                gunicorn.reload()
        finally:
            is_over.set()
            begun.abort()
            done.abort()
        assert all(life.result(60) for life in lives)
    assert minted() == 3, "".join(gunicorn.output)
    assert "Traceback" not in "".join(gunicorn.output)
    assert not re.search(r"gh[sur]_\w+", "".join(gunicorn.output))
