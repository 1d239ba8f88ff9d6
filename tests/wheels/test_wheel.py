"""What is in the wheel, and that the programs of the documentation run from it."""

import json
import os
import re
import subprocess
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from api import Api
from conftest import LIMIT, ROOT, TOOLS, WHEELS, environment, pythons
from test_guide import programs

SANDBOX = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug/appmint-sandbox"
README = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = [pytest.param(path, id=path.name) for path in sorted(WHEELS.glob("appmint-*.whl"))]


@pytest.fixture(scope="session")
def api():
    api = Api()
    yield api
    api.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with the app's key."""
    folder = tmp_path_factory.mktemp("program")
    command = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", folder / "app.pem"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def run(python, code, api, folder):
    settings = {"PLATFORM": "github", "API_URL": api.url, "WEB_URL": api.url, "APP_ID": "75", "PRIVATE_KEY_FILE": str(folder / "app.pem")}
    variables = environment() | {f"APPMINT_{name}": value for name, value in settings.items()}
    program = folder / "program.py"
    program.write_text(code)
    done = subprocess.run([python, "-W", "error::RuntimeWarning", program], cwd=folder, env=variables, timeout=LIMIT, capture_output=True, text=True)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stdout + done.stderr
    assert "ghs_" not in done.stdout + done.stderr
    return done.stdout


def test_the_import_loads_nothing_that_takes_long(python):
    """Half of the time of an import was `ssl` and `inspect`."""
    code = "import sys\nbefore = set(sys.modules)\nimport appmint\nprint(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run([python, "-I", "-c", code], check=True, timeout=LIMIT, capture_output=True, text=True).stdout.split()
    assert "appmint._native" in loaded
    assert not {"asyncio", "dataclasses", "email", "http.client", "inspect", "socket", "ssl", "urllib.parse", "urllib.request"} & set(loaded)


@pytest.fixture(params=["README.md", "bindings-python/README.md"])
def readme(request, tmp_path):
    """The first program of a README, for a sandbox of its platform whose app's key is in the folder."""
    code = README.search((ROOT / request.param).read_text("utf-8"))[1]
    platform = re.search(r'appmint\.App\("([\w-]+)"', code)[1]
    command = [SANDBOX, "--platform", platform, "--until-stdin-closes", "--ready-file", tmp_path / "ready.json", "--key-out", tmp_path / "app.pem"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sandbox:
        assert sandbox.stdout.readline(), "the sandbox did not start"
        ready = json.loads((tmp_path / "ready.json").read_text())
        yield code.replace(f'"{platform}"', f'"{platform}", api_url={ready["api_url"]!r}, web_url={ready["web_url"]!r}')


def test_the_first_program_of_a_readme_runs(python, readme, api, tmp_path):
    output = run(python, f"{readme}\nprint(appmint.__file__)", api, tmp_path)
    assert str(ROOT / "build/wheels/environments") in output


@pytest.mark.parametrize("code", list(programs()))
def test_a_program_of_the_guide_runs(python, code, api, folder):
    assert run(python, f"API = {api.url!r}\n{code}", api, folder)


@pytest.mark.parametrize("wheel", FILES)
def test_the_wheel_has_types_licences_and_an_abi_for_all_versions(wheel):
    assert "-cp310-abi3-" in wheel.name
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"appmint/py.typed", "appmint/_native.pyi"} <= names
    (about,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
    for name in ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES"]:
        assert f"{about}/licenses/{name}" in names
    licences = zipfile.ZipFile(wheel).read(f"{about}/licenses/THIRD-PARTY-LICENSES").decode()
    assert "\nrustls " in licences and "\naws-lc-rs " in licences and "\npyo3 " in licences
    metadata = Parser().parsestr(zipfile.ZipFile(wheel).read(f"{about}/METADATA").decode())
    assert metadata["Requires-Python"] == ">=3.10"
    assert all("extra ==" in it for it in metadata.get_all("Requires-Dist", []))
    assert len(metadata.get_all("Project-URL")) == 4 and "Typing :: Typed" in metadata.get_all("Classifier")


@pytest.mark.parametrize("tool", [["twine", "check", "--strict"], ["check-wheel-contents"], ["abi3audit", "--strict", "--assume-minimum-abi3", "3.10"]], ids=lambda tool: tool[0])
def test_a_checker_has_nothing_to_say(tool):
    done = subprocess.run([TOOLS / tool[0], *tool[1:], *(it.values[0] for it in FILES)], timeout=LIMIT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("wheel", [it for it in FILES if "-manylinux" in it.values[0].name or "-musllinux" in it.values[0].name])
def test_a_wheel_of_linux_keeps_the_promise_of_its_name(wheel):
    """Those that ship: the tests' own build is for this machine."""
    done = subprocess.run([TOOLS / "auditwheel", "show", wheel], timeout=LIMIT, capture_output=True, text=True)
    tag = re.search(r"(many|musl)linux_\d+_\d+_\w+?(?=[.]|$)", wheel.stem)[0]
    assert f'"{tag}"' in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("wheel", FILES)
def test_no_readme_of_a_wheel_links_into_the_repository(wheel):
    """Its page is elsewhere."""
    (metadata,) = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("/METADATA")]
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    assert re.findall(r"\]\((?!https://|#)[^)]*\)", text) == []


def test_there_is_a_wheel_and_a_python():
    assert FILES and pythons()
