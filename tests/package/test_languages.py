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


@pytest.mark.parametrize("interpreter, program", [("luajit", "mint.lua"), ("ruby", "mint.rb")])
def test_a_language_without_a_binding(installed, sandbox, interpreter, program):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("APPMINT_")}
    env = inherited | {
        "NO_PROXY": "127.0.0.1", "APPMINT_PLATFORM": "github", "APPMINT_API_URL": sandbox.api_url,
        "APPMINT_APP_ID": sandbox.app_id, "APPMINT_PRIVATE_KEY_FILE": sandbox.key_path,
    }  # fmt: skip
    arguments = [installed.libdir / "libappmint.so.0", installed.include / "appmint.h", sandbox.installations[0]]
    assert run(interpreter, ROOT / "examples/ffi" / program, *arguments, env=env) == CASES
