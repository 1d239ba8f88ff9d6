"""maturin, but a missing or old Rust is one sentence, and none is downloaded."""

import re
import shutil
import subprocess
import sys

import maturin
from maturin import build_sdist, get_requires_for_build_sdist

__all__ = [
    "build_editable", "build_sdist", "build_wheel", "get_requires_for_build_editable", "get_requires_for_build_sdist",
    "get_requires_for_build_wheel", "prepare_metadata_for_build_editable", "prepare_metadata_for_build_wheel",
]

OLDEST = (1, 88)  # as in Cargo.toml


def after_rust(hook):
    def checked(*arguments, **more):
        require_rust()
        return hook(*arguments, **more)

    return checked


def require_rust():
    found = shutil.which("cargo") and shutil.which("rustc")
    if not found:
        sys.exit(f"error: appmint has no wheel for this Python and machine, and to compile it Rust is missing: {REMEDY}")
    version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
    numbers = re.match(r"rustc (\d+)\.(\d+)", version)
    if numbers and tuple(map(int, numbers.groups())) < OLDEST:
        sys.exit(f"error: appmint has no wheel for this Python and machine, and {version.strip()} is too old to compile it: {REMEDY}")


REMEDY = f"install Rust {OLDEST[0]}.{OLDEST[1]} or newer from https://rustup.rs, or take a Python for which there is a wheel."


def get_requires_for_build_wheel(config_settings=None):
    require_rust()
    return []


get_requires_for_build_editable = get_requires_for_build_wheel
build_wheel = after_rust(maturin.build_wheel)
build_editable = after_rust(maturin.build_editable)
prepare_metadata_for_build_wheel = after_rust(maturin.prepare_metadata_for_build_wheel)
prepare_metadata_for_build_editable = after_rust(maturin.prepare_metadata_for_build_editable)
