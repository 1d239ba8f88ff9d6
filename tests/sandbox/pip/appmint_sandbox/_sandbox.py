"""A sandbox as a child process, which ends with this one."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeAlias

from ._program import program

Platform: TypeAlias = Literal["atomgit", "github", "github-enterprise", "icr", "acme", "issuer"]


def start_sandbox(platform: Platform = "github", *, https: bool = False, now: datetime | None = None) -> Sandbox:
    """Starts a local server that behaves as a platform's documentation says.

    Args:
        platform: The platform to be.
        https: Whether it speaks TLS, with a certificate of its own authority, which the settings trust.
        now: The time at which its clock stands still, with a time zone; the current time by default.

    Returns:
        The sandbox, which listens. It ends with ``stop``, with ``with``, or with this process.

    Raises:
        RuntimeError: The sandbox refused its arguments or did not start.
        ValueError: ``now`` has no time zone.
    """
    now = now or datetime.now(timezone.utc)
    if now.tzinfo is None:
        raise ValueError("now has no time zone")
    with tempfile.TemporaryDirectory(prefix="appmint-sandbox-") as name:
        folder = Path(name)
        arguments = ["--platform", platform, "--ready-file", folder / "ready.json", "--key-out", folder / "app.pem"]
        arguments += ["--clock-ms", str(milliseconds(now)), "--until-stdin-closes"]
        arguments += ["--https", "--ca-out", folder / "ca.pem"] if https else []
        process = started([program(), *arguments])
        ready = json.loads((folder / "ready.json").read_text("utf-8"))
        return Sandbox(process, ready, text_of(folder / "app.pem"), text_of(folder / "ca.pem"), now)


def started(command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
    """The process, once it has printed the line that says that it listens."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout is not None
        if process.stdout.readline():
            return process
        process.communicate()
        errors.seek(0)
        raise RuntimeError(f"the sandbox ended: {errors.read().decode('utf-8', 'replace').strip() or 'it said nothing'}")


