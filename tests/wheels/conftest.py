"""The wheel in each CPython of this machine: an environment of its own, and a PATH without a compiler and without Rust.

`APPMINT_WHEELS` is the folder of the wheels, which pip chooses from; `build/wheels/dev` by default.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "build/packages/venv/bin"
WHEELS = Path(os.environ.get("APPMINT_WHEELS") or ROOT / "build/wheels/dev").resolve()
LIMIT = 600
# Of the test server, and of the programs of the guide.
sys.path.insert(0, str(ROOT / "bindings-python/tests"))


def pythons():
    """The interpreters that the wheel is for, by their version, whether on PATH or of pyenv."""
    folder = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    named = [shutil.which(f"python3.{minor}", path="/usr/local/bin:/usr/bin") for minor in range(10, 20)]
    found = {}
    for path in [*folder.glob("3.*/bin/python3"), *filter(None, named), sys.executable]:
        asked = subprocess.run([path, "-c", "import sys, venv, ensurepip; print(*sys.version_info[:2])"], capture_output=True, text=True)
        version = tuple(map(int, asked.stdout.split()))
        if version >= (3, 10):
            found.setdefault(version, path)
    return [(f"{major}.{minor}", path) for (major, minor), path in sorted(found.items())]


def pinned(*names):
    """The versions that the tests have."""
    lines = (ROOT / "tests/requirements.in").read_text("utf-8").splitlines()
    return [line for line in lines if re.split("[=[]", line)[0] in names]


def made(version, python):
    """An environment with what the guide's programs import. It is kept, because that comes from the network."""
    folder = ROOT / "build/wheels/environments" / version
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", folder], check=True, timeout=LIMIT)
        install(folder / "bin/python", *pinned("httpx", "requests"))
        (folder / "ready").touch()
    return folder / "bin/python"


def install(python, *arguments):
    command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, env=environment(), timeout=LIMIT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def environment():
    """No compiler and no Rust, and no settings of appmint's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("APPMINT_", "CARGO", "PYTHON"))} | {"PATH": "/nowhere", "NO_PROXY": "*"}


@pytest.fixture(scope="session", params=pythons(), ids=lambda it: it[0])
def python(request):
    """An interpreter that has the wheel."""
    path = made(*request.param)
    install(path, "--no-index", "--no-deps", "--force-reinstall", "--find-links", WHEELS, "appmint")
    return path
