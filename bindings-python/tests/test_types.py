"""The types: mypy checks the package and a program, stubtest compares the stub with the module."""

import ast
import copy
import hmac
import inspect
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import appmint
import pytest
from appmint import _native

PACKAGE = Path(appmint.__file__).parent
ROOT = Path(__file__).parents[2]
CONFIG = str(Path(__file__).parents[1] / "pyproject.toml")

PROGRAM = """
import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

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
assert_type(app.paginate("/x", {"a": "b"}, "items", token, params={"q": "x"}, timeout=1), appmint.Listing[Any])
assert_type(app.installation(14).paginate("/x", items="commits"), appmint.Listing[Any])
assert_type(app.check_token(token).account, str | None)
assert_type(app.app_tokens().installation_id, str | None)
assert_type(app.installation(14).authorization_header(60, timeout=0.5), str)
assert_type(app.update_webhook_config(insecure_ssl=False).insecure_ssl, bool | None)
assert_type(app.request("GET", "/", params={"a": [1, 2]}).ok, bool)
app.request("GET", "/", params=[("a", 1)]).raise_for_status()
app.verify_webhook([(b"x-a", b"b")], b"{}", "secret")
appmint.App("atomgit", transport=lambda request: (200, {}, request.body or b""))
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
app.find_installation("acme")  # type: ignore[call-arg]
app.authorize("https://example.com")  # type: ignore[call-arg]
assert_type(token.kind, appmint.TokenKind)
assert_type(token.repository_selection, appmint.RepositorySelection | None)
if token.kind == "installations":  # type: ignore[comparison-overlap]
    pass
assert_type(app.clock_offset, timedelta)
webhook = app.verify_webhook({"a": "b"}, b"{}", ["new", "old"])
assert_type(webhook, appmint.WebhookEvent)
assert_type(webhook.installation_id, str | None)
try:
    app.refresh("text")
except appmint.RateLimitedError as error:
    assert_type(error.retry_after, timedelta | None)
    assert_type(error.reason, appmint.Reason | None)
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
with source.on_change(lambda before, token: token) as subscription:
    assert_type(subscription, appmint.Subscription)
source.on_change(lambda token: token)  # type: ignore[arg-type, misc]
source.on_change("print")  # type: ignore[arg-type]
assert_type(app.app_tokens(scopes=("a", "b"), subject="octocat"), appmint.TokenSource)
app.app_tokens(["a"])  # type: ignore[call-arg]
app.revoke_token(token, token_type_hint="access_token")
app.revoke_token(token, token_type_hint="bearer")  # type: ignore[arg-type]
known = app.introspect_token("text")
assert_type(known.active, bool)
assert_type(known.audience, list[str])
assert_type(known.expires_at, datetime | None)
descriptor = appmint.discover("https://gitlab.com", timeout=5, root_certificates=Path("ca.pem"))
assert_type(descriptor, str)
appmint.App(platform_descriptor=descriptor, private_key="a", key_id="2026-11", fallback_key_id="b")
appmint.discover("https://gitlab.com", 5)  # type: ignore[call-arg]


async def main() -> None:
    assert_type(await source.token_async(timeout=5), appmint.Token)
    assert_type(await app.delete_token_async("text"), None)
    assert_type([each.id async for each in app.installations()], list[str])
    assert_type(await asyncio.create_task(app.request_async("GET", "/")), appmint.Response)
    assert_type(await asyncio.gather(app.jwt_async(), app.jwt_async()), tuple[appmint.Token, appmint.Token])
    assert_type(await appmint.discover_async("https://gitlab.com"), str)
    async with app as same:
        assert_type(same, appmint.App)
    await source.token_async("soon")  # type: ignore[arg-type]


asyncio.run(main())


class MemoryStore:
    def get(self, key: str) -> bytes | None:
        return None

    def put(self, key: str, value: bytes, expected: bytes | None, until: datetime | None) -> bool:
        return True

    def remove(self, key: str, expected: bytes) -> None: ...

    def lock(self, key: str, owner: str, lease: timedelta) -> bool:
        return True

    def unlock(self, key: str, owner: str) -> None: ...


def on_event(event: appmint.Event) -> None:
    assert_type(event.kind, appmint.EventKind)
    assert_type(event.duration, timedelta | None)
    assert_type(event.error, appmint.Error | None)
    if event.error:
        assert_type(event.error.kind, appmint.ErrorKind)


store: appmint.Store = MemoryStore()
with appmint.App("atomgit", store=store, store_key=bytes(32), on_event=on_event) as other:
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
    run("mypy", "--config-file", CONFIG, "--cache-dir", str(tmp_path), "--python-version", "3.10", "-p", "appmint",
        cwd=tmp_path)


def test_a_program_sees_the_types(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    run("mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "program.py", cwd=tmp_path)


# The types of githubkit are not read: see pyproject.toml.
SKIPPED = ["adapters.githubkit.GitHubCore", "adapters.githubkit.SourceAuthStrategy"]
# stubtest takes a Literal of several names for a union, which at run time it is not.
LITERALS = ["TokenKind", "RepositorySelection", "TokenTypeHint", "EventKind", "ErrorKind", "Reason"]


def test_the_stubs_match_the_module(tmp_path):
    allowed = tmp_path / "allowed"
    allowed.write_text("".join(f"appmint.{name}\n" for name in [*(f"_types.{each}" for each in LITERALS), *SKIPPED]))
    run("mypy.stubtest", "appmint", "--allowlist", str(allowed), "--mypy-config-file", CONFIG, cwd=tmp_path)


def pyright(*arguments, cwd):
    """What pyright says, with the packages of this interpreter."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([sys.executable, "-m", "pyright", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)
    return done.stdout + done.stderr


