"""The Debian packages: built by `make deb`, unpacked by dpkg into an empty root, and used from there."""

import os
import re
import shutil

import pytest
from installing import ROOT, installed_below, make, run

FOLDER = ROOT / "build" / "deb"
TRIPLET = run("gcc", "-dumpmachine").strip()


@pytest.fixture(scope="module")
def packages():
    # lintian has its own run in `make deb` with what ships: it would read this build for minutes.
    make("deb", "SQLITE=bundled", env={"LINTIAN": "true", "DPKG_DEB_COMPRESSOR_TYPE": "gzip"})
    return sorted(FOLDER.glob("*.deb"))


@pytest.fixture(scope="module")
def root(packages, tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    (root / "var/lib/dpkg/info").mkdir(parents=True)
    (root / "var/lib/dpkg/updates").mkdir()
    (root / "var/lib/dpkg/status").touch()
    # Their dependencies are in no scratch root.
    run("dpkg", f"--root={root}", "--force-depends,not-root,script-chrootless", "--install", *packages)
    return root


def test_both_packages_are_made_and_their_source(packages):
    assert [re.sub(r"_.*", "", path.name) for path in packages] == ["libappmint-dev", "libappmint0"]
    assert {path.suffix for path in FOLDER.iterdir()} >= {".dsc", ".changes", ".gz", ".xz"}


def test_programs_find_the_library_by_its_symbols_file(root):
    symbols = (root / "var/lib/dpkg/info/libappmint0:amd64.symbols").read_text().splitlines()
    assert symbols[0].startswith("libappmint.so.0 libappmint0 ")
    names = {line.split("@")[0].strip() for line in symbols[1:]}
    assert names == set((ROOT / "ffi-c/symbols.txt").read_text().split())


def test_a_program_is_built_from_the_packages_and_mints(root, sandbox, tmp_path):
    found = installed_below(root, f"usr/lib/{TRIPLET}")
    program = tmp_path / "mint"
    run("gcc", ROOT / "examples/c/mint.c", *found.pkg_config("--cflags", "--libs"), "-o", program)
    assert "expires at" in run(program, *sandbox.arguments, env={"LD_LIBRARY_PATH": str(found.libdir)})


def test_the_manual_and_the_licences_come_along(root):
    assert (root / "usr/share/man/man3/appmint.3.gz").is_file()
    documents = {path.name.removesuffix(".gz") for path in (root / "usr/share/doc/libappmint-dev").iterdir()}
    assert documents >= {"copyright", "changelog.Debian", "THIRD-PARTY-LICENSES"}


def test_a_function_that_is_gone_stops_the_build(packages, tmp_path):
    """dpkg-gensymbols compares the library with the list that is promised."""
    source = next(path for path in FOLDER.iterdir() if path.is_dir())
    shutil.copytree(source / "debian", tmp_path / "debian", symlinks=True)
    listed = tmp_path / "debian/libappmint0.symbols"
    listed.write_text(listed.read_text() + " appmint_gone@Base 0.0.9\n")
    command = ["dpkg-gensymbols", "-c1", "-plibappmint0", "-Pdebian/libappmint0"]
    output = run(*command, cwd=tmp_path, env=os.environ | {"LC_ALL": "C"}, status=1)
    assert "some symbols or patterns disappeared" in output and "appmint_gone" in output
