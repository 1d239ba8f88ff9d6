"""The source distribution: it has all that Cargo reads, and a missing Rust is a sentence."""

import json
import os
import subprocess
import tarfile
import tomllib

import pytest
from conftest import LIMIT, ROOT, TOOLS, environment


@pytest.fixture(scope="module")
def archive():
    (path,) = (ROOT / "build/wheels/sdist").glob("appmint-*.tar.gz")
    return path


@pytest.fixture(scope="module")
def unpacked(archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


def wheel(archive, folder, **variables):
    command = [TOOLS / "python", "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", "--no-index", "-w", folder, archive]
    return subprocess.run(command, cwd=folder, env=environment() | variables, timeout=3 * LIMIT, capture_output=True, text=True)


def test_cargo_takes_the_versions_of_the_lock_file(unpacked):
    done = subprocess.run(["cargo", "metadata", "--offline", "--format-version", "1"], cwd=unpacked, timeout=LIMIT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    versions = {(it["name"], it["version"]) for it in json.loads(done.stdout)["packages"]}
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text("utf-8"))["package"]
    assert ("appmint-core", "0.1.0") in versions and versions <= {(it["name"], it["version"]) for it in locked}


def test_without_rust_the_error_is_a_sentence(archive, tmp_path):
    done = wheel(archive, tmp_path)
    output = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in output
    assert "to compile it Rust is missing: install Rust 1.88 or newer" in output


def test_an_old_rust_is_named(archive, tmp_path):
    for name in ["cargo", "rustc"]:
        (tmp_path / name).write_text("#!/bin/sh\necho 'rustc 1.63.0 (4b91a6ea7 2022-08-08)'\n")
        (tmp_path / name).chmod(0o755)
    done = wheel(archive, tmp_path, PATH=str(tmp_path))
    assert done.returncode != 0 and "rustc 1.63.0 (4b91a6ea7 2022-08-08) is too old" in done.stdout + done.stderr


def test_the_oldest_rust_is_that_of_the_workspace():
    oldest = tomllib.loads((ROOT / "Cargo.toml").read_text("utf-8"))["workspace"]["package"]["rust-version"]
    assert f'OLDEST = ({oldest.replace(".", ", ")})' in (ROOT / "bindings-python/build_backend.py").read_text("utf-8")


@pytest.mark.skipif(not os.environ.get("APPMINT_TEST_SDIST"), reason="compiles everything; `make test-sdist` sets it")
def test_it_builds_away_from_the_repository(archive, tmp_path):
    with_cargo = {name: os.environ[name] for name in ["PATH", "CARGO_TARGET_DIR"] if name in os.environ}
    done = wheel(archive, tmp_path, **with_cargo, MATURIN_PEP517_ARGS="--profile dev")
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = tmp_path.glob("appmint-*-cp310-abi3-*.whl")
    names = subprocess.run([TOOLS / "python", "-m", "zipfile", "-l", made], check=True, capture_output=True, text=True).stdout
    assert "appmint/_native.abi3.so" in names and "appmint/signers.py" in names
