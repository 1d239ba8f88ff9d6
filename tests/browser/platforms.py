"""The sandbox, one for each platform whose pages a person sees, and the app that is registered there."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import appmint

ROOT = Path(__file__).resolve().parents[2]
DIRECT = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Stage:
    """What differs between the platforms."""

    person: str  # who logs in
    path: str  # what is asked as the user
    answer: str  # a part of what the API says to that
    refused: str  # a part of what a wrong redirect URI leads to
    descriptor: str | None = None  # of a platform that is not built in
    issuer: str | None = None  # where a platform tells its descriptor itself


STAGES = {
    # GitHub tells the error to the first callback URL that is registered; the others show a page.
    "github": Stage("octocat", "/user", '"login"', "redirect_uri_mismatch"),
    "atomgit": Stage("sample-user", "/user/repos", '"full_name"', "The redirect_uri is not registered for this app."),
    "acme": Stage(
        "wayland", "/v9/me/works", '"works"', "This redirect_uri is not the tool's.",
        descriptor="tests/platforms/acme.json",
    ),
    "issuer": Stage("ada", "/me", '"sub"', "This redirect_uri is not the client's.", issuer="/realms/main"),
}


class Sandbox:
    """A platform on this machine.

    Its pages are at `localhost` while apps are at 127.0.0.1: for cookies these are two sites, as they
    are in the world.
    """

    def __init__(self, program, platform, folder: Path):
        self.platform, self.stage = platform, STAGES[platform]
        ready = folder / f"{platform}.json"
        command = [program, "--platform", platform, "--ready-file", ready, "--until-stdin-closes"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert "listening" in self.process.stdout.readline()
        self.ready = json.loads(ready.read_text("utf-8"))
        for url in ("api_url", "web_url"):
            self.ready[url] = self.ready[url].replace("127.0.0.1", "localhost")
        self.host = urlsplit(self.ready["web_url"]).netloc
        self.login = f"{self.ready['web_url']}/login"
        self.issuer = self.stage.issuer and self.ready["web_url"] + self.stage.issuer

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)

    def settings(self):
        """What an app is told in order to act there."""
        return {name: self.ready[name] for name in ("api_url", "web_url", "client_id", "client_secret")}

    def app(self):
        """An app in this process."""
        if self.issuer is not None:
            named = {name: value for name, value in self.settings().items() if name != "web_url"}
            return appmint.App(platform_descriptor=appmint.discover(self.issuer), **named)
        if self.stage.descriptor is None:
            return appmint.App(self.platform, **self.settings())
        descriptor = (ROOT / self.stage.descriptor).read_text("utf-8")
        return appmint.App(platform_descriptor=descriptor, **self.settings())

    def tell(self, command, method=None, **words):
        body = json.dumps(words).encode() if words else None
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.ready['admin_url']}/{command}", body, headers, method=method)
        with DIRECT.open(request, timeout=20) as reply:
            return json.load(reply)

    def exchanges(self):
        """How often a code was sent to the token endpoint."""
        return self.tell("ledger/counts").get("exchange_code", 0)

    def callback_of(self, page):
        """Where the person at a page for consent is sent who agrees: a code that nobody used yet."""
        return self.tell("press", url=page.replace("localhost", "127.0.0.1"))["location"]


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