def text_of(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
SECONDS = 30


class Sandbox:
    """A sandbox that runs. Its clock stands still until ``advance`` moves it.

    Attributes:
        url: Where it listens.
        api_url: The base URL of its API.
        web_url: The base URL of its pages.
        admin_url: The base URL of its control API.
        platform: The platform that it is.
        app_id: The id of its app; None for ``issuer``, which has none.
        private_key: The app's private key in PEM, or None.
        client_id: The id of its OAuth client, or None.
        client_secret: The secret of its OAuth client, or None.
        redirect_uri: The first redirect URI of that client, or None.
        installations: The ids of the app's installations.
        root_certificates: The certificate of its authority in PEM, with ``https``.
    """

    def __init__(self, process: subprocess.Popen[bytes], ready: Mapping[str, Any], private_key: str | None,
                 root_certificates: str | None, now: datetime) -> None:
        self._process, self._now = process, now
        self._clock: Any = None
        self._lock = threading.Lock()
        self.url: str = ready["url"]
        self.api_url: str = ready["api_url"]
        self.web_url: str = ready["web_url"]
        self.admin_url: str = ready["admin_url"]
        self.platform: str = ready["platform"]
        self.app_id: str | None = ready.get("app_id") or None
        self.private_key = private_key
        self.client_id: str | None = ready.get("client_id") or None
        self.client_secret: str | None = ready.get("client_secret") or None
        self.redirect_uri: str | None = ready.get("redirect_uri") or None
        self.installations: tuple[str, ...] = tuple(ready.get("installations") or ())
        self.root_certificates = root_certificates

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments of an app on it, ``appmint.App(**sandbox.settings)``, with a clock that ``advance`` moves, too."""
        named = {name: getattr(self, name) for name in SETTINGS} | self._platform()
        return {name: value for name, value in named.items() if value is not None} | {"proxy": "", "clock": self.clock}

    def _platform(self) -> dict[str, str]:
        """The platform by its name, or by its descriptor where appmint has none."""
        if self.platform == "acme":
            return {"platform_descriptor": Path(__file__).with_name("acme.json").read_text("utf-8")}
        if self.platform != "issuer":
            return {"platform": self.platform}
        import appmint

        descriptor = appmint.discover(f"{self.url}/realms/main", root_certificates=self.root_certificates, proxy="")
        return {"platform_descriptor": descriptor}

    @property
    def clock(self) -> Any:
        """An ``appmint.ManualClock`` that shows the time of the sandbox."""
        import appmint

        with self._lock:
            if self._clock is None:
                self._clock = appmint.ManualClock(self._now)
            return self._clock

    def advance(self, by: timedelta) -> None:
        """Moves the clocks of the sandbox and of the apps that have its settings.

        Args:
            by: How far, backwards if negative.
        """
        self.control("POST", "/clock", {"advance_ms": by // timedelta(milliseconds=1)})
        with self._lock:
            self._now += by
            if self._clock is not None:
                self._clock.set(self._now)

    def fail(self, operation: str = "*", kind: str = "status", **details: Any) -> None:
        """Makes the next request of an operation fail.

        Args:
            operation: The operation, such as ``mint_installation_token``; ``*`` is any.
            kind: The kind of failure: ``status`` (503 unless ``status`` says otherwise), ``rate_limited``, ``cut``, ``lost_response``,
                ``delay`` and the others of the sandbox's documentation.
            **details: The members of that kind, and ``count``, the number of requests that fail.

        Raises:
            RuntimeError: The sandbox refused it, and says why.
        """
        defaults = {"status": 503} if kind == "status" else {}
        self.control("POST", "/faults", {"operation": operation, "kind": kind} | defaults | details)

    def suspend(self, installation: str | int) -> None:
        """Suspends an installation, as its owner can."""
        self.control("POST", f"/installations/{installation}", {"action": "suspend"})

    def press(self, url: str, *, deny: bool = False) -> str:
        """Opens the page where a user authorizes the app, and presses *Authorize*.

        Args:
            url: The URL of the page, such as ``app.authorize().url``.
            deny: Whether to press *Cancel* instead.

        Returns:
            The URL that the browser is sent to.
        """
        location: str = self.control("POST", "/press", {"url": url, "deny": deny})["location"]
        return location

    def requests(self) -> list[dict[str, Any]]:
        """Every request that it got, oldest first, without credentials: its ``operation``, ``status``, ``auth_kind`` and so on."""
        recorded: list[dict[str, Any]] = self.control("GET", "/ledger")
        return recorded

    def counts(self) -> dict[str, int]:
        """The number of requests, by operation."""
        counted: dict[str, int] = self.control("GET", "/ledger/counts")
        return counted

    def control(self, method: str, path: str, json_body: object = None) -> Any:
        """Sends a request to its control API.

        Args:
            method: The method.
            path: The path below ``admin_url``, such as ``/clock``.
            json_body: The body, as JSON.

        Returns:
            The reply, or None if it is empty.

        Raises:
            RuntimeError: The sandbox refused it, and says why.
        """
        body = None if json_body is None else json.dumps(json_body).encode()
        request = urllib.request.Request(self.admin_url + path, body, method=method, headers={"content-type": "application/json"})
        try:
            with self._opener().open(request, timeout=SECONDS) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            said = error.read().decode("utf-8", "replace")
            raise RuntimeError(f"the sandbox answered {method} {path} with {error.code}: {said}") from None
        return json.loads(text) if text else None

    def _opener(self) -> urllib.request.OpenerDirector:
        if self.root_certificates is None:
            return DIRECT
        import ssl

        trusting = ssl.create_default_context(cadata=self.root_certificates)
        return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))

    def stop(self) -> None:
        """Ends it. A second call does nothing."""
        self._process.communicate()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"Sandbox({self.platform!r}, {self.url!r})"


SETTINGS = ("api_url", "web_url", "app_id", "private_key", "client_id", "client_secret", "root_certificates")
