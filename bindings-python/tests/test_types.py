"""The types are what they say: mypy reads the package and a program, stubtest reads the module."""

import subprocess
import sys
from pathlib import Path

import appmint
import pytest

PACKAGE = Path(appmint.__file__).parent

PROGRAM = """
from datetime import datetime, timedelta
from pathlib import Path

from typing_extensions import assert_type

import appmint

app = appmint.App("atomgit", app_id=75, private_key=Path("app.pem"), timeout=timedelta(seconds=5))
token = app.installation(14).token(min_valid=600)
assert_type(token, appmint.Token)
assert_type(token.expires_at, datetime | None)
assert_type(app.request("GET", "/", token=token, json={"a": [1]}).headers["etag"], str)
assert_type(app.request("GET", "/").headers.get("etag"), str | None)
assert_type(app.installations(), appmint.Listing[appmint.Installation])
assert_type(next(app.webhook_deliveries()).status_code, int | None)
assert_type([each.name for each in app.installation(14).repositories()], list[str])
assert_type(app.check_token(token).account, str | None)
assert_type(app.app_tokens().installation_id, str | None)
assert_type(app.installation(14).authorization_header(60, timeout=0.5), str)
assert_type(app.update_webhook_config(insecure_ssl=False).insecure_ssl, bool | None)
assert_type(app.convert_manifest("code").reveal_private_key(), str | None)
app.revoke_credentials([token, "text"])
app.scope_token(token, target_id=7, permissions={"a": "read"})
app.request("GET", "/", timeout=timedelta(seconds=1))
app.installations()[0]  # type: ignore[index]
app.install_url("slug", "state")  # type: ignore[call-arg]
assert_type([each.permissions for each in app.installations()], list[dict[str, str]])
source = app.installation(14, repositories=["a"], repository_ids=(7, "8"), permissions={"b": "read"})
assert_type(source.token().repositories, list[str])
assert_type(app.find_installation(repository="acme/api"), appmint.Installation)
assert_type(app.clock_offset, timedelta)
webhook = app.verify_webhook({"a": "b"}, b"{}", ["new", "old"])
assert_type(webhook, appmint.WebhookEvent)
assert_type(webhook.installation_id, str | None)
try:
    app.refresh("text")
except appmint.RateLimitedError as error:
    assert_type(error.retry_after, timedelta | None)
appmint.App("atomgit", signer=lambda message: message, app_id="75")
appmint.App("atomgit", clock="now")  # type: ignore[arg-type]
app.installation(1.5)  # type: ignore[arg-type]
app.installation(14, permissions=["contents"])  # type: ignore[arg-type]
app.verify_webhook({}, "text", "secret")  # type: ignore[arg-type]
assert_type(app.installation(repository="acme/api").installation_id, str | None)
assert_type(app.stats().minted, int)
assert_type(app.apply_webhook(webhook), int)
authorization = app.open_authorization(app.seal_authorization(app.authorize()))
assert_type(authorization.redirect_uri, str | None)
assert_type(app.finish_authorization(authorization, "https://example.com"), appmint.Token)
app.finish_authorization("text", "https://example.com")  # type: ignore[arg-type]
app.start_session("octocat", "text")  # type: ignore[arg-type]
assert_type(app.session("octocat"), appmint.TokenSource)
with app.start_login(scopes=["repo"], ports=(8080, 8081), path="/back") as login:
    assert_type(login.wait(timeout=timedelta(minutes=1)), appmint.Token)
with app.start_device_login() as device:
    assert_type(device.expires_at, datetime | None)
    assert_type(device.verification_uri_complete, str | None)
    assert_type(device.wait(), appmint.Token)
app.start_login(["repo"])  # type: ignore[call-arg]
source.on_change(lambda before, token: assert_type(before, appmint.Token | None))
source.on_change(lambda before, token: assert_type(token, appmint.Token))
source.on_change(lambda token: token)  # type: ignore[arg-type, misc]
source.on_change("print")  # type: ignore[arg-type]
assert_type(app.app_tokens(scopes=("a", "b"), subject="octocat"), appmint.TokenSource)
app.app_tokens(["a"])  # type: ignore[call-arg]
app.revoke_token(token, token_type_hint="access_token")
known = app.introspect_token("text")
assert_type(known.active, bool)
assert_type(known.audience, list[str])
assert_type(known.expires_at, datetime | None)
descriptor = appmint.discover("https://gitlab.com", timeout=5, root_certificates=Path("ca.pem"))
assert_type(descriptor, str)
appmint.App(platform_descriptor=descriptor, private_key="a", key_id="2026-11", fallback_key_id="b")
appmint.discover("https://gitlab.com", 5)  # type: ignore[call-arg]


class Shelf:
    def get(self, key: str) -> bytes | None:
        return None

    def put(self, key: str, value: bytes, expected: bytes | None, until: datetime | None) -> bool:
        return True

    def remove(self, key: str, expected: bytes) -> None: ...

    def lock(self, key: str, owner: str, lease: timedelta) -> bool:
        return True

    def unlock(self, key: str, owner: str) -> None: ...


def hear(event: appmint.Event) -> None:
    assert_type(event.duration, timedelta | None)
    assert_type(event.error, appmint.Error | None)


shelf: appmint.Store = Shelf()
with appmint.App("atomgit", store=shelf, store_key=bytes(32), on_event=hear) as other:
    assert_type(other, appmint.App)
appmint.App("atomgit", store=Path("tokens.db"), store_key="00" * 32, capacity=9)
appmint.App("atomgit", store="sqlite:tokens.db", store_unencrypted=True)
appmint.App("atomgit", store=object())  # type: ignore[arg-type]
appmint.App("github-enterprise", host="git.corp.example", fallback_private_key=Path("old.pem"))
"""


def run(*command, cwd=None):
    done = subprocess.run([sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_is_strictly_typed(tmp_path):
    run("mypy", "--strict", "--cache-dir", str(tmp_path), "--python-version", "3.10", "-p", "appmint",
        cwd=tmp_path)


def test_a_program_sees_the_types(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    run("mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "program.py", cwd=tmp_path)


def test_the_stubs_tell_what_the_module_has(tmp_path):
    run("mypy.stubtest", "appmint", cwd=tmp_path)


@pytest.mark.parametrize("name", [name for name in appmint.__all__ if name[0].isupper()])
def test_every_class_is_public_and_documented(name):
    cls = getattr(appmint, name)
    assert cls.__module__ == "appmint"
    assert cls.__doc__
    for member, value in vars(cls).items():
        assert member.startswith("_") or not hasattr(value, "__doc__") or value.__doc__, member
