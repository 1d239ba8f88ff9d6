"""The wheels of the programs: the commands, the sandbox from Python, and its fixture for pytest."""

import os
import re
import select
import subprocess
import sys
import zipfile

import pytest
from conftest import LIMIT, ROOT, TOOLS, WHEELS, environment, install, made, pinned

README = (ROOT / "tests/sandbox/pip/README.md").read_text("utf-8")
PLATFORMS = ["atomgit", "github", "github-enterprise", "icr", "acme", "issuer"]


@pytest.fixture(scope="module")
def bin():
    """The commands of an environment that has all wheels."""
    python = made("programs", sys.executable)
    install(python, *pinned("pytest"))
    install(python, "--no-index", "--no-deps", "--force-reinstall", "--find-links", WHEELS, "appmint", "appmint-cli", "appmint-sandbox")
    return python.parent


def run(*command, folder=None, **variables):
    done = subprocess.run(command, cwd=folder, env=environment() | {"PATH": "/usr/bin:/bin"} | variables, timeout=LIMIT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python(bin, code, folder):
    (folder / "program.py").write_text(code)
    return run(bin / "python", "-W", "error", "program.py", folder=folder)


@pytest.mark.parametrize("command", ["appmint", "appmint-sandbox"])
def test_a_command_runs(bin, command):
    assert re.match(rf"{command} \d+\.\d+\.\d+", run(bin / command, "--version"))


def test_git_finds_the_helper(bin, tmp_path):
    config = ["-c", "credential.helper=", "-c", "credential.helper=appmint"]
    variables = {"PATH": f"{bin}:/usr/bin:/bin", "GIT_TERMINAL_PROMPT": "0", "HOME": str(tmp_path)}
    command = ["git", *config, "credential", "fill"]
    done = subprocess.run(command, input="protocol=https\nhost=git.example\n\n", env=environment() | variables, cwd=tmp_path, timeout=LIMIT, capture_output=True, text=True)
    assert "appmint" in done.stderr and "is not a git command" not in done.stderr, done.stderr


def test_the_readmes_tests_pass_with_the_fixture(bin, tmp_path):
    tests, _ = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "test_app.py").write_text(tests)
    output = run(bin / "python", "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider", "test_app.py", folder=tmp_path)
    assert "2 passed" in output


def test_the_readmes_program_runs(bin, tmp_path):
    _, program = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert python(bin, program, tmp_path) == "installation\n"


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_app_takes_the_settings(bin, tmp_path, platform, https):
    code = f"""
import appmint
from appmint.testing import start_sandbox
with start_sandbox({platform!r}, https={https}) as sandbox, appmint.App(**sandbox.settings) as app:
    if sandbox.installations:
        print(app.installation(sandbox.installations[0]).token().kind)
    else:
        authorization = app.authorize(redirect_uri=sandbox.redirect_uri)
        print(app.finish_authorization(authorization, sandbox.press(authorization.url)).kind)
"""
    assert python(bin, code, tmp_path) == ("user\n" if platform == "issuer" else "installation\n")


def test_time_faults_and_decisions_are_the_tests(bin, tmp_path):
    code = """
import urllib.parse
from datetime import datetime, timedelta, timezone
import appmint
from appmint.testing import start_sandbox
start = datetime(2030, 1, 2, tzinfo=timezone.utc)
with start_sandbox(now=start) as sandbox, appmint.App(**sandbox.settings) as app:
    source = app.installation(sandbox.installations[0])
    assert source.token().expires_at == start + timedelta(hours=1)
    sandbox.advance(timedelta(hours=2))
    assert sandbox.clock.now() == start + timedelta(hours=2)
    assert source.token().expires_at == start + timedelta(hours=3)
    sandbox.suspend(sandbox.installations[0])
    source.invalidate()
    try:
        source.token()
    except appmint.ForbiddenError as error:
        assert error.reason == "suspended"
    authorization = app.authorize()
    assert app.finish_authorization(authorization, sandbox.press(authorization.url)).kind == "user"
    denied = urllib.parse.urlsplit(sandbox.press(app.authorize().url, deny=True)).query
    assert "access_denied" in denied
    assert [entry["status"] for entry in sandbox.requests() if entry["operation"] == "mint_installation_token"] == [201, 201, 403]
    assert sandbox.private_key not in repr(sandbox) and sandbox.client_secret not in repr(sandbox)
    sandbox.stop()  # and again at the end
print("done")
"""
    assert python(bin, code, tmp_path) == "done\n"


