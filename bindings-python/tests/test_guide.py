"""Every program of docs/python.md runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from api import Api

GUIDE = (Path(__file__).parents[2] / "docs" / "python.md").read_text("utf-8")


def programs():
    for section in re.split(r"^## ", GUIDE, flags=re.MULTILINE)[1:]:
        name = section.partition("\n")[0]
        for number, code in enumerate(re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL), 1):
            yield pytest.param(code, id=f"{name} {number}")


@pytest.fixture
def api():
    api = Api()
    yield api
    api.close()


@pytest.mark.parametrize("code", list(programs()))
def test_a_program_runs(code, api, key_file, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(f"API = {api.url!r}\n{code}")
    settings = {"PLATFORM": "github", "API_URL": api.url, "WEB_URL": api.url, "APP_ID": "75", "PRIVATE_KEY_FILE": str(key_file)}
    environment = os.environ | {f"APPMINT_{name}": value for name, value in settings.items()} | {"NO_PROXY": "*"}
    done = subprocess.run([sys.executable, "-W", "error::RuntimeWarning", program], env=environment, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout and "Traceback" not in done.stderr, done.stdout + done.stderr
    assert "ghs_" not in done.stdout + done.stderr


def test_all_programs_are_found():
    assert GUIDE.count("```python") == len(list(programs())) == 7
