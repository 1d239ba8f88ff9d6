"""Runs the example programs under a debugger, with an automatic browser in place of the person."""

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

from proxy import RecordingProxy

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("APPMINT_BUILD") or ROOT / "build") / "c"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug"
PYTHON = [sys.executable, "-X", "dev"]
DIRECT = build_opener(ProxyHandler({}))
DEVICE = re.compile(r"(?:type|Type) (\S+)")
# gdb stops the program when it exits and writes its memory to a core file.
DEBUGGER = [
    "gdb", "-q", "-batch", "-ex", "set startup-with-shell off", "-ex", "set debuginfod enabled off", "-ex", "set confirm off",
    "-ex", "handle SIGUSR1 nostop noprint pass", "-ex", "handle SIGINT nostop noprint pass", "-ex", "catch syscall exit_group",
    "-ex", "run", "-ex", "generate-core-file {core}", "-ex", "kill", "--args",
]


@dataclass
class Ended:
    """The output of a program that has ended, the pages that it served, and its memory."""

    output: str
    pages: list = field(default_factory=list)
    core: bytes = b""


class Environment:
    """A GitHub sandbox behind a recording proxy, and a folder."""

    def __init__(self, folder, ready, proxy):
        self.folder, self.ready, self.proxy = folder, ready, proxy

    def command(self, command, **members):
        """Sends a control command to the sandbox and returns its reply."""
        request = Request(f"{self.ready['admin_url']}/{command}", json.dumps(members).encode(),
                          {"Content-Type": "application/json"})
        with DIRECT.open(request, timeout=20) as reply:
            return json.load(reply)

    def press(self, url):
        """Presses "Authorize" on a page and returns the callback URL."""
        return self.command("press", url=url.replace(self.proxy.url, self.ready["url"]))["location"]

    def variables(self, **more):
        """The environment variables of an example program."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "CARGO_TARGET_DIR") if name in os.environ}
        own = {
            "PLATFORM": "github", "API_URL": self.proxy.url, "WEB_URL": self.proxy.url, "CLIENT_ID": self.ready["client_id"],
            "CLIENT_SECRET": self.ready["client_secret"], "APP_ID": self.ready["app_id"], "ACCOUNT": "github",
            "PRIVATE_KEY_FILE": str(self.folder / "app.pem"), "REDIRECT_URI": self.ready["redirect_uri"],
            "STORE": "memory:", "STORE_KEY": "5f" * 32, "SECRET_KEY": "a secret key",
            "USER_GET_PATH": "/user", "BROWSER": f"{sys.executable} {__file__} {self.ready['admin_url']} {self.ready['url']}", **more,
        }
        return kept | {f"APPMINT_{name}": value for name, value in own.items()} | {
            "NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1", "RUST_LOG": "trace", "NODE_DEBUG": "http,net",
        }

    @contextmanager
    def running(self, command, **more):
        """Runs a program under the debugger."""
        core = self.folder / "core"
        debugger = [part.format(core=core) for part in DEBUGGER]
        process = subprocess.Popen([*debugger, *map(str, command)], env=self.variables(**more), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        running = Running(process, core)
        try:
            yield running
        finally:
            process.kill()
            process.wait(timeout=20)


class Running:
    def __init__(self, process, core):
        self.process, self.core, self.output = process, core, []

    def wait_for(self, pattern):
        """Reads the output up to the first match of a pattern, and returns the match."""
        for line in self.process.stdout:
            self.output.append(line)
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError("".join(self.output))

    def interrupt(self):
        """Presses Ctrl-C."""
        [child] = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGINT)

    def end(self, pages=()):
        """Waits until the program has ended successfully."""
        self.output += self.process.stdout.readlines()
        assert self.process.wait(timeout=60) == 0 and self.core.exists(), "".join(self.output)
        return Ended("".join(self.output), list(pages), self.core.read_bytes())


def device(environment, command):
    """Runs a program that uses the device flow, and approves the device."""
    with environment.running(command) as program:
        environment.command("device", user_code=program.wait_for(DEVICE)[1])
        return program.end()


def alone(environment, command):
    """Runs a program that needs no help, or that opens URLs with `APPMINT_BROWSER`."""
    with environment.running(command) as program:
        return program.end()


def web(environment, command):
    """Runs a web app, logs in, opens its page and logs out."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        site = f"http://127.0.0.1:{free.getsockname()[1]}"
    with environment.running(command, REDIRECT_URI=f"{site}/callback") as program:
        program.wait_for(r"(?i)listening|running on")
        cookies = HTTPCookieProcessor(CookieJar())
        browser = build_opener(ProxyHandler({}), cookies, NoRedirects())
        pages = []

        def go(url, body=None):
            """Opens a page and returns the URL that it redirects to, if it does."""
            try:
                with browser.open(url, body, timeout=20) as page:
                    pages.append(page.read().decode())
                    return ""
            except HTTPError as reply:
                assert reply.code in (302, 303), (url, reply.read())
                return reply.headers["Location"]

        callback = environment.press(go(f"{site}/login"))
        assert go(callback) == "/"
        go(f"{site}/")
        assert "octocat" in pages[-1], pages[-1]
        go(f"{site}/logout", b"")
        program.interrupt()
        return program.end(pages)


class NoRedirects(HTTPRedirectHandler):
    """Does not follow redirects."""

    def redirect_request(self, *_):
        return None


@contextmanager
def environment(folder):
    """Starts a sandbox and a proxy, and stops the sandbox at the end."""
    ready = folder / "ready.json"
    command = [TARGET / "appmint-sandbox", "--platform", "github", "--ready-file", ready, "--key-out", folder / "app.pem",
               "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sandbox:
        sandbox.stdout.readline()  # the one line that the sandbox prints when it is ready
        registration = json.loads(ready.read_text())
        yield Environment(folder, registration, RecordingProxy(registration["url"]))
        sandbox.stdin.close()
        sandbox.wait(timeout=20)


def browse(admin_url, platform, url):
    """Takes the place of a person's browser: presses "Authorize" and opens the callback URL."""
    page = f"{platform}/{url.split('/', 3)[3]}"
    command = Request(f"{admin_url}/press", json.dumps({"url": page}).encode(), {"Content-Type": "application/json"})
    with DIRECT.open(command, timeout=20) as reply:
        location = json.load(reply)["location"]
    with DIRECT.open(location, timeout=20) as page:
        page.read()


if __name__ == "__main__":
    browse(*sys.argv[1:])
