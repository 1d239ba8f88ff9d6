"""Builds the wheels of the programs, appmint-cli and appmint-sandbox, from folders that hold exactly what is in them.

usage: programs.py PROGRAMS PLATFORM OUT      the folder of the programs; npm's name of the platform, and -dynamic for a
                                              program that is linked with this machine's own libraries
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGE = ROOT / "build/packages/stage"
# A static program runs with any C library.
TAGS = {
    "linux-x64": "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    "linux-arm64": "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    "linux-x64-dynamic": "linux_x86_64",
    "linux-arm64-dynamic": "linux_aarch64",
    "darwin-x64": "macosx_10_12_x86_64",
    "darwin-arm64": "macosx_11_0_arm64",
    "win32-x64": "win_amd64",
}


def main(programs: str, platform: str, out: str) -> None:
    suffix = ".exe" if platform.startswith("win32") else ""
    cli = stage("appmint-cli", ROOT / "cli/pip", Path(programs))
    (cli / "scripts").mkdir()
    program(Path(programs) / f"appmint{suffix}", cli / "scripts")
    program(ROOT / "cli/pip/git-credential-appmint", cli / "scripts")
    sandbox = stage("appmint-sandbox", ROOT / "tests/sandbox/pip", Path(programs))
    program(Path(programs) / f"appmint-sandbox{suffix}", sandbox / "appmint_sandbox")
    shutil.copy(ROOT / "tests/platforms/acme.json", sandbox / "appmint_sandbox")
    for folder in [cli, sandbox]:
        build(folder, TAGS[platform], Path(out).resolve())


def stage(name: str, source: Path, programs: Path) -> Path:
    folder = STAGE / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__", "git-credential-*"))
    for licence in [*ROOT.glob("LICENSE-*"), Path(__file__).with_name("wheel_of_platform.py")]:
        shutil.copy(licence, folder)
    shutil.copy(programs / f"{name}.licences", folder / "THIRD-PARTY-LICENSES")
    return folder


def program(path: Path, folder: Path) -> None:
    shutil.copy(path, folder)
    (folder / path.name).chmod(0o755)


def build(folder: Path, tag: str, out: Path) -> None:
    version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[1]
    environment = os.environ | {"APPMINT_VERSION": version, "APPMINT_WHEEL_PLATFORM": tag}
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out], cwd=folder, check=True, env=environment)


main(*sys.argv[1:])
