"""The sandboxes of the platforms that have pages, and an app for each."""

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
class Profile:
    """The values that differ between the platforms."""

    person: str  # the name of the person who can log in
    path: str  # a request that needs a user token
    answer: str  # a part of the reply to that request
    refused: str  # a part of the page or URL for a wrong redirect URI
    descriptor: str | None = None  # the descriptor of a platform that is not built in
    issuer: str | None = None  # the path of the issuer, for a platform that is discovered


PROFILES = {
    # GitHub sends the error to the first registered callback URL; the others show a page.
    "github": Profile("octocat", "/user", '"login"', "redirect_uri_mismatch"),
    "atomgit": Profile("sample-user", "/user/repos", '"full_name"', "The redirect_uri is not registered for this app."),
    "acme": Profile(
        "wayland", "/v9/me/works", '"works"', "This redirect_uri is not the tool's.",
        descriptor="tests/platforms/acme.json",
    ),
    "issuer": Profile("ada", "/me", '"sub"', "This redirect_uri is not the client's.", issuer="/realms/main"),
}


class Sandbox:
    """A running sandbox.

    Its pages are at `localhost` and the apps are at 127.0.0.1, so that cookies treat them as two sites, as in
    production.
    """

    def __init__(self, program, platform, folder: Path):
        self.platform, self.profile = platform, PROFILES[platform]
        ready = folder / f"{platform}.json"
        command = [program, "--platform", platform, "--ready-file", ready, "--until-stdin-closes"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert "listening" in self.process.stdout.readline()
        self.ready = json.loads(ready.read_text("utf-8"))
        for url in ("api_url", "web_url"):
            self.ready[url] = self.ready[url].replace("127.0.0.1", "localhost")
        self.host = urlsplit(self.ready["web_url"]).netloc
        self.login = f"{self.ready['web_url']}/login"
        self.issuer = self.profile.issuer and self.ready["web_url"] + self.profile.issuer

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)

    def settings(self):
        """The settings of an app on this platform."""
        return {name: self.ready[name] for name in ("api_url", "web_url", "client_id", "client_secret")}

    def app(self):
        """An app in this process."""
        if self.issuer is not None:
            named = {name: value for name, value in self.settings().items() if name != "web_url"}
            return appmint.App(platform_descriptor=appmint.discover(self.issuer), **named)
        if self.profile.descriptor is None:
            return appmint.App(self.platform, **self.settings())
        descriptor = (ROOT / self.profile.descriptor).read_text("utf-8")
        return appmint.App(platform_descriptor=descriptor, **self.settings())

    def command(self, command, method=None, **members):
        """Sends a control command and returns its reply."""
        body = json.dumps(members).encode() if members else None
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.ready['admin_url']}/{command}", body, headers, method=method)
        with DIRECT.open(request, timeout=20) as reply:
            return json.load(reply)

    def exchanges(self):
        """How often a code was sent to the token endpoint."""
        return self.command("ledger/counts").get("exchange_code", 0)

    def callback_of(self, page):
        """Presses "Authorize" on a consent page and returns the callback URL, whose code is unused."""
        return self.command("press", url=page.replace("localhost", "127.0.0.1"))["location"]


def query_of(url):
    """The parameters of a URL's query, the first value of each."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