@pytest.mark.parametrize(("call", "sentence"), [
    ("start_sandbox('none')", "the sandbox ended: .*none"),
    ("start_sandbox(now=datetime(2030, 1, 1))", "now has no time zone"),
    ("start_sandbox().fail(kind='none')", "POST /faults with 422"),
])
def test_a_refusal_is_a_sentence(bin, tmp_path, call, sentence):
    code = f"from datetime import datetime\nfrom appmint.testing import start_sandbox\ntry: {call}\nexcept Exception as error: print(error)"
    (tmp_path / "program.py").write_text(code)
    assert re.search(sentence, run(bin / "python", "program.py", folder=tmp_path))


def test_a_missing_program_is_a_sentence(bin, tmp_path):
    (tmp_path / "program.py").write_text("import appmint_sandbox\ntry: appmint_sandbox.program()\nexcept FileNotFoundError as error: print(error)")
    assert "install a wheel of appmint-sandbox" in run(bin / "python", "program.py", folder=tmp_path, APPMINT_SANDBOX_PATH="/nowhere/it")


def test_without_the_sandbox_testing_says_what_to_install(tmp_path, python_with_wheel_only):
    (tmp_path / "program.py").write_text("try: import appmint.testing\nexcept ImportError as error: print(error)")
    assert "pip install appmint-sandbox" in run(python_with_wheel_only, "program.py", folder=tmp_path)


@pytest.fixture
def python_with_wheel_only(bin, tmp_path):
    """The same environment, in which the package cannot be imported."""
    wrapper = tmp_path / "python"
    block = "import sys, runpy; sys.modules['appmint_sandbox'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    wrapper.write_text(f"#!/bin/sh\nexec {bin / 'python'} -c \"{block}\" \"$@\"\n")
    wrapper.chmod(0o755)
    return wrapper


def test_it_ends_with_the_process_that_started_it(bin, tmp_path):
    code = "import os\nfrom appmint_sandbox import start_sandbox\nsandbox = start_sandbox()\nprint(sandbox._process.pid, flush=True)\ninput()\nos.kill(os.getpid(), 9)"
    (tmp_path / "program.py").write_text(code)
    with subprocess.Popen([bin / "python", "program.py"], cwd=tmp_path, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        ended = os.pidfd_open(int(program.stdout.readline()))
        try:
            program.stdin.close()
            assert select.select([ended], [], [], LIMIT)[0]
        finally:
            os.close(ended)


def wheels(name):
    return sorted(WHEELS.glob(f"{name}-*.whl"))


@pytest.mark.parametrize("wheel", [*wheels("appmint_cli"), *wheels("appmint_sandbox")], ids=lambda it: it.name)
def test_a_wheel_has_its_licences_and_a_program_that_may_be_run(wheel):
    with zipfile.ZipFile(wheel) as opened:
        names = {it.filename: it.external_attr >> 16 for it in opened.infolist()}
        licences = [name.rpartition("/")[2] for name in names if "/licenses/" in name]
        text = opened.read(next(name for name in names if name.endswith("THIRD-PARTY-LICENSES"))).decode()
    assert sorted(licences) == ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES"] and "\naws-lc-rs " in text
    (program,) = [mode for name, mode in names.items() if re.search(r"/appmint(-sandbox)?(\.exe)?$", name)]
    assert program & 0o111


def test_the_checkers_have_nothing_to_say_of_them():
    found = [*wheels("appmint_cli"), *wheels("appmint_sandbox")]
    commands_only = ["--ignore", "W007"]  # "Wheel library is empty": appmint-cli has no module
    for tool in [["twine", "check", "--strict"], ["check-wheel-contents", *commands_only]]:
        done = subprocess.run([TOOLS / tool[0], *tool[1:], *found], timeout=LIMIT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