def test_pyright_knows_every_type_of_the_package(tmp_path):
    said = pyright("--ignoreexternal", "--verifytypes", "appmint", cwd=tmp_path)
    assert "Type completeness score: 100%" in said, said
    assert int(re.search(r'exported by "appmint": (\d+)', said)[1]) > 100


# Django has no types, and pyright guesses them from its code.
GUESSED = {"web_django.py"}


def test_pyright_understands_the_programs_of_the_documentation(tmp_path):
    guide = (ROOT / "docs" / "python.md").read_text("utf-8")
    programs = [f'API = ""\n{code}' for code in re.findall(r"^```python\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)]
    for number, program in enumerate([*programs, 'import appmint\nappmint.App("github").token()\n']):
        (tmp_path / f"program_{number}.py").write_text(program)
    examples = [path for folder in ("guides/python", "python", "readme") for path in (ROOT / "examples" / folder).glob("*.py")]
    for path in examples:
        if path.name not in GUESSED:
            (tmp_path / path.name).write_text(path.read_text("utf-8"))
    said = pyright(".", cwd=tmp_path)
    assert f"program_{len(programs)}.py:2" in said and "1 error, 0 warnings" in said, said
    assert len(programs) > 5 and len(examples) > 10


@pytest.mark.parametrize(("literal", "names"), [
    (appmint.TokenKind, _native.token_kinds()),
    (appmint.EventKind, _native.event_kinds()),
    (appmint.ErrorKind, _native.kinds()),
    (appmint.Reason, _native.reasons()),
])
def test_a_literal_has_the_cores_names(literal, names):
    assert list(get_args(literal)) == names


CLASSES = [name for name in appmint.__all__ if inspect.isclass(getattr(appmint, name))]


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_is_public_and_documented(name):
    cls = getattr(appmint, name)
    assert cls.__module__ == "appmint"
    assert cls.__doc__
    for member, value in vars(cls).items():
        assert member.startswith("_") or not hasattr(value, "__doc__") or inspect.getdoc(value), member


STUB = ast.parse((PACKAGE / "_native.pyi").read_text("utf-8"))
FUNCTIONS = [node for node in STUB.body if isinstance(node, ast.FunctionDef)]
NATIVE_CLASSES = [node for node in STUB.body if isinstance(node, ast.ClassDef)]
METHODS = [(cls.name, node) for cls in NATIVE_CLASSES for node in cls.body
           if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def is_property(node):
    return any(getattr(each, "id", None) == "property" for each in node.decorator_list)


@pytest.mark.parametrize(("cls", "node"), METHODS, ids=lambda each: getattr(each, "name", each))
def test_a_method_has_the_stubs_docstring(cls, node):
    assert inspect.getdoc(getattr(getattr(_native, cls), node.name)) == ast.get_docstring(node)


@pytest.mark.parametrize("node", FUNCTIONS, ids=lambda node: node.name)
def test_a_function_has_the_stubs_docstring(node):
    assert inspect.getdoc(getattr(_native, node.name)) == ast.get_docstring(node)


@pytest.mark.parametrize("node", NATIVE_CLASSES, ids=lambda node: node.name)
def test_a_class_has_the_stubs_docstring(node):
    assert inspect.getdoc(getattr(_native, node.name)) == ast.get_docstring(node)


def section(doc, name):
    """The lines below a heading of a docstring, up to the next one."""
    found = re.search(rf"^{name}:\n((?:    .*\n?|\n)+)", doc, re.MULTILINE)
    return found[1] if found else ""


def documented(doc):
    return re.findall(r"^    (\w+)(?: \(.*?\))?:", section(doc, "Args"), re.MULTILINE)


COROUTINES = [node for node in [*FUNCTIONS, *(node for _, node in METHODS)] if node.name.endswith("_async")]
BLOCKING = [(cls, node) for cls, node in METHODS if node not in COROUTINES]


@pytest.mark.parametrize("node", COROUTINES, ids=lambda node: node.name)
def test_a_coroutine_names_its_blocking_form(node):
    name = node.name.removesuffix("_async")
    doc = f"The coroutine of `{name}`: the same arguments, result and errors."
    assert ast.get_docstring(node).splitlines()[0] == doc


def test_a_coroutine_is_typed_as_its_blocking_form():
    methods = {(cls, node.name): node for cls, node in METHODS} | {("", node.name): node for node in FUNCTIONS}
    of = [(blocking, methods[cls, name + "_async"]) for (cls, name), blocking in methods.items()
          if (cls, name + "_async") in methods]
    assert len(of) == len(COROUTINES) > 30
    for blocking, coroutine in of:
        assert ast.unparse(blocking.args) == ast.unparse(coroutine.args)
        assert ast.unparse(coroutine.returns) == f"Coroutine[Any, Any, {ast.unparse(blocking.returns)}]"


@pytest.mark.parametrize(("cls", "node"), BLOCKING, ids=lambda each: getattr(each, "name", each))
def test_every_argument_and_result_is_documented(cls, node):
    doc = ast.get_docstring(node)
    arguments = [each.arg for each in [*node.args.args, *node.args.kwonlyargs] if each.arg not in ("self", "cls")]
    assert documented(doc) == arguments
    returns_something = not is_property(node) and ast.unparse(node.returns) != "None"
    assert bool(section(doc, "Returns")) == returns_something


def test_every_setting_is_documented():
    assert documented(appmint.App.__doc__) == list(inspect.signature(appmint.App).parameters)


def test_every_raised_class_exists():
    for raised in re.findall(r"^ +Raises:\n((?:(?: {8,}.*)?\n)+?)(?= *\"\"\")", (PACKAGE / "_native.pyi").read_text("utf-8"), re.MULTILINE):
        for name in re.findall(r"^\s+(\w+Error|Error): ", raised, re.MULTILINE):
            assert hasattr(appmint, name) or name in ("OSError", "TypeError"), name


@pytest.fixture
def values(github, platform):
    hook = {"url": "https://example.com/hook", "content_type": "json", "insecure_ssl": "0"}
    delivery = {"id": 7, "event": "push", "delivered_at": "2019-06-03T00:57:16Z", "status_code": 200}
    raw = {"id": 14, "account": {"login": "octocat"}, "created_at": "2018-02-09T20:51:14Z", "big": 2**70, "ünï": None}
    platform.respond("/app/installations/14", 200, raw)
    platform.respond("/app/hook/config", 200, hook)
    platform.respond("/app/hook/deliveries/7", 200, delivery)
    body = b'{"installation":{"id":7}}'
    sign = "sha256=" + hmac.new(b"word", body, "sha256").hexdigest()
    event = github.verify_webhook({"X-Hub-Signature-256": sign, "X-GitHub-Event": "push"}, body, "word")
    return [github.find_installation(id=14), github.webhook_config(), github.webhook_delivery(7), event, github.stats()]


def test_values_without_secrets_are_pickled_and_become_dicts(values):
    for value in values:
        same = [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
        for other in [*same, copy.copy(value), copy.deepcopy(value)]:
            assert type(other) is type(value) and other.as_dict() == value.as_dict()
        names = {name for name in dir(value) if not name.startswith("_")} - {"as_dict"}
        assert value.as_dict() == {name: getattr(value, name) for name in names}
    installation = values[0].as_dict()
    assert (installation["id"], installation["account"], installation["suspended_at"]) == ("14", "octocat", None)
    assert installation["raw"]["big"] == 2**70 or installation["raw"]["big"] == float(2**70)
    assert values[3].as_dict()["payload"] == {"installation": {"id": 7}}


def test_a_pickle_that_is_no_value_is_refused():
    for text in ("{}", "", "[]", '{"id":1}'):
        with pytest.raises(appmint.ProtocolError, match="not of this version"):
            appmint._native.restored_value("Installation", text)
