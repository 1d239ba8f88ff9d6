"""The demos of all languages print the same transcript, to the byte."""

import json
import os
import shlex
import subprocess
import sys
import time
import tomllib

import pytest

from runner import leaks
from runner.cases import ROOT, SUITE
from runner.process import PROXIES

DEMOS = tomllib.loads((SUITE / "demos.toml").read_text("utf-8"))
SANDBOX = os.environ.get("APPMINT_SANDBOX", "target/debug/appmint-sandbox")
NOW_MS = "1795233600000"  # 2026-11-21T04:00:00Z
CALLBACK = "http://127.0.0.1:8765/callback"
TRANSCRIPTS = {path.stem: path for path in sorted((SUITE / "transcripts").glob("*.txt"))}
# What differs between the platforms: tests/demo/demo.py knows it.
sys.path.insert(0, str(ROOT / "tests/demo"))
from demo import STAGES, settings  # noqa: E402


@pytest.fixture
def demo(surface):
    """The command of a surface's demo; one that is missing is a failure, never a skip."""
    given = os.environ.get(f"APPMINT_DEMO_{surface.upper()}")
    command = shlex.split(given) if given else DEMOS[surface]
    missing = [part for part in command if "/" in part and not (ROOT / part).exists()]
    assert not missing, f"the {surface} demo is not built: {', '.join(missing)} is missing"
    return command


@pytest.fixture
def platform():
    """The platform of tests that are about none in particular."""
    return "atomgit"


@pytest.fixture
def sandbox(tmp_path, platform):
    """A platform to demonstrate on, gone with the test."""
    ready = tmp_path / "ready.json"
    process = subprocess.Popen(
        [str(ROOT / SANDBOX), "--platform", platform, "--key-out", str(tmp_path / "app.pem"),
         "--ready-file", str(ready), "--clock-ms", NOW_MS, "--redirect-uri", CALLBACK, "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while not ready.exists():
        assert process.poll() is None and time.monotonic() < until, "the sandbox does not start"
        time.sleep(0.01)
    yield json.loads(ready.read_text("utf-8"))
    process.stdin.close()
    process.wait(timeout=20)


@pytest.fixture
def environment(sandbox, platform):
    kept = {name: value for name, value in os.environ.items()
            if name.lower() not in PROXIES and not name.startswith("APPMINT_")}
    return kept | settings(platform, sandbox, CALLBACK) | {"APPMINT_NOW_MS": NOW_MS}


def play(demo, environment):
    return subprocess.run(demo, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("platform", TRANSCRIPTS)
def test_the_transcript_is_the_same_in_every_language(demo, environment, sandbox, platform):
    ended = play(demo, environment)
    assert (ended.stderr.decode(), ended.returncode) == ("", 0)
    said = ended.stdout.decode().replace(sandbox["url"], "http://sandbox")
    assert said == TRANSCRIPTS[platform].read_text("utf-8")
    secrets = {environment["APPMINT_CLIENT_SECRET"]} - {""}
    assert not leaks.found({"the transcript": said}, secrets)


def test_every_platform_of_the_demo_has_a_transcript():
    assert set(TRANSCRIPTS) == set(STAGES)


def test_secrets_are_shown_when_that_is_asked_for(demo, environment):
    ended = play(demo, environment | {"APPMINT_SHOW_SECRETS": "1"})
    lines = ended.stdout.decode().splitlines()
    tokens = {line[:14].strip(): line[14:].split(" ")[0] for line in lines}
    assert tokens["token"].startswith("ats_") and tokens["user token"].startswith("atu_")
    assert tokens["refreshed"].startswith("atu_") and tokens["refreshed"] != tokens["user token"]


def test_an_error_ends_the_demo_with_its_kind_and_hint(demo, environment):
    ended = play(demo, environment | {"APPMINT_ACCOUNT": "nobody"})
    assert ended.returncode == 1
    assert ended.stderr.decode() == (
        "error: not_found: the app is not installed on `nobody`. "
        "Install the app there, or list the installations to see how the platform writes the account.\n")
