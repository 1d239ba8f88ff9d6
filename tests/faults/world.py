"""Apps on failing platforms, and what becomes of a call."""

import contextlib
import dataclasses
import itertools
import subprocess
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import appmint

NOON = datetime(2999, 1, 1, tzinfo=timezone.utc)
TIMEOUT = 3.0
KEY = "5f" * 32


@dataclasses.dataclass
class Outcome:
    """What the caller got, after how long, and what is lost when nothing fails any more."""

    got: str
    retryable: str
    lost: str
    took_ms: int
    requests: int


class World:
    """A folder, keys and certificates for all rows."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.numbers = itertools.count()
        self.key = self.folder / "app.pem"
        openssl("genrsa", "-out", self.key, "2048")

    def place(self):
        place = self.folder / str(next(self.numbers))
        place.mkdir()
        return place

    def certificate(self, *, host="localhost", days=2, digest="sha256"):
        """A certificate that signs itself: (certificate, key)."""
        place = self.place()
        certificate, key = place / "certificate.pem", place / "key.pem"
        dates = ["-not_before", "20200101000000Z", "-not_after", "20200201000000Z"] if days < 0 else ["-days", str(days)]
        request = place / "request.pem"
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-keyout", key, "-out", request)
        extensions = place / "extensions"
        extensions.write_text(f"subjectAltName=DNS:{host}\nbasicConstraints=critical,CA:FALSE\n", "utf-8")
        if days < 0:
            dates = ["-days", "-1"]
        openssl("x509", "-req", f"-{digest}", "-in", request, "-signkey", key, "-extfile", extensions, "-out", certificate, *dates)
        return certificate, key

    def settings(self, url, **more):
        return {"app_id": 1, "private_key": self.key, "client_id": "Iv1.faults", "client_secret": "secret-of-faults",
                "api_url": url, "web_url": url, "timeout": TIMEOUT, "connect_timeout": 1.0, "retries": 0,
                "proxy": "", "clock": appmint.ManualClock(NOON), **more}


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def attempt(call):
    """(what the caller got, whether a retry may help, milliseconds)."""
    begun = time.monotonic()
    try:
        result, retryable = call(), ""
    except appmint.Error as error:
        result = error.kind + (f" / {error.reason}" if error.reason else "")
        retryable = "yes" if error.is_retryable else "no"
    return result, retryable, round((time.monotonic() - begun) * 1000)


def outcome(app, call, server, again, *, heal=None, settle=lambda: None):
    """The outcome of a call of this app, and of the same call in the next process when all is well. `settle` waits for
    what goes on after the call."""
    with contextlib.closing(app):
        got, retryable, took_ms = attempt(lambda: call(app))
        settle()
    requests = server.requests if server else 0
    (heal or server.heal)()
    with contextlib.closing(again()) as healed:
        lost = attempt(lambda: call(healed))[0]
    return Outcome(got, retryable, "nothing" if lost == "token" else lost, took_ms, requests)


def mint(app):
    app.installation(1).token()
    return "token"


def session(app):
    app.session("alice").token()
    return "token"


def passes(clock, **time):
    clock.advance(timedelta(**time))


@contextlib.contextmanager
def world():
    with tempfile.TemporaryDirectory(prefix="appmint-faults-") as folder:
        yield World(folder)
