"""Fixtures: Chromium, the sandboxes, and the web apps of the examples."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import leaks
from browser import Browser, chromium
from journeys import PASSWORD
from platforms import ROOT, Sandbox

BUILD = Path(os.environ.get("APPMINT_BUILD") or ROOT / "build")
SCREENSHOTS = BUILD / "screenshots"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
SITES = {
    "flask": ([sys.executable, ROOT / "examples/python/web.py"], "Running on"),
    "express": (["node", ROOT / "examples/node/web.mjs"], "listening on"),
}


def pytest_sessionstart(session):
    """Removes the screenshots of the last run once, and not again in each of the workers that share the folder."""
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(SCREENSHOTS, ignore_errors=True)
        SCREENSHOTS.mkdir(parents=True)


@pytest.fixture(scope="session")
def screenshots():
    return SCREENSHOTS


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    driver = chromium(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture
def browser(driver, screenshots, sandbox):
    """A browser whose recording is searched for secrets after the test."""
    browser = Browser(driver, screenshots)
    yield browser
    recording = browser.recording()
    assert recording.requested_urls()
    assert not leaks.found(recording, [sandbox.ready["client_secret"]])
    seen = [*recording.sources, *recording.urls, *recording.requested_urls()]
    assert not [each for each in seen if leaks.contains(each, PASSWORD)]
    unexpected = [entry["message"] for entry in recording.console if "Failed to load resource" not in entry["message"]]
    assert not unexpected


@pytest.fixture(scope="session")
def sandboxes(tmp_path_factory):
    """Returns the sandbox of a platform, with an empty ledger. It is started on the first call."""
    folder, running = tmp_path_factory.mktemp("sandboxes"), {}

    def sandbox(platform):
        if platform not in running:
            running[platform] = Sandbox(TARGET / "debug/appmint-sandbox", platform, folder)
        running[platform].command("ledger", method="DELETE")
        return running[platform]

    yield sandbox
    for each in running.values():
        each.close()


class Site:
    """A running web app of the examples."""

    def __init__(self, name, sandbox):
        command, ready_text = SITES[name]
        self.name, self.sandbox, self.output = name, sandbox, []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.host, self.callback = urlsplit(self.url).netloc, f"{self.url}/callback"
        more = {"redirect_uri": self.callback, "user_get_path": sandbox.profile.path}
        env = environment(sandbox, **more)
        self.process = subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        while not self.output or ready_text not in self.output[-1]:
            line = self.process.stdout.readline()
            assert line, "".join(self.output)
            self.output.append(line)
        self.reader = threading.Thread(target=lambda: self.output.extend(self.process.stdout))
        self.reader.start()

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.reader.join()
        assert not [line for line in self.output if "Traceback" in line or leaks.TOKEN.search(line)]


def environment(sandbox, **more):
    """The environment of an example program."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("APPMINT_")}
    own = {"platform": sandbox.platform, "store": "memory:", "store_key": "5f" * 32, "secret_key": "a secret key",
           **sandbox.settings(), **more}
    return inherited | {f"APPMINT_{k.upper()}": v for k, v in own.items()} | {"PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def sites(sandboxes):
    """Returns the web app of a name and a platform. It is started on the first call."""
    running = {}

    def site(name, platform):
        if (name, platform) not in running:
            running[name, platform] = Site(name, sandboxes(platform))
        return running[name, platform]

    yield site
    for each in running.values():
        each.close()
