"""The example programs, started as a person starts them, with a person in front of them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener

from wire import Wire

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("APPMINT_BUILD") or ROOT / "build") / "c"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug"
PYTHON = [sys.executable, "-X", "dev"]
DIRECT = build_opener(ProxyHandler({}))
DEVICE = re.compile(r"(?:type|Type) (\S+)")
# At its last breath the program is stopped, and its memory is written down.
DEBUGGER = [
    "gdb", "-q", "-batch", "-ex", "set startup-with-shell off", "-ex", "set debuginfod enabled off", "-ex", "set confirm off",
    "-ex", "handle SIGUSR1 nostop noprint pass", "-ex", "handle SIGINT nostop noprint pass", "-ex", "catch syscall exit_group",
    "-ex", "run", "-ex", "generate-core-file {core}", "-ex", "kill", "--args",
]


@dataclass
class Ended:
    """What is left of a program."""

    said: str
    pages: list = field(default_factory=list)
    core: bytes = b""


class Stage:
    """GitHub, everything that is said to it, and a folder."""

    def __init__(self, folder, ready, wire):
        self.folder, self.ready, self.wire = folder, ready, wire

    def tell(self, command, **words):
        request = Request(f"{self.ready['admin_url']}/{command}", json.dumps(words).encode(),
                          {"Content-Type": "application/json"})
        with DIRECT.open(request, timeout=20) as reply:
            return json.load(reply)

    def press(self, url):
        """Where a person comes back to who presses "Authorize" on this page."""
        return self.tell("press", url=url.replace(self.wire.url, self.ready["url"]))["location"]

    def environment(self, **more):
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "CARGO_TARGET_DIR") if name in os.environ}
        own = {
            "PLATFORM": "github", "API_URL": self.wire.url, "WEB_URL": self.wire.url, "CLIENT_ID": self.ready["client_id"],
            "CLIENT_SECRET": self.ready["client_secret"], "APP_ID": self.ready["app_id"], "ACCOUNT": "github",
            "PRIVATE_KEY_FILE": str(self.folder / "app.pem"), "REDIRECT_URI": self.ready["redirect_uri"],
            "USER_GET_PATH": "/user", "BROWSER": f"{sys.executable} {__file__} {self.ready['admin_url']} {self.ready['url']}", **more,
        }
        return kept | {f"APPMINT_{name}": value for name, value in own.items()} | {
            "NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1", "RUST_LOG": "trace", "NODE_DEBUG": "http,net",
        }

    @contextmanager
    def running(self, command, **more):
        """A program under a debugger."""
        core = self.folder / "core"
        debugger = [part.format(core=core) for part in DEBUGGER]
        process = subprocess.Popen([*debugger, *map(str, command)], env=self.environment(**more), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        running = Running(process, core)
        try:
            yield running
        finally:
            process.kill()
            process.wait(timeout=20)


class Running:
    def __init__(self, process, core):
        self.process, self.core, self.said = process, core, []

    def hear(self, pattern):
        """What the program says, until it says this."""
        for line in self.process.stdout:
            self.said.append(line)
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError("".join(self.said))

    def interrupt(self):
        """Presses Ctrl-C."""
        [child] = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGINT)

    def end(self, pages=()):
        self.said += self.process.stdout.readlines()
        assert self.process.wait(timeout=60) == 0 and self.core.exists(), "".join(self.said)
        return Ended("".join(self.said), list(pages), self.core.read_bytes())


def device(stage, command):
    with stage.running(command) as program:
        stage.tell("device", user_code=program.hear(DEVICE)[1])
        return program.end()


def alone(stage, command):
    """A program that needs nobody, or asks `APPMINT_BROWSER` for a person."""
    with stage.running(command) as program:
        return program.end()


def web(stage, command):
    """A web app that somebody logs in to, looks at, and logs out of."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with stage.running(command, REDIRECT_URI=f"{url}/callback") as program:
        program.hear(r"(?i)listening|running on")
        cookies = HTTPCookieProcessor(CookieJar())
        person = build_opener(ProxyHandler({}), cookies, Stay())
        pages = []

        def go(where, body=None):
            try:
                with person.open(where, body, timeout=20) as page:
                    pages.append(page.read().decode())
                    return ""
            except HTTPError as reply:
                assert reply.code == 302, (where, reply.read())
                return reply.headers["Location"]

        callback = stage.press(go(f"{url}/login"))
        assert go(callback) == "/"
        go(f"{url}/")
        assert "octocat" in pages[-1], pages[-1]
        go(f"{url}/logout", b"")
        program.interrupt()
        return program.end(pages)


class Stay(HTTPRedirectHandler):
    """Goes nowhere by itself."""

    def redirect_request(self, *_):
        return None


@contextmanager
def stage(folder):
    ready = folder / "ready.json"
    command = [TARGET / "appmint-sandbox", "--platform", "github", "--ready-file", ready, "--key-out", folder / "app.pem",
               "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sandbox:
        sandbox.stdout.readline()  # the one line that says it is ready
        told = json.loads(ready.read_text())
        yield Stage(folder, told, Wire(told["url"]))
        sandbox.stdin.close()
        sandbox.wait(timeout=20)


def browse(admin_url, platform, url):
    """What a person's browser does: it presses "Authorize", and follows back to the program."""
    page = f"{platform}/{url.split('/', 3)[3]}"
    words = Request(f"{admin_url}/press", json.dumps({"url": page}).encode(), {"Content-Type": "application/json"})
    with DIRECT.open(words, timeout=20) as reply:
        location = json.load(reply)["location"]
    with DIRECT.open(location, timeout=20) as page:
        page.read()


if __name__ == "__main__":
    browse(*sys.argv[1:])
