"""An installed library, and a sandbox of GitHub to mint at."""

import json
import subprocess
from types import SimpleNamespace

import pytest
from installing import LIMIT, TARGET, installed_below, make


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    destdir = tmp_path_factory.mktemp("installed")
    make("install", f"DESTDIR={destdir}", "PREFIX=/usr")
    return installed_below(destdir)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    """A sandbox of GitHub: what its ready file says, and the arguments that the mint examples take."""
    folder = tmp_path_factory.mktemp("sandbox")
    command = [TARGET / "debug" / "appmint-sandbox", "--platform", "github", "--until-stdin-closes"]
    command += ["--ready-file", folder / "ready.json", "--key-out", folder / "app.pem"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        ready = json.loads((folder / "ready.json").read_text())
        arguments = [ready["key_path"], ready["app_id"], ready["installations"][0], ready["api_url"]]
        yield SimpleNamespace(**ready, arguments=arguments)
        process.stdin.close()
        process.wait(timeout=LIMIT)
