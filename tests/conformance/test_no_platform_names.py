"""No code asks which platform it is: a platform's name stands in its descriptor, in the table of
built-in ones, in documentation, in tests and in drop-ins for other packages, and nowhere else."""

import re
from pathlib import Path

import pytest

from runner.cases import ROOT

NAMES = sorted(path.stem for path in (ROOT / "core" / "platforms").glob("*.json"))
CODE = {
    "core/src": {".rs"},
    "ffi-c/src": {".rs"},
    "include": {".h", ".hpp"},
    "bindings-python/src": {".rs"},
    "bindings-python/python": {".py", ".pyi"},
    "bindings-node/src": {".rs"},
    "bindings-node/lib": {".js", ".cjs", ".mjs", ".ts"},
    "bindings-node": {".cjs", ".mjs"},
}
# They take the place of packages that know one platform, and speak with their words: a package's name, its options.
DROP_INS = ("bindings-node/lib/octokit/", "bindings-python/python/appmint/adapters/githubkit.py",
            "bindings-python/python/appmint/adapters/pygithub.py")
RUST_TESTS = re.compile(r"^#\[cfg\(test\)\]\nmod \w+ \{.*?^\}", re.MULTILINE | re.DOTALL)
COMMENTS = re.compile(r'//[^\n]*|/\*.*?\*/', re.DOTALL)
PYTHON_DOCS = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|#[^\n]*', re.DOTALL)
BUILT_IN = re.compile(r"const BUILT_IN: [^;]*= &\[.*?\];", re.DOTALL)


def code_of(path):
    """A file's text without what may name a platform."""
    text = path.read_text("utf-8")
    if path.suffix in {".py", ".pyi"}:
        return PYTHON_DOCS.sub("", text)
    text = RUST_TESTS.sub("", text)
    text = COMMENTS.sub("", text)
    return BUILT_IN.sub("", text) if path == ROOT / "core/src/platform/mod.rs" else text


def files():
    for folder, suffixes in CODE.items():
        place = ROOT / folder
        found = place.glob("*") if folder == "bindings-node" else place.rglob("*")
        yield from (path for path in sorted(found) if path.suffix in suffixes and path.name != "tests.rs"
                    and not path.relative_to(ROOT).as_posix().startswith(DROP_INS))


def test_there_are_names_and_code():
    assert NAMES and list(files())


@pytest.mark.parametrize("path", list(files()), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_platform_is_named(path: Path):
    code = code_of(path)
    named = [name for name in NAMES
             if re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", code, re.IGNORECASE)]
    assert not named
