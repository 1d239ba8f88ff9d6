"""Languages for which there is no binding, through the C library alone: header and callbacks suffice."""

import os

import pytest
from installing import ROOT, run

CASES = """\
ok 1 the library has the header's interface
ok 2 a wrong setting is named
ok 3 an app is made
ok 4 a JWT names the app
ok 5 a token is minted
ok 6 the second call takes it from memory
ok 7 the API is called
ok 8 the installations are listed
ok 9 a missing installation has its reason
ok 10 a call completes in the event loop
"""


@pytest.fixture
def env(sandbox):
    """The environment that an app is made of."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("APPMINT_")}
    return inherited | {
        "NO_PROXY": "127.0.0.1", "APPMINT_PLATFORM": "github", "APPMINT_API_URL": sandbox.api_url,
        "APPMINT_APP_ID": sandbox.app_id, "APPMINT_PRIVATE_KEY_FILE": sandbox.key_path,
    }  # fmt: skip


@pytest.mark.parametrize("interpreter, program", [("luajit", "mint.lua"), ("ruby", "mint.rb")])
def test_a_language_without_a_binding(installed, sandbox, env, interpreter, program):
    arguments = [installed.libdir / "libappmint.so.0", installed.include / "appmint.h", sandbox.installations[0]]
    assert run(interpreter, ROOT / "examples/ffi" / program, *arguments, env=env) == CASES


def test_go_compiles_the_header(installed, sandbox, env, tmp_path):
    flags = {"CGO_CFLAGS": " ".join(installed.pkg_config("--cflags")), "CGO_LDFLAGS": " ".join(installed.pkg_config("--libs"))}
    caches = {"GOCACHE": str(ROOT / "build" / "go"), "GOTOOLCHAIN": "local"}
    program = tmp_path / "mint"
    run("go", "build", "-o", program, ROOT / "examples/ffi/mint.go", env=env | flags | caches)
    assert run("gofmt", "-l", ROOT / "examples/ffi/mint.go") == ""
    assert run(program, sandbox.installations[0], env=env | {"LD_LIBRARY_PATH": str(installed.libdir)}) == CASES
